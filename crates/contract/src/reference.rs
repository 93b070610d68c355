//! What a `$ref` points to.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use portcullis_model::{Diagnostic, did_you_mean};

use crate::codes;
use crate::document::{Node, Tree};
use crate::library::{FILES_MAX, Library, Unread};
use crate::location::{NotLocal, local_path, percent_decoded};
use crate::names::{Named, Names};
use crate::notes::{Notes, shown};
use crate::version::Version;

/// References that only point to references, one behind the other.
const CHAIN_MAX: usize = 64;
/// Objects with more members are looked up by a table.
const SCANNED_MEMBERS_MAX: usize = 16;
/// Schemas that build on one.
const SUBTYPES_MAX: usize = 1_000;
/// Names that are compared for a suggestion.
const COMPARED_MAX: usize = 2_000;

/// Follows references inside and between the files of one contract.
#[derive(Debug)]
pub(crate) struct References<'a> {
    library: &'a Library,
    version: Version,
    names: Names<'a>,
    /// What each text was found to point to, by the resource that it stands in.
    known: RefCell<HashMap<(usize, &'a str), Outcome<'a>>>,
    /// The members of large objects, by the object.
    tables: RefCell<HashMap<u32, HashMap<&'a str, Node<'a>>>>,
    /// The named schemas whose `allOf` refers to a schema, by that schema; made when first asked.
    subtypes: OnceCell<HashMap<u32, Vec<Node<'a>>>>,
    /// The named schemas that build on others, and add something.
    heirs: OnceCell<HashSet<u32>>,
}

/// Where the `$ref` of an object leads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    /// It has none.
    NoReference,
    To(Node<'a>),
    /// To nothing that can be read.
    Unreadable,
}

impl<'a> Step<'a> {
    pub(crate) const fn target(self) -> Option<Node<'a>> {
        match self {
            Self::To(target) => Some(target),
            Self::NoReference | Self::Unreadable => None,
        }
    }
}

type Outcome<'a> = Result<Found<'a>, Fault<'a>>;

/// What a reference points to.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    target: Node<'a>,
    /// It is counted from the whole file, though the reference stands below an `$id`.
    is_outside: bool,
}

/// Why a reference points to nothing that can be read.
#[derive(Debug, Clone)]
enum Fault<'a> {
    NotLocal(NotLocal),
    /// To a file that was not read.
    Unread {
        path: String,
        why: Unread,
    },
    /// To a document of another version.
    OtherVersion,
    /// To a name that two schemas give themselves.
    Ambiguous,
    /// To a name that no schema gives itself.
    Nameless,
    /// To nothing; the part of the pointer that is missing, and where it was looked for.
    Dangling {
        within: Node<'a>,
    },
}

impl<'a> References<'a> {
    pub(crate) fn new(library: &'a Library, version: Version, has_names: bool) -> Self {
        Self {
            library,
            version,
            names: Names::gather(library.trees(), has_names && version.is_json_schema()),
            known: RefCell::default(),
            tables: RefCell::default(),
            subtypes: OnceCell::new(),
            heirs: OnceCell::new(),
        }
    }

    /// The node itself, or what it points to if it is a Reference Object; `None` if that cannot
    /// be read, which is noted.
    pub(crate) fn follow(&self, node: Node<'a>, notes: &mut Notes) -> Option<Node<'a>> {
        let mut at = node;
        for _ in 0..CHAIN_MAX {
            match self.step(at, notes) {
                Step::NoReference => return Some(at),
                Step::To(next) => at = next,
                Step::Unreadable => return None,
            }
        }
        let message = "this reference only leads to other references";
        notes.push(Diagnostic::error(&codes::REFERENCE_CYCLE, message).at(node.span()));
        None
    }

    /// What the `$ref` of an object points to. Why one cannot be read is noted.
    pub(crate) fn step(&self, node: Node<'a>, notes: &mut Notes) -> Step<'a> {
        self.step_by("$ref", node, notes)
    }

    /// What the `$dynamicRef` of a schema points to before its scope is asked, and by which name
    /// it is asked, if at all.
    pub(crate) fn dynamic_step(
        &self,
        node: Node<'a>,
        notes: &mut Notes,
    ) -> Option<(Node<'a>, Option<&'a str>)> {
        let target = self.step_by("$dynamicRef", node, notes).target()?;
        let name = node.get_str("$dynamicRef")?.split_once('#').map(|(_, name)| name);
        Some((target, name.filter(|name| target.get_str("$dynamicAnchor") == Some(name))))
    }

    pub(crate) const fn names(&self) -> &Names<'a> {
        &self.names
    }

    fn step_by(&self, key: &str, node: Node<'a>, notes: &mut Notes) -> Step<'a> {
        let Some(reference) = node.get(key) else {
            return Step::NoReference;
        };
        let Some(text) = reference.as_str() else {
            let message = format!("`{key}` must be a text, not {}", reference.kind_name());
            notes.push(Diagnostic::error(&codes::STRUCTURE, message).at(reference.span()));
            return Step::Unreadable;
        };
        match self.lookup(node, text) {
            Ok(found) => {
                if found.is_outside {
                    let message = format!(
                        "{} is nothing within the `$id` around it: what the document has there is \
                         taken",
                        shown(text)
                    );
                    notes.warn(&codes::SCHEMA, reference.span(), message);
                }
                Step::To(found.target)
            }
            Err(fault) => {
                if let Fault::Unread { why: Unread::Broken(problem), .. } = &fault {
                    notes.push(Diagnostic::clone(problem));
                }
                notes.push(fault.diagnostic(text, notes.suggests()).at(reference.span()));
                Step::Unreadable
            }
        }
    }

    /// What a text points to that is a reference without a `$ref`, as seen from a node.
    pub(crate) fn target(&self, text: &'a str, from: Node<'a>) -> Option<Node<'a>> {
        self.lookup(from, text).ok().map(|found| found.target)
    }

    /// How a schema behind a reference is named in refusals: `/components/schemas/Order`, or
    /// `order.yaml#/Order` in another file.
    pub(crate) fn origin(text: &str, target: Node<'a>) -> String {
        let fragment = text.split_once('#').map_or("", |(_, fragment)| fragment);
        if target.tree().is_main() {
            fragment.to_owned()
        } else {
            format!("{}#{fragment}", target.tree().path())
        }
    }

    fn lookup(&self, node: Node<'a>, text: &'a str) -> Outcome<'a> {
        let resource = self.names.resource_of(node);
        if let Some(known) = self.known.borrow().get(&(resource, text)) {
            return known.clone();
        }
        let found = self.find(node, resource, text);
        self.known.borrow_mut().insert((resource, text), found.clone());
        found
    }

    fn find(&self, node: Node<'a>, from: usize, text: &'a str) -> Outcome<'a> {
        let (location, fragment) = text.split_once('#').unwrap_or((text, ""));
        let resource = match location {
            "" => from,
            location => self.resource(node, from, location)?,
        };
        let root = self.names.root(resource).ok_or(Fault::Nameless)?;
        let inside = |target| Found { target, is_outside: false };
        if fragment.is_empty() {
            return Ok(inside(root));
        }
        if !fragment.starts_with('/') {
            return match self.names.anchor(resource, fragment) {
                Some(Named::One(target)) => Ok(inside(target)),
                Some(Named::Several) => Err(Fault::Ambiguous),
                None => Err(Fault::Nameless),
            };
        }
        self.pointer(root, fragment).map(inside).or_else(|fault| {
            // Many documents give their schemas an `$id` and still count from the whole.
            let whole = root.tree().root();
            let target = self.pointer(whole, fragment).map_err(|_| fault)?;
            Ok(Found { target, is_outside: true })
        })
    }

    /// What stands before `#`: a name that a schema or document gives itself, else a file.
    fn resource(&self, node: Node<'a>, from: usize, location: &str) -> Result<usize, Fault<'a>> {
        let named = match self.names.named(from, location) {
            Some(Named::One(named)) => named,
            Some(Named::Several) => return Err(Fault::Ambiguous),
            None => {
                let path = local_path(node.tree().path(), location).map_err(Fault::NotLocal)?;
                let tree = self.library.file(&path).map_err(|why| Fault::Unread { path, why })?;
                self.names.resource_of(tree.root())
            }
        };
        let tree = self.names.root(named).map(Node::tree);
        match tree {
            Some(tree) if self.is_other_version(tree) => Err(Fault::OtherVersion),
            _ => Ok(named),
        }
    }

    /// Whether a file says that it is a document whose schemas mean something else.
    fn is_other_version(&self, tree: &Tree) -> bool {
        let root = tree.root();
        let word = |key| root.get(key).and_then(Node::as_word);
        let said = match (word("swagger"), word("openapi")) {
            (Some(text), _) => Version::parse_swagger(text),
            (None, Some(text)) => Version::parse(text),
            (None, None) => return false,
        };
        said.is_none_or(|said| !said.has_schemas_of(self.version))
    }

    fn pointer(&self, root: Node<'a>, pointer: &str) -> Result<Node<'a>, Fault<'a>> {
        let mut at = root;
        for token in pointer.split('/').skip(1) {
            let token = unescape(token);
            at = self.child(at, &token).ok_or(Fault::Dangling { within: at })?;
        }
        Ok(at)
    }

    /// The schema that a discriminator's mapping names: by the name of a schema of the document, or
    /// by a reference, as seen from a node (OpenAPI 3.1 section 4.8.25).
    pub(crate) fn schema_named(&self, name: &'a str, from: Node<'a>) -> Option<Node<'a>> {
        named_schemas(self.library.main()?.root())
            .and_then(|schemas| self.child(schemas, name))
            .or_else(|| Some(self.lookup(from, name).ok()?.target))
    }

    /// The schemas that the document names, in its order.
    pub(crate) fn named_schemas(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let main = self.library.main().and_then(|tree| named_schemas(tree.root()));
        main.into_iter().flat_map(Node::members).map(|(name, schema)| (name.text, schema))
    }

    /// The named schemas that build on this one by their `allOf`, and those that build on them.
    pub(crate) fn subtypes(&self, schema: Node<'a>) -> Vec<Node<'a>> {
        let direct = self.subtypes.get_or_init(|| self.direct_subtypes());
        let mut found: Vec<Node<'a>> = Vec::new();
        let mut open = vec![schema];
        while let Some(next) = open.pop() {
            for subtype in direct.get(&next.id()).into_iter().flatten() {
                let is_known = found.iter().any(|known| known.id() == subtype.id());
                if !is_known && found.len() < SUBTYPES_MAX {
                    found.push(*subtype);
                    open.push(*subtype);
                }
            }
        }
        found
    }

    /// Whether this is a named schema that builds on others by its `allOf`, and is not just another
    /// name for one of them.
    pub(crate) fn is_subtype(&self, schema: Node<'a>) -> bool {
        let heirs = self.heirs.get_or_init(|| {
            let direct = self.subtypes.get_or_init(|| self.direct_subtypes());
            let adds = |heir: &&Node<'a>| {
                heir.get("properties").is_some()
                    || heir.get("allOf").is_some_and(|parts| parts.len() > 1)
            };
            direct.values().flatten().filter(adds).map(|heir| heir.id()).collect()
        });
        heirs.contains(&schema.id())
    }

    fn direct_subtypes(&self) -> HashMap<u32, Vec<Node<'a>>> {
        let mut direct: HashMap<u32, Vec<Node<'a>>> = HashMap::new();
        for schema in self.library.trees().flat_map(schemas_of) {
            let parts = schema.get("allOf").into_iter().flat_map(Node::items);
            let bases = parts.filter_map(|part| self.lookup(part, part.get_str("$ref")?).ok());
            for base in bases {
                direct.entry(base.target.id()).or_default().push(schema);
            }
        }
        direct
    }

    /// The member or item of this name. Other than [`Node::get`], it is fast in large objects.
    pub(crate) fn child(&self, node: Node<'a>, name: &str) -> Option<Node<'a>> {
        if node.is_array() {
            return node.items().nth(name.parse().ok()?);
        }
        if node.len() <= SCANNED_MEMBERS_MAX {
            return node.get(name);
        }
        let mut tables = self.tables.borrow_mut();
        let table = tables
            .entry(node.id())
            .or_insert_with(|| node.members().map(|(name, value)| (name.text, value)).collect());
        table.get(name).copied()
    }
}

impl Fault<'_> {
    fn diagnostic(&self, text: &str, suggests: bool) -> Diagnostic {
        let foreign = |reason: &str| {
            let message = format!("the reference {} {reason}", shown(text));
            Diagnostic::error(&codes::FOREIGN_REFERENCE, message)
        };
        let dangling = |reason: &str| {
            let message = format!("the reference {} {reason}", shown(text));
            Diagnostic::error(&codes::DANGLING_REFERENCE, message)
        };
        match self {
            Self::NotLocal(NotLocal::Url) => foreign("is a URL, and nothing is fetched")
                .help("save what it names beside the document, and refer to the file"),
            Self::NotLocal(NotLocal::Outside) => {
                foreign("leads out of the folder of the main document")
                    .help("put the main document into a folder above all its files")
            }
            Self::NotLocal(NotLocal::Odd) => foreign("is no path of a file")
                .help("write a relative path with `/`, without `?` and control characters"),
            Self::Unread { path, why } => unread(path, why),
            Self::OtherVersion => foreign("leads to a document of another version")
                .help("one contract is of one version: convert one of the files"),
            Self::Ambiguous => dangling("is a name that stands twice"),
            Self::Nameless => dangling("is a name that no schema has")
                .help("write `#/components/schemas/NAME`, or give the schema an `$anchor` (3.1)"),
            Self::Dangling { within } => {
                let problem = dangling("points to nothing");
                if !suggests {
                    return problem;
                }
                let last = unescape(text.rsplit('/').next().unwrap_or_default());
                let names = within.members().take(COMPARED_MAX).map(|(name, _)| name.text);
                match did_you_mean(&last, names) {
                    Some(name) => problem.help(format!("did you mean {}?", shown(name))),
                    None => problem,
                }
            }
        }
    }
}

fn unread(path: &str, why: &Unread) -> Diagnostic {
    let reason = match why {
        Unread::Fault(fault) => fault.to_string(),
        Unread::Broken(_) => "its text is no document".to_owned(),
        Unread::TooMuch => {
            format!("a contract has at most {FILES_MAX} files, and a maximum of bytes and values")
        }
    };
    let message = format!("the file {} is not read: {reason}", shown(path));
    Diagnostic::error(&codes::UNREAD_FILE, message)
}

/// The schemas of a file that others can build on: those with a name, and a file that is a schema.
fn schemas_of(tree: &Tree) -> impl Iterator<Item = Node<'_>> {
    let root = tree.root();
    let own = std::iter::once(root).chain(root.members().map(|(_, member)| member));
    let own = own.filter(|_| !tree.is_main());
    own.chain(named_schemas(root).into_iter().flat_map(Node::members).map(|(_, schema)| schema))
}

/// Where a document names its schemas.
fn named_schemas(root: Node<'_>) -> Option<Node<'_>> {
    let components = root.get("components").and_then(|node| node.get("schemas"));
    components.or_else(|| root.get("definitions"))
}

/// A token of a JSON Pointer in a URI fragment: percent-escapes (RFC 3986), then `~1` and `~0`
/// (RFC 6901 section 6).
fn unescape(token: &str) -> String {
    let decoded = if token.contains('%') {
        percent_decoded(token).unwrap_or_else(|| token.to_owned())
    } else {
        token.to_owned()
    };
    if decoded.contains('~') { decoded.replace("~1", "/").replace("~0", "~") } else { decoded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::NoFiles;
    use portcullis_model::Sources;

    const TEXT: &str = r##"{
        "a/b": {"m~n": [10, {"é": 1}]},
        "one": {"$ref": "#/two"}, "two": {"$ref": "#/a~1b"},
        "loop": {"$ref": "#/loop"},
        "gone": {"$ref": "#/tow"},
        "away": {"$ref": "other.yaml#/x"},
        "web": {"$ref": "https://a.example/other.yaml#/x"},
        "anchor": {"$ref": "#name"},
        "number": {"$ref": 1}
    }"##;

    fn follow(text: &str) -> Result<String, Vec<Diagnostic>> {
        let mut sources = Sources::default();
        let source = sources.add("a.json", TEXT);
        let library = Library::load(&mut sources, source, &mut NoFiles).unwrap();
        let root = library.main().unwrap().root();
        let mut notes = Notes::default();
        let references = References::new(&library, Version::V31, true);
        match references.follow(root.get(text).unwrap(), &mut notes) {
            Some(node) => Ok(node.to_data().to_string()),
            None => Err(notes.into_diagnostics()),
        }
    }

    #[test]
    fn chains_are_followed_and_cycles_end() {
        assert_eq!(follow("one").unwrap(), r#"{"m~n":[10,{"é":1}]}"#);
        assert_eq!(follow("loop").unwrap_err()[0].code, &codes::REFERENCE_CYCLE);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let gone = &follow("gone").unwrap_err()[0];
        assert_eq!(gone.code, &codes::DANGLING_REFERENCE);
        assert_eq!(gone.help.as_deref(), Some("did you mean `two`?"));
        assert_eq!(follow("away").unwrap_err()[0].code, &codes::UNREAD_FILE);
        assert_eq!(follow("web").unwrap_err()[0].code, &codes::FOREIGN_REFERENCE);
        assert_eq!(follow("anchor").unwrap_err()[0].code, &codes::DANGLING_REFERENCE);
        assert_eq!(follow("number").unwrap_err()[0].code, &codes::STRUCTURE);
    }

    #[test]
    fn tokens_are_unescaped_in_the_right_order() {
        assert_eq!(unescape("a~1b"), "a/b");
        assert_eq!(unescape("~01"), "~1");
        assert_eq!(unescape("%C3%A9%7E1"), "é/");
        assert_eq!(unescape("100%"), "100%");
    }
}
