//! An answer as a tree, projected to what is declared of it.

use portcullis_contract::ShapeId;
use portcullis_controls::response_shape::{self, OtherType, Projection};
use portcullis_controls::xml::Stray;
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode};
use portcullis_policy::Undeclared;

use super::super::context::{Context, Exit};
use super::neutral::{neutral, neutral_deed};
use crate::answer::Answer;
use crate::head::AnswerHead;

/// What is declared of an answer.
pub(super) struct Declared {
    pub(super) index: usize,
    pub(super) shape: Option<ShapeId>,
    pub(super) is_undeclared_error: bool,
}

/// What becomes of it.
pub(super) enum Projected {
    /// It leaves without these values.
    Without(Vec<u32>),
    /// This leaves in its place.
    Instead(Answer),
}

impl Declared {
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

    /// Marks what may not leave; an answer in its place if nothing may. `strays` have no place in the
    /// tree.
    pub(super) fn project(
        &self,
        document: &mut Document,
        strays: &[(u32, Stray)],
        head: &AnswerHead,
        context: &mut Context<'_>,
    ) -> Result<Projected, Exit> {
        let plan = context.plan;
        let is_error = (400..500).contains(&head.status);
        let other_type = if is_error { OtherType::Kept } else { OtherType::Removed };
        let shapes = &plan.model.contract.shapes;
        let mut projection = response_shape::project(document, shapes, self.shape, other_type);
        strays.iter().for_each(|(index, stray)| projection.add_stray(*index, stray));
        if let Some(how) = self.drift(&projection) {
            context.entry.drift(how);
        }
        let Projection { drop, removed, is_root_undeclared, .. } = projection;
        let control = ControlId::ResponseShape;
        if is_root_undeclared {
            let status = head.status;
            let detail = format!("the answer {status} is of a type that is not declared");
            if context.mode(control) == Mode::Enforce {
                return neutral(head, "wrong_type", detail, context).map(Projected::Instead);
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
        if !may_remove {
            return Ok(Projected::Without(Vec::new()));
        }
        drop.iter().for_each(|index| document.drop_value(*index));
        Ok(Projected::Without(drop))
    }
}

/// Where something stands in an answer; whoever explains it reads this back.
fn place(at: &str, status: u16) -> String {
    format!("{at} of the answer {status}")
}
