//! Room 8: what must be held while the API works? In this version a place in it, one for the record,
//! and a value, where requests of one value go one after the other. Taken only now: whoever sends a body
//! slowly holds nothing meanwhile.

use portcullis_controls::resource_limits::Breach;
use portcullis_model::{Room, Status};
use portcullis_policy::WhenFull;

use super::attempt;
use super::authorize_object::{self, Owned};
use super::context::{Context, Exit};
use super::one_at_a_time;
use super::validate::Valid;
use crate::budget::Held;
use crate::incoming::Incoming;
use crate::locks::Lock;

/// A request that may reach the API, and holds a place in it until it is over.
pub(super) struct Reserved {
    valid: Valid,
    place: Held,
    lock: Option<Lock>,
}

impl Reserved {
    pub(super) fn into_parts(self) -> (Valid, Held, Option<Lock>) {
        (self.valid, self.place, self.lock)
    }
}

pub(super) async fn enter(
    mut owned: Owned,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Reserved, Exit> {
    context.enter(Room::Reserve);
    if context.plan.model.when_full == WhenFull::Refuse && context.worker.shared.ledger.is_full() {
        let detail = "no more records can be kept: the ledger is not written".to_owned();
        return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
    }
    // First, so that whoever waits holds nothing else.
    let turn = one_at_a_time::wait(owned.valid(), incoming, context).await?;
    if turn.as_ref().is_some_and(|turn| turn.has_waited) {
        authorize_object::again(&mut owned, context).await?;
    }
    let lock = turn.map(|turn| turn.lock);
    attempt::begin(owned.valid(), context).await?;
    match context.worker.shared.in_upstream.take(1) {
        Some(place) => Ok(Reserved { valid: owned.into_valid(), place, lock }),
        // Overload is no matter of observing: there is no place.
        None => Err(Breach::UpstreamConcurrency.refusal(&context.plan.limits).into()),
    }
}
