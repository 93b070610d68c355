//! A body of parts (`multipart/form-data`): read once, stripped, checked, and written anew with a
//! boundary of ours.

use portcullis_contract::Media;
use portcullis_controls::content_type;
use portcullis_controls::input_shape;
use portcullis_controls::multipart::{self, Fault, FormData};
use portcullis_controls::writable_properties;

use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use super::{hostile, tree};

/// A body with this boundary.
pub(super) fn form_data(
    bytes: Vec<u8>,
    boundary: &str,
    media: Option<&Media>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let plan = context.plan;
    match read(bytes, boundary, media, context) {
        Ok(form) => checked(form, media, index, context),
        Err((fault, bytes)) => {
            let refusal = input_shape::unreadable_parts(&fault, &plan.limits);
            tree::unread(refusal, bytes, context)
        }
    }
}

pub(super) fn read(
    bytes: Vec<u8>,
    boundary: &str,
    media: Option<&Media>,
    context: &Context<'_>,
) -> Result<FormData, (Fault, Vec<u8>)> {
    let plan = context.plan;
    match multipart::parse(&bytes, boundary, &plan.limits) {
        Ok(parts) => {
            let shapes = &plan.model.contract.shapes;
            multipart::read(bytes, parts, media, shapes, &plan.json_in, &plan.limits)
        }
        Err(fault) => Err((fault, bytes)),
    }
}

fn checked(
    mut form: FormData,
    media: Option<&Media>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    for name in form.file_names() {
        hostile::file_name(name, index, context)?;
    }
    for file in form.files(media) {
        context.ask(content_type::judge_file(&file))?;
    }
    let schema = media.and_then(|media| media.schema.as_ref());
    tree::strip(form.document_mut(), Vec::new(), schema, index, context)?;
    context.ask(input_shape::judge_parts(schema, form.document(), &form.blobs()))?;
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    if handling.exact_request && form.document().is_edited() {
        return Err(writable_properties::exact_body().into());
    }
    if handling.exact_request || !tree::is_enforced(context) {
        let (bytes, read) = form.into_parts();
        return Ok(Payload::Bytes { bytes, coding: None, read: Some(read) });
    }
    written(form, media, context)
}

/// The parts that are left, with a boundary of ours between them.
pub(super) fn written(
    form: FormData,
    media: Option<&Media>,
    context: &Context<'_>,
) -> Result<Payload, Exit> {
    let seed = context.request_id().to_string();
    match multipart::write(&form, media, &seed) {
        Some((bytes, boundary)) => {
            Ok(Payload::Parts { bytes, boundary, read: form.into_parts().1 })
        }
        // Nobody can know the boundaries beforehand; if all stand in the body, nothing goes on.
        None => Err(input_shape::unreadable_parts(
            &Fault::Shape("boundary_in_part"),
            &context.plan.limits,
        )
        .into()),
    }
}
