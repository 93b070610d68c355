//! The body of a declared operation: from its labels to what goes to the API.

use portcullis_contract::{BodyKind, Media, Operation, Schema};
use portcullis_controls::Plan;
use portcullis_controls::content_type::{self, Body, Coding};
use portcullis_controls::input_shape;
use portcullis_controls::urlencoded;
use portcullis_controls::writable_properties::{self, Outcome};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal};
use portcullis_policy::Undeclared;

use super::super::context::{Context, Exit};
use super::payload::Payload;
use super::sent::Sent;
use crate::coding::{CodingFault, decode};

/// The body of a declared operation.
pub(super) async fn take(
    labels: Body,
    index: usize,
    operation: &Operation,
    sent: &mut Sent<'_, '_>,
    context: &mut Context<'_>,
) -> Result<(Payload, Option<String>), Exit> {
    let as_sent = sent.content_type();
    match labels {
        Body::None => {
            if operation.body.as_ref().is_some_and(|body| body.required) {
                context.refuse(input_shape::missing_body())?;
            }
            Ok((Payload::Nothing, None))
        }
        Body::Undeclared => {
            let bytes = sent.as_it_came(context).await?;
            let noted = Noted {
                control: ControlId::ContentType,
                reason: "undeclared_body",
                detail: "the operation declares no body".to_owned(),
            };
            if context.may_remove(noted) {
                Ok((Payload::Nothing, None))
            } else {
                Ok((bytes, as_sent))
            }
        }
        Body::AsItCame => {
            let has_properties = operation
                .body
                .as_ref()
                .is_some_and(|body| body.media.iter().any(|media| is_tree(media.kind)));
            if has_properties {
                // Enforced on its own, the next control cannot look into what was not read.
                context.refuse(writable_properties::not_read())?;
            }
            Ok((sent.as_it_came(context).await?, as_sent))
        }
        Body::Declared { media, kind, coding, content_type } => {
            let bytes = sent.read(context).await?;
            let media = operation.body.as_ref().and_then(|body| body.media.get(media));
            let body = declared(bytes, media, kind, coding, index, context)?;
            let content_type =
                if matches!(body, Payload::Bytes { .. }) { as_sent } else { Some(content_type) };
            Ok((body, content_type))
        }
    }
}

const fn is_tree(kind: BodyKind) -> bool {
    matches!(kind, BodyKind::Json | BodyKind::Form)
}

/// A body of a declared media type: decoded, parsed, stripped, checked.
fn declared(
    sent: Vec<u8>,
    media: Option<&Media>,
    kind: BodyKind,
    coding: Coding,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let plan = context.plan;
    let limits = &plan.limits;
    let as_sent = if coding == Coding::Identity { None } else { Some(sent.clone()) };
    let decoded = decode(sent, coding, limits.body_bytes_max, limits.decompressed_ratio_max);
    let bytes = match decoded {
        Ok(bytes) => bytes,
        Err(fault) => {
            context.refuse(match fault {
                CodingFault::Broken => content_type::bad_coding(),
                CodingFault::Breach(breach) => breach.refusal(limits),
            })?;
            return Ok(coded(as_sent.unwrap_or_default(), coding));
        }
    };
    let schema = media.and_then(|media| media.schema.as_ref());
    let read = match kind {
        BodyKind::Json => Document::parse(bytes, &plan.json_in)
            .map(|document| Read { document, form: None })
            .map_err(|rejected| (input_shape::unreadable(&rejected.fault), rejected.bytes)),
        BodyKind::Form => read_form(bytes, schema, plan),
        BodyKind::Text if std::str::from_utf8(&bytes).is_err() => {
            context.refuse(content_type::not_utf8())?;
            return Ok(Payload::Bytes { bytes, coding: None });
        }
        _ => return Ok(Payload::Bytes { bytes, coding: None }),
    };
    match read {
        Ok(read) => checked(read, schema, index, context),
        Err((refusal, bytes)) => {
            context.refuse(refusal)?;
            context.refuse(writable_properties::not_read())?;
            Ok(Payload::Bytes { bytes, coding: None })
        }
    }
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

fn coded(bytes: Vec<u8>, coding: Coding) -> Payload {
    let name = match coding {
        Coding::Identity => None,
        Coding::Gzip => Some("gzip".to_owned()),
        Coding::Deflate => Some("deflate".to_owned()),
    };
    Payload::Bytes { bytes, coding: name }
}

fn checked(
    read: Read,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let Read { mut document, form } = read;
    strip(&mut document, schema, index, context)?;
    context.ask(input_shape::judge_body(schema, &document))?;
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    if handling.exact_request && document.is_edited() {
        return Err(writable_properties::exact_body().into());
    }
    let is_enforced = [ControlId::InputShape, ControlId::WritableProperties]
        .into_iter()
        .any(|control| context.mode(control) == Mode::Enforce);
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

/// Takes out what this request may not write.
fn strip(
    document: &mut Document,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let plan = context.plan;
    let undeclared = plan.model.undeclared_in.get(index).copied().unwrap_or(Undeclared::Drop);
    let outcome = writable_properties::judge(
        document,
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
    for one in found {
        let noted = Noted {
            control: ControlId::WritableProperties,
            reason: one.reason(),
            detail: one.at.to_string(),
        };
        if context.may_remove(noted) {
            document.drop_value(one.index);
        }
    }
    Ok(())
}
