//! The body of a declared operation: from its labels to what goes to the API.

use portcullis_contract::{BodyKind, Media, Operation};
use portcullis_controls::content_type::{self, Body, Coding, Label};
use portcullis_controls::input_shape;
use portcullis_controls::resource_limits::Breach;
use portcullis_controls::writable_properties;
use portcullis_controls::xml;
use portcullis_ledger::Noted;
use portcullis_model::ControlId;
use portcullis_policy::Limits;

use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use super::super::sent::Sent;
use super::parts;
use super::tree;
use super::xml as xml_body;
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
            let has_properties =
                operation.body.as_ref().is_some_and(|body| body.media.iter().any(Media::is_tree));
            if has_properties {
                // Enforced on its own, the next control cannot look into what was not read.
                context.refuse(writable_properties::not_read())?;
            }
            Ok((sent.as_it_came(context).await?, as_sent))
        }
        Body::Declared(label) => {
            let (bytes_max, breach) = bytes_max(&label, &context.plan.limits);
            let bytes = sent.read(bytes_max, breach, context).await?;
            let media = operation.body.as_ref().and_then(|body| body.media.get(label.media));
            let body = declared(bytes, media, &label, index, context)?;
            let content_type = match &body {
                Payload::Bytes { .. } => as_sent,
                Payload::Parts { boundary, .. } => {
                    Some(format!("{}; boundary={boundary}", label.range))
                }
                _ => Some(label.content_type),
            };
            Ok((body, content_type))
        }
    }
}

/// How large a body may be, and which limit that is.
fn bytes_max(label: &Label, limits: &Limits) -> (usize, Breach) {
    match label.range.kind() {
        BodyKind::FormData => (limits.multipart_bytes_max, Breach::MultipartBytes),
        _ => (limits.body_bytes_max, Breach::BodyBytes),
    }
}

/// A body of a declared media type: decoded, parsed, stripped, checked.
fn declared(
    sent: Vec<u8>,
    media: Option<&Media>,
    label: &Label,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let plan = context.plan;
    let limits = &plan.limits;
    let coding = label.coding;
    let as_sent = if coding == Coding::Identity { None } else { Some(sent.clone()) };
    let (bytes_max, above) = bytes_max(label, limits);
    let decoded = decode(sent, coding, bytes_max, limits.decompressed_ratio_max);
    let bytes = match decoded {
        Ok(bytes) => bytes,
        Err(fault) => {
            context.refuse(match fault {
                CodingFault::Broken => content_type::bad_coding(),
                CodingFault::Breach(Breach::BodyBytes) => above.refusal(limits),
                CodingFault::Breach(breach) => breach.refusal(limits),
            })?;
            return Ok(coded(as_sent.unwrap_or_default(), coding));
        }
    };
    let schema = media.and_then(|media| media.schema.as_ref());
    match label.range.kind() {
        BodyKind::Json => return tree::json(bytes, &label.range, schema, index, context),
        BodyKind::Form => return tree::form(bytes, media, index, context),
        BodyKind::FormData => {
            let boundary = label.boundary.as_deref().unwrap_or_default();
            return parts::form_data(bytes, boundary, media, index, context);
        }
        BodyKind::Xml if schema.is_some() => {
            context.ask(content_type::judge_signature(&label.range, &bytes))?;
            return xml_body::xml(bytes, schema, index, context);
        }
        BodyKind::Xml => {
            if let Err(fault) = xml::check(&bytes, limits) {
                context.refuse(input_shape::unreadable_xml(fault, limits))?;
            }
            context.ask(content_type::judge_signature(&label.range, &bytes))?;
        }
        BodyKind::Text => {
            context.ask(content_type::judge_signature(&label.range, &bytes))?;
            match std::str::from_utf8(&bytes) {
                Ok(text) => context.ask(input_shape::judge_text(schema, text))?,
                Err(_) => context.refuse(content_type::not_utf8())?,
            }
        }
        _ => {
            context.ask(content_type::judge_signature(&label.range, &bytes))?;
            context.ask(input_shape::judge_bytes(schema, &bytes))?;
        }
    }
    Ok(Payload::Bytes { bytes, coding: None, read: None })
}

fn coded(bytes: Vec<u8>, coding: Coding) -> Payload {
    let name = match coding {
        Coding::Identity => None,
        Coding::Gzip => Some("gzip".to_owned()),
        Coding::Deflate => Some("deflate".to_owned()),
    };
    Payload::Bytes { bytes, coding: name, read: None }
}
