//! Room 7: may this caller touch these objects? Each object that the request names is judged by what is
//! known of it: what the request itself says, what the caller holds, or what the API answers when the gateway
//! asks with the caller's own credential. Where the answer will show it anyhow, it decides there. What this
//! caller may not write of an object is taken out of the body, and nobody filters by what they do not see.

mod filters;
mod named;
mod question;
mod writes;

use portcullis_controls::object_ownership::{self, Expected};
use portcullis_model::{ControlId, Mode, Room, Status};
use portcullis_policy::InputPlace;

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

pub(super) async fn enter(mut valid: Valid, context: &mut Context<'_>) -> Result<Owned, Exit> {
    context.enter(Room::AuthorizeObject);
    let plan = context.plan;
    let Some(index) = valid.admitted().authenticated().matched().operation() else {
        return Ok(Owned { valid });
    };
    let mode = context.mode(ControlId::ObjectOwnership);
    let expected = plan.operations.get(index).map(|operation| &operation.objects);
    match expected {
        Some(Expected::Closed(why)) => context.refuse(object_ownership::closed(why))?,
        Some(Expected::Asked) => {
            context.objects = objects(&valid, index, context);
            context.objects.are_asked = mode != Mode::NotAsked;
            if context.objects.are_asked {
                named::judge(Named { valid: &valid, operation: index }, context).await?;
            }
            writes::strip(&mut valid, index, context)?;
        }
        _ => {}
    }
    filters::judge(&valid, index, context)?;
    Ok(Owned { valid })
}

/// What the rooms behind this one will need.
fn objects(valid: &Valid, operation: usize, context: &Context<'_>) -> Objects {
    let matched = valid.admitted().authenticated().matched();
    let request = Request { matched, body: Some(valid.body()) };
    let said = context.plan.rules.places(operation).iter().filter_map(|place| {
        let values = request.values(&InputPlace::One(place.clone()), context).ok()?;
        Some((place.clone(), values))
    });
    Objects { said: said.collect(), ..Objects::default() }
}

/// The gateway could not find out: that is no "no such object".
fn cannot_know(detail: String) -> Exit {
    Exit::Failed { status: Status::UNAVAILABLE, detail }
}
