//! What of contract and policy concerns one operation: evidence about it holds until this changes.
//!
//! The policy is cut into pieces: each entry of a list or mapping whose entries speak of operations or resources,
//! and every other section as a whole. A piece that names operations, or resources that operations touch, concerns
//! those; every other piece concerns all. So a slice may change for nothing, and never stays where it should not.
//! Comments, and how the file is written, do not count. What lies outside of both files (keys, secrets) does not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use portcullis_contract::Slices;
use portcullis_model::{Diagnostic, SourceId};
use portcullis_yaml::{Content, Key, Node, Notes, tree};
use sha2::{Digest as _, Sha256};

use crate::codes;
use crate::model::Model;
use crate::pattern::is_like;

/// What evidence about one operation depends on: SHA-256 of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// What the document says of it.
    pub contract: [u8; 32],
    /// What the policy says of it; the digest of nothing where there is no policy file.
    pub policy: [u8; 32],
}

/// Sections whose entries speak of operations or resources, and by which of their keys; none: by all that they say,
/// and by what they are called.
const CUT: [(&str, &[&str]); 7] = [
    ("operations", &["serialize"]),
    ("access", &["anyone", "callers", "may", "forbid", "on"]),
    ("rates", &["of"]),
    ("flows", &[]),
    ("relax", &["operation"]),
    ("resources", &[]),
    ("answers", &[]),
];
/// Where the gateway is, which says nothing of what it does.
const PLACES: [&str; 2] = ["listen", "health"];

impl Model {
    /// What concerns each operation, by its index.
    pub fn slices(&self) -> Result<Vec<Slice>, Diagnostic> {
        let is_further = |id: &SourceId| *id != self.main && Some(*id) != self.policy;
        let further: Vec<SourceId> = self.sources.ids().filter(is_further).collect();
        let contract = Slices::read(&self.sources, self.main, &further)?;
        let pieces = self.pieces()?;
        let of = |(index, operation)| Slice {
            contract: contract.of(operation),
            policy: digest(pieces.iter().filter(|piece| piece.concerns(index))),
        };
        Ok(self.contract.operations.iter().enumerate().map(of).collect())
    }

    /// What concerns whatever no operation is: all that both files say.
    pub fn whole(&self) -> Result<Slice, Diagnostic> {
        let mut contract = Sha256::new();
        let is_policy = |id: &SourceId| Some(*id) == self.policy;
        for id in self.sources.ids().filter(|id| !is_policy(id)) {
            let text = self.sources.text(id);
            contract.update((text.len() as u64).to_be_bytes());
            contract.update(text);
        }
        let policy = digest(self.pieces()?.iter());
        Ok(Slice { contract: contract.finalize().into(), policy })
    }

    fn pieces(&self) -> Result<Vec<Piece>, Diagnostic> {
        let Some(source) = self.policy else { return Ok(Vec::new()) };
        let mut notes = Notes::new(&codes::FILE);
        let tree = tree::read(source, self.sources.text(source), &mut notes);
        let Some(tree) = tree else {
            let problem = notes.into_diagnostics().into_iter().next();
            return problem.map_or_else(|| Ok(Vec::new()), Err);
        };
        let Content::Mapping(sections) = &tree.content else { return Ok(Vec::new()) };
        let mut pieces = Vec::new();
        for (key, section) in sections {
            let name = key.text.as_str();
            let cut = CUT.iter().find(|(cut, _)| *cut == name);
            match (&section.content, cut) {
                _ if PLACES.contains(&name) => {}
                (Content::List(entries), Some(cut)) => {
                    pieces.extend(entries.iter().map(|entry| self.piece(*cut, "", entry)));
                }
                (Content::Mapping(entries), Some(cut)) => {
                    let of = |(key, entry): &(Key, Node)| self.piece(*cut, &key.text, entry);
                    pieces.extend(entries.iter().map(of));
                }
                _ => pieces.push(Piece { text: said(name, "", section), concerns: None }),
            }
        }
        Ok(pieces)
    }

    fn piece(&self, (section, telling): (&str, &[&str]), key: &str, entry: &Node) -> Piece {
        let text = said(section, key, entry);
        let mut words = vec![key];
        match &entry.content {
            Content::Mapping(members) if !telling.is_empty() => {
                let telling = members.iter().filter(|(key, _)| telling.contains(&&*key.text));
                telling.for_each(|(_, member)| gather(member, &mut words));
            }
            _ => gather(entry, &mut words),
        }
        // Operations of one group wait for one another.
        if section == "operations" && words.contains(&"group") {
            return Piece { text, concerns: None };
        }
        let mut concerns: BTreeSet<usize> = BTreeSet::new();
        for word in words {
            concerns.extend(self.meant(word));
        }
        Piece { text, concerns: (!concerns.is_empty()).then_some(concerns) }
    }

    /// The operations that a word of the policy names, or that touch a resource that it names.
    fn meant(&self, word: &str) -> impl Iterator<Item = usize> {
        let name = word.strip_prefix("operation:").unwrap_or(word);
        let name = name.rsplit_once("::").map_or(name, |(_, name)| name);
        let resources = &self.authorization.resources;
        let resource = resources.iter().position(|resource| *resource.name == *word);
        let all = self.contract.operations.iter().zip(&self.authorization.operations).enumerate();
        all.filter(move |(_, (operation, touched))| {
            let is_named = operation.id.as_deref() == Some(name)
                || operation.title() == name
                || name.contains('*')
                    && (is_like(&operation.name(), name) || is_like(&operation.title(), name));
            let touches = resource.is_some_and(|resource| {
                touched.does.iter().any(|(one, _)| *one == resource)
                    || touched.inputs.iter().any(|input| input.resource == resource)
                    || touched.shows.contains(&resource)
            });
            is_named || touches
        })
        .map(|(index, _)| index)
    }
}

/// A part of the policy.
struct Piece {
    text: String,
    /// The operations that it concerns; none: all.
    concerns: Option<BTreeSet<usize>>,
}

impl Piece {
    fn concerns(&self, operation: usize) -> bool {
        self.concerns.as_ref().is_none_or(|these| these.contains(&operation))
    }
}

fn digest<'a>(pieces: impl Iterator<Item = &'a Piece>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.text.len() as u64).to_be_bytes());
        hash.update(&piece.text);
    }
    hash.finalize().into()
}

/// Every word that stands in a node: keys and values.
fn gather<'a>(node: &'a Node, words: &mut Vec<&'a str>) {
    match &node.content {
        Content::Nothing => {}
        Content::Scalar { text, .. } => words.push(text),
        Content::List(items) => items.iter().for_each(|item| gather(item, words)),
        Content::Mapping(members) => {
            for (key, member) in members {
                words.push(&key.text);
                gather(member, words);
            }
        }
    }
}

/// What an entry of a section says, in one form.
fn said(section: &str, key: &str, node: &Node) -> String {
    let mut text = format!("{section}:{key:?}:");
    write(node, &mut text);
    text
}

fn write(node: &Node, to: &mut String) {
    match &node.content {
        Content::Nothing => to.push('~'),
        // A text in quotes is not the number, `true` or nothing that it looks like.
        Content::Scalar { text, quoted } => {
            to.push(if *quoted { '"' } else { '\'' });
            // Writing to a String cannot fail.
            let _ = write!(to, "{text:?}");
        }
        Content::List(items) => {
            to.push('[');
            for item in items {
                write(item, to);
                to.push(',');
            }
            to.push(']');
        }
        Content::Mapping(members) => {
            to.push('{');
            for (key, member) in members {
                let _ = write!(to, "{:?}:", key.text);
                write(member, to);
                to.push(',');
            }
            to.push('}');
        }
    }
}

#[cfg(test)]
mod tests;
