//! A session: what we know of a caller who logged in through us, and the API's credential for it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use portcullis_model::{Secret, UnixMillis};

use crate::live::Live;
use crate::names::{Account, Digest, SessionId};

/// The API's own tokens and cookies, by name.
pub type Credentials = BTreeMap<String, Secret>;

/// What a session is made of.
#[derive(Clone)]
pub struct Facts {
    /// Its public name.
    pub id: SessionId,
    /// Of the token that the client shows.
    pub digest: Digest,
    /// The API that it is for.
    pub api: String,
    /// Who logged in.
    pub account: Account,
    /// Who that is to the API; kept encrypted.
    pub subject: String,
    /// What else is known of them, as JSON text; kept encrypted.
    pub attributes: String,
    /// What the API wants to see; kept encrypted.
    pub credentials: Credentials,
    /// When its login began: when the request came, not when its answer did.
    pub created: UnixMillis,
    /// When it ends, whatever happens: never later than the API's own.
    pub expires: UnixMillis,
    /// It ends after so many milliseconds without [`crate::Store::touch`].
    pub idle_ms: Option<u64>,
    /// Whether the login is complete.
    pub state: State,
    /// The network of the login, as text.
    pub network: String,
    /// How we came to believe it.
    pub origin: Origin,
}

/// How far a login has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The caller is who they say.
    Complete,
    /// A second step is awaited: this session opens nothing else.
    SecondStep,
}

/// How we came to believe a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Its login went through us.
    Verified,
    /// A token from before, taken over as it was.
    Adopted,
}

/// One version of a session's facts. Whoever holds it asks [`Session::is_ended`] again and again.
pub struct Session {
    pub(crate) facts: Facts,
    /// Grows with each change.
    pub(crate) version: u64,
    /// The token before the last change, and until when it is honoured.
    pub(crate) before: Option<(Digest, UnixMillis)>,
    pub(crate) refreshed: Option<UnixMillis>,
    pub(crate) live: Arc<Live>,
}

impl Session {
    /// Whether it was ended. One read of memory.
    pub fn is_ended(&self) -> bool {
        self.live.is_ended()
    }

    /// Whether it was ended or changed since this version was read.
    pub fn is_stale(&self) -> bool {
        !self.live.is_at(self.version)
    }

    /// Whether its time is over at `now`: expired, by its latest version, or idle for too long.
    pub fn is_over(&self, now: UnixMillis) -> bool {
        let idle = self.idle_ms.map(|idle| self.live.touched().saturating_add(idle));
        self.live.expires() <= now.0 || idle.is_some_and(|end| end <= now.0)
    }

    /// When its facts were last changed.
    pub const fn refreshed(&self) -> Option<UnixMillis> {
        self.refreshed
    }

    /// Whether it belongs to the token with this digest at `now`: its own, or for a short grace
    /// the one before.
    pub fn answers_to(&self, digest: &Digest, now: UnixMillis) -> bool {
        let before = |(before, until): (Digest, UnixMillis)| before == *digest && now < until;
        self.digest == *digest || self.before.is_some_and(before)
    }
}

impl Deref for Session {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Facts({}, ..)", self.id)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({}, version {}, ..)", self.id, self.version)
    }
}
