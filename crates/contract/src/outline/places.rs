//! Where the nodes stand that something is said of.

use std::collections::{HashMap, HashSet};

use portcullis_model::Pointer;

use crate::document::Node;
use crate::library::Library;

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// To the member of this name.
    Member(Box<str>),
    /// To the item at this place.
    Item(usize),
}

/// The steps to these nodes, each from the root of its file.
pub(super) fn places(library: &Library, wanted: &HashSet<u32>) -> HashMap<u32, Box<[Step]>> {
    let mut found = HashMap::with_capacity(wanted.len());
    for tree in library.trees() {
        look(tree.root(), &mut Vec::new(), wanted, &mut found);
    }
    found
}

/// As deep as a text may nest: 512 values.
fn look(
    node: Node<'_>,
    steps: &mut Vec<Step>,
    wanted: &HashSet<u32>,
    found: &mut HashMap<u32, Box<[Step]>>,
) {
    if wanted.contains(&node.id()) {
        found.insert(node.id(), steps.as_slice().into());
    }
    for (name, member) in node.members().filter(|(_, member)| holds(*member)) {
        steps.push(Step::Member(name.text.into()));
        look(member, steps, wanted, found);
        steps.pop();
    }
    for (index, item) in node.items().enumerate().filter(|(_, item)| holds(*item)) {
        steps.push(Step::Item(index));
        look(item, steps, wanted, found);
        steps.pop();
    }
}

fn holds(node: Node<'_>) -> bool {
    node.is_object() || node.is_array()
}

/// The steps as a JSON Pointer.
pub(super) fn pointer(steps: &[Step]) -> Pointer {
    let mut pointer = Pointer::root();
    for step in steps {
        match step {
            Step::Member(name) => pointer.push(name),
            Step::Item(index) => pointer.push_index(*index),
        }
    }
    pointer
}
