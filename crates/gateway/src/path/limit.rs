//! Room 4: is there room for this request, as far as one can tell without its body?

use portcullis_controls::resource_limits::Breach;
use portcullis_model::Room;

use super::authenticate::Authenticated;
use super::context::{Context, Exit};
use crate::budget::Held;

/// A request that holds a place in the API until it is over.
pub(super) struct Admitted {
    authenticated: Authenticated,
    place: Held,
}

impl Admitted {
    pub(super) const fn authenticated(&self) -> &Authenticated {
        &self.authenticated
    }

    pub(super) fn into_place(self) -> Held {
        self.place
    }
}

pub(super) fn enter(
    authenticated: Authenticated,
    context: &mut Context<'_>,
) -> Result<Admitted, Exit> {
    context.enter(Room::Limit);
    match context.worker.shared.in_upstream.take(1) {
        Some(place) => Ok(Admitted { authenticated, place }),
        // Overload is no matter of observing: there is no place.
        None => Err(Breach::UpstreamConcurrency.refusal(&context.plan.limits).into()),
    }
}
