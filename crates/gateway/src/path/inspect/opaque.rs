//! Answers that are not JSON, and those that nobody looks into.

use portcullis_contract::BodyKind;
use portcullis_controls::response_shape::{self, Neutral};
use portcullis_controls::xml;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Status};

use super::super::attempt;
use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::fields::{Kept, copy_fields, head_alone};
use super::neutral::{leak_of, leaking, neutral, neutral_deed};
use super::whole::{Whole, whole};
use crate::answer::{Answer, Body};
use crate::head::{AnswerHead, Essential, Length};
use crate::upstream::Streaming;

/// Head and body as the API sent them, hop-by-hop fields aside: nobody may look at the body, or
/// nobody does.
pub(super) fn as_it_came(mut parts: Parts, context: &mut Context<'_>) -> Answer {
    context.entry.not_inspected();
    let body = if !parts.body.has_body() {
        finished(parts.body)
    } else if let Some(body) = parts.body.take_if_here() {
        parts.body.give_back();
        Body::Whole(body)
    } else {
        parts.body.hold(parts.stay);
        Body::Streaming(Box::new(parts.body))
    };
    let mut answer = Answer::new(Status(parts.head.status), body);
    answer.is_private = parts.is_private;
    copy_fields(&parts.head.fields, &mut answer, Kept::Body, context);
    answer
}

/// The end of an exchange without a body.
fn finished(body: Streaming) -> Body {
    body.give_back();
    Body::Nothing
}

/// An answer that has no body.
pub(super) fn empty(parts: Parts, context: &mut Context<'_>) -> Answer {
    let status = Status(parts.head.status);
    attempt::look(status, None, context);
    let is_bodiless = status.0 == 204 || status.0 == 304 || parts.head.length == Length::None;
    parts.body.give_back();
    let body = if is_bodiless { Body::Nothing } else { Body::Whole(Vec::new()) };
    let mut answer = Answer::new(status, body);
    answer.is_private = parts.is_private;
    copy_fields(&parts.head.fields, &mut answer, Kept::Decoded, context);
    answer
}

/// An answer whose body stays behind; or all of it, where that is only observed.
pub(super) fn without_body(
    parts: Parts,
    reason: &'static str,
    context: &mut Context<'_>,
) -> Answer {
    let control = ControlId::ResponseShape;
    let detail = format!("the body of the answer {}", parts.head.status);
    if !context.may_remove(Noted { control, reason, detail }) {
        return as_it_came(parts, context);
    }
    // It is not read either: its connection to the API ends.
    head_alone(&parts.head, parts.is_private, context)
}

/// A neutral problem document in place of the body; or the body, where that is only observed.
pub(super) fn neutral_or_pass(
    parts: Parts,
    why: Neutral,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    let (reason, detail) = (why.reason(), neutral_detail(&parts.head, why, context));
    match context.mode(ControlId::ResponseShape) {
        Mode::Enforce => neutral(&parts.head, reason, detail, context),
        Mode::Observe => {
            let deed = neutral_deed(parts.head.status);
            context.would(deed, &response_shape::refusal(reason, detail));
            Ok(as_it_came(parts, context))
        }
        Mode::NotAsked => Ok(as_it_came(parts, context)),
    }
}

/// What the API did, and the line that would let it pass, for its owner.
fn neutral_detail(head: &AnswerHead, why: Neutral, context: &Context<'_>) -> String {
    const TYPE_BYTES_MAX: usize = 100;
    let status = head.status;
    let name = context.operation_name();
    let media = head.fields.first(Essential::ContentType).unwrap_or_default();
    let media = media.get(..media.len().min(TYPE_BYTES_MAX)).unwrap_or_default();
    match why {
        Neutral::ServerError => format!("the API answered {status}"),
        Neutral::NoMediaType => format!("the API answered {status} without a media type"),
        Neutral::UndeclaredMediaType => {
            format!("the API answered {status} as `{media}`, which is not declared")
        }
        Neutral::UndeclaredStream => format!(
            "the API answered {status} as `{media}`, which is not declared; declare it, then \
             decide: operations: {{ \"{name}\": {{ answer: stream }} }}"
        ),
        Neutral::NotInspected => format!(
            "the API answered {status} as `{media}`, whose properties are not read, and the same \
             answer is declared in another form; to let it pass: operations: {{ \"{name}\": {{ answer: stream }} }}"
        ),
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
    let Whole { is_private, head, bytes } = whole(parts, context).await?;
    let limits = &context.plan.limits;
    let status = Status(head.status);
    let is_coded = head.fields.first(Essential::ContentEncoding).is_some();
    if kind == BodyKind::Xml && !is_coded && xml::check(&bytes, limits).is_err() {
        // Nothing is removed from it, so it passes; the owner learns that it is not what it says.
        context.entry.drift("not_xml");
    }
    if (400..500).contains(&status.0)
        && let Some(what) = leak_of(&bytes, &head.fields, context.plan)
        && let Some(answer) = leaking(&head, what, context)
    {
        return Ok(answer);
    }
    let mut answer = Answer::new(status, Body::Whole(bytes));
    answer.is_private = is_private;
    copy_fields(&head.fields, &mut answer, Kept::Body, context);
    Ok(answer)
}

/// The same of a type that the document names, and says no more of.
pub(super) async fn not_described(
    parts: Parts,
    kind: BodyKind,
    streams: bool,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    context.entry.drift("not_described");
    declared(parts, kind, streams, context).await
}
