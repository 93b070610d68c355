//! Room 8: what must be held while the API works? A place in it, also among those of the same key where only so
//! many may be under way; one for the record; and a value, where requests of one value go one after the other. Taken
//! only now: whoever sends a body slowly holds nothing meanwhile. What is counted by a value of the body is counted
//! here, too, and what may be done once is taken.

use portcullis_controls::resource_limits::Breach;
use portcullis_model::{Room, Status};
use portcullis_policy::WhenFull;

use super::attempt;
use super::authorize_object::{self, Owned};
use super::context::{Context, Exit};
use super::flow;
use super::once;
use super::one_at_a_time;
use super::rates::Asked;
use super::validate::Valid;
use crate::incoming::Incoming;
use crate::locks::Lock;
use crate::under_way::Stay;

/// A request that may reach the API, and holds a place in it until it is over.
pub(super) struct Reserved {
    valid: Valid,
    stay: Stay,
    lock: Option<Lock>,
}

impl Reserved {
    pub(super) fn into_parts(self) -> (Valid, Stay, Option<Lock>) {
        (self.valid, self.stay, self.lock)
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
    // Before anybody waits: a refusal is cheaper.
    asked(owned.valid()).late(context)?;
    // Then the turn, so that whoever waits holds nothing else.
    let turn = one_at_a_time::wait(owned.valid(), incoming, context).await?;
    if turn.as_ref().is_some_and(|turn| turn.has_waited) {
        authorize_object::again(&mut owned, context).await?;
    }
    let lock = turn.map(|turn| turn.lock);
    flow::begin(owned.valid(), context)?;
    attempt::begin(owned.valid(), context).await?;
    let counted = asked(owned.valid()).at_once(context)?;
    match context.worker.shared.in_upstream.take(1) {
        Some(place) => {
            let stay = Stay::new(place, counted);
            // Last of all: whatever else refuses must cost nobody what is there once.
            once::take(asked(owned.valid()), context).await?;
            flow::sent(context);
            Ok(Reserved { valid: owned.into_valid(), stay, lock })
        }
        // Overload is no matter of observing: there is no place.
        None => Err(Breach::UpstreamConcurrency.refusal(&context.plan.limits).into()),
    }
}

/// What is counted of a request that was read.
const fn asked(valid: &Valid) -> Asked<'_> {
    Asked::of(valid.admitted().authenticated(), Some(valid.body()))
}
