//! Schemas that the document gives a name, and the shapes that they speak of.

use std::collections::HashMap;

use super::{Shape, ShapeId, Shapes};

/// A schema that the document names (`components/schemas`, `definitions`), by its place in
/// [`Shapes::schema_names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaName(u32);

/// The named schemas of a contract, while its shapes are made.
#[derive(Debug, Default)]
pub(super) struct NamedSchemas {
    names: Vec<Box<str>>,
    of: HashMap<u32, Vec<SchemaName>>,
}

impl NamedSchemas {
    /// A name, by the nodes that it means: the schema itself, and what that is only a reference to.
    pub(super) fn add(&mut self, name: &str, nodes: impl Iterator<Item = u32>) {
        let index = SchemaName(self.names.len() as u32);
        self.names.push(name.into());
        nodes.for_each(|node| self.of.entry(node).or_default().push(index));
    }

    /// The names of these schema nodes, each once.
    pub(super) fn of(&self, nodes: &[u32]) -> Box<[SchemaName]> {
        let mut names: Vec<SchemaName> =
            nodes.iter().filter_map(|node| self.of.get(node)).flatten().copied().collect();
        names.sort_unstable();
        names.dedup();
        names.into()
    }

    pub(super) fn into_names(self) -> Vec<Box<str>> {
        self.names
    }
}

impl Shapes {
    /// Every name that the document gives a schema, in its order; also those that no operation uses.
    pub fn schema_names(&self) -> impl Iterator<Item = (&str, SchemaName)> {
        let numbered = self.names.iter().zip(0..);
        numbered.map(|(name, index)| (&**name, SchemaName(index)))
    }

    /// The schema of this name.
    pub fn schema_named(&self, name: &str) -> Option<SchemaName> {
        self.schema_names().find(|(known, _)| *known == name).map(|(_, index)| index)
    }

    /// What the document calls it.
    pub fn schema_name(&self, name: SchemaName) -> &str {
        self.names.get(name.0 as usize).map_or("", |name| name)
    }

    /// Every shape that a named schema speaks of.
    pub fn shapes_of(&self, name: SchemaName) -> impl Iterator<Item = ShapeId> {
        let numbered = self.shapes.iter().zip(0..);
        numbered.filter(move |(shape, _)| shape.is_of(name)).map(|(_, index)| ShapeId(index))
    }
}

impl Shape {
    /// Whether a named schema speaks of this value: its own, one that it builds on (`allOf`), or an
    /// alternative of it (`oneOf`, `anyOf`, a discriminator's).
    pub fn is_of(&self, name: SchemaName) -> bool {
        self.names.binary_search(&name).is_ok()
    }
}
