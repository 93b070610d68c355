//! A body in XML that a schema describes: read once, stripped, checked; what may not be written is cut
//! out of it.

use portcullis_contract::Schema;
use portcullis_controls::input_shape;
use portcullis_controls::writable_properties::{self, Unwritable};
use portcullis_controls::xml::{self, Stray, XmlBody};

use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use super::tree;

/// A body that this schema describes.
pub(super) fn xml(
    bytes: Vec<u8>,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let plan = context.plan;
    let shape = schema.map(|schema| schema.shape);
    let shapes = &plan.model.contract.shapes;
    match xml::read(bytes, shape, shapes, &plan.json_in, &plan.limits) {
        Ok(body) => checked(body, schema, index, context),
        Err((fault, bytes)) => {
            tree::unread(input_shape::unreadable_xml(fault, &plan.limits), bytes, context)
        }
    }
}

fn checked(
    mut body: XmlBody,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    if body.is_other_root() {
        context.refuse(input_shape::other_root())?;
    }
    let strays = body.strays().map(|(index, stray)| Unwritable::stray(index, stray)).collect();
    let dropped = tree::strip(body.document_mut(), strays, schema, index, context)?;
    context.ask(input_shape::judge_body(schema, body.document()))?;
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    if handling.exact_request && !dropped.is_empty() {
        return Err(writable_properties::exact_body().into());
    }
    // What stays and has no place in the tree may say anything.
    let is_left = |(index, _): (u32, &Stray)| !dropped.contains(&index);
    let is_whole = !body.strays().any(is_left);
    // Where nothing is enforced, nothing was taken out.
    let (bytes, read) = body.without(&dropped);
    Ok(Payload::Bytes { bytes, coding: None, read: is_whole.then_some(read) })
}
