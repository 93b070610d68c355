//! What a key may be used how often: a use counts when its key and caller may use the function, whatever becomes of
//! it then; and it counts for each key above it, too.

use std::time::Instant;

use portcullis_controls::resource_limits::{Quota, QuotaUnit, quota_used_up};
use portcullis_model::{ControlId, Mode, Status, UnixMillis};
use portcullis_store::{KeyUses, Left, Window};

use super::context::{Context, Exit};
use crate::callers::UsedKey;

/// Counts this use, or refuses it.
pub(super) async fn count(context: &mut Context<'_>) -> Result<(), Exit> {
    let line = context.carried.key.as_ref().map_or_else(Vec::new, UsedKey::quotas);
    if line.is_empty() || context.mode(ControlId::ResourceLimits) == Mode::NotAsked {
        return Ok(());
    }
    let shared = context.worker.shared.clone();
    let paces = &shared.callers.paces;
    let taken = match paces.take(&line, Instant::now()) {
        Ok(taken) => taken,
        Err(quota) => return over(quota, context),
    };
    let mut quotas: Vec<Quota> = taken.quota.into_iter().collect();
    if line.iter().any(|(_, quota)| quota.counts_days()) {
        let Some(store) = &shared.store else { return Err(uncounted("there is no store")) };
        let now = context.now();
        match store.use_key(&line, now).await {
            Ok(KeyUses::Counted(left)) => quotas.extend(left.iter().map(|one| shown(one, now))),
            Ok(KeyUses::Over(left)) => {
                paces.give_back(taken, Instant::now());
                return over(shown(&left, now), context);
            }
            Err(error) => return Err(uncounted(&error.to_string())),
        }
    }
    context.carried.quotas = quotas;
    Ok(())
}

/// Uses that nobody can count are none: a restart would give them anew.
fn uncounted(why: &str) -> Exit {
    let detail = format!("the use of a key cannot be counted: {why}");
    Exit::Failed { status: Status::UNAVAILABLE, detail }
}

fn over(quota: Quota, context: &mut Context<'_>) -> Result<(), Exit> {
    context.carried.quotas = vec![quota];
    context.refuse(quota_used_up(&quota))
}

fn shown(left: &Left, now: UnixMillis) -> Quota {
    let name = match left.window {
        Window::Day => "day",
        Window::Month => "month",
    };
    Quota {
        name,
        unit: QuotaUnit::Requests,
        limit: left.limit,
        window_s: left.until.0.saturating_sub(left.since.0) / 1000,
        left: left.left,
        reset_s: left.until.0.saturating_sub(now.0).div_ceil(1000),
    }
}
