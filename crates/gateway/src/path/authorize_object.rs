//! Room 7: may this caller use this function with what the request says, and touch these objects? Each object
//! that the request names is judged by what is known of it: what the request itself says, what the caller
//! holds, or what the API answers when the gateway asks with the caller's own credential. Where the answer will
//! show it anyhow, it decides there. What this caller may not write of an object is taken out of the body, and
//! nobody filters by what they do not see.

mod exchange;
mod filters;
mod named;
mod own_list;
mod question;
mod subject;
mod writes;

use std::borrow::Cow;

use portcullis_controls::function_access;
use portcullis_controls::object_ownership::{self, Expected};
use portcullis_controls::rules::Function;
use portcullis_controls::urlencoded;
use portcullis_json::Value;
use portcullis_model::{ControlId, Mode, Room, Status};
use portcullis_policy::{InputPlace, RequestPlace, Verb};

use super::asking::asked;
use super::context::{Context, Exit};
use super::holding::is_plain;
use super::objects::Objects;
use super::validate::Valid;
use super::values::Request;
use subject::Named;

/// A request whose caller may touch its objects.
pub(super) struct Owned {
    valid: Valid,
}

impl Owned {
    pub(super) const fn valid(&self) -> &Valid {
        &self.valid
    }

    pub(super) fn into_valid(self) -> Valid {
        self.valid
    }
}

pub(super) async fn enter(mut valid: Valid, context: &mut Context<'_>) -> Result<Owned, Exit> {
    context.enter(Room::AuthorizeObject);
    let plan = context.plan;
    let Some(index) = valid.admitted().authenticated().matched().operation() else {
        return Ok(Owned { valid });
    };
    let needs_one = function(&valid, index, context)?;
    let is_limited = {
        let nothing = |_: &RequestPlace| None;
        plan.rules.names_objects(&asked(context, &nothing), index)
    };
    let mode = context.mode(ControlId::ObjectOwnership);
    let expected = plan.operations.get(index).map(|operation| &operation.objects);
    match expected {
        Some(Expected::Closed(why)) => context.refuse(object_ownership::closed(why))?,
        Some(Expected::Asked) => {
            context.objects = objects(&valid, index, context);
            context.objects.are_asked = mode != Mode::NotAsked;
            context.objects.needs_one = needs_one;
            if context.objects.are_asked {
                named::judge(Named { valid: &valid, operation: index }, context).await?;
            }
            writes::strip(&mut valid, index, context)?;
        }
        // Rules open it for objects, and it has none that anybody knows of.
        Some(Expected::NotAsked(_)) if needs_one => {
            let detail = "rules open it for objects, and it names and shows none".to_owned();
            context.refuse(function_access::no_object(&detail))?;
        }
        // A key is for single objects, and nobody asks for them here.
        Some(Expected::NotAsked(_)) if is_limited => {
            let detail = "the key is for single objects, and here none is asked for".to_owned();
            context.refuse(function_access::no_object(&detail))?;
        }
        _ => {}
    }
    filters::judge(&valid, index, context)?;
    if !context.objects.are_asked {
        context.objects = Objects::default();
    }
    Ok(Owned { valid })
}

/// Judges the objects that a request names once more, after it waited for others: what they did may have changed
/// whose an object is, or what it is.
pub(super) async fn again(owned: &mut Owned, context: &mut Context<'_>) -> Result<(), Exit> {
    let valid = &mut owned.valid;
    let operation = valid.admitted().authenticated().matched().operation();
    let Some(operation) = operation.filter(|_| context.objects.are_asked) else { return Ok(()) };
    let since = context.worker.shared.holdings.since();
    let Objects { named, listed, believed, etag, is_again, questions, holder, .. } =
        &mut context.objects;
    named.clear();
    listed.clear();
    believed.clear();
    *etag = None;
    *is_again = true;
    *questions = 0;
    // What is forgotten from now on is not learned; what was forgotten before may be.
    holder.iter_mut().for_each(|(_, known)| *known = since);
    named::judge(Named { valid, operation }, context).await?;
    writes::strip(valid, operation, context)
}

/// Whether the caller may use the function, now that all of the request is known; true: only for some objects.
fn function(valid: &Valid, index: usize, context: &mut Context<'_>) -> Result<bool, Exit> {
    let plan = context.plan;
    let Some(compiled) = plan.operations.get(index) else { return Ok(false) };
    let authenticated = valid.admitted().authenticated();
    let request = Request { matched: authenticated.matched(), body: Some(valid.body()) };
    let (judgement, open) = {
        let said =
            |place: &RequestPlace| request.values(&InputPlace::One(place.clone()), context).ok();
        let asked = asked(context, &said);
        let judgement =
            compiled.function.judge(&plan.rules, &asked, authenticated.caller(), index, true);
        (judgement, plan.rules.function(&asked, index, true))
    };
    context.ask(judgement)?;
    let is_granted = compiled.function == function_access::Expected::Granted;
    Ok(is_granted && open == Function::OpenForObjects)
}

/// What the rooms behind this one will need.
fn objects(valid: &Valid, operation: usize, context: &Context<'_>) -> Objects {
    let matched = valid.admitted().authenticated().matched();
    let request = Request { matched, body: Some(valid.body()) };
    let said = context.plan.rules.places(operation).iter().filter_map(|place| {
        let values = request.values(&InputPlace::One(place.clone()), context).ok()?;
        Some((place.clone(), values))
    });
    let holdings = &context.worker.shared.holdings;
    let model = &context.plan.model;
    let identity = context.carried.identity.as_deref();
    let holder = identity
        .and_then(|identity| holdings.caller(&model.name, identity, &model.authorization))
        .map(|caller| (caller, holdings.since()));
    let query = urlencoded::pairs(matched.received().head().query().unwrap_or_default());
    let names = query.map(|(name, _)| urlencoded::decode(name).map(Cow::into_owned));
    let names: Result<Vec<String>, _> = names.collect();
    let is_bare = names.as_ref().is_ok_and(Vec::is_empty);
    let touches = model.authorization.operations.get(operation);
    let makes = touches
        .is_some_and(|touches| touches.does.first().is_some_and(|(_, verb)| *verb == Verb::Create));
    let (mut texts, mut chooses_id) = (Vec::new(), false);
    if let Some(body) = valid.body().tree().filter(|_| makes) {
        gather(body, &mut texts);
        let about = touches.and_then(|touches| touches.does.first());
        let about = about.and_then(|(about, _)| model.authorization.resources.get(*about));
        chooses_id = about.is_some_and(|one| one.ids.iter().any(|at| body.lookup(at).is_some()));
    }
    Objects {
        said: said.collect(),
        holder,
        is_plain: names.is_ok_and(|names| is_plain(&names)),
        is_bare,
        chooses_id,
        texts,
        ..Objects::default()
    }
}

/// Every text and number of a body.
fn gather(value: Value<'_>, texts: &mut Vec<String>) {
    texts.extend(value.as_str().or_else(|| value.as_number()).map(str::to_owned));
    value.members().for_each(|(_, member)| gather(member, texts));
    value.items().for_each(|item| gather(item, texts));
}

/// The gateway could not find out: that is no "no such object".
fn cannot_know(detail: String) -> Exit {
    Exit::Failed { status: Status::UNAVAILABLE, detail }
}
