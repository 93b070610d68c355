//! Tokens of other issuers that no longer count: all of them in memory, and in the database.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use portcullis_model::UnixMillis;
use rusqlite::Connection;
use siphasher::sip128::{Hasher128 as _, SipHasher13};
use std::hash::Hasher as _;

use crate::error::StoreError;
use crate::rows::{signed, unsigned};
use crate::seal::Sealer;

/// An issuer's tokens that no longer count, until none of them can be valid any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Who issued them, as their `iss` says it.
    pub issuer: String,
    /// Which ones.
    pub of: Revoked,
    /// When the last of them will have expired by itself.
    pub until: UnixMillis,
}

/// Which tokens of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case says what its fields are")]
pub enum Revoked {
    /// The one with this `jti`.
    Token { jti: String },
    /// Those of a subject, issued before a time, or without saying when.
    Subject { subject: String, before: UnixMillis },
    /// All that were issued before a time, or without saying when.
    IssuedBefore(UnixMillis),
}

/// What a token says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// `iss`
    pub issuer: &'a str,
    /// `sub`
    pub subject: Option<&'a str>,
    /// `jti`
    pub jti: Option<&'a str>,
    /// `iat`, in milliseconds
    pub issued: Option<UnixMillis>,
}

/// All revocations that may still matter.
pub(crate) struct Revocations {
    /// Keyed by chance, so that nobody can make two tokens fall together.
    hasher: SipHasher13,
    known: RwLock<HashMap<u128, Known>>,
    /// How many of each kind: what nobody revoked is not looked for.
    counts: [AtomicUsize; 3],
    max: usize,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    /// Tokens issued before this.
    before: UnixMillis,
    until: UnixMillis,
}

impl Revocations {
    pub(crate) fn new(max: usize) -> Result<Self, StoreError> {
        let mut key = [0; 16];
        aws_lc_rs::rand::fill(&mut key)
            .map_err(|_| StoreError::Io("no chance to be had".to_owned()))?;
        Ok(Self {
            hasher: SipHasher13::new_with_key(&key),
            known: RwLock::default(),
            counts: Default::default(),
            max,
        })
    }

    /// Whether a token was revoked. `now` plays no part: what is past its end belongs to tokens that
    /// have expired.
    pub(crate) fn has(&self, claims: &Claims<'_>) -> bool {
        let [tokens, subjects, issuers] = &self.counts;
        let some = |count: &AtomicUsize| count.load(Ordering::SeqCst) > 0;
        if !(some(tokens) || some(subjects) || some(issuers)) {
            return false;
        }
        let of_issuer = self.of_issuer(claims.issuer);
        let keys = [
            claims.jti.filter(|_| some(tokens)).map(|jti| key(of_issuer, 0, jti)),
            claims.subject.filter(|_| some(subjects)).map(|subject| key(of_issuer, 1, subject)),
            some(issuers).then(|| key(of_issuer, 2, "")),
        ];
        let known = self.read();
        keys.into_iter().flatten().any(|key| {
            known.get(&key).is_some_and(|known| claims.issued.is_none_or(|at| at < known.before))
        })
    }

    /// In force when this returns.
    pub(crate) fn add(&self, revocation: &Revocation, now: UnixMillis) -> Result<(), StoreError> {
        let (kind, name, before) = parts(&revocation.of);
        let key = key(self.of_issuer(&revocation.issuer), kind, name);
        let mut known = self.write();
        if known.len() >= self.max && !known.contains_key(&key) {
            known.retain(|_, known| known.until > now);
            if known.len() >= self.max {
                return Err(StoreError::TooMany { what: "revocations", max: self.max });
            }
        }
        let entry = known.entry(key).or_insert(Known { before, until: revocation.until });
        entry.before = entry.before.max(before);
        entry.until = entry.until.max(revocation.until);
        drop(known);
        // Counted up only: what has ended may be looked for in vain.
        if let Some(count) = self.counts.get(usize::from(kind)) {
            count.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }

    /// What all keys of an issuer begin with.
    fn of_issuer(&self, issuer: &str) -> SipHasher13 {
        let mut hasher = self.hasher;
        hasher.write_u64(issuer.len() as u64);
        hasher.write(issuer.as_bytes());
        hasher
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<u128, Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<u128, Known>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(of_issuer: SipHasher13, kind: u8, name: &str) -> u128 {
    let mut hasher = of_issuer;
    hasher.write_u8(kind);
    hasher.write(name.as_bytes());
    hasher.finish128().as_u128()
}

/// Writes it; of two for the same tokens the wider one stays.
pub(crate) fn write(
    connection: &Connection,
    sealer: &Sealer,
    revocation: &Revocation,
) -> Result<(), StoreError> {
    let (kind, name, before) = parts(&revocation.of);
    let known = connection
        .prepare_cached(
            "SELECT before, until FROM revoked WHERE (kind, issuer, name) = (?1, ?2, ?3)",
        )?
        .query_map((kind, &revocation.issuer, name), |row| Ok((row.get(0)?, row.get(1)?)))?
        .next()
        .transpose()?
        .unwrap_or((0_i64, 0_i64));
    let before = signed(before.0).max(known.0);
    let until = signed(revocation.until.0).max(known.1);
    let check = check(sealer, kind, &revocation.issuer, name, before, until);
    connection
        .prepare_cached("INSERT OR REPLACE INTO revoked VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((kind, &revocation.issuer, name, before, until, check))?;
    Ok(())
}

/// All that the database has and that may still matter at `now`, into memory.
pub(crate) fn load(
    connection: &Connection,
    sealer: &Sealer,
    into: &Revocations,
    now: UnixMillis,
) -> Result<usize, StoreError> {
    let sql = "SELECT kind, issuer, name, before, until, check_value FROM revoked WHERE until > ?1";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([signed(now.0)])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let (kind, before, until): (u8, i64, i64) = (row.get(0)?, row.get(3)?, row.get(4)?);
        let (issuer, name): (String, String) = (row.get(1)?, row.get(2)?);
        let known: Vec<u8> = row.get(5)?;
        if check(sealer, kind, &issuer, &name, before, until).as_slice() != known {
            return Err(StoreError::Io("it is not as it was written".to_owned()));
        }
        let before = UnixMillis(unsigned(before));
        let of = match kind {
            0 => Revoked::Token { jti: name },
            1 => Revoked::Subject { subject: name, before },
            _ => Revoked::IssuedBefore(before),
        };
        into.add(&Revocation { issuer, of, until: UnixMillis(unsigned(until)) }, now)?;
        count += 1;
    }
    Ok(count)
}

fn check(sealer: &Sealer, kind: u8, issuer: &str, name: &str, before: i64, until: i64) -> [u8; 32] {
    let (before, until) = (before.to_le_bytes(), until.to_le_bytes());
    sealer.digest("revoked", &[&[kind], issuer.as_bytes(), name.as_bytes(), &before, &until])
}

fn parts(of: &Revoked) -> (u8, &str, UnixMillis) {
    match of {
        // A token is one, whenever it was issued.
        Revoked::Token { jti } => (0, jti, UnixMillis(u64::MAX)),
        Revoked::Subject { subject, before } => (1, subject, *before),
        Revoked::IssuedBefore(before) => (2, "", *before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://login.example.com";

    fn claims<'a>(subject: &'a str, jti: &'a str, issued: u64) -> Claims<'a> {
        Claims {
            issuer: ISSUER,
            subject: Some(subject),
            jti: Some(jti),
            issued: Some(UnixMillis(issued)),
        }
    }

    fn revoke(of: Revoked) -> Revocation {
        Revocation { issuer: ISSUER.to_owned(), of, until: UnixMillis(9000) }
    }

    #[test]
    fn what_is_revoked_is_what_was_named() {
        let all = Revocations::new(100).unwrap();
        let now = UnixMillis(1000);
        assert!(!all.has(&claims("bob", "1", 500)));
        all.add(&revoke(Revoked::Token { jti: "1".to_owned() }), now).unwrap();
        let before = UnixMillis(1000);
        all.add(&revoke(Revoked::Subject { subject: "alice".to_owned(), before }), now).unwrap();
        assert!(all.has(&claims("bob", "1", 500)));
        assert!(!all.has(&claims("bob", "2", 500)));
        assert!(all.has(&claims("alice", "3", 999)));
        assert!(!all.has(&claims("alice", "3", 1000)), "she logged in again");
        assert!(!all.has(&claims("1", "alice", 0)), "a subject is no token");
        assert!(
            all.has(&Claims { issued: None, ..claims("alice", "3", 0) }),
            "it does not say when"
        );
        assert!(
            !all.has(&Claims { issuer: "https://other.example.com", ..claims("alice", "1", 0) })
        );
        all.add(&revoke(Revoked::IssuedBefore(UnixMillis(600))), now).unwrap();
        assert!(all.has(&claims("bob", "2", 599)));
        assert!(!all.has(&claims("bob", "2", 600)));
        assert!(all.has(&Claims { subject: None, jti: None, issued: None, issuer: ISSUER }));
    }

    #[test]
    fn a_narrower_one_takes_nothing_back() {
        let all = Revocations::new(100).unwrap();
        let now = UnixMillis(0);
        all.add(&revoke(Revoked::IssuedBefore(UnixMillis(600))), now).unwrap();
        all.add(&revoke(Revoked::IssuedBefore(UnixMillis(100))), now).unwrap();
        assert!(all.has(&claims("bob", "2", 599)));
    }

    #[test]
    fn when_there_is_no_room_that_is_an_error_and_nothing_is_dropped() {
        let all = Revocations::new(3).unwrap();
        let token = |jti: u64| revoke(Revoked::Token { jti: jti.to_string() });
        for jti in 0..3 {
            all.add(&token(jti), UnixMillis(0)).unwrap();
        }
        all.add(&token(0), UnixMillis(0)).unwrap();
        assert!(matches!(all.add(&token(3), UnixMillis(0)), Err(StoreError::TooMany { .. })));
        assert!((0..3).all(|jti| all.has(&claims("bob", &jti.to_string(), 0))));
        // What cannot matter any more makes room.
        all.add(&token(3), UnixMillis(9000)).unwrap();
        assert!(all.has(&claims("bob", "3", 0)));
    }
}
