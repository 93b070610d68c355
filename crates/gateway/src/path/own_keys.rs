//! Keys that are issued here do not reach the API, wherever in a header they stand: good or not asked for, in a form that
//! no scheme takes, observing or not (rule 6). Those that others issued have no form: values that are one are looked up.
//! Nor do users and passwords of Basic where they are kept here, in whatever field.

use portcullis_credential::{api_key, authorization};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{ApiKeys, Model};

use super::context::Context;
use crate::imported_keys::ImportedKeys;
use crate::worker::Deed;

/// Whether a client's field holds one: then it does not go on.
pub(super) fn is_removed(name: &str, value: &str, context: &mut Context<'_>) -> bool {
    let control = ControlId::CallerIdentity;
    let is_there = context.mode(control) != Mode::NotAsked && holds(name, value, context);
    if is_there {
        let detail = format!("header `{name}`");
        let reason =
            if holds_password(value, &context.plan.model) { "own_password" } else { "own_key" };
        context.did(Deed::Remove, Noted { control, reason, detail });
    }
    is_there
}

/// Whether the value of a field holds a key of this policy, or may hold a password that is kept here.
pub(super) fn holds(name: &str, value: &str, context: &Context<'_>) -> bool {
    let model = &context.plan.model;
    let Some(rule) = &model.callers.api_keys else { return holds_password(value, model) };
    stands_in(value, rule)
        || holds_password(value, model)
        || ImportedKeys::at(context.worker).is_some_and(|imported| imported.is_in(name, value))
}

/// Whether user and password stand in a value, of an API whose users are ours.
fn holds_password(value: &str, model: &Model) -> bool {
    let is_ours = model.callers.passwords.as_ref().is_some_and(|rule| !rule.schemes.is_empty());
    is_ours && authorization::basic(value).is_ok()
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
