//! A JSON answer: parsed strictly, and projected to what is declared.

use portcullis_contract::ShapeId;
use portcullis_controls::Plan;
use portcullis_controls::content_type::Coding;
use portcullis_controls::response_shape::{self, OtherType, Projection};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal, Status};
use portcullis_policy::Undeclared;

use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::fields::{Kept, pass};
use super::neutral::{leaking, neutral, neutral_deed, unread};
use crate::answer::Answer;
use crate::coding::{CodingFault, decode};
use crate::head::{AnswerHead, Essential, Fields};

/// A JSON answer of a declared operation.
pub(super) struct Json {
    pub(super) index: usize,
    pub(super) shape: Option<ShapeId>,
    pub(super) is_undeclared_error: bool,
}

impl Json {
    pub(super) async fn inspect(
        self,
        parts: Parts,
        context: &mut Context<'_>,
    ) -> Result<Answer, Exit> {
        let Parts { is_private, head, body, mut buffered, place, .. } = parts;
        let plan = context.plan;
        let status = Status(head.status);
        let bytes = match body.read_all(plan.limits.answer_bytes_max, &mut buffered).await {
            Ok(bytes) => bytes,
            Err(fault) => return Err(unread(fault)),
        };
        drop(place);
        let mut document = match read(bytes, &head.fields, plan) {
            Ok(document) => document,
            Err((refusal, bytes)) if context.mode(refusal.control) != Mode::Enforce => {
                context.would(neutral_deed(status.0), &refusal);
                return Ok(pass(status, bytes, &head.fields, is_private, Kept::Body, context));
            }
            Err((refusal, _)) => return neutral(&head, refusal.reason, refusal.detail, context),
        };
        if (400..500).contains(&status.0)
            && let Some(what) = plan.leaks.find_in(document.root())
            && let Some(answer) = leaking(&head, what, context)
        {
            return Ok(answer);
        }
        if context.mode(ControlId::ResponseShape) != Mode::NotAsked
            && let Some(answer) = self.project(&mut document, &head, context)?
        {
            return Ok(answer);
        }
        let is_edited = document.is_edited();
        let body = if is_edited {
            let mut out = Vec::new();
            document.write(&mut out);
            out
        } else {
            // One reading and nothing removed: the API's own spelling.
            document.into_text().into_bytes()
        };
        let kept = if is_edited { Kept::Edited } else { Kept::Decoded };
        Ok(pass(status, body, &head.fields, is_private, kept, context))
    }

    /// Where the document and the API disagree, or the document says nothing.
    const fn drift(&self, projection: &Projection) -> Option<&'static str> {
        if self.is_undeclared_error {
            Some("undeclared_status")
        } else if projection.is_not_described {
            Some("not_described")
        } else if projection.is_of_other_type {
            Some("other_type")
        } else {
            None
        }
    }

    /// Marks what may not leave; an answer in its place if nothing may.
    fn project(
        &self,
        document: &mut Document,
        head: &AnswerHead,
        context: &mut Context<'_>,
    ) -> Result<Option<Answer>, Exit> {
        let plan = context.plan;
        let is_error = (400..500).contains(&head.status);
        let other_type = if is_error { OtherType::Kept } else { OtherType::Removed };
        let shapes = &plan.model.contract.shapes;
        let projection = response_shape::project(document, shapes, self.shape, other_type);
        if let Some(how) = self.drift(&projection) {
            context.entry.drift(how);
        }
        let Projection { drop, removed, is_root_undeclared, .. } = projection;
        let control = ControlId::ResponseShape;
        if is_root_undeclared {
            let status = head.status;
            let detail = format!("the answer {status} is of a type that is not declared");
            if context.mode(control) == Mode::Enforce {
                return neutral(head, "wrong_type", detail, context).map(Some);
            }
            context
                .would(neutral_deed(head.status), &response_shape::refusal("wrong_type", detail));
        }
        let undeclared_out = plan.model.undeclared_out.get(self.index).copied();
        if undeclared_out == Some(Undeclared::Refuse)
            && !self.is_undeclared_error
            && let Some(first) = removed.first()
        {
            let detail = place(first.at.as_str(), head.status);
            context.refuse(response_shape::refusal(first.why.reason(), detail))?;
        }
        let mut may_remove = !removed.is_empty();
        for one in removed {
            let times =
                if one.count > 1 { format!(" ({} times)", one.count) } else { String::new() };
            let detail = format!("{}{times}", place(one.at.as_str(), head.status));
            may_remove &= context.may_remove(Noted { control, reason: one.why.reason(), detail });
        }
        if may_remove {
            drop.into_iter().for_each(|index| document.drop_value(index));
        }
        Ok(None)
    }
}

/// Where something stands in an answer; whoever explains it reads this back.
fn place(at: &str, status: u16) -> String {
    format!("{at} of the answer {status}")
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A JSON body, decoded and parsed; or why not, and the bytes as they came.
fn read(bytes: Vec<u8>, fields: &Fields, plan: &Plan) -> Result<Document, (Refusal, Vec<u8>)> {
    let coding = Coding::from_name(fields.first(Essential::ContentEncoding));
    let max = plan.limits.answer_bytes_max;
    let refusal = |fault| match fault {
        CodingFault::Broken => {
            response_shape::refusal("coding", "a content coding that does not decode")
        }
        CodingFault::Breach(_) => {
            let detail = "decoded, the answer is above `limits: { answer_bytes }`";
            response_shape::refusal("too_large", detail)
        }
    };
    let mut decoded = match coding {
        Some(Coding::Identity) => bytes,
        None => return Err((refusal(CodingFault::Broken), bytes)),
        Some(coding) => match decode(bytes.clone(), coding, max, u32::MAX) {
            Ok(decoded) => decoded,
            Err(fault) => return Err((refusal(fault), bytes)),
        },
    };
    if decoded.starts_with(BYTE_ORDER_MARK) {
        // Some servers write it; readers may ignore it (RFC 8259 section 8.1), so it goes.
        decoded.drain(..BYTE_ORDER_MARK.len());
    }
    Document::parse(decoded, &plan.json_out).map_err(|rejected| {
        let detail = rejected.fault.to_string();
        (response_shape::refusal("broken_json", detail), rejected.bytes)
    })
}
