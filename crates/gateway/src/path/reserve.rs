//! Room 8: what must be held while the API works? In this version a place in it, and one for the
//! record. Taken only now: whoever sends a body slowly holds no place meanwhile.

use portcullis_controls::resource_limits::Breach;
use portcullis_model::{Room, Status};
use portcullis_policy::WhenFull;

use super::attempt;
use super::authorize_object::Owned;
use super::context::{Context, Exit};
use super::validate::Valid;
use crate::budget::Held;

/// A request that may reach the API, and holds a place in it until it is over.
pub(super) struct Reserved {
    valid: Valid,
    place: Held,
}

impl Reserved {
    pub(super) fn into_parts(self) -> (Valid, Held) {
        (self.valid, self.place)
    }
}

pub(super) async fn enter(owned: Owned, context: &mut Context<'_>) -> Result<Reserved, Exit> {
    context.enter(Room::Reserve);
    if context.plan.model.when_full == WhenFull::Refuse && context.worker.shared.ledger.is_full() {
        let detail = "no more records can be kept: the ledger is not written".to_owned();
        return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
    }
    attempt::begin(owned.valid(), context).await?;
    match context.worker.shared.in_upstream.take(1) {
        Some(place) => Ok(Reserved { valid: owned.into_valid(), place }),
        // Overload is no matter of observing: there is no place.
        None => Err(Breach::UpstreamConcurrency.refusal(&context.plan.limits).into()),
    }
}
