//! Answers that are not JSON, and those that nobody looks into.

use portcullis_contract::BodyKind;
use portcullis_controls::response_shape;
use portcullis_controls::xml;
use portcullis_model::{ControlId, Mode, Status};

use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::fields::{Kept, copy_fields};
use super::neutral::{leak_of, leaking, neutral, unread, with_retry_after};
use crate::answer::{Answer, Body};
use crate::head::{Essential, Length};
use crate::upstream::Streaming;

/// Head and body as the API sent them, hop-by-hop fields aside: nobody may look at the body, or
/// nobody does.
pub(super) fn as_it_came(parts: Parts, context: &mut Context<'_>) -> Answer {
    context.entry.not_inspected();
    let body = if parts.body.has_body() {
        Body::Streaming(Box::new(parts.body))
    } else {
        finished(parts.body)
    };
    let mut answer = Answer::new(Status(parts.head.status), body);
    answer.is_private = parts.is_private;
    copy_fields(&parts.head.fields, &mut answer, Kept { coding: true, validators: true }, context);
    answer
}

/// The end of an exchange without a body.
fn finished(body: Streaming) -> Body {
    body.give_back();
    Body::Nothing
}

pub(super) fn empty(parts: Parts, context: &mut Context<'_>) -> Answer {
    let status = Status(parts.head.status);
    let body = if status.0 == 204 || status.0 == 304 || !parts.body.has_body() {
        if status.0 == 204 || status.0 == 304 || parts.head.length == Length::None {
            finished(parts.body)
        } else {
            parts.body.give_back();
            Body::Whole(Vec::new())
        }
    } else {
        // A body that is left out is not read either: the connection ends.
        Body::Whole(Vec::new())
    };
    let mut answer = Answer::new(status, body);
    answer.is_private = parts.is_private;
    copy_fields(&parts.head.fields, &mut answer, Kept { coding: false, validators: true }, context);
    answer
}

/// A neutral problem document in place of the body; or the body, where that is only observed.
pub(super) fn neutral_or_pass(
    parts: Parts,
    reason: &'static str,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    let status = Status(parts.head.status);
    let detail = format!("the API answered {}", status.0);
    match context.mode(ControlId::ResponseShape) {
        Mode::Enforce => {
            let retry_after = parts.head.fields.get("retry-after").map(str::to_owned);
            let answer = neutral(status, reason, detail, context)?;
            Ok(with_retry_after(answer, retry_after))
        }
        Mode::Observe => {
            context.entry.would_refuse(&response_shape::refusal(reason, detail));
            Ok(as_it_came(parts, context))
        }
        Mode::NotAsked => Ok(as_it_came(parts, context)),
    }
}

/// Text or bytes of a declared type.
pub(super) async fn declared(
    parts: Parts,
    kind: BodyKind,
    streams: bool,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    if streams {
        return Ok(as_it_came(parts, context));
    }
    if kind == BodyKind::Stream {
        let name = context.operation_name();
        let line = format!("operations: {{ \"{name}\": {{ answer: stream }} }}");
        let detail = format!("declared as a stream, and nobody decided that it may: {line}");
        context.refuse(response_shape::refusal("undecided_stream", detail))?;
        return Ok(as_it_came(parts, context));
    }
    let Parts { is_private, head, body, mut buffered, place, .. } = parts;
    let limits = &context.plan.limits;
    let bytes = match body.read_all(limits.answer_bytes_max, &mut buffered).await {
        Ok(bytes) => bytes,
        Err(fault) => return Err(unread(fault)),
    };
    drop(place);
    let status = Status(head.status);
    let is_coded = head.fields.first(Essential::ContentEncoding).is_some();
    if kind == BodyKind::Xml && !is_coded && xml::check(&bytes, limits).is_err() {
        // Nothing is removed from it, so it passes; the owner learns that it is not what it says.
        context.entry.drift("not_xml");
    }
    if (400..500).contains(&status.0)
        && let Some(what) = leak_of(&bytes, &head.fields, &context.plan)
        && let Some(answer) = leaking(status, what, context)
    {
        return Ok(answer);
    }
    let mut answer = Answer::new(status, Body::Whole(bytes));
    answer.is_private = is_private;
    copy_fields(&head.fields, &mut answer, Kept { coding: true, validators: true }, context);
    Ok(answer)
}
