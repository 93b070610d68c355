//! Requests of one value reach the API one after the other, where the policy says so (`serialize`).

use portcullis_controls::resource_limits::{NoTurn, spelling};
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{Serialized, SerializedBy};
use sha2::{Digest as _, Sha256};

use super::context::{Context, Exit};
use super::validate::{Valid, value_of};
use crate::decision::Act;
use crate::incoming::Incoming;
use crate::locks::{Asked, Key, Lock};

/// The turn of a request.
pub(super) struct Turn {
    /// It lasts until this is dropped.
    pub(super) lock: Lock,
    /// Others were let go first: what was found out before may be otherwise now.
    pub(super) has_waited: bool,
}

/// Waits for the turn of a request, where it must. A gateway that
/// only watches makes nobody wait. Under a relaxation requests wait as before: it is about amounts.
pub(super) async fn wait(
    valid: &Valid,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Option<Turn>, Exit> {
    let plan = context.plan;
    let is_asked = context.mode(ControlId::ResourceLimits) != Mode::NotAsked;
    if !is_asked || plan.observes_everything() {
        return Ok(None);
    }
    let index = context.operation;
    let serialized = index.and_then(|index| plan.model.serialized.get(index)?.as_ref());
    let Some(serialized) = serialized else { return Ok(None) };
    let key = key(serialized, valid, context);
    let waiting = match context.worker.shared.locks.ask(key) {
        Asked::Held(lock) => return Ok(Some(Turn { lock, has_waited: false })),
        Asked::Waiting(waiting) => waiting,
        Asked::TooManyWait => return Err(NoTurn::TooManyWait.refusal().into()),
        Asked::TooManyValues => return Err(NoTurn::TooManyValues.refusal().into()),
    };
    let turn = tokio::time::timeout_at(context.deadline.into(), waiting.turn());
    let lock = tokio::select! {
        biased;
        lock = turn => lock.ok().flatten(),
        () = incoming.gone() => return Err(Exit::Gone),
    };
    let Some(lock) = lock else { return Err(NoTurn::WaitedTooLong.refusal().into()) };
    // It was held back: the API is asked at another moment than the client chose.
    context.acted(Act::Removed(ControlId::ResourceLimits));
    // Whoever called may have logged out meanwhile.
    if context.mode(ControlId::CallerIdentity) == Mode::Enforce
        && let Some(refusal) = context.carried.ended(context.worker.shared.store.as_ref())
    {
        return Err(refusal.into());
    }
    Ok(Some(Turn { lock, has_waited: true }))
}

/// What stands for the value. By its method and path an operation is the same after a reload, and in
/// another API: two that wait without need cost a moment.
fn key(serialized: &Serialized, valid: &Valid, context: &Context<'_>) -> Key {
    let authenticated = valid.admitted().authenticated();
    let matched = authenticated.matched();
    let mut digest = Sha256::new();
    let mut add = |text: &str| {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    };
    if let Some(group) = &serialized.group {
        add("group");
        add(group);
    } else {
        let contract = &context.plan.model.contract;
        let operation = context.operation.and_then(|index| contract.operation(index));
        add("operation");
        add(&operation.map(portcullis_contract::Operation::title).unwrap_or_default());
    }
    match &serialized.by {
        SerializedBy::Everybody => {}
        // Whom nobody verified may be anybody, under any address.
        SerializedBy::Caller => {
            if let Some(identity) = authenticated.caller().identity() {
                add(&identity.issuer);
                add(&identity.subject);
            }
        }
        // What is not there may be any: requests without a value are one.
        SerializedBy::Value(place) => {
            let value = value_of(place, matched, valid.body(), context);
            let value = value.map(|value| spelling(&value)).filter(|value| !value.is_empty());
            value.iter().for_each(|value| add(value));
        }
    }
    digest.finalize().into()
}
