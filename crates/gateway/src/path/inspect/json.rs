//! A JSON answer: parsed strictly, and projected to what is declared.

use portcullis_controls::Plan;
use portcullis_controls::response_shape;
use portcullis_json::Document;
use portcullis_model::{ControlId, Mode, Refusal, Status};

use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::super::{attempt, flow, learned};
use super::decoded::decoded;
use super::fields::{Kept, pass, status_alone};
use super::neutral::{leaking, neutral, neutral_deed};
use super::objects::Left;
use super::projected::{Declared, Projected};
use super::whole::{Whole, whole};
use super::{everybody, markup, objects};
use crate::answer::Answer;
use crate::head::Fields;

/// A JSON answer of a declared operation.
pub(super) struct Json {
    pub(super) declared: Declared,
}

impl Json {
    pub(super) async fn inspect(
        self,
        parts: Parts,
        context: &mut Context<'_>,
    ) -> Result<Answer, Exit> {
        let Whole { is_private, head, bytes } = whole(parts, context).await?;
        let plan = context.plan;
        let status = Status(head.status);
        let mut document = match read(bytes, &head.fields, plan) {
            Ok(document) => document,
            Err((refusal, bytes)) if context.mode(refusal.control) != Mode::Enforce => {
                if let Left::Head = objects::unread(self.declared.shape, status, context)? {
                    return Ok(status_alone(&head, is_private));
                }
                context.would(neutral_deed(status.0), &refusal);
                return Ok(pass(status, bytes, &head.fields, is_private, Kept::Body, context));
            }
            Err((refusal, _)) => return neutral(&head, refusal.reason, refusal.detail, context),
        };
        attempt::look(status, Some(document.root()), context);
        flow::look(status, document.root(), context);
        learned::take(status, document.root(), context);
        if let Left::Head =
            objects::judge(&mut document, self.declared.shape, status, context).await?
        {
            return Ok(status_alone(&head, is_private));
        }
        if (400..500).contains(&status.0)
            && let Some(what) = plan.leaks.find_in(document.root())
            && let Some(answer) = leaking(&head, what, context)
        {
            return Ok(answer);
        }
        if context.mode(ControlId::ResponseShape) != Mode::NotAsked
            && let Projected::Instead(answer) =
                self.declared.project(&mut document, &[], &head, context)?
        {
            return Ok(answer);
        }
        if context.mode(ControlId::ResponseShape) != Mode::NotAsked {
            everybody::mask(&mut document, self.declared.shape, status, context);
        }
        let is_edited = document.is_edited();
        markup::flag(&document, context);
        let body = if is_edited {
            let mut out = Vec::new();
            document.write(&mut out);
            out
        } else {
            // One reading and nothing removed: the API's own spelling.
            document.into_text().into_bytes()
        };
        let (body, is_escaped) = markup::escape(body, context);
        let is_edited = is_edited || is_escaped;
        let kept = if is_edited { Kept::Edited } else { Kept::Decoded };
        Ok(pass(status, body, &head.fields, is_private, kept, context))
    }
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A JSON body, decoded and parsed; or why not, and the bytes as they came.
fn read(bytes: Vec<u8>, fields: &Fields, plan: &Plan) -> Result<Document, (Refusal, Vec<u8>)> {
    let mut decoded = decoded(bytes, fields, plan)?;
    if decoded.starts_with(BYTE_ORDER_MARK) {
        // Some servers write it; readers may ignore it (RFC 8259 section 8.1), so it goes.
        decoded.drain(..BYTE_ORDER_MARK.len());
    }
    Document::parse(decoded, &plan.json_out).map_err(|rejected| {
        let detail = rejected.fault.to_string();
        (response_shape::refusal("broken_json", detail), rejected.bytes)
    })
}
