//! Answers that hold more than is declared, and what of them leaves.

use portcullis_contract::{BodyKind, Contract, Media};
use portcullis_controls::response_shape::{OtherType, Projection, project};
use portcullis_json::{Document, Limits};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::declared::{Way, undeclared};
use crate::source::Source;
use crate::tally::Tally;

/// A name that no document declares.
const CANARY: &str = "x-portcullis-canary";

/// What became of an answer.
pub(crate) struct Projected {
    /// What the projection found.
    pub(crate) found: Projection,
    /// What leaves.
    pub(crate) left: Value,
}

/// Projects an answer as the gateway does, and reads what leaves.
pub(crate) fn projected(contract: &Contract, media: &Media, answer: &Value) -> Option<Projected> {
    let text = serde_json::to_vec(answer).ok()?;
    let mut document = Document::parse(text, &Limits::GENEROUS).ok()?;
    let shape = media.schema.as_ref().map(|schema| schema.shape);
    let found = project(&document, &contract.shapes, shape, OtherType::Removed);
    found.drop.iter().for_each(|index| document.drop_value(*index));
    let mut out = Vec::new();
    document.write(&mut out);
    Some(Projected { left: serde_json::from_slice(&out).ok()?, found })
}

/// Puts names into an answer that nothing declares, projects it, and asks the oracle about what
/// is left.
pub(crate) fn attack(
    (source, contract): (Source<'_>, &Contract),
    (media, schema): (&Media, &Value),
    answer: &Value,
    (chance, tally): (&mut Chance, &mut Tally),
    place: &dyn Fn() -> String,
) {
    if media.kind != BodyKind::Json {
        return;
    }
    let mut answer = answer.clone();
    spoil(&mut answer, chance, 0);
    let Some(projected) = projected(contract, media, &answer) else {
        return tally.add("not read", place);
    };
    if projected.found.is_root_undeclared {
        // Nothing of it leaves.
        return tally.add("replaced", place);
    }
    tally.add("projected", place);
    if media.schema.is_some() {
        for leak in undeclared(source, schema, &projected.left, Way::Out) {
            tally.add("leaked", || format!("{} {leak}", place()));
        }
    }
}

/// Adds a member that nothing declares to every second object.
fn spoil(value: &mut Value, chance: &mut Chance, depth: usize) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| spoil(member, chance, depth + 1));
            if chance.below(2) == 0 || depth == 0 {
                members.insert(CANARY.to_owned(), json!({ "inner": [1, { "deep": true }] }));
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| spoil(item, chance, depth + 1));
            if chance.below(4) == 0 {
                items.push(json!({ CANARY: 1 }));
            }
        }
        _ => {}
    }
}
