//! JSON Lines: each line is an answer of its own, parsed strictly, judged and projected to what is declared of
//! one.

use portcullis_controls::response_shape;
use portcullis_json::Document;
use portcullis_model::{ControlId, Mode, Status};

use super::super::context::{Context, Exit};
use super::super::forward::Parts;
use super::decoded::decoded;
use super::fields::{Kept, pass, status_alone};
use super::neutral::{neutral, neutral_deed};
use super::objects::Left;
use super::projected::{Declared, Projected};
use super::whole::{Whole, whole};
use super::{everybody, markup, objects};
use crate::answer::Answer;

/// An answer in JSON Lines.
pub(super) struct Lines {
    pub(super) declared: Declared,
}

impl Lines {
    pub(super) async fn inspect(
        mut self,
        parts: Parts,
        context: &mut Context<'_>,
    ) -> Result<Answer, Exit> {
        let Whole { is_private, head, bytes } = whole(parts, context).await?;
        let plan = context.plan;
        let status = Status(head.status);
        let bytes = match decoded(bytes, &head.fields, plan) {
            Ok(bytes) => bytes,
            Err((refusal, bytes)) if context.mode(refusal.control) != Mode::Enforce => {
                if let Left::Head = objects::unread(self.declared.shape, status, context)? {
                    return Ok(status_alone(&head, is_private));
                }
                context.would(neutral_deed(status.0), &refusal);
                return Ok(pass(status, bytes, &head.fields, is_private, Kept::Body, context));
            }
            Err((refusal, _)) => return neutral(&head, refusal.reason, refusal.detail, context),
        };
        // Where a list is declared, a line is an item of it.
        self.declared.shape = self.declared.shape.map(|shape| {
            let shapes = &plan.model.contract.shapes;
            shapes.get(shape).items.unwrap_or(shape)
        });
        let mut out = Vec::with_capacity(bytes.len());
        for line in bytes.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii().is_empty() {
                continue;
            }
            let mut document = match Document::parse(line.to_vec(), &plan.json_out) {
                Ok(document) => document,
                Err(rejected) => {
                    let refusal =
                        response_shape::refusal("broken_json", rejected.fault.to_string());
                    if context.mode(refusal.control) == Mode::Enforce {
                        return neutral(&head, refusal.reason, refusal.detail, context);
                    }
                    if let Left::Head = objects::unread(self.declared.shape, status, context)? {
                        continue;
                    }
                    context.would(neutral_deed(status.0), &refusal);
                    out.extend_from_slice(line);
                    out.push(b'\n');
                    continue;
                }
            };
            let shape = self.declared.shape;
            if !objects::judge_line(&mut document, shape, status, context).await? {
                continue;
            }
            if context.mode(ControlId::ResponseShape) != Mode::NotAsked
                && let Projected::Instead(answer) =
                    self.declared.project(&mut document, &[], &head, context)?
            {
                return Ok(answer);
            }
            if context.mode(ControlId::ResponseShape) != Mode::NotAsked {
                everybody::mask(&mut document, shape, status, context);
            }
            markup::flag(&document, context);
            document.write(&mut out);
            out.push(b'\n');
        }
        objects::finish(status, context)?;
        let (out, _) = markup::escape(out, context);
        Ok(pass(status, out, &head.fields, is_private, Kept::Edited, context))
    }
}
