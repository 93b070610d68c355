//! What a `$dynamicRef` means, which depends on the way that leads to it (JSON Schema 2020-12
//! section 8.2.3.2): of all schemas that were entered, the outermost that has the name.
//!
//! The way is known when schemas are translated, so each schema is translated once for every
//! meaning that the names can have in it.

use std::collections::BTreeMap;

use crate::document::Node;
use crate::names::Names;

/// Meanings that all names together may have.
const SCOPES_MAX: usize = 64;

/// The scopes of one contract. The first one is empty.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    list: Vec<BTreeMap<&'a str, Node<'a>>>,
}

impl Default for Scopes<'_> {
    fn default() -> Self {
        Self { list: vec![BTreeMap::new()] }
    }
}

impl<'a> Scopes<'a> {
    /// The scope in a schema that is entered from another scope; `None` if there are too many.
    pub(super) fn entered(
        &mut self,
        from: usize,
        schema: Node<'a>,
        names: &Names<'a>,
    ) -> Option<usize> {
        let anchors = names.dynamic_anchors(schema);
        let known = self.list.get(from)?;
        if anchors.iter().all(|(name, _)| known.contains_key(name)) {
            return Some(from);
        }
        let mut scope = known.clone();
        for (name, target) in anchors {
            scope.entry(name).or_insert(*target);
        }
        let is_same = |other: &BTreeMap<&str, Node<'_>>| {
            let ids = |scope: &BTreeMap<&'_ str, Node<'_>>| -> Vec<u32> {
                scope.values().map(|target| target.id()).collect()
            };
            other.keys().eq(scope.keys()) && ids(other) == ids(&scope)
        };
        if let Some(index) = self.list.iter().position(is_same) {
            return Some(index);
        }
        if self.list.len() == SCOPES_MAX {
            return None;
        }
        self.list.push(scope);
        Some(self.list.len() - 1)
    }

    /// The schema that has this name in a scope.
    pub(super) fn get(&self, scope: usize, name: &str) -> Option<Node<'a>> {
        self.list.get(scope)?.get(name).copied()
    }
}
