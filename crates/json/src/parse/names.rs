//! Names of members: each once.

use std::collections::HashSet;

use super::{Parsed, Parser};
use crate::fault::{Fault, FaultKind};
use crate::node::Node;

impl Parser<'_> {
    fn characters(&self, node: &Node) -> &str {
        let text = if node.escaped { self.unescaped.as_str() } else { self.text };
        text.get(node.first as usize..node.last as usize).unwrap_or_default()
    }

    /// The name nodes of the object whose node is `object`, as far as they have been read.
    fn names(&self, object: usize) -> impl Iterator<Item = (usize, &Node)> {
        let mut at = object + 1;
        std::iter::from_fn(move || {
            let index = at;
            let name = self.nodes.get(index)?;
            at = self.nodes.get(index + 1).map_or(self.nodes.len(), |value| value.next as usize);
            Some((index, name))
        })
    }

    pub(super) fn is_known_name(&self, object: usize, name: usize) -> bool {
        let Some(node) = self.nodes.get(name) else {
            return false;
        };
        let new = self.characters(node);
        self.names(object).take_while(|(index, _)| *index < name).any(|(_, known)| {
            known.last - known.first == node.last - node.first && self.characters(known) == new
        })
    }

    pub(super) fn refuse_duplicates(&self, object: usize) -> Parsed {
        let mut seen = HashSet::new();
        for (_, name) in self.names(object) {
            if !seen.insert(self.characters(name)) {
                return Err(Fault { kind: FaultKind::DuplicateName, at: name.start });
            }
        }
        Ok(())
    }
}
