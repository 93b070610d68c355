//! What may change in a session, and how large one may be.

use portcullis_model::UnixMillis;

use crate::error::StoreError;
use crate::names::Digest;
use crate::rows::Kept;
use crate::session::{Credentials, Facts, State};

/// Bytes of names: of an API, a subject, a network, an issuer, a token's id.
pub(crate) const NAME_BYTES_MAX: usize = 2048;

/// Bytes of a session's attributes, and of its credentials together.
const SECRET_BYTES_MAX: usize = 64 << 10;

/// What changes in a session.
#[derive(Debug, Clone)]
pub struct Change {
    /// The new end: never later than the API's own.
    pub expires: UnixMillis,
    /// What the API wants to see from now on.
    pub credentials: Option<Credentials>,
    /// What else is known of the caller from now on.
    pub attributes: Option<String>,
    /// Who the caller is to the API from now on.
    pub subject: Option<String>,
    /// How far the login has come.
    pub state: Option<State>,
    /// The token that the client shows from now on, and for how many milliseconds the one before is
    /// honoured.
    pub token: Option<(Digest, u64)>,
}

impl Change {
    /// A new end, and nothing else.
    pub const fn until(expires: UnixMillis) -> Self {
        Self {
            expires,
            credentials: None,
            attributes: None,
            subject: None,
            state: None,
            token: None,
        }
    }
}

/// Makes the next version of it.
pub(crate) fn apply(kept: &mut Kept, change: Change, now: UnixMillis) {
    let facts = &mut kept.facts;
    facts.expires = change.expires;
    facts.credentials =
        change.credentials.unwrap_or_else(|| std::mem::take(&mut facts.credentials));
    facts.attributes = change.attributes.unwrap_or_else(|| std::mem::take(&mut facts.attributes));
    facts.subject = change.subject.unwrap_or_else(|| std::mem::take(&mut facts.subject));
    facts.state = change.state.unwrap_or(facts.state);
    if kept.before.is_some_and(|(_, until)| until <= now) {
        kept.before = None;
    }
    if let Some((digest, grace_ms)) = change.token {
        let before = std::mem::replace(&mut facts.digest, digest);
        kept.before = Some((before, UnixMillis(now.0.saturating_add(grace_ms))));
    }
    kept.version += 1;
    kept.refreshed = Some(now);
}

/// Whether it is small enough to be kept.
pub(crate) fn check(facts: &Facts) -> Result<(), StoreError> {
    let names = [&facts.api, &facts.subject, &facts.network];
    if names.iter().any(|name| name.len() > NAME_BYTES_MAX) {
        return Err(StoreError::TooMany { what: "bytes of a name", max: NAME_BYTES_MAX });
    }
    let credentials = facts.credentials.iter();
    let credentials: usize =
        credentials.map(|(name, value)| name.len() + value.expose_secret().len()).sum();
    if credentials.max(facts.attributes.len()) > SECRET_BYTES_MAX {
        return Err(StoreError::TooMany { what: "bytes of a session", max: SECRET_BYTES_MAX });
    }
    Ok(())
}
