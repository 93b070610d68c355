//! Which values two documents take, compared keyword by keyword: for a reload, long after the
//! reading. What cannot be compared counts as wider.

mod keywords;

use std::collections::{HashMap, HashSet};

use portcullis_model::{Pointer, SourceId, Sources, Span};

use crate::document::{Node, Tree};
use crate::files::{FileFault, Files};
use crate::library::Library;
use crate::read::version;
use crate::reference::References;
use crate::version::Version;
use keywords::Found;

/// Pairs of schemas that are looked at; the largest published contract has fewer.
const PAIRS_MAX: usize = 1_000_000;
/// References that only point to references, one behind the other.
const CHAIN_MAX: usize = 64;

/// A document that was read before, by its texts.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'s> {
    /// The files.
    pub sources: &'s Sources,
    /// The document, among them.
    pub main: SourceId,
}

/// One difference in what a value may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueChange {
    /// Where in the value.
    pub at: Pointer,
    /// More values than before, or it cannot be shown that they are not more.
    pub is_wider: bool,
    /// What is different: "`maxLength` is 40, and before 30".
    pub what: String,
    /// The schema that says so, in the new document.
    pub span: Span,
}

/// Compares schemas, each given by where it stands before and after. What several of them share is
/// told with the first. `None`: a text cannot be read again.
pub fn compare_values(
    before: Texts<'_>,
    after: Texts<'_>,
    pairs: &[(Span, Span)],
) -> Option<Vec<Vec<ValueChange>>> {
    let (before, after) = (Side::load(before)?, Side::load(after)?);
    let (old, new) = (before.references(), after.references());
    let old_nodes = before.nodes(pairs.iter().map(|pair| pair.0));
    let new_nodes = after.nodes(pairs.iter().map(|pair| pair.1));
    let mut walk = Walk { old: &old, new: &new, seen: HashSet::new(), waiting: Vec::new() };
    let compared = pairs.iter().map(|(was, is)| match (old_nodes.get(was), new_nodes.get(is)) {
        (Some(was), Some(is)) => walk.compare(*was, *is, &after),
        _ => vec![ValueChange {
            at: Pointer::root(),
            is_wider: true,
            what: "cannot be compared".to_owned(),
            span: *is,
        }],
    });
    Some(compared.collect())
}

/// One document, read again.
struct Side<'s> {
    texts: Texts<'s>,
    /// The same texts under other ids.
    copy: Sources,
    library: Library,
    version: Version,
}

/// Gives the texts that were read before, and no others.
struct Kept<'s> {
    sources: &'s Sources,
    folder: &'s str,
}

impl Files for Kept<'_> {
    fn text(&mut self, name: &str, _: u64) -> Result<String, FileFault> {
        let source = self.sources.named(&format!("{}{name}", self.folder));
        source.map(|id| self.sources.text(id).to_owned()).ok_or(FileFault::NotGiven)
    }
}

impl<'s> Side<'s> {
    fn load(texts: Texts<'s>) -> Option<Self> {
        let name = texts.sources.name(texts.main);
        let end = name.rfind(['/', '\\']).map_or(0, |end| end + 1);
        let mut files = Kept { sources: texts.sources, folder: name.get(..end)? };
        let mut copy = Sources::default();
        let main = copy.add(name, texts.sources.shared_text(texts.main));
        let library = Library::load(&mut copy, main, &mut files).ok()?;
        let (_, version) = version(library.main().map(Tree::root)?).ok()?;
        Some(Self { texts, copy, library, version })
    }

    fn references(&self) -> References<'_> {
        References::new(&self.library, self.version, true)
    }

    /// The schemas that stand at these places.
    fn nodes(&self, spans: impl Iterator<Item = Span>) -> HashMap<Span, Node<'_>> {
        let wanted: HashSet<Span> = spans.collect();
        let mut found = HashMap::new();
        let mut waiting: Vec<Node<'_>> = self.library.trees().map(Tree::root).collect();
        while let Some(node) = waiting.pop() {
            if let Some(span) = self.original(node.span())
                && wanted.contains(&span)
            {
                found.entry(span).or_insert(node);
            }
            waiting.extend(node.members().map(|(_, member)| member));
            waiting.extend(node.items());
        }
        found
    }

    /// A place in the texts as they were given.
    fn original(&self, span: Span) -> Option<Span> {
        let source = self.texts.sources.named(self.copy.name(span.source))?;
        Some(Span { source, ..span })
    }
}

/// What is compared: two schemas at one place of a value. Where `is_exact`, less is no narrower: a
/// `not`, an `if`.
#[derive(Clone)]
struct Step<'a> {
    old: Node<'a>,
    new: Node<'a>,
    at: Pointer,
    is_exact: bool,
}

struct Walk<'a, 'r> {
    old: &'r References<'a>,
    new: &'r References<'a>,
    seen: HashSet<(u32, u32, bool)>,
    waiting: Vec<Step<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn compare(&mut self, old: Node<'a>, new: Node<'a>, after: &Side<'_>) -> Vec<ValueChange> {
        let mut changes = Vec::new();
        self.waiting.push(Step { old, new, at: Pointer::root(), is_exact: false });
        while let Some(step) = self.waiting.pop() {
            let Some(span) = after.original(step.new.span()) else { continue };
            let mut push = |found: Found| {
                let is_wider = found.is_wider || step.is_exact;
                changes.push(ValueChange { at: step.at.clone(), is_wider, what: found.what, span });
            };
            if self.seen.len() > PAIRS_MAX {
                push(Found::wider("is too large to be compared"));
                break;
            }
            match (followed(step.old, self.old), followed(step.new, self.new)) {
                (Some(old), Some(new)) => {
                    let is_new = self.seen.insert((old.id(), new.id(), step.is_exact));
                    if is_new {
                        let step = Step { old, new, ..step.clone() };
                        keywords::compare(&step, &mut self.waiting, &mut push);
                        heirs(&step, (self.old, self.new), &mut self.waiting, &mut push);
                    }
                }
                _ => push(Found::wider("leads to a schema that cannot be compared")),
            }
        }
        changes
    }
}

/// Schemas that build on one with a `discriminator` are read in its place.
fn heirs<'a>(
    step: &Step<'a>,
    (old, new): (&References<'a>, &References<'a>),
    waiting: &mut Vec<Step<'a>>,
    push: &mut impl FnMut(Found),
) {
    if step.old.get("discriminator").is_none() && step.new.get("discriminator").is_none() {
        return;
    }
    let (before, after) = (old.subtypes(step.old), new.subtypes(step.new));
    if before.len() != after.len() {
        push(Found::wider("has other schemas that build on it"));
    }
    waiting.extend(before.into_iter().zip(after).map(|(old, new)| Step {
        old,
        new,
        at: step.at.clone(),
        is_exact: true,
    }));
}

/// What a schema that is only a reference leads to. `None` for one whose meaning depends on more
/// than its text: something beside the reference, a base of its own, the way that led to it.
fn followed<'a>(schema: Node<'a>, references: &References<'a>) -> Option<Node<'a>> {
    let mut at = schema;
    for _ in 0..CHAIN_MAX {
        let moves = ["$id", "$dynamicRef", "$recursiveRef", "$dynamicAnchor", "$recursiveAnchor"];
        if moves.into_iter().any(|key| at.get(key).is_some()) {
            return None;
        }
        let Some(reference) = at.get("$ref") else {
            return Some(at);
        };
        let mut beside = at.members().map(|(name, _)| name.text);
        if !beside.all(|name| name == "$ref" || keywords::is_said_only(name)) {
            return None;
        }
        at = references.target(reference.as_str()?, at)?;
    }
    None
}

#[cfg(test)]
mod tests;
