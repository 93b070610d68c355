//! Where does an answer have a list?

use std::collections::VecDeque;

use portcullis_contract::{BodyKind, Contract, Operation, ShapeId, StatusPattern};

/// How far into an answer is looked.
const DEPTH_MAX: usize = 3;
/// Shapes that are looked at in one answer.
const SHAPES_MAX: usize = 200;

/// The JSON Pointer of the first list in an answer of success; none: there is none.
pub(super) fn list(contract: &Contract, operation: &Operation) -> Option<String> {
    let is_success =
        |status| matches!(status, StatusPattern::Exact(200..=299) | StatusPattern::Range(2));
    let successes = operation.responses.iter().filter(|response| is_success(response.status));
    let json = successes.flat_map(|one| &one.media).filter(|one| one.kind == BodyKind::Json);
    json.filter_map(|media| media.schema.as_ref()).find_map(|one| list_in(contract, one.shape))
}

fn list_in(contract: &Contract, from: ShapeId) -> Option<String> {
    let mut waiting = VecDeque::from([(String::new(), from, 0)]);
    for _ in 0..SHAPES_MAX {
        let (at, id, depth) = waiting.pop_front()?;
        let shape = contract.shapes.get(id);
        if shape.items.is_some() {
            return Some(at);
        }
        if depth == DEPTH_MAX {
            continue;
        }
        for (name, property) in shape.object.properties() {
            let name = name.replace('~', "~0").replace('/', "~1");
            waiting.push_back((format!("{at}/{name}"), property.shape, depth + 1));
        }
    }
    None
}
