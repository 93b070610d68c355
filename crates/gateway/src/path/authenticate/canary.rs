//! A credential of a session that nobody has: whoever shows one has opened the store.
//!
//! The request goes on as with any credential that is not good, so that it learns nothing; others do.

use portcullis_contract::SchemePlace;
use portcullis_controls::Plan;
use portcullis_credential::authorization;
use portcullis_store::Store;

use super::super::context::Context;
use super::shown::{Shown, shown};
use crate::head::{Essential, RequestHead};

/// Looks at all places of credentials that may have one, whatever the operation asks for.
pub(super) fn look(head: &RequestHead, context: &Context<'_>) {
    let Some(store) = &context.worker.shared.store else { return };
    if stands(head, context.plan, store) {
        context.canary_read();
    }
}

fn stands(head: &RequestHead, plan: &Plan, store: &Store) -> bool {
    let is_canary = |value: &str| store.is_canary(value.as_bytes());
    let authorization = head.fields.first(Essential::Authorization);
    let in_authorization = |value: &str| {
        let bare = value.split_once(' ').map_or(value, |(_, credential)| credential.trim());
        is_canary(bare)
            || authorization::basic(value)
                .is_ok_and(|basic| store.is_canary(basic.password.expose_secret()))
    };
    let mut cookies = head.fields.cookies();
    let headers = plan.model.contract.schemes.iter().map(|scheme| &scheme.place);
    let mut headers = headers.filter(|place| matches!(place, SchemePlace::Header(_)));
    authorization.is_some_and(in_authorization)
        || cookies.any(|(_, value)| is_canary(value))
        || headers.any(|place| matches!(shown(head, place), Shown::One(value) if is_canary(value)))
}
