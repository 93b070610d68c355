//! A body that is a tree: parsed once, stripped of what may not be written, held against its schema.

use portcullis_contract::{Media, MediaRange, Schema};
use portcullis_controls::Plan;
use portcullis_controls::content_type;
use portcullis_controls::input_shape;
use portcullis_controls::urlencoded::form::{self, Form};
use portcullis_controls::writable_properties::{self, Outcome, Unwritable};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal};
use portcullis_policy::Undeclared;

use super::super::context::{Context, Exit};
use super::super::payload::Payload;

/// A JSON body of this type.
pub(super) fn json(
    bytes: Vec<u8>,
    range: &MediaRange,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let mut document = match Document::parse(bytes, &context.plan.json_in) {
        Ok(document) => document,
        Err(rejected) => {
            return unread(input_shape::unreadable(&rejected.fault), rejected.bytes, context);
        }
    };
    strip(&mut document, Vec::new(), schema, index, context)?;
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    // In a merge patch a null removes something (RFC 7396).
    if handling.null_is_absent && range.sub != "merge-patch+json" {
        take_out_nulls(&mut document, schema, context);
    }
    context.ask(input_shape::judge_body(schema, &document))?;
    Ok(if goes_as_it_came(&document, index, context)? {
        let bytes = document.text().as_bytes().to_vec();
        Payload::Bytes { bytes, coding: None, read: Some(document) }
    } else {
        Payload::Json(document)
    })
}

/// A form: a tree like that of JSON.
pub(super) fn form(
    bytes: Vec<u8>,
    media: Option<&Media>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let mut form = match read_form(&bytes, media, context.plan) {
        Ok(form) => form,
        Err(refusal) => return unread(refusal, bytes, context),
    };
    let schema = media.and_then(|media| media.schema.as_ref());
    strip(form.document_mut(), Vec::new(), schema, index, context)?;
    if let Err(unread) = form.prune() {
        context.refuse(input_shape::unreadable_form(&unread))?;
    }
    context.ask(input_shape::judge_body(schema, form.document()))?;
    Ok(if goes_as_it_came(form.document(), index, context)? {
        Payload::Bytes { bytes, coding: None, read: Some(form.into_document()) }
    } else {
        Payload::Form(form)
    })
}

pub(super) fn read_form(bytes: &[u8], media: Option<&Media>, plan: &Plan) -> Result<Form, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| content_type::not_utf8())?;
    form::read(text, media, &plan.model.contract.shapes, &plan.json_in)
        .map_err(|unread| input_shape::unreadable_form(&unread))
}

/// Whether the bytes of a body stay as they are: where nothing is enforced, or nothing may be
/// changed, nothing is.
fn goes_as_it_came(document: &Document, index: usize, context: &Context<'_>) -> Result<bool, Exit> {
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    if handling.exact_request && document.is_edited() {
        return Err(writable_properties::exact_body().into());
    }
    Ok(handling.exact_request || !is_enforced(context))
}

/// A body that cannot be read goes on only if neither control minds.
pub(super) fn unread(
    refusal: Refusal,
    bytes: Vec<u8>,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    context.refuse(refusal)?;
    context.refuse(writable_properties::not_read())?;
    Ok(Payload::Bytes { bytes, coding: None, read: None })
}

/// Takes out what the owner takes for absent.
fn take_out_nulls(document: &mut Document, schema: Option<&Schema>, context: &mut Context<'_>) {
    let shapes = &context.plan.model.contract.shapes;
    let found = input_shape::null_members(document, shapes, schema.map(|schema| schema.shape));
    for one in found {
        let noted = Noted {
            control: ControlId::InputShape,
            reason: "null_property",
            detail: one.at.to_string(),
        };
        if context.may_remove(noted) {
            document.drop_value(one.index);
        }
    }
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
    settle(outcome, document, context)
}

/// Takes out what was found, as far as the control may, and says what was taken out.
pub(super) fn settle(
    outcome: Outcome,
    document: &mut Document,
    context: &mut Context<'_>,
) -> Result<Vec<u32>, Exit> {
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
