//! Which operations use which schema.

use super::facts::EdgeKind;
use super::{OutlinedOperation, OutlinedSchema, SchemaIndex};

/// Operations that are remembered of one schema. What is used by so many is used everywhere: no walk goes on behind
/// it, so that a document of any size is walked in this many steps for each of its edges.
pub(super) const REMEMBERED_MAX: usize = 64;

/// Operations that use something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses {
    /// Their places in [`super::Outline::operations`], in order: the first ones.
    pub operations: Vec<u32>,
    /// Whether there are more.
    pub has_more: bool,
}

impl Uses {
    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Notes one; whether that was new.
    fn note(&mut self, operation: u32) -> bool {
        if self.operations.last() == Some(&operation) {
            return false;
        }
        if self.operations.len() >= REMEMBERED_MAX {
            self.has_more = true;
            return false;
        }
        self.operations.push(operation);
        true
    }
}

/// Finds them, from each operation along all edges.
pub(super) fn find(schemas: &mut [OutlinedSchema], operations: &[OutlinedOperation]) {
    for (number, operation) in (0_u32..).zip(operations) {
        let inputs = operation.parameters.iter().filter_map(|one| one.schema);
        let bodies = operation.bodies.iter().filter_map(|(_, schema)| *schema);
        walk(schemas, inputs.chain(bodies).collect(), number, true);
        let answers = operation.answers.iter().flat_map(|answer| &answer.bodies);
        walk(schemas, answers.filter_map(|(_, schema)| *schema).collect(), number, false);
    }
}

fn walk(schemas: &mut [OutlinedSchema], roots: Vec<SchemaIndex>, number: u32, is_in: bool) {
    let mut waiting = roots;
    while let Some(index) = waiting.pop() {
        let Some(schema) = schemas.get_mut(index.0 as usize) else { continue };
        let passes = if is_in { !schema.said.read_only } else { !schema.said.write_only };
        let uses = if is_in { &mut schema.in_requests } else { &mut schema.in_answers };
        if passes && uses.note(number) {
            waiting.extend(schema.edges.iter().map(|edge| edge.to));
        }
    }
}

impl EdgeKind {
    /// The property's name, if it is one.
    pub const fn property(&self) -> Option<&str> {
        match self {
            Self::Property(name) => Some(name),
            Self::Item | Self::Value | Self::Same => None,
        }
    }
}
