//! JSON Pointers of the nodes that something is said of.

use std::collections::{HashMap, HashSet};

use portcullis_model::Pointer;

use crate::document::Node;
use crate::library::Library;

/// The pointers of these nodes, each within its file.
pub(super) fn pointers(library: &Library, wanted: &HashSet<u32>) -> HashMap<u32, Pointer> {
    let mut found = HashMap::with_capacity(wanted.len());
    for tree in library.trees() {
        look(tree.root(), Pointer::root(), wanted, &mut found);
    }
    found
}

/// As deep as a text may nest: 512 values.
fn look(node: Node<'_>, at: Pointer, wanted: &HashSet<u32>, found: &mut HashMap<u32, Pointer>) {
    for (name, member) in node.members().filter(|(_, member)| holds(*member)) {
        let mut inner = at.clone();
        inner.push(name.text);
        look(member, inner, wanted, found);
    }
    for (index, item) in node.items().enumerate().filter(|(_, item)| holds(*item)) {
        let mut inner = at.clone();
        inner.push_index(index);
        look(item, inner, wanted, found);
    }
    if wanted.contains(&node.id()) {
        found.insert(node.id(), at);
    }
}

/// Sites are objects and lists, and texts of servers and examples.
fn holds(node: Node<'_>) -> bool {
    node.is_object() || node.is_array() || node.as_str().is_some()
}
