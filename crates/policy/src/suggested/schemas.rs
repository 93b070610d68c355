//! What describes the objects behind a path.

use portcullis_contract::{Contract, Operation, Shape, ShapeId, Shapes, StatusPattern, Types};

use super::members::{id, pointer};
use crate::naming::{folded, words};

/// Members in which answers wrap what they are about.
const WRAPS: [&str; 6] = ["data", "result", "item", "entry", "attributes", "payload"];

/// What describes an object that an operation reads.
pub(super) struct Described {
    pub(super) shape: ShapeId,
    pub(super) schema: String,
    pub(super) id: String,
}

/// The object that an operation answers with, if it has an id.
pub(super) fn of_one(
    contract: &Contract,
    operation: &Operation,
    of: &str,
    parameter: &str,
) -> Option<Described> {
    let shapes = &contract.shapes;
    let (status, root) = answer(operation)?;
    let wrapped = shapes.get(root).object.properties().filter_map(|(name, property)| {
        let is_wrap = WRAPS.contains(&name) || folded(name) == of;
        is_wrap.then(|| (pointer(name), property.shape))
    });
    let mut places = [(String::new(), root)].into_iter().chain(wrapped);
    places.find_map(|(at, shape)| {
        let id = id(shapes, shape, of, parameter)?;
        let schema =
            name(shapes, shape, of).unwrap_or_else(|| format!("{}.{status}{at}", operation.name()));
        Some(Described { shape, schema, id })
    })
}

/// What describes the items of an operation's answer, if they have this id.
pub(super) fn of_list(
    contract: &Contract,
    operation: &Operation,
    of: &str,
    id: &str,
) -> Option<String> {
    let shapes = &contract.shapes;
    let (status, root) = answer(operation)?;
    let lists =
        shapes.get(root).object.properties().filter_map(|(name, property)| {
            Some((pointer(name), shapes.get(property.shape).items?))
        });
    let itself = shapes.get(root).items.map(|items| (String::new(), items));
    let mut places = itself.into_iter().chain(lists);
    places.find_map(|(at, items)| {
        let mut members = shapes.get(items).object.properties();
        members.find(|(name, _)| pointer(name) == id)?;
        let named = name(shapes, items, of);
        Some(named.unwrap_or_else(|| format!("{}.{status}{at}/*", operation.name())))
    })
}

/// The first answer of success that is described.
fn answer(operation: &Operation) -> Option<(u16, ShapeId)> {
    operation.responses.iter().find_map(|answer| {
        let StatusPattern::Exact(status @ 200..=299) = answer.status else { return None };
        let schema = answer.media.iter().find_map(|media| media.schema.as_ref())?;
        Some((status, schema.shape))
    })
}

/// The name of a shape's schema: the one like the path, else one that has its word in it, else the one that
/// fewest shapes have. What an object builds on (`allOf`) names others, too.
fn name(shapes: &Shapes, id: ShapeId, of: &str) -> Option<String> {
    let shape: &Shape = shapes.get(id);
    if !shape.types.intersects(Types::OBJECT) {
        return None;
    }
    let names: Vec<_> = shapes.schema_names().filter(|(_, name)| shape.is_of(*name)).collect();
    let alike = names.iter().find(|(name, _)| folded(name) == of);
    let is_other = |name: &str| !words(name).concat().contains(of);
    let narrow =
        || names.iter().min_by_key(|(name, id)| (is_other(name), shapes.shapes_of(*id).count()));
    alike.or_else(narrow).map(|(name, _)| (*name).to_owned())
}
