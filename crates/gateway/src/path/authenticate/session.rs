//! Credentials of ours: found in the store, and exchanged for the API's.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use portcullis_contract::SchemePlace;
use portcullis_controls::caller_identity::Guessed;
use portcullis_credential::{authorization, opaque};
use portcullis_model::Identity;
use portcullis_policy::{Login, RequestPlace};
use portcullis_store::{Digest, Session, State, Store};

use super::super::context::{Context, Exit};
use super::super::exchange::{Kind, exchange};
use super::super::find_operation::Matched;
use super::judged::{Asked, Judged};
use super::outgoing::Credentials;
use super::shown::{Shown, shown};
use crate::callers::Attempt;
use crate::login::{Known, PENDING};

/// What a credential is, at a place where a login's may stand.
pub(super) enum OfSession {
    /// Ours, of a session that holds.
    Held(Held),
    /// Ours and no longer good, or what nobody here gave out.
    Judged(Judged),
    /// Not of a login.
    Other,
}

/// A session, and what goes on to the API in the place of our credential.
pub(super) struct Held {
    pub(super) session: Arc<Session>,
    pub(super) identity: Arc<Identity>,
    pub(super) instead: String,
}

/// Judges what stands at a place: of `Authorization` the whole value.
pub(super) async fn judge(
    value: &str,
    place: &SchemePlace,
    operation: Option<usize>,
    asked: Asked<'_>,
) -> OfSession {
    let callers = &asked.plan.model.callers;
    let has_issuer = callers.has_issuer(asked.scheme);
    let mut logins = callers.logins.iter().filter(|login| login.takes(asked.scheme)).peekable();
    if logins.peek().is_none() {
        return OfSession::Other;
    }
    let not = |why| OfSession::Judged(Judged::Not(why));
    let token = match place {
        SchemePlace::Authorization(_) => match authorization::bearer(value) {
            Ok(token) => token,
            Err(_) if has_issuer => return OfSession::Other,
            Err(fault) => return not(fault.name()),
        },
        _ => value,
    };
    let Some(store) = &asked.worker.shared.store else { return not("no_store") };
    // Where issuers share the scheme, the form decides whose it is.
    if !token.starts_with(opaque::PREFIX) {
        // Nobody was given it: it is no credential of before.
        if store.is_canary(token.as_bytes()) {
            return not("not_ours");
        }
        let is_adopting =
            |login: &Login| login.adopt_until.is_some_and(|day| asked.now < day.end());
        return match logins.find(|login| is_adopting(login)) {
            _ if has_issuer => OfSession::Other,
            Some(login) => OfSession::Judged(adopted(token, login, store, asked)),
            None => not("not_ours"),
        };
    }
    if opaque::digest(token).is_none() {
        return not("not_ours");
    }
    let session = match find(token, store, asked).await {
        Ok(session) => session,
        Err(judged) => return OfSession::Judged(judged),
    };
    match held(session, operation, asked) {
        Ok(held) => {
            // Too busy to note it: the next use is noted.
            let _ = store.touch(&held.session, asked.now);
            OfSession::Held(held)
        }
        Err(why) => not(why),
    }
}

/// The session of a token of ours. The database is asked only so often for those who invent some;
/// sessions in use are in memory.
async fn find(token: &str, store: &Store, asked: Asked<'_>) -> Result<Arc<Session>, Judged> {
    let digest = Digest::of_token(token.as_bytes());
    if let Some(session) = store.cached(&digest, asked.now) {
        return Ok(session);
    }
    let guesses = &asked.worker.shared.callers.guesses;
    let attempt = Attempt {
        guessed: Guessed::Token,
        function: "session",
        account: None,
        secret: None,
        place: asked.place,
    };
    guesses.may_begin(attempt, Instant::now()).map_err(Judged::TooMany)?;
    match store.find(&digest, asked.now, asked.opened).await {
        Ok(Some(session)) => Ok(session),
        Ok(None) => {
            drop(guesses.begin(attempt, Instant::now()));
            Err(Judged::Not("session_unknown"))
        }
        Err(error) => Err(Judged::Unknown(error.to_string())),
    }
}

fn held(
    session: Arc<Session>,
    operation: Option<usize>,
    asked: Asked<'_>,
) -> Result<Held, &'static str> {
    let Asked { plan, scheme, now, .. } = asked;
    if *session.api != *plan.model.name {
        return Err("session_of_other_api");
    }
    let known = Known::read(&session.attributes).ok_or("session_unreadable")?;
    if known.until.is_some_and(|until| until <= now) {
        return Err("session_to_be_renewed");
    }
    let secret = match session.state {
        State::SecondStep => {
            // It opens the second step of its login, and nothing else.
            let mut logins = plan.model.callers.logins.iter();
            let is_its = |login: &&Login| {
                let second = login.second_step.as_ref();
                second.is_some_and(|second| Some(second.operation) == operation)
                    && *login.issuer == *known.issuer
            };
            logins.find(is_its).ok_or("session_of_second_step")?;
            session.credentials.get(PENDING)
        }
        State::Complete => {
            // Logins that mean one share their issuer; another one's places may have the same names.
            let logins = plan.model.callers.logins.iter();
            let logins = logins.filter(|login| *login.issuer == *known.issuer);
            let issued = logins.flat_map(|login| &login.tokens);
            let mut fitting = issued.filter(|token| token.schemes.contains(&scheme));
            fitting.find_map(|token| session.credentials.get(&token.at.name()))
        }
    };
    let theirs = secret.ok_or("session_of_other_scheme")?;
    let theirs = std::str::from_utf8(theirs.expose_secret()).map_err(|_| "session_unreadable")?;
    let scheme = plan.model.contract.schemes.get(scheme).ok_or("session_of_other_scheme")?;
    let instead = match scheme.place {
        SchemePlace::Authorization(_) => format!("Bearer {theirs}"),
        _ => theirs.to_owned(),
    };
    let identity = Arc::new(Identity {
        scheme: Arc::from(scheme.name.as_str()),
        issuer: Arc::from(known.issuer),
        subject: Arc::from(session.subject.as_str()),
        attributes: known.attributes,
        scopes: known.scopes,
        is_adopted: session.origin == portcullis_store::Origin::Adopted,
    });
    Ok(Held { session, identity, instead })
}

/// A credential of the API from before: it passes as it is, and says nothing of who shows it. Its
/// name is a keyed digest, so that nobody finds the credential from the record.
fn adopted(token: &str, login: &Login, store: &Store, asked: Asked<'_>) -> Judged {
    let digest = store.account("adopted", token);
    let mut subject = "adopted:".to_owned();
    for byte in digest.as_bytes().iter().take(8) {
        // Writing to a String cannot fail.
        let _ = write!(subject, "{byte:02x}");
    }
    let scheme = asked.plan.model.contract.schemes.get(asked.scheme);
    let identity = Identity {
        scheme: Arc::from(scheme.map_or("", |scheme| scheme.name.as_str())),
        issuer: login.issuer.clone(),
        subject: Arc::from(subject),
        attributes: Vec::new(),
        scopes: Vec::new(),
        is_adopted: true,
    };
    Judged::Genuine { identity: Arc::new(identity), instead: None }
}

/// Refresh tokens that come as cookies.
pub(super) async fn exchange_cookies(
    matched: &Matched,
    credentials: &mut Credentials,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let plan = context.plan;
    for login in &plan.model.callers.logins {
        let places = [
            login.refresh.as_ref().map(|one| (one.operation, Some(&one.sent), Kind::Refresh)),
            login.second_step.as_ref().map(|one| (one.operation, one.sent.as_ref(), Kind::Pending)),
        ];
        for (operation, sent, kind) in places.into_iter().flatten() {
            let Some(RequestPlace::Cookie(name)) = sent else { continue };
            if matched.operation() != Some(operation) {
                continue;
            }
            let place = SchemePlace::Cookie(name.clone());
            if let Shown::One(value) = shown(matched.received().head(), &place) {
                let theirs = exchange(value, kind, login, context).await?;
                theirs.into_iter().for_each(|theirs| credentials.replace(&place, theirs));
            }
        }
    }
    Ok(())
}
