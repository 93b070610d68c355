//! Where does an answer show an object?

use std::collections::VecDeque;

use portcullis_contract::{BodyKind, Contract, Operation, ShapeId, StatusPattern};
use portcullis_policy::Resource;

/// How far into an answer is looked.
const DEPTH_MAX: usize = 3;
/// Shapes that are looked at in one answer.
const SHAPES_MAX: usize = 500;

/// Where an object stands in an answer of success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// A JSON Pointer; `*` stands for any item of a list.
    pub(super) at: String,
    /// Whether there may be several.
    pub(super) is_list: bool,
    /// What is declared of it.
    pub(super) shape: ShapeId,
}

impl Shown {
    /// A JSON Pointer to the first one.
    pub(super) fn first(&self) -> String {
        self.at.replace("/*", "/0")
    }
}

/// Where an operation's answer has an object of a resource, nearest first.
pub(super) fn shown(
    contract: &Contract,
    operation: &Operation,
    resource: &Resource,
) -> Option<Shown> {
    let successes = operation.responses.iter().filter(|response| {
        matches!(response.status, StatusPattern::Exact(200..=299) | StatusPattern::Range(2))
    });
    let media = successes.flat_map(|response| &response.media);
    let json = media.filter(|media| media.kind == BodyKind::Json && !media.range.is_lines());
    json.filter_map(|media| media.schema.as_ref())
        .find_map(|schema| in_shape(contract, schema.shape, resource))
}

fn in_shape(contract: &Contract, from: ShapeId, resource: &Resource) -> Option<Shown> {
    let mut waiting =
        VecDeque::from([(Shown { at: String::new(), is_list: false, shape: from }, 0)]);
    let mut looked = 0;
    while let Some((one, depth)) = waiting.pop_front() {
        looked += 1;
        let shape = contract.shapes.get(one.shape);
        let is_it = resource.shapes.contains(&one.shape)
            || resource.schemas.iter().any(|name| shape.is_of(*name));
        if is_it && shape.items.is_none() {
            return Some(one);
        }
        if depth == DEPTH_MAX || looked > SHAPES_MAX {
            continue;
        }
        if let Some(items) = shape.items {
            let at = format!("{}/*", one.at);
            waiting.push_back((Shown { at, is_list: true, shape: items }, depth + 1));
        }
        for (name, property) in shape.object.properties() {
            let name = name.replace('~', "~0").replace('/', "~1");
            let at = format!("{}/{name}", one.at);
            let shown = Shown { at, is_list: one.is_list, shape: property.shape };
            waiting.push_back((shown, depth + 1));
        }
    }
    None
}

/// Whether a member of an object is declared, by its pointer; and its shape.
pub(super) fn member(contract: &Contract, shape: ShapeId, pointer: &str) -> Option<ShapeId> {
    let names = pointer.split('/').skip(1);
    names.map(|name| name.replace("~1", "/").replace("~0", "~")).try_fold(shape, |at, name| {
        let object = &contract.shapes.get(at).object;
        object.properties().find(|(known, _)| *known == name).map(|(_, property)| property.shape)
    })
}
