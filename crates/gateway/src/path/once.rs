//! What may be done once, ever: taken when nothing else can refuse it, and made to last before the API is asked.

use portcullis_model::{ControlId, Mode, Status};
use portcullis_store::{Once, OnceMark, Store};

use super::context::{Context, Exit};
use super::rates::Asked;
use crate::callers::Parts;

/// Takes what this request may do once, or refuses it. Whoever only watches takes nothing.
pub(super) async fn take(asked: Asked<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let mode = context.mode(ControlId::ResourceLimits);
    let counted = asked.once(context)?;
    if counted.is_empty() || mode == Mode::NotAsked {
        return Ok(());
    }
    let shared = context.worker.shared.clone();
    let Some(store) = &shared.store else { return Err(unkept("there is no store")) };
    let marks: Vec<OnceMark> = counted.iter().map(|parts| mark(store, parts)).collect();
    let before = if mode == Mode::Observe {
        store.was_once(&marks)
    } else {
        match store.take_once(&marks, context.now()).await {
            Ok(Once::Taken(taken)) => {
                context.carried.settling.once(taken);
                None
            }
            Ok(Once::Before(which)) => Some(which),
            Err(error) => return Err(unkept(&error.to_string())),
        }
    };
    match before.and_then(|which| counted.get(which)) {
        Some((one, _)) => context.refuse(one.done_before()),
        None => Ok(()),
    }
}

/// Entries that say the same are one, whatever their place in the policy and after each reload.
fn mark(store: &Store, (counted, parts): &Parts<'_>) -> OnceMark {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    store.once_mark(&counted.text, &parts)
}

/// What nobody can keep would happen again after a restart.
fn unkept(why: &str) -> Exit {
    let detail = format!("what may be done once cannot be kept: {why}");
    Exit::Failed { status: Status::UNAVAILABLE, detail }
}
