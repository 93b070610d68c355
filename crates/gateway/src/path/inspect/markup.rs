//! Markup in JSON answers: written so that no page reads it as such, or told of in the record.

use portcullis_controls::upstream_answer;
use portcullis_json::Document;
use portcullis_model::{ControlId, Mode};

use super::super::context::Context;
use crate::decision::Act;

/// Tells of markup that runs a script, where nobody has it escaped.
pub(super) fn flag(document: &Document, context: &mut Context<'_>) {
    let is_asked = context.mode(ControlId::UpstreamAnswer) != Mode::NotAsked;
    let is_told = is_asked && !escapes(context);
    if is_told && upstream_answer::runs_script(document.root(), document.text().as_bytes()) {
        context.entry.drift_beside("markup");
    }
}

/// A JSON body as it leaves, and whether that is another one than came.
pub(super) fn escape(body: Vec<u8>, context: &mut Context<'_>) -> (Vec<u8>, bool) {
    let is_enforced = context.mode(ControlId::UpstreamAnswer) == Mode::Enforce;
    if !is_enforced || !escapes(context) {
        return (body, false);
    }
    match upstream_answer::escaped(&body) {
        Some(escaped) => {
            // Nothing is lost: not worth a line in every record.
            context.acted(Act::Removed(ControlId::UpstreamAnswer));
            (escaped, true)
        }
        None => (body, false),
    }
}

/// What the policy says of this operation.
fn escapes(context: &Context<'_>) -> bool {
    let bodies = &context.plan.model.bodies;
    context.operation.and_then(|index| bodies.get(index)).is_some_and(|body| body.escapes_markup)
}
