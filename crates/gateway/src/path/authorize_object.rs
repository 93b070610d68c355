//! Room 7: may this caller use this function with what the request says, and touch these objects? Each object that the request names is judged by what is
//! known of it: what the request itself says, what the caller holds, or what the API answers when the gateway
//! asks with the caller's own credential. Where the answer will show it anyhow, it decides there.

mod named;
mod question;

use portcullis_controls::object_ownership::{self, Expected};
use portcullis_model::{ControlId, Mode, Room, Status};
use portcullis_policy::{InputPlace, RequestPlace};

use super::asking::asked;
use super::context::{Context, Exit};
use super::objects::Objects;
use super::validate::Valid;
use super::values::Request;
use named::Named;

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

pub(super) async fn enter(valid: Valid, context: &mut Context<'_>) -> Result<Owned, Exit> {
    context.enter(Room::AuthorizeObject);
    let plan = context.plan;
    let Some(index) = valid.admitted().authenticated().matched().operation() else {
        return Ok(Owned { valid });
    };
    function(&valid, index, context)?;
    let mode = context.mode(ControlId::ObjectOwnership);
    let expected = plan.operations.get(index).map(|operation| &operation.objects);
    match expected {
        Some(Expected::Closed(why)) => context.refuse(object_ownership::closed(why))?,
        Some(Expected::Asked) if mode != Mode::NotAsked => {
            context.objects = objects(&valid, index, context);
            named::judge(Named { valid: &valid, operation: index }, context).await?;
        }
        _ => {}
    }
    Ok(Owned { valid })
}

/// Whether the caller may use the function, now that all of the request is known.
fn function(valid: &Valid, index: usize, context: &mut Context<'_>) -> Result<(), Exit> {
    let plan = context.plan;
    let Some(compiled) = plan.operations.get(index) else { return Ok(()) };
    if plan.rules.places(index).is_empty() {
        return Ok(());
    }
    let authenticated = valid.admitted().authenticated();
    let request = Request { matched: authenticated.matched(), body: Some(valid.body()) };
    let judgement = {
        let said =
            |place: &RequestPlace| request.values(&InputPlace::One(place.clone()), context).ok();
        let asked = asked(context, &said);
        compiled.function.judge(&plan.rules, &asked, authenticated.caller(), index, true)
    };
    context.ask(judgement)
}

/// What the rooms behind this one will need.
fn objects(valid: &Valid, operation: usize, context: &Context<'_>) -> Objects {
    let matched = valid.admitted().authenticated().matched();
    let request = Request { matched, body: Some(valid.body()) };
    let said = context.plan.rules.places(operation).iter().filter_map(|place| {
        let values = request.values(&InputPlace::One(place.clone()), context).ok()?;
        Some((place.clone(), values))
    });
    Objects { are_asked: true, said: said.collect(), ..Objects::default() }
}

/// The gateway could not find out: that is no "no such object".
fn cannot_know(detail: String) -> Exit {
    Exit::Failed { status: Status::UNAVAILABLE, detail }
}
