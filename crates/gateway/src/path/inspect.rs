//! Room 10: what may leave? Decided from the head, then from the body, before a byte is released.

mod fields;
mod json;
mod neutral;
mod opaque;

use portcullis_controls::api_inventory;
use portcullis_controls::response_shape::{self, Plan as AnswerPlan};
use portcullis_model::{ControlId, Mode, Room, Status};

use super::context::{Context, Exit};
use super::forward::Answered;
use crate::answer::Answer;
use crate::head::{Essential, Length};
use json::Json;
use neutral::unread;
use opaque::{as_it_came, declared, empty, neutral_or_pass};

/// An answer that may leave.
pub(crate) struct Cleared {
    answer: Answer,
}

impl Cleared {
    pub(super) fn into_answer(self) -> Answer {
        self.answer
    }
}

pub(super) async fn enter(answered: Answered, context: &mut Context<'_>) -> Result<Cleared, Exit> {
    context.enter(Room::Inspect);
    let mut parts = answered.into_parts();
    if matches!(parts.head.length, Length::Chunked | Length::UntilClose) {
        // Frameworks write an empty answer so, too.
        parts.body.settle().await.map_err(unread)?;
    }
    let plan = context.plan.clone();
    let status = Status(parts.head.status);
    let operation =
        parts.operation.and_then(|index| Some((index, plan.model.contract.operation(index)?)));
    let Some((index, operation)) = operation else {
        return Ok(Cleared { answer: as_it_came(parts, context) });
    };
    let content_type = parts.head.fields.first(Essential::ContentType).map(str::to_owned);
    let decided =
        response_shape::plan(operation, status.0, content_type.as_deref(), parts.body.has_body());
    if context.mode(ControlId::ResponseShape) == Mode::NotAsked && !(400..500).contains(&status.0) {
        return Ok(Cleared { answer: as_it_came(parts, context) });
    }
    let mut answer = match decided {
        AnswerPlan::Empty => empty(parts, context),
        AnswerPlan::Neutral(reason) => neutral_or_pass(parts, reason, context)?,
        AnswerPlan::Declared(kind) => {
            let streams = plan.model.bodies.get(index).is_some_and(|body| body.stream_answer);
            declared(parts, kind, streams, context).await?
        }
        AnswerPlan::Json { media, is_undeclared_error } => {
            let shape = media.and_then(|media| media.schema.as_ref()).map(|one| one.shape);
            let json = Json { index, shape, is_undeclared_error };
            json.inspect(parts, context).await?
        }
    };
    for (name, value) in api_inventory::announcement(operation) {
        answer.push_field(name, &value);
    }
    Ok(Cleared { answer })
}
