//! A session: what we know of a caller who logged in through us, and the API's credential for it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use portcullis_model::{Secret, UnixMillis};

use crate::live::Live;

/// The public name of a session, 128 bits of chance. It opens nothing. Prints as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; 16]);

/// The SHA-256 of a token of ours. The token itself is never kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// A keyed digest of an account's name: see [`crate::Store::account`]. Without the key nobody can
/// try names against it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account([u8; 32]);

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
    /// When it was opened.
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

    /// Whether its time is over at `now`: expired, or idle for too long.
    pub fn is_over(&self, now: UnixMillis) -> bool {
        let idle = self.idle_ms.map(|idle| self.live.touched().saturating_add(idle));
        self.expires <= now || idle.is_some_and(|end| end <= now.0)
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

impl SessionId {
    /// `chance` comes from the operating system.
    pub const fn new(chance: [u8; 16]) -> Self {
        Self(chance)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads what it prints: 32 lowercase hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut id = [0; 16];
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        if pairs.len() != id.len() {
            return None;
        }
        for (byte, [high, low]) in id.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(id))
    }
}

impl Digest {
    /// The digest of a token as the client shows it. The token has 128 bits of chance at least.
    pub fn of_token(token: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Account {
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for keys of counts.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(..)")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_what_it_prints_and_nothing_else() {
        let id = SessionId::new(std::array::from_fn(|index| index as u8 * 17));
        assert_eq!(SessionId::parse(&id.to_string()), Some(id));
        for text in
            ["", "00", "00112233445566778899AABBCCDDEEFF", &format!("{id}0"), &"g".repeat(32)]
        {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn digests_do_not_print() {
        assert_eq!(format!("{:?}", Digest::of_token(b"obviously-fake")), "Digest(..)");
    }
}
