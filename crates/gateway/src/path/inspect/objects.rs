//! The objects of an answer: those of others do not leave, nor does what a role may not see.

use portcullis_contract::ShapeId;
use portcullis_controls::object_ownership::{self, Judged, Shown, not_found};
use portcullis_controls::rules::{Of, Purpose, Truth, Why};
use portcullis_json::{Document, Scalar};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Status};
use portcullis_policy::{RequestPlace, Touches, Verb};

use super::super::asking::{asked, held, is_of_others};
use super::super::context::{Context, Exit};
use super::super::holding;

/// What of a judged answer leaves.
pub(super) enum Left {
    /// All but these values of its tree, which were taken out, or say something else now.
    Without(Vec<u32>),
    /// No body: the API did what it was asked, and shows what this caller may not see. Its status stays: whoever
    /// reads that nothing is there would ask for it again.
    Head,
}

impl Left {
    /// All of it.
    pub(super) const ALL: Self = Self::Without(Vec::new());
}

/// Whether the policy hides what counts objects from this caller, whatever the answer looks like: its header
/// fields tell it, too.
pub(super) fn hides_counts(context: &Context<'_>) -> bool {
    let hiding = touches(context).filter(|touches| touches.hides_totals);
    let (Some(touches), Some(operation)) = (hiding, context.operation) else { return false };
    let said = |place: &RequestPlace| context.objects.said(place);
    let asked = asked(context, &said);
    touches.shows.iter().any(|one| !context.plan.rules.permits_all(&asked, of(operation, *one)))
}

/// Judges the objects of an answer that was read, and takes out what does not leave.
pub(super) async fn judge(
    document: &mut Document,
    shape: Option<ShapeId>,
    status: Status,
    context: &mut Context<'_>,
) -> Result<Left, Exit> {
    if !context.objects.are_asked {
        return Ok(Left::ALL);
    }
    let judged = judged(document, shape, false, status, context);
    undecided(&judged, status, context)?;
    take_out(document, &judged, status, context).await
}

/// The same for one line of several; false if it does not leave.
pub(super) async fn judge_line(
    document: &mut Document,
    shape: Option<ShapeId>,
    status: Status,
    context: &mut Context<'_>,
) -> Result<bool, Exit> {
    if !context.objects.are_asked {
        return Ok(true);
    }
    let judged = judged(document, shape, true, status, context);
    let is_judged = |resource: &usize| {
        judged.permitted.iter().any(|(known, _)| known == resource)
            || judged.refused.iter().any(|(known, ..)| known == resource)
    };
    context.objects.pending.retain(|resource| !is_judged(resource));
    let left = take_out(document, &judged, status, context).await?;
    let is_enforced = context.mode(ControlId::ObjectOwnership) == Mode::Enforce;
    Ok(matches!(left, Left::Without(_)) && !(judged.is_item_dropped && is_enforced))
}

async fn take_out(
    document: &mut Document,
    judged: &Judged,
    status: Status,
    context: &mut Context<'_>,
) -> Result<Left, Exit> {
    holding::take(document, judged, status, context).await;
    let control = ControlId::ObjectOwnership;
    if let Some((resource, why)) = judged.is_whole {
        let detail = format!("{} in the answer", name(resource, context));
        if let Left::Head = withhold(why, detail, status, context)? {
            return Ok(Left::Head);
        }
    }
    let mut out = Vec::new();
    let mut may_drop = context.mode(control) == Mode::Enforce;
    for (resource, why, count) in &judged.refused {
        let detail = format!("{} {} in the answer {}", count, name(*resource, context), status.0);
        may_drop &= context.may_remove(Noted { control, reason: why.reason(), detail });
    }
    if may_drop {
        context.objects.has_taken_out |= !judged.refused.is_empty();
        out.extend_from_slice(&judged.drop);
    }
    let control = ControlId::ResponseShape;
    let mut may_hide = context.mode(control) == Mode::Enforce;
    for (resource, count) in &judged.hidden {
        let detail = format!("{count} of {} in the answer {}", name(*resource, context), status.0);
        may_hide &= context.may_remove(Noted { control, reason: "hidden_property", detail });
    }
    if may_hide {
        out.extend_from_slice(&judged.hide);
    }
    out.iter().for_each(|index| document.drop_value(*index));
    let recounted = judged.recounted.iter().filter(|_| may_drop);
    out.extend(recounted.map(|(index, number)| recount(document, *index, *number)));
    Ok(Left::Without(out))
}

/// Puts another number in the place of a total: what it said does not leave, in whatever form the rest does.
fn recount(document: &mut Document, index: u32, number: u64) -> u32 {
    if document.replace_value(index, &Scalar::Number(number.into())).is_err() {
        document.drop_value(index);
    }
    index
}

/// What the operation touches.
fn touches<'m>(context: &Context<'m>) -> Option<&'m Touches> {
    context.plan.model.authorization.operations.get(context.operation?)
}

/// All of an answer shows what does not leave.
fn withhold(
    why: Why,
    detail: String,
    status: Status,
    context: &mut Context<'_>,
) -> Result<Left, Exit> {
    let is_unsafe = touches(context).is_some_and(|touches| touches.is_unsafe);
    let is_done = is_unsafe && matches!(status.0, 200..=299);
    if !is_done {
        context.refuse(not_found(why, detail))?;
        return Ok(Left::ALL);
    }
    let noted = Noted { control: ControlId::ObjectOwnership, reason: why.reason(), detail };
    Ok(if context.may_remove(noted) { Left::Head } else { Left::ALL })
}

/// An answer in which nobody looks for objects: it leaves only where this caller may see every object that it may
/// hold, and nothing else would have to say whose they are.
pub(super) fn unread(
    shape: Option<ShapeId>,
    status: Status,
    context: &mut Context<'_>,
) -> Result<Left, Exit> {
    if !context.objects.are_asked {
        return Ok(Left::ALL);
    }
    undecided(&Judged::default(), status, context)?;
    let plan = context.plan;
    let (Some(shape), Some(operation)) = (shape, context.operation) else {
        return Ok(Left::ALL);
    };
    let found = plan.places.found(&plan.model.contract.shapes, shape);
    let said = |place: &RequestPlace| context.objects.said(place);
    let asked = asked(context, &said);
    let closed = found
        .into_iter()
        .find(|resource| !plan.rules.permits_all(&asked, of(operation, *resource)));
    match closed.filter(|_| matches!(status.0, 200..=299)) {
        None => Ok(Left::ALL),
        Some(resource) => {
            let name = name(resource, context);
            let detail = format!("nobody looks for the {name} in such an answer");
            withhold(Why::NotTheirs, detail, status, context)
        }
    }
}

/// What was named, and never shown, once all lines of an answer were judged.
pub(super) fn finish(status: Status, context: &mut Context<'_>) -> Result<Left, Exit> {
    undecided(&Judged::default(), status, context).map(|()| Left::ALL)
}

/// What the request named must have been shown, where nothing else decided about it.
fn undecided(judged: &Judged, status: Status, context: &mut Context<'_>) -> Result<(), Exit> {
    // What else an API says of an object tells that it is there.
    let is_shown = !matches!(status.0, 400 | 401 | 404 | 422 | 429 | 500..);
    let pending = std::mem::take(&mut context.objects.pending);
    for resource in pending.into_iter().filter(|_| is_shown) {
        // Of several that were asked for, those that may be seen leave; of none, there is nothing.
        if judged.permitted.iter().any(|(known, _)| *known == resource) {
            continue;
        }
        let refused = judged.refused.iter().find(|(known, ..)| *known == resource);
        let (why, detail) = match refused {
            Some((_, why, _)) => (*why, format!("{} in the answer", name(resource, context))),
            None => (
                Why::NotTheirs,
                format!("the answer does not show the {}", name(resource, context)),
            ),
        };
        context.refuse(not_found(why, detail))?;
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
    shape: Option<ShapeId>,
    is_item: bool,
    status: Status,
    context: &Context<'_>,
) -> Judged {
    let (Some(shape), Some(operation)) = (shape, context.operation) else {
        return Judged::default();
    };
    holding::listed(document, shape, status, context);
    let made = made(document, shape, status, context);
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
    object_ownership::judge(document, shape, is_item, &shown)
}

const fn of(operation: usize, resource: usize) -> Of {
    Of { operation, resource, purpose: Purpose::Show }
}

fn name(resource: usize, context: &Context<'_>) -> String {
    let resources = &context.plan.model.authorization.resources;
    resources.get(resource).map_or("object", |resource| &resource.name).to_owned()
}
