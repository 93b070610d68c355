//! Texts that are more than text: asked of what goes on to the API, when it is known what that is.

use portcullis_contract::{BodyKind, Media, Operation};
use portcullis_controls::hostile_input::{
    Going, Looking, judge_file_name, judge_parameters, judge_text, judge_tree,
};
use portcullis_controls::input_shape::{Accepted, Given};
use portcullis_model::{ControlId, Mode};

use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use crate::head::RequestHead;

/// The values outside the body, and the header fields that always pass.
pub(super) fn parameters(
    accepted: &Accepted,
    given: &Given<'_>,
    operation: &Operation,
    index: usize,
    head: &RequestHead,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let Some(looking) = looking(index, context) else { return Ok(()) };
    let query = String::from_utf8_lossy(&accepted.query);
    let cookies = String::from_utf8_lossy(&accepted.cookies);
    let schemes = given.schemes;
    let going = Going { path: given.path, query: &query, cookies: &cookies, schemes };
    context.ask(judge_parameters(looking, operation, going, head.fields.iter()))
}

/// The body, once everything that may not be written was taken out of it.
pub(super) fn body(
    body: &Payload,
    media: Option<&Media>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let Some(looking) = looking(index, context) else { return Ok(()) };
    let schema = media.and_then(|media| media.schema.as_ref());
    if let Some(tree) = body.tree() {
        return context.ask(judge_tree(looking, tree, schema));
    }
    match body {
        Payload::Bytes { bytes, coding: None, read: None }
            if media.is_some_and(|media| media.range.kind() == BodyKind::Text) =>
        {
            context.ask(judge_text(looking, &String::from_utf8_lossy(bytes), schema))
        }
        _ => Ok(()),
    }
}

/// The name of a file among the parts of a body.
pub(super) fn file_name(name: &str, index: usize, context: &mut Context<'_>) -> Result<(), Exit> {
    let Some(looking) = looking(index, context) else { return Ok(()) };
    context.ask(judge_file_name(looking, name))
}

/// None where nobody asks. What is confined by its schema is only where schemas are enforced; a knock-out asks
/// what this control does without the other, and not what it would do in its place.
fn looking<'w>(index: usize, context: &Context<'w>) -> Option<Looking<'w>> {
    let plan = context.plan;
    if context.mode(ControlId::HostileInput) == Mode::NotAsked {
        return None;
    }
    let is_held = context.mode(ControlId::InputShape) != Mode::Observe;
    let said = &plan.operations.get(index)?.texts;
    Some(Looking::new(&plan.model.contract.shapes, said, is_held))
}
