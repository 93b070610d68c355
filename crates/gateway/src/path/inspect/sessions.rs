//! What an answer means for sessions, before anything of it leaves: a login gives something out, the
//! API ends a session or sets another cookie.

use portcullis_credential::opaque;
use portcullis_json::Document;
use portcullis_model::{ControlId, Mode, Secret};
use portcullis_policy::{AnswerPlace, EndsSessions, Login, Whose};
use portcullis_store::{Change, StoreError, Which};

use super::super::carried::Renewed;
use super::super::context::{Context, Exit};
use super::super::exchange::{no_store, noted};
use super::super::forward::Parts;
use super::given_out::{self, Step, is_json, looks_into_body, put_back};
use crate::head::Essential;
use crate::login::{Reading, SetCookie, is_met};
use crate::worker::Deed;

/// How often a change is tried again because somebody else made one.
const TRIES_MAX: usize = 4;

/// Settles it. What cannot be kept or ended ends the request: nothing leaves.
pub(super) async fn settle(parts: Parts, context: &mut Context<'_>) -> Result<Parts, Exit> {
    let callers = &context.plan.model.callers;
    let is_enforced = context.mode(ControlId::CallerIdentity) == Mode::Enforce;
    if callers.logins.is_empty() || !is_enforced {
        return Ok(parts);
    }
    let step = parts.operation.and_then(|index| Step::of(index, context));
    let mut parts = match step {
        Some(step) => given_out::take(step, Parts { is_private: true, ..parts }, context).await?,
        None => parts,
    };
    // A wrong password, or code, is no word about the session that the request came with.
    let is_refusal =
        parts.head.status == 401 && !matches!(step, Some(Step::First(_) | Step::Second(..)));
    if is_refusal {
        end_own(context).await?;
    }
    if let Some(index) = parts.operation {
        parts = end_others(index, parts, context).await?;
    }
    withhold_cookies(&mut parts, context).await?;
    Ok(parts)
}

/// Ends the session that the request came with, or that it renews.
async fn end_own(context: &mut Context<'_>) -> Result<(), Exit> {
    let renewed = match &context.carried.renews {
        Some(Renewed::Ours(session, _)) => Some(session.id),
        _ => None,
    };
    let own = context.carried.session.as_ref().map(|session| session.id);
    for id in own.into_iter().chain(renewed) {
        end(Which::Id(id), context).await?;
        context.carried.has_ended = true;
    }
    Ok(())
}

/// `ends_sessions`: if the API says that it was done.
async fn end_others(
    index: usize,
    mut parts: Parts,
    context: &mut Context<'_>,
) -> Result<Parts, Exit> {
    let ends = context.plan.model.callers.ends_sessions.iter().enumerate();
    for (place, end_of) in ends.filter(|(_, end)| end.operation == index) {
        if !is_done(end_of, &mut parts, context).await? {
            continue;
        }
        let api = context.plan.model.name.to_string();
        match &end_of.whose {
            Whose::Own => end_own(context).await?,
            Whose::Caller => {
                if let Some(session) = context.carried.session.clone() {
                    end(Which::Account { api, account: session.account }, context).await?;
                    context.carried.has_ended = true;
                }
            }
            Whose::Account(_) => {
                let named = context.carried.ends.iter().find(|(known, _)| *known == place);
                if let Some((_, account)) = named.copied() {
                    let own = context.carried.session.as_ref();
                    context.carried.has_ended |= own.is_some_and(|own| own.account == account);
                    end(Which::Account { api, account }, context).await?;
                }
            }
        }
    }
    Ok(parts)
}

async fn is_done(
    end: &EndsSessions,
    parts: &mut Parts,
    context: &Context<'_>,
) -> Result<bool, Exit> {
    let status = parts.head.status;
    if !(200..400).contains(&status) {
        return Ok(false);
    }
    let Some(failure) = &end.failure else { return Ok(true) };
    let mut document = None;
    if looks_into_body(failure) && is_json(&parts.head.fields) {
        let body = given_out::read(parts, context).await?;
        document = Document::parse(body.clone(), &context.plan.json_out).ok();
        put_back(parts, Some(body));
    }
    let location = parts.head.fields.first(Essential::Location);
    let reading = Reading { status, location, document: document.as_ref(), cookies: &[] };
    Ok(!is_met(failure, &reading))
}

/// Ends sessions, as of now: a login that began while the API worked on this request was one with what no
/// longer holds. One that is ended, and not yet written, is ended.
pub(super) async fn end(which: Which, context: &Context<'_>) -> Result<(), Exit> {
    let Some(store) = &context.worker.shared.store else { return Ok(()) };
    match store.end(which, context.worker.shared.clock.now()).await {
        Ok(_) | Err(StoreError::NotDurable(_)) => Ok(()),
        Err(error) => Err(no_store(&error)),
    }
}

/// Cookies of a login that other answers set: the API's new value is kept, and the client keeps ours.
/// Without a session, nobody may choose one.
async fn withhold_cookies(parts: &mut Parts, context: &mut Context<'_>) -> Result<(), Exit> {
    let logins = &context.plan.model.callers.logins;
    let names: Vec<&str> = logins.iter().flat_map(cookies_of).collect();
    let is_theirs = |cookie: &SetCookie<'_>| {
        names.contains(&cookie.name) && opaque::digest(cookie.value).is_none()
    };
    let set: Vec<(String, Option<String>)> = parts
        .head
        .fields
        .all("set-cookie")
        .filter_map(SetCookie::parse)
        .filter(|cookie| is_theirs(cookie))
        .map(|cookie| {
            let value = (!cookie.is_removal()).then(|| cookie.value.to_owned());
            (cookie.name.to_owned(), value)
        })
        .collect();
    if set.is_empty() {
        return Ok(());
    }
    let mut is_withheld = false;
    parts.head.fields = parts.head.fields.rewritten(|field, value| {
        let cookie = SetCookie::parse(value).filter(|_| field == "set-cookie");
        let is_new = cookie.is_some_and(|one| is_theirs(&one) && !one.is_removal());
        is_withheld |= is_new;
        (!is_new).then(|| value.to_owned())
    });
    if is_withheld {
        let names: Vec<&str> = set.iter().map(|(name, _)| name.as_str()).collect();
        context.did(Deed::Remove, noted("api_cookie", format!("cookie `{}`", names.join("`, `"))));
    }
    for (name, value) in set {
        rotate(&AnswerPlace::Cookie(name).name(), value, context).await?;
    }
    Ok(())
}

fn cookies_of(login: &Login) -> impl Iterator<Item = &str> {
    let tokens = login.tokens.iter().map(|token| &token.at);
    let refresh = login.refresh.iter().map(|refresh| &refresh.issued);
    let second = login.second_step.iter().map(|second| &second.issued);
    tokens.chain(refresh).chain(second).filter_map(|place| match place {
        AnswerPlace::Cookie(name) => Some(name.as_str()),
        AnswerPlace::Member(_) => None,
    })
}

/// The API's cookie has another value: it is kept in the session that holds the one before. It took
/// the cookie away: the session is over.
async fn rotate(name: &str, value: Option<String>, context: &mut Context<'_>) -> Result<(), Exit> {
    let holds = context.carried.session.clone().filter(|one| one.credentials.contains_key(name));
    let Some(mut session) = holds.filter(|_| !context.carried.has_ended) else { return Ok(()) };
    let Some(value) = value else { return end_own(context).await };
    let store = context.worker.shared.store.clone();
    let store = store.ok_or_else(|| no_store(&StoreError::Closed))?;
    let now = context.now();
    for _ in 0..TRIES_MAX {
        let mut credentials = session.credentials.clone();
        credentials.insert(name.to_owned(), Secret::new(value.as_bytes()));
        context.carried.withheld.add(&credentials);
        let change = Change { credentials: Some(credentials), ..Change::until(session.expires) };
        let opened = context.entry.opened();
        let changed = store.replace(&session, change, now, opened).await;
        if changed.map_err(|error| no_store(&error))?.is_some() {
            return Ok(());
        }
        let found = store.find(&session.digest, now, opened).await;
        let found = found.map_err(|error| no_store(&error))?;
        // Ended meanwhile, or renewed: then the value belongs to nobody.
        let Some(found) = found else { return Ok(()) };
        session = found;
    }
    Err(no_store(&StoreError::Busy))
}
