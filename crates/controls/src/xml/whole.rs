//! A body that its schema takes as one text: only well-formed, and nothing is cut out of it.

use portcullis_contract::{ShapeId, Shapes, Types};
use portcullis_json::{Document, Limits as JsonLimits, push_quoted};

use super::{Fault, FaultKind};

/// What is no text.
const OTHERS: Types = Types::BOOLEAN.or(Types::NUMBER).or(Types::ARRAY).or(Types::OBJECT);

/// Whether a body of this shape is one text or bytes, and no element that has a text.
pub(crate) fn is_whole(id: ShapeId, shapes: &Shapes) -> bool {
    let types = shapes.get(id).types;
    types.contains(Types::STRING)
        && !types.intersects(OTHERS)
        && !shapes.xml(id).is_some_and(|xml| xml.is_said)
}

/// The bytes as one text in a tree.
pub(super) fn read_whole(bytes: &[u8], limits: &JsonLimits) -> Result<Document, Fault> {
    let text = str::from_utf8(bytes)
        .map_err(|error| Fault { kind: FaultKind::NotUtf8, at: error.valid_up_to() })?;
    let mut json = Vec::with_capacity(bytes.len() + 2);
    push_quoted(text, &mut json);
    // The limits of XML hold already.
    let limits =
        JsonLimits { text_bytes_max: json.len(), string_bytes_max: json.len(), ..limits.clone() };
    Document::parse(json, &limits)
        .map_err(|rejected| Fault { kind: FaultKind::Value(rejected.fault), at: 0 })
}
