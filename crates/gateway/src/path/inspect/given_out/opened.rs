//! Keeping what an answer gave out: a new session, or a session that goes on.

use std::sync::Arc;

use portcullis_credential::opaque;
use portcullis_model::{Secret, Status, UnixMillis};
use portcullis_store::{
    Change, Credentials, Digest, Facts, Origin, Session, SessionId, State, StoreError, Which,
};

use super::super::super::carried::Renewed;
use super::super::super::context::{Context, Exit};
use super::super::super::exchange::no_store;
use super::super::sessions::end;
use super::{Step, refused};
use crate::login::{self, Given, Known};

/// How long the token before a renewal is honoured: requests that were under way carry it.
const GRACE_MS: u64 = 10_000;
/// How long a second step may take.
const SECOND_STEP_MS: u64 = 10 * 60_000;
/// How often a change is tried again because somebody else made one.
const TRIES_MAX: usize = 4;

/// What the client gets in place of the API's credentials.
pub(super) struct Ours {
    token: String,
    refresh: Option<String>,
    /// For how long.
    pub(super) seconds: u64,
}

impl Ours {
    /// In place of each credential but the refresh token.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// In place of the refresh token. Where there is none, the place is not there either.
    pub(super) fn refresh(&self) -> &str {
        self.refresh.as_deref().unwrap_or(&self.token)
    }

    fn digest(&self) -> Digest {
        Digest::of_token(self.token.as_bytes())
    }

    /// New ones, of chance; together, where there is a refresh token.
    fn new(has_refresh: bool) -> Result<Self, Exit> {
        let mut is_filled = true;
        let mut fill = |bytes: &mut [u8]| is_filled &= getrandom::fill(bytes).is_ok();
        let first = opaque::generate(&mut fill);
        if !is_filled {
            let detail = "the operating system gives no randomness".to_owned();
            return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
        }
        let first = text(&first);
        if !has_refresh {
            return Ok(Self { token: first, refresh: None, seconds: 0 });
        }
        Self::beside(first)
    }

    /// Those of a refresh token.
    fn beside(refresh: String) -> Result<Self, Exit> {
        let token = opaque::beside(&refresh).ok_or_else(|| refused("login_not_ours"))?;
        Ok(Self { token: text(&token), refresh: Some(refresh), seconds: 0 })
    }

    fn until(self, until: UnixMillis, now: UnixMillis) -> Self {
        Self { seconds: until.0.saturating_sub(now.0) / 1000, ..self }
    }
}

fn text(secret: &Secret) -> String {
    String::from_utf8_lossy(secret.expose_secret()).into_owned()
}

/// Keeps it. What cannot be kept does not leave: that is the end of the request.
pub(super) async fn opened(
    step: Step<'_>,
    given: &Given,
    context: &mut Context<'_>,
) -> Result<Ours, Exit> {
    context.carried.withheld.add(&given.credentials);
    let is_named = step.login().subject.is_none() || given.subject.is_some() || given.is_pending;
    if matches!(step, Step::First(_)) && !is_named {
        return Err(refused("login_without_subject"));
    }
    match (step, context.carried.renews.clone(), context.carried.session.clone()) {
        (Step::First(_), ..) => {
            let before = context.carried.session.take();
            let ours = open(step, given, Origin::Verified, context).await?;
            // Whoever logs in again has left the session before.
            if let Some(before) = before {
                end(Which::Id(before.id), context).await?;
            }
            Ok(ours)
        }
        (Step::Second(..), _, Some(session)) if session.state == State::SecondStep => {
            complete(step, given, session, context).await
        }
        (Step::Renewal(_), Some(Renewed::Ours(session, shown)), _) => {
            renew(step, given, session, text(&shown), context).await
        }
        (Step::Renewal(_), Some(Renewed::Adopted), _) => {
            open(step, given, Origin::Adopted, context).await
        }
        // The API gives something out for a step that nobody here began.
        (Step::Second(..) | Step::Renewal(_), ..) => Err(refused("login_step_unknown")),
    }
}

/// When what was given out ends, and when the credential that requests carry does.
fn ends(
    step: Step<'_>,
    given: &Given,
    created: UnixMillis,
    now: UnixMillis,
) -> Result<(UnixMillis, Option<UnixMillis>), Exit> {
    let lifetime = step.login().lifetime.as_millis() as u64;
    let most = UnixMillis(created.0.saturating_add(lifetime));
    if given.until.is_some_and(|until| until <= now) || most <= now {
        return Err(refused("login_token_is_over"));
    }
    let least = |time: Option<UnixMillis>| time.map_or(most, |time| time.min(most));
    if given.is_pending {
        let until = UnixMillis(now.0.saturating_add(SECOND_STEP_MS));
        return Ok((least(given.until).min(until), None));
    }
    Ok(if given.has_refresh() {
        (least(given.refresh_until), given.until)
    } else {
        (least(given.until), None)
    })
}

async fn open(
    step: Step<'_>,
    given: &Given,
    origin: Origin,
    context: &mut Context<'_>,
) -> Result<Ours, Exit> {
    let now = context.now();
    let (expires, until) = ends(step, given, now, now)?;
    let ours = Ours::new(given.has_refresh())?;
    let mut id = [0; 16];
    if getrandom::fill(&mut id).is_err() {
        return Err(no_store(&StoreError::Closed));
    }
    let id = SessionId::new(id);
    let api = context.plan.model.name.to_string();
    let store = context.worker.shared.store.as_ref();
    let store = store.ok_or_else(|| no_store(&StoreError::Closed))?;
    let own_name = login::own_name(id);
    // Nobody is taken for somebody else, because an API gave out something for an old token.
    let subject = given.subject.clone().filter(|_| origin == Origin::Verified);
    let facts = Facts {
        id,
        digest: ours.digest(),
        account: context.carried.account.unwrap_or_else(|| store.account(&api, &own_name)),
        api,
        subject: subject.unwrap_or(own_name),
        attributes: known(step, given, until).write(),
        credentials: given.credentials.clone(),
        created: now,
        expires,
        idle_ms: step.login().idle.map(|idle| idle.as_millis() as u64),
        state: if given.is_pending { State::SecondStep } else { State::Complete },
        network: std::mem::take(&mut context.carried.network),
        origin,
    };
    store.open_session(facts, now).await.map_err(|error| no_store(&error))?;
    Ok(ours.until(expires, now))
}

fn known(step: Step<'_>, given: &Given, until: Option<UnixMillis>) -> Known {
    Known {
        issuer: step.login().issuer.to_string(),
        scopes: given.scopes.clone(),
        attributes: given.attributes.clone(),
        until,
    }
}

/// The second step went well: the same session, another token, and everything is open to it.
async fn complete(
    step: Step<'_>,
    given: &Given,
    session: Arc<Session>,
    context: &mut Context<'_>,
) -> Result<Ours, Exit> {
    let now = context.now();
    if step.login().subject.is_some() && given.subject.is_none() && login::is_nameless(&session) {
        return Err(refused("login_without_subject"));
    }
    let (expires, until) = ends(step, given, session.created, now)?;
    let ours = Ours::new(given.has_refresh())?;
    let mut known = known(step, given, until);
    if let Some(before) = Known::read(&session.attributes) {
        merge(&mut known, before);
    }
    let change = Change {
        expires,
        credentials: Some(given.credentials.clone()),
        attributes: Some(known.write()),
        subject: given.subject.clone(),
        state: Some(State::Complete),
        token: Some((ours.digest(), 0)),
    };
    let store = context.worker.shared.store.as_ref();
    let store = store.ok_or_else(|| no_store(&StoreError::Closed))?;
    let changed = store.replace(&session, change, now, context.entry.opened()).await;
    match changed.map_err(|error| no_store(&error))? {
        // Somebody else completed it, or it was ended: this one stays outside.
        None => Err(refused("login_step_unknown")),
        Some(_) => Ok(ours.until(expires, now)),
    }
}

/// A renewal: other credentials of the API, and another token where it gave another refresh token.
async fn renew(
    step: Step<'_>,
    given: &Given,
    session: Arc<Session>,
    shown: String,
    context: &mut Context<'_>,
) -> Result<Ours, Exit> {
    let now = context.now();
    let is_other = given.subject.as_ref().is_some_and(|subject| *subject != session.subject);
    if is_other && session.origin == Origin::Verified {
        end(Which::Id(session.id), context).await?;
        return Err(refused("login_of_another_caller"));
    }
    let store = context.worker.shared.store.clone();
    let store = store.ok_or_else(|| no_store(&StoreError::Closed))?;
    let mut session = session;
    for _ in 0..TRIES_MAX {
        let mut credentials: Credentials = session.credentials.clone();
        credentials.extend(given.credentials.clone());
        let (most, until) = ends(step, given, session.created, now)?;
        let ours =
            if given.has_refresh() { Ours::new(true)? } else { Ours::beside(shown.clone())? };
        let expires = if given.has_refresh() { most } else { session.expires };
        let mut known = known(step, given, until.or(given.until));
        if let Some(before) = Known::read(&session.attributes) {
            merge(&mut known, before);
        }
        let change = Change {
            credentials: Some(credentials),
            attributes: Some(known.write()),
            token: given.has_refresh().then(|| (ours.digest(), GRACE_MS)),
            ..Change::until(expires)
        };
        let changed = store.replace(&session, change, now, context.entry.opened()).await;
        if changed.map_err(|error| no_store(&error))?.is_some() {
            return Ok(ours.until(expires, now));
        }
        // Two renewals at a time: the other one came first, or the session was ended.
        let again = Ours::beside(shown.clone())?.digest();
        let found = store.find(&again, now, context.entry.opened()).await;
        let found = found.map_err(|error| no_store(&error))?;
        // Ended, or renewed more than once meanwhile: who is left behind logs in again.
        session = found.ok_or_else(|| refused("login_renewed_by_others"))?;
    }
    Err(no_store(&StoreError::Busy))
}

/// What was known before stays, where the new answer does not say it.
fn merge(known: &mut Known, before: Known) {
    for attribute in before.attributes {
        if !known.attributes.iter().any(|one| one.name == attribute.name) {
            known.attributes.push(attribute);
        }
    }
    if known.scopes.is_empty() {
        known.scopes = before.scopes;
    }
    known.issuer = before.issuer;
}
