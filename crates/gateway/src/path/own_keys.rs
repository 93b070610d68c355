//! Keys that are issued here do not reach the API, wherever in a header they stand: good or not asked for, in a form that
//! no scheme takes, observing or not (rule 6).

use portcullis_credential::{api_key, authorization};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode};

use super::context::Context;
use crate::worker::Deed;

/// Whether a client's field holds one: then it does not go on.
pub(super) fn is_removed(name: &str, value: &str, context: &mut Context<'_>) -> bool {
    let plan = context.plan;
    let Some(rule) = &plan.model.callers.api_keys else { return false };
    let control = ControlId::CallerIdentity;
    if context.mode(control) == Mode::NotAsked {
        return false;
    }
    let is_there = api_key::is_in(value, &rule.brand)
        || name == "authorization" && is_in_basic(value, &rule.brand);
    if is_there {
        let detail = format!("header `{name}`");
        context.did(Deed::Remove, Noted { control, reason: "own_key", detail });
    }
    is_there
}

/// In user or password of Basic, where many libraries put a key.
fn is_in_basic(value: &str, brand: &str) -> bool {
    authorization::basic(value).is_ok_and(|basic| {
        let password = std::str::from_utf8(basic.password.expose_secret()).unwrap_or_default();
        api_key::is_in(&basic.user, brand) || api_key::is_in(password, brand)
    })
}
