//! The objects of an answer: those of others do not leave, nor does what a role may not see.

use portcullis_contract::ShapeId;
use portcullis_controls::object_ownership::{self, Judged, Shown, not_found};
use portcullis_controls::rules::{Truth, Why};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Status};
use portcullis_policy::{RequestPlace, Verb};

use super::super::asking::{asked, held, is_of_others};
use super::super::context::{Context, Exit};
use super::super::holding;

/// Judges the objects of an answer that was read, and takes out what does not leave.
pub(super) async fn judge(
    document: &mut Document,
    shape: Option<ShapeId>,
    status: Status,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    if !context.objects.are_asked {
        return Ok(());
    }
    if let Some(shape) = shape {
        holding::listed(document, shape, status, context);
    }
    let judged = match (shape, context.operation) {
        (Some(shape), Some(operation)) => {
            let made = made(document, shape, status, context);
            judged(document, (shape, operation), made, context)
        }
        _ => Judged::default(),
    };
    undecided(&judged, status, context)?;
    holding::take(document, &judged, status, context).await;
    let control = ControlId::ObjectOwnership;
    if let Some((resource, why)) = judged.is_whole {
        context.refuse(not_found(why, format!("{} in the answer", name(resource, context))))?;
    }
    let mut may_drop = context.mode(control) == Mode::Enforce;
    for (resource, why, count) in &judged.refused {
        let detail = format!("{} {} in the answer {}", count, name(*resource, context), status.0);
        may_drop &= context.may_remove(Noted { control, reason: why.reason(), detail });
    }
    if may_drop {
        judged.drop.iter().for_each(|index| document.drop_value(*index));
    }
    let control = ControlId::ResponseShape;
    let mut may_hide = context.mode(control) == Mode::Enforce;
    for (resource, count) in &judged.hidden {
        let detail = format!("{count} of {} in the answer {}", name(*resource, context), status.0);
        may_hide &= context.may_remove(Noted { control, reason: "hidden_property", detail });
    }
    if may_hide {
        judged.hide.iter().for_each(|index| document.drop_value(*index));
    }
    Ok(())
}

/// An answer in which nobody looks for objects: it does not leave where it alone would say whose they are.
pub(super) fn unread(status: Status, context: &mut Context<'_>) -> Result<(), Exit> {
    undecided(&Judged::default(), status, context)
}

/// What the request named must have been shown, where nothing else decided about it.
fn undecided(judged: &Judged, status: Status, context: &mut Context<'_>) -> Result<(), Exit> {
    let is_shown = matches!(status.0, 200..=299 | 304);
    let pending = std::mem::take(&mut context.objects.pending);
    for resource in pending.into_iter().filter(|_| is_shown) {
        let is_judged = judged.permitted.iter().any(|(known, _)| *known == resource)
            || judged.refused.iter().any(|(known, ..)| *known == resource);
        if !is_judged {
            let detail = format!("the answer does not show the {}", name(resource, context));
            context.refuse(not_found(Why::NotTheirs, detail))?;
        }
    }
    Ok(())
}

/// Of which resource an answer shows the one object that the request made, under an id of the API's choice.
fn made(
    document: &Document,
    shape: ShapeId,
    status: Status,
    context: &Context<'_>,
) -> Option<usize> {
    let model = &context.plan.model;
    let touches = model.authorization.operations.get(context.operation?)?;
    let (resource, verb) = touches.does.first()?;
    let is_made =
        *verb == Verb::Create && matches!(status.0, 200..=299) && !context.objects.chooses_id;
    let (shapes, places) = (&model.contract.shapes, &context.plan.places);
    let found = || object_ownership::find(document, shape, *resource, shapes, places, 2).len();
    (is_made && found() == 1).then_some(*resource)
}

fn judged(
    document: &Document,
    (shape, operation): (ShapeId, usize),
    made: Option<usize>,
    context: &Context<'_>,
) -> Judged {
    let plan = context.plan;
    // Whoever made it holds it, unless somebody else does.
    let held = |resource, kind, id: &str| match held(context, resource, kind, id) {
        Truth::Unknown if made == Some(resource) && !is_of_others(context, resource, kind, id) => {
            Truth::Yes
        }
        known => known,
    };
    let said = |place: &RequestPlace| context.objects.said(place);
    let shown = Shown {
        shapes: &plan.model.contract.shapes,
        places: &plan.places,
        rules: &plan.rules,
        asked: &asked(context, &said),
        operation,
        held: &held,
    };
    object_ownership::judge(document, shape, &shown)
}

fn name(resource: usize, context: &Context<'_>) -> String {
    let resources = &context.plan.model.authorization.resources;
    resources.get(resource).map_or("object", |resource| &resource.name).to_owned()
}
