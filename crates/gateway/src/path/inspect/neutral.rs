//! What stands in place of an answer that may not leave.

use portcullis_controls::Plan;
use portcullis_controls::content_type::Coding;
use portcullis_controls::response_shape;
use portcullis_controls::safe_configuration::leak_refusal;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Refusal, Status};

use super::super::context::{Context, Exit};
use super::super::forward::failed;
use super::fields::{Kept, copy_fields};
use crate::answer::Answer;
use crate::coding::decode;
use crate::head::{AnswerHead, Essential, Fields};
use crate::upstream::UpstreamFault;
use crate::worker::Deed;

/// Errors keep their status (rule 22); anything else that may not leave is a bad gateway.
pub(super) fn neutral(
    head: &AnswerHead,
    reason: &'static str,
    detail: String,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    if head.status < 400 {
        return Err(response_shape::refusal(reason, detail).into());
    }
    let control = ControlId::ResponseShape;
    context.did(Deed::Replace, Noted { control, reason, detail });
    Ok(problem(head, context))
}

/// What [`neutral`] does to an answer of this status.
pub(super) const fn neutral_deed(status: u16) -> Deed {
    if status < 400 { Deed::Refuse } else { Deed::Replace }
}

/// The problem document in place of an error's body. What a client error says beside its body
/// stays true: a challenge, the methods that are allowed, how many calls are left.
fn problem(head: &AnswerHead, context: &mut Context<'_>) -> Answer {
    let mut answer = Answer::problem(Status(head.status), None, context.request_id());
    if head.status < 500 {
        copy_fields(&head.fields, &mut answer, Kept::Head, context);
    } else if let Some(value) = head.fields.get("retry-after") {
        answer.push_field("Retry-After", value);
    }
    answer
}

/// The end of a request whose answer was not read whole. Too large is this control's no, and not
/// to be observed: nobody holds such an answer.
pub(super) fn unread(fault: UpstreamFault) -> Exit {
    match fault {
        UpstreamFault::TooLarge => response_shape::refusal("too_large", fault.detail()).into(),
        fault => failed(fault),
    }
}

/// What a text tells, whatever its coding and charset; one that does not decode tells too much.
pub(super) fn leak_of(bytes: &[u8], fields: &Fields, plan: &Plan) -> Option<&'static str> {
    let max = plan.limits.answer_bytes_max;
    let decoded = Coding::from_name(fields.first(Essential::ContentEncoding))
        .map(|coding| decode(bytes.to_vec(), coding, max, u32::MAX));
    match decoded {
        Some(Ok(text)) => plan.leaks.find(&String::from_utf8_lossy(&text)),
        Some(Err(_)) | None => Some("not_decodable"),
    }
}

/// The neutral answer in place of an error body that tells too much; none if that is observed.
pub(super) fn leaking(
    head: &AnswerHead,
    what: &'static str,
    context: &mut Context<'_>,
) -> Option<Answer> {
    let Refusal { control, reason, detail, .. } = leak_refusal(Status(head.status), what);
    context.may_replace(Noted { control, reason, detail }).then(|| problem(head, context))
}
