//! How much a request asks for, and whether its numbers are read alike: asked of what goes on to the API.

use portcullis_contract::{Media, Operation};
use portcullis_controls::input_shape::{Accepted, Given, judge_whole_numbers};
use portcullis_controls::resource_limits::{Asking, Outside, judge_parameters, judge_tree};
use portcullis_model::{ControlId, Mode};

use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use crate::head::RequestHead;

/// What stands outside the body.
pub(super) fn parameters(
    accepted: &Accepted,
    given: &Given<'_>,
    operation: &Operation,
    index: usize,
    head: &RequestHead,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let asking = asking(index, context);
    let query = String::from_utf8_lossy(&accepted.query);
    let cookies = String::from_utf8_lossy(&accepted.cookies);
    let (query, cookies) = (query.as_ref(), cookies.as_ref());
    let outside = Outside { operation, path: given.path, query, cookies, json: given.limits };
    context.ask(judge_parameters(asking, outside, head.fields.iter()))
}

/// The body, once everything that may not be written was taken out of it.
pub(super) fn body(
    body: &Payload,
    media: Option<&Media>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let Some(tree) = body.tree() else { return Ok(()) };
    let schema = media.and_then(|media| media.schema.as_ref());
    let asking = asking(index, context);
    context.ask(judge_whole_numbers(asking.shapes, tree, schema))?;
    context.ask(judge_tree(asking, tree, schema))
}

fn asking<'w>(index: usize, context: &Context<'w>) -> Asking<'w> {
    let plan = context.plan;
    Asking {
        shapes: &plan.model.contract.shapes,
        limits: &plan.limits,
        own: plan.model.amounts.get(index).copied().unwrap_or_default(),
        is_held: context.mode(ControlId::InputShape) != Mode::Observe,
    }
}
