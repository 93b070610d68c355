//! A refresh token of ours, or what opens a second step, for the API's: where a request has it
//! outside of a security scheme.

use std::sync::Arc;

use portcullis_credential::opaque;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal, Secret, Status};
use portcullis_policy::Login;
use portcullis_store::{Digest, Session, State, StoreError, Which};

use super::carried::Renewed;
use super::context::{Context, Exit};
use crate::login::{Known, PENDING, REFRESH};

/// What stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Refresh,
    Pending,
}

/// Exchanges it: what goes on to the API in its place; `None` if it goes on as it is.
pub(super) async fn exchange(
    shown: &str,
    kind: Kind,
    login: &Login,
    context: &mut Context<'_>,
) -> Result<Option<String>, Exit> {
    if context.mode(ControlId::CallerIdentity) == Mode::NotAsked {
        return Ok(None);
    }
    let token = match kind {
        Kind::Refresh => opaque::beside(shown),
        Kind::Pending => opaque::digest(shown).map(|_| Secret::new(shown.as_bytes())),
    };
    let is_adopting = login.adopt_until.is_some_and(|until| context.now() < until.end());
    let Some(token) = token else {
        if is_adopting && kind == Kind::Refresh && !shown.starts_with(opaque::PREFIX) {
            context.carried.renews = Some(Renewed::Adopted);
            return Ok(None);
        }
        return refuse("not_ours", context);
    };
    let digest = Digest::of_token(token.expose_secret());
    let Some(session) = find(&digest, context).await? else {
        if kind == Kind::Refresh && ended_by_reuse(digest, context).await? {
            return refuse("refresh_token_used_again", context);
        }
        return refuse("session_unknown", context);
    };
    let (name, state) = match kind {
        Kind::Refresh => (REFRESH, State::Complete),
        Kind::Pending => (PENDING, State::SecondStep),
    };
    let theirs = session.credentials.get(name).filter(|_| session.state == state);
    let theirs = theirs.and_then(|secret| std::str::from_utf8(secret.expose_secret()).ok());
    let is_its = *session.api == *context.plan.model.name
        && Known::read(&session.attributes).is_some_and(|known| *known.issuer == *login.issuer);
    let Some(theirs) = theirs.filter(|_| is_its) else {
        return refuse("session_of_other_login", context);
    };
    let theirs = theirs.to_owned();
    keep(session, shown, kind, context);
    Ok(Some(theirs))
}

fn keep(session: Arc<Session>, shown: &str, kind: Kind, context: &mut Context<'_>) {
    context.carried.withheld.add(&session.credentials);
    if kind == Kind::Refresh {
        let ours = Secret::new(shown.as_bytes());
        context.carried.renews = Some(Renewed::Ours(session, ours));
    } else {
        context.carried.session = Some(session);
    }
}

async fn find(digest: &Digest, context: &Context<'_>) -> Result<Option<Arc<Session>>, Exit> {
    let Some(store) = &context.worker.shared.store else {
        return Err(no_store(&StoreError::Closed));
    };
    let found = store.find(digest, context.now(), context.entry.opened()).await;
    found.map_err(|error| no_store(&error))
}

/// A refresh token that was replaced is shown again: it was stolen, by whoever came first or by
/// whoever comes now. Both are out (RFC 9700 section 4.14.2).
async fn ended_by_reuse(digest: Digest, context: &mut Context<'_>) -> Result<bool, Exit> {
    let Some(store) = &context.worker.shared.store else { return Ok(false) };
    match store.end(Which::Token(digest), context.now()).await {
        Ok(count) => Ok(count > 0),
        // Ended for now, and written later.
        Err(StoreError::NotDurable(_)) => Ok(true),
        Err(error) => Err(no_store(&error)),
    }
}

/// The end of a request that needs the store.
pub(super) fn no_store(error: &StoreError) -> Exit {
    Exit::Failed { status: Status::UNAVAILABLE, detail: error.to_string() }
}

/// The same answer as to any credential that is not good.
fn refuse<T>(why: &'static str, context: &mut Context<'_>) -> Result<Option<T>, Exit> {
    let detail = format!("the credential is not good: {why}");
    let refusal =
        Refusal::new(ControlId::CallerIdentity, Status::UNAUTHORIZED, "bad_credential", detail);
    let challenge = "Bearer error=\"invalid_token\"".to_owned();
    context.refuse(refusal.with_field("WWW-Authenticate", challenge)).map(|()| None)
}

/// Notes what is done to an answer because of a session.
pub(super) fn noted(reason: &'static str, detail: String) -> Noted {
    Noted { control: ControlId::CallerIdentity, reason, detail }
}
