//! Keys that are issued here do not reach the API, wherever in a header they stand: good or not asked for, in a form that
//! no scheme takes, observing or not (rule 6).

use portcullis_credential::{api_key, authorization};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{ApiKeys, Model};

use super::context::Context;
use crate::worker::Deed;

/// Whether a client's field holds one: then it does not go on.
pub(super) fn is_removed(name: &str, value: &str, context: &mut Context<'_>) -> bool {
    let control = ControlId::CallerIdentity;
    let is_there = context.mode(control) != Mode::NotAsked && holds(value, &context.plan.model);
    if is_there {
        let detail = format!("header `{name}`");
        context.did(Deed::Remove, Noted { control, reason: "own_key", detail });
    }
    is_there
}

/// Whether a value holds a key of this policy.
pub(super) fn holds(value: &str, model: &Model) -> bool {
    model.callers.api_keys.as_ref().is_some_and(|rule| stands_in(value, rule))
}

/// Whether a whole key stands anywhere in a value, or in user or password of Basic, where many libraries put one.
pub(super) fn stands_in(value: &str, rule: &ApiKeys) -> bool {
    let is_in = |text: &str| api_key::is_in(text, &rule.brand);
    is_in(value)
        || authorization::basic(value).is_ok_and(|basic| {
            let password = std::str::from_utf8(basic.password.expose_secret()).unwrap_or_default();
            is_in(&basic.user) || is_in(password)
        })
}
