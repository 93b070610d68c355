//! What a `$ref` points to.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use portcullis_model::{Diagnostic, did_you_mean};

use crate::codes;
use crate::document::Node;
use crate::notes::{Notes, shown};

/// References that only point to references, one behind the other.
const CHAIN_MAX: usize = 64;
/// Objects with more members are looked up by a table.
const SCANNED_MEMBERS_MAX: usize = 16;
/// Schemas that build on one.
const SUBTYPES_MAX: usize = 1_000;
/// Names that are compared for a suggestion.
const COMPARED_MAX: usize = 2_000;

/// Follows references inside one document.
#[derive(Debug)]
pub(crate) struct References<'a> {
    root: Node<'a>,
    /// What each text was found to point to.
    known: RefCell<HashMap<&'a str, Result<Node<'a>, Fault<'a>>>>,
    /// The members of large objects, by the object.
    tables: RefCell<HashMap<u32, HashMap<&'a str, Node<'a>>>>,
    /// The named schemas whose `allOf` refers to a schema, by that schema; made when first asked.
    subtypes: OnceCell<HashMap<u32, Vec<Node<'a>>>>,
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

/// Why a reference points to nothing that can be read.
#[derive(Debug, Clone, Copy)]
enum Fault<'a> {
    /// To another document.
    Foreign,
    /// To a name inside a schema.
    Anchor,
    /// To nothing; the part of the pointer that is missing, and where it was looked for.
    Dangling { within: Node<'a> },
}

impl<'a> References<'a> {
    pub(crate) fn new(root: Node<'a>) -> Self {
        Self {
            root,
            known: RefCell::default(),
            tables: RefCell::default(),
            subtypes: OnceCell::new(),
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
        let Some(reference) = node.get("$ref") else {
            return Step::NoReference;
        };
        let Some(text) = reference.as_str() else {
            let message = format!("`$ref` must be a text, not {}", reference.kind_name());
            notes.push(Diagnostic::error(&codes::STRUCTURE, message).at(reference.span()));
            return Step::Unreadable;
        };
        match self.lookup(text) {
            Ok(target) => Step::To(target),
            Err(fault) => {
                notes.push(fault.diagnostic(text, notes.suggests()).at(reference.span()));
                Step::Unreadable
            }
        }
    }

    fn lookup(&self, text: &'a str) -> Result<Node<'a>, Fault<'a>> {
        if let Some(known) = self.known.borrow().get(text) {
            return *known;
        }
        let found = self.find(text);
        self.known.borrow_mut().insert(text, found);
        found
    }

    fn find(&self, text: &'a str) -> Result<Node<'a>, Fault<'a>> {
        let pointer = text.strip_prefix('#').ok_or(Fault::Foreign)?;
        if pointer.is_empty() {
            return Ok(self.root);
        }
        let pointer = pointer.strip_prefix('/').ok_or(Fault::Anchor)?;
        let mut at = self.root;
        for token in pointer.split('/') {
            let token = unescape(token);
            at = self.child(at, &token).ok_or(Fault::Dangling { within: at })?;
        }
        Ok(at)
    }

    /// The schema that a discriminator's mapping names: a reference, or the name of a schema of the
    /// document (OpenAPI 3.1 section 4.8.25).
    pub(crate) fn schema_named(&self, name: &'a str) -> Option<Node<'a>> {
        self.named_schemas()
            .and_then(|schemas| self.child(schemas, name))
            .or_else(|| self.lookup(name).ok())
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

    fn direct_subtypes(&self) -> HashMap<u32, Vec<Node<'a>>> {
        let mut direct: HashMap<u32, Vec<Node<'a>>> = HashMap::new();
        let schemas = self.named_schemas().into_iter().flat_map(Node::members);
        for (_, schema) in schemas {
            let parts = schema.get("allOf").into_iter().flat_map(Node::items);
            let bases = parts.filter_map(|part| self.lookup(part.get_str("$ref")?).ok());
            for base in bases {
                direct.entry(base.id()).or_default().push(schema);
            }
        }
        direct
    }

    /// Where the document names its schemas.
    fn named_schemas(&self) -> Option<Node<'a>> {
        let components = self.root.get("components").and_then(|node| node.get("schemas"));
        components.or_else(|| self.root.get("definitions"))
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
    fn diagnostic(self, text: &str, suggests: bool) -> Diagnostic {
        match self {
            Self::Foreign => {
                let message = format!("the reference {} leaves this document", shown(text));
                Diagnostic::error(&codes::FOREIGN_REFERENCE, message).help(
                    "references that begin with `#/` are read; bundle the files into one document",
                )
            }
            Self::Anchor => {
                let message = format!("the reference {} is no pointer", shown(text));
                Diagnostic::error(&codes::FOREIGN_REFERENCE, message)
                    .help("anchors are not read: write `#/components/schemas/NAME`")
            }
            Self::Dangling { within } => {
                let message = format!("the reference {} points to nothing", shown(text));
                let problem = Diagnostic::error(&codes::DANGLING_REFERENCE, message);
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

/// The text behind percent-escapes, if it is UTF-8 and every `%` is an escape.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        decoded.push((high << 4 | low) as u8);
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;
    use portcullis_model::Sources;

    const TEXT: &str = r##"{
        "a/b": {"m~n": [10, {"é": 1}]},
        "one": {"$ref": "#/two"}, "two": {"$ref": "#/a~1b"},
        "loop": {"$ref": "#/loop"},
        "gone": {"$ref": "#/tow"},
        "away": {"$ref": "other.yaml#/x"},
        "anchor": {"$ref": "#name"},
        "number": {"$ref": 1}
    }"##;

    fn follow(text: &str) -> Result<String, Vec<Diagnostic>> {
        let mut sources = Sources::default();
        let source = sources.add("a.json", TEXT);
        let tree = Tree::read(&sources, source).unwrap();
        let mut notes = Notes::default();
        let references = References::new(tree.root());
        match references.follow(tree.root().get(text).unwrap(), &mut notes) {
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
        assert_eq!(follow("away").unwrap_err()[0].code, &codes::FOREIGN_REFERENCE);
        assert_eq!(follow("anchor").unwrap_err()[0].code, &codes::FOREIGN_REFERENCE);
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
