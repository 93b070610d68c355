//! Room 10: what may leave? Decided from the head, then from the body, before a byte is released.

mod decoded;
mod everybody;
mod fields;
mod given_out;
mod json;
mod leading;
mod lines;
mod markup;
mod neutral;
mod objects;
mod opaque;
mod projected;
mod sessions;
mod upgraded;
mod whole;
mod withheld;
mod xml;

use std::sync::atomic::Ordering;

use portcullis_contract::{BodyKind, Media, Operation, ShapeId};
use portcullis_controls::api_inventory;
use portcullis_controls::response_shape::{self, Handling, Neutral};
use portcullis_model::{ControlId, Mode, Room, Status};

use super::attempt;
use super::context::{Context, Exit};
use super::flow;
use super::forward::{Answered, Parts};
use super::{holding, page_token};
use crate::answer::Answer;
use crate::decision::Act;
use crate::head::Essential;
use fields::status_alone;
use json::Json;
use lines::Lines;
use neutral::unread;
use objects::Left;
use opaque::{as_it_came, declared, empty, neutral_or_pass, not_described, without_body};
use projected::Declared;
use upgraded::upgraded;
use xml::Xml;

/// An answer that may leave.
pub(crate) struct Cleared {
    answer: Answer,
}

impl Cleared {
    pub(super) const fn status(&self) -> Status {
        self.answer.status
    }

    pub(super) fn into_answer(self) -> Answer {
        self.answer
    }
}

pub(super) async fn enter(answered: Answered, context: &mut Context<'_>) -> Result<Cleared, Exit> {
    context.enter(Room::Inspect);
    let mut parts = answered.into_parts();
    let lock = parts.lock.take();
    let first = match &lock {
        Some(_) => whole::first(&mut parts, context).await,
        None => Ok(()),
    };
    let (status, operation) = (Status(parts.head.status), parts.operation);
    context.carried.settling.answered(status);
    let location = parts.head.fields.first(Essential::Location).map(str::to_owned);
    // The API has done it, whatever becomes of its answer.
    roles(operation, status, context);
    holding::settle(status, context).await;
    // Whoever waited is judged by what is known now.
    drop(lock);
    first?;
    let parts = sessions::settle(parts, context).await?;
    let parts = leading::judge(parts, context)?;
    let answer = cleared(parts, context).await?;
    flow::settle(status, context);
    let answer = attempt::settle(answer, status, location.as_deref(), context).await;
    let mut answer = withheld::take_out(answer, context)?;
    page_token::give(&mut answer, context);
    Ok(Cleared { answer })
}

/// What the API said of its callers may not be true any more: for everybody after an operation that
/// changes roles, for this caller after a 403.
fn roles(operation: Option<usize>, status: Status, context: &Context<'_>) {
    let callers = &context.worker.shared.callers;
    let changes = &context.plan.model.callers.changes_roles;
    if status.0 < 400 && operation.is_some_and(|operation| changes.contains(&operation)) {
        callers.roles_epoch.fetch_add(1, Ordering::Release);
    }
    if status == Status::FORBIDDEN
        && let Some(told) = &context.told
    {
        callers.told.forget(told);
    }
}

/// What may leave of an answer.
async fn cleared(mut parts: Parts, context: &mut Context<'_>) -> Result<Answer, Exit> {
    let plan = context.plan;
    let contract = &plan.model.contract;
    let status = Status(parts.head.status);
    if status.0 == 101 {
        return upgraded(parts, context);
    }
    let operation = parts.operation.and_then(|index| Some((index, contract.operation(index)?)));
    let Some((index, operation)) = operation else {
        return Ok(as_it_came(parts, context));
    };
    if context.objects.are_asked && context.mode(ControlId::ObjectOwnership) == Mode::Enforce {
        context.objects.has_taken_out |= objects::hides_counts(context);
    }
    if context.objects.are_asked && is_not_there(status, index, context) {
        return Ok(not_found(parts, context));
    }
    if context.mode(ControlId::ResponseShape) == Mode::NotAsked
        && !context.objects.are_asked
        && !(400..500).contains(&status.0)
    {
        return Ok(as_it_came(parts, context));
    }
    // An error is no stream, whatever its operation streams.
    let streams =
        status.0 < 400 && plan.model.bodies.get(index).is_some_and(|body| body.stream_answer);
    let content_type = parts.head.fields.first(Essential::ContentType).map(str::to_owned);
    let decide = |has_body| {
        let content_type = content_type.as_deref();
        response_shape::handling(operation, &contract.shapes, status.0, content_type, has_body)
    };
    let mut handling = decide(parts.body.has_body());
    if parts.head.length.is_open() && !is_decided_by_head(&handling, streams) {
        // Frameworks write an empty answer so, too.
        parts.body.settle().await.map_err(unread)?;
        handling = decide(parts.body.has_body());
    }
    if let Left::Head = unlooked(&handling, operation, status, streams, context)? {
        parts.body.discard();
        return Ok(status_alone(&parts.head, parts.is_private));
    }
    let of = |media: Option<&Media>, is_undeclared_error| {
        let shape = media.and_then(shape);
        Declared { index, shape, is_undeclared_error }
    };
    let mut answer = match handling {
        Handling::Empty => empty(parts, context),
        Handling::WithoutBody(reason) => without_body(parts, reason, context),
        Handling::Neutral(Neutral::NotInspected) | Handling::Xml(_) if streams => {
            as_it_came(parts, context)
        }
        Handling::Lines(_) if streams => as_it_came(parts, context),
        Handling::Lines(media) => {
            Lines { declared: of(Some(media), false) }.inspect(parts, context).await?
        }
        Handling::Neutral(why) => neutral_or_pass(parts, why, context)?,
        Handling::Declared(kind) => declared(parts, kind, streams, context).await?,
        Handling::NotDescribed(kind) => not_described(parts, kind, streams, context).await?,
        Handling::Xml(media) => {
            Xml { declared: of(Some(media), false) }.inspect(parts, context).await?
        }
        Handling::Json { media, is_undeclared_error } => {
            Json { declared: of(media, is_undeclared_error) }.inspect(parts, context).await?
        }
    };
    for (name, value) in api_inventory::announcement(operation) {
        answer.push_field(name, &value);
    }
    Ok(answer)
}

/// What leaves of an answer in which nobody looks for objects; all of one that is read is decided there.
fn unlooked(
    handling: &Handling<'_>,
    operation: &Operation,
    status: Status,
    streams: bool,
    context: &mut Context<'_>,
) -> Result<Left, Exit> {
    match handling {
        Handling::Empty | Handling::WithoutBody(_) => objects::finish(status, context),
        Handling::Json { .. } => Ok(Left::ALL),
        Handling::Lines(_) | Handling::Xml(_) if !streams => Ok(Left::ALL),
        _ => objects::unread(declared_shape(operation, status), status, context),
    }
}

/// Whether the API says that there is no such object; or that there is one and it will not show it,
/// which is nobody's business either (rule 15).
fn is_not_there(status: Status, index: usize, context: &Context<'_>) -> bool {
    let is_kept_back = status == Status::FORBIDDEN && context.objects.decides_answer();
    context.mode(ControlId::ObjectOwnership) == Mode::Enforce
        && (status == Status::NOT_FOUND || is_kept_back)
        && names_objects(index, context)
}

/// Whether requests of an operation name objects.
fn names_objects(index: usize, context: &Context<'_>) -> bool {
    let touches = context.plan.model.authorization.operations.get(index);
    touches.is_some_and(|touches| !touches.inputs.is_empty())
}

/// The API's "no such object" looks as ours for an object that is not the caller's: there is one template.
fn not_found(parts: Parts, context: &mut Context<'_>) -> Answer {
    parts.body.discard();
    context.acted(Act::Removed(ControlId::ObjectOwnership));
    Answer::missing(context.plan.model.not_found.as_ref(), context.request_id())
}

/// What the answers of a status look like, in whichever of their types: the first that has a schema.
fn declared_shape(operation: &Operation, status: Status) -> Option<ShapeId> {
    operation.response(status.0)?.media.iter().find_map(shape)
}

fn shape(media: &Media) -> Option<ShapeId> {
    media.schema.as_ref().map(|schema| schema.shape)
}

/// Whether it does not matter if a body of unknown length has any bytes.
const fn is_decided_by_head(handling: &Handling<'_>, streams: bool) -> bool {
    match handling {
        Handling::Neutral(why) => why.is_decided_by_head(),
        Handling::Declared(BodyKind::Stream) | Handling::NotDescribed(BodyKind::Stream) => true,
        Handling::Declared(_)
        | Handling::NotDescribed(_)
        | Handling::Lines(_)
        | Handling::Xml(_) => streams,
        Handling::Empty | Handling::WithoutBody(_) | Handling::Json { .. } => false,
    }
}
