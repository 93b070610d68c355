//! What a request asks of the API's own login: which account it is for, whose sessions it would end,
//! and credentials of ours in its body, which are exchanged.

use std::net::IpAddr;

use portcullis_counting::Place;
use portcullis_json::Document;
use portcullis_policy::{Login, RequestPlace, Whose};
use portcullis_store::folded;

use super::super::context::{Context, Exit};
use super::super::exchange::{Kind, exchange};
use super::super::find_operation::Matched;
use super::{Payload, value_of};
use crate::login::{in_form, in_json};

/// Takes from a checked request what its answer will need, and exchanges what stands in its body.
pub(super) async fn take(
    matched: &Matched,
    body: &mut Payload,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let plan = context.plan;
    let callers = &plan.model.callers;
    let Some(index) = matched.operation().filter(|_| !callers.logins.is_empty()) else {
        return Ok(());
    };
    for login in &callers.logins {
        if login.operation == index {
            take_login(login, matched, body, context);
        }
        let refresh = login.refresh.as_ref();
        let second = login.second_step.as_ref();
        let places = [
            refresh.map(|one| (one.operation, Some(&one.sent), Kind::Refresh)),
            second.map(|one| (one.operation, one.sent.as_ref(), Kind::Pending)),
        ];
        for (operation, sent, kind) in places.into_iter().flatten() {
            let Some(sent @ RequestPlace::Body(pointer)) = sent.filter(|_| operation == index)
            else {
                continue;
            };
            let Some(shown) = value_of(sent, matched, body, context) else { continue };
            if let Some(theirs) = exchange(&shown, kind, login, context).await? {
                put(body, pointer, &theirs, context);
            }
        }
    }
    let ends = callers.ends_sessions.iter().enumerate();
    for (place, end) in ends.filter(|(_, end)| end.operation == index) {
        if let Whose::Account(at) = &end.whose
            && let Some(account) = value_of(at, matched, body, context)
            && let Some(store) = &context.worker.shared.store
        {
            let account = store.account(&plan.model.name, &folded(&account));
            context.carried.ends.push((place, account));
        }
    }
    Ok(())
}

fn take_login(login: &Login, matched: &Matched, body: &Payload, context: &mut Context<'_>) {
    let account = login.account.as_ref();
    let account = account.and_then(|account| value_of(account, matched, body, context));
    if let (Some(account), Some(store)) = (account, &context.worker.shared.store) {
        let name = &context.plan.model.name;
        context.carried.account = Some(store.account(name, &folded(&account)));
    }
    let client: Option<IpAddr> = matched.received().sender().client.parse().ok();
    let network = client.map(|address| Place::of(address).network.to_string());
    context.carried.network = network.unwrap_or_default();
}

/// Puts the API's credential into the body. What cannot be written anew goes on as it is, with ours
/// in it, which is of no use there.
fn put(body: &mut Payload, pointer: &str, theirs: &str, context: &Context<'_>) {
    let limits = &context.plan.json_in;
    // What it was read as stays: but for the credential it is the same.
    *body = match std::mem::replace(body, Payload::Nothing) {
        Payload::Json(document) => {
            let mut text = Vec::new();
            document.write(&mut text);
            let changed = in_json(&text, &[(pointer, theirs)], limits);
            let changed = changed.and_then(|text| Document::parse(text, limits).ok());
            Payload::Json(changed.unwrap_or(document))
        }
        Payload::Form(form) => match in_form(&form.write(), pointer, theirs) {
            Some(bytes) => Payload::Bytes { bytes, coding: None, read: Some(form.into_document()) },
            None => Payload::Form(form),
        },
        Payload::Bytes { bytes, coding: None, read } => {
            let changed = in_json(&bytes, &[(pointer, theirs)], limits);
            Payload::Bytes { bytes: changed.unwrap_or(bytes), coding: None, read }
        }
        other => other,
    };
}
