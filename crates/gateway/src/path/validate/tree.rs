//! A body that is a tree: parsed once, stripped of what may not be written, held against its schema.

use portcullis_contract::Schema;
use portcullis_controls::Plan;
use portcullis_controls::content_type;
use portcullis_controls::input_shape;
use portcullis_controls::urlencoded;
use portcullis_controls::writable_properties::{self, Outcome, Unwritable};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal};
use portcullis_policy::Undeclared;

use super::super::context::{Context, Exit};
use super::payload::Payload;

/// A JSON body.
pub(super) fn json(
    bytes: Vec<u8>,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    match Document::parse(bytes, &context.plan.json_in) {
        Ok(document) => checked(Read { document, form: None }, schema, index, context),
        Err(rejected) => unread(input_shape::unreadable(&rejected.fault), rejected.bytes, context),
    }
}

/// A form: the same tree.
pub(super) fn form(
    bytes: Vec<u8>,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let plan = context.plan;
    match read_form(bytes, schema, plan) {
        Ok(read) => checked(read, schema, index, context),
        Err((refusal, bytes)) => unread(refusal, bytes, context),
    }
}

/// A body that cannot be read goes on only if neither control minds.
pub(super) fn unread(
    refusal: Refusal,
    bytes: Vec<u8>,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    context.refuse(refusal)?;
    context.refuse(writable_properties::not_read())?;
    Ok(Payload::Bytes { bytes, coding: None })
}

/// A body as a tree; a form keeps its bytes beside it.
struct Read {
    document: Document,
    form: Option<Vec<u8>>,
}

fn read_form(
    bytes: Vec<u8>,
    schema: Option<&Schema>,
    plan: &Plan,
) -> Result<Read, (Refusal, Vec<u8>)> {
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err((content_type::not_utf8(), bytes));
    };
    let shape = schema.map(|schema| schema.shape);
    match urlencoded::read_form(text, &plan.model.contract.shapes, shape, &plan.json_in) {
        Ok(document) => Ok(Read { document, form: Some(bytes) }),
        Err(fault) => Err((input_shape::unreadable_form(fault), bytes)),
    }
}

fn checked(
    read: Read,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let Read { mut document, form } = read;
    strip(&mut document, Vec::new(), schema, index, context)?;
    context.ask(input_shape::judge_body(schema, &document))?;
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    if handling.exact_request && document.is_edited() {
        return Err(writable_properties::exact_body().into());
    }
    let is_enforced = is_enforced(context);
    Ok(match form {
        // Where nothing is enforced, or nothing may be changed, nothing is.
        Some(bytes) if handling.exact_request || !is_enforced => {
            Payload::Bytes { bytes, coding: None }
        }
        None if handling.exact_request || !is_enforced => {
            Payload::Bytes { bytes: document.into_text().into_bytes(), coding: None }
        }
        Some(_) => Payload::Form(document),
        None => Payload::Json(document),
    })
}

/// Whether anything about a tree is enforced; else it goes on as it came.
pub(super) fn is_enforced(context: &Context<'_>) -> bool {
    let controls = [ControlId::InputShape, ControlId::WritableProperties];
    controls.into_iter().any(|control| context.mode(control) == Mode::Enforce)
}

/// Takes out what this request may not write, and says what was taken out. What stands `beside` the
/// tree is the caller's to take out.
pub(super) fn strip(
    document: &mut Document,
    beside: Vec<Unwritable>,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Vec<u32>, Exit> {
    let plan = context.plan;
    let undeclared = plan.model.undeclared_in.get(index).copied().unwrap_or(Undeclared::Drop);
    let outcome = writable_properties::judge_with(
        document,
        beside,
        &plan.model.contract.shapes,
        schema.map(|schema| schema.shape),
        undeclared,
        plan.is_undeclared_allowed(index, context.now()),
    );
    let found = match outcome {
        Outcome::Drop(found) => found,
        Outcome::Refuse(refusal, found) => {
            context.refuse(refusal)?;
            found
        }
    };
    let mut dropped = Vec::new();
    for one in found {
        let noted = Noted {
            control: ControlId::WritableProperties,
            reason: one.reason(),
            detail: one.at.to_string(),
        };
        if context.may_remove(noted) {
            document.drop_value(one.index);
            dropped.push(one.index);
        }
    }
    Ok(dropped)
}
