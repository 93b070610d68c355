//! Sessions that nobody has: who shows a credential of theirs has opened what only we open.
//!
//! One is made beside a real login, alike in all that can be seen of it. In the file nothing tells it from others; with
//! the key of the digests its id does, so that it is in no list and no count, and survives a restart.

mod alike;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use portcullis_model::{Tally, UnixMillis};
use rusqlite::Connection;

use crate::canary::alike::Chance;
use crate::error::StoreError;
use crate::names::{Account, Digest, SessionId};
use crate::options::CANARIES_MAX;
use crate::rows::{self, Kept};
use crate::seal::Sealer;

/// Credentials of canaries that are known, of earlier ones too: as long as the process runs.
const KNOWN_MAX: usize = 4096;

/// Of so many logins, one gets a canary beside it while there are too few: the first rows of a store are not the
/// canaries.
const LOGINS_EACH: u8 = 4;

/// How much earlier its login began, at most, in units of a sixteenth of a second.
const EARLIER_MAX: u8 = 255;

pub(crate) struct Canaries {
    max: usize,
    /// Of their credentials, under a key of this process: 64 bits, of which an honest one has a chance of
    /// 2^-52 at most to be the same.
    known: RwLock<HashSet<u64>>,
    has_known: AtomicBool,
    hasher: RandomState,
    /// Those that are in the file, and when they end.
    alive: Mutex<Vec<(SessionId, UnixMillis)>>,
}

impl Canaries {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max: max.min(CANARIES_MAX),
            known: RwLock::default(),
            has_known: AtomicBool::new(false),
            hasher: RandomState::new(),
            alive: Mutex::default(),
        }
    }

    /// Finds those of before. Their rows are opened: only so it is known what must not be shown.
    pub(crate) fn load(
        &self,
        connection: &Connection,
        sealer: &Sealer,
        tally: &Tally,
    ) -> Result<(), StoreError> {
        let mut ids = connection.prepare("SELECT id FROM session")?;
        let ids = ids.query_map([], |row| Ok(row.get(0).ok()))?;
        let mut found = Vec::new();
        for id in ids {
            let Some(id) = id?.map(SessionId::new) else { continue };
            if sealer.is_canary(id) && found.len() < CANARIES_MAX {
                found.push(id);
            }
        }
        for id in found {
            match rows::by_id(connection, sealer, id, tally) {
                Ok(Some(kept)) => {
                    self.alive().push((id, kept.facts.expires));
                    self.lives(&kept);
                }
                // Damaged: it opens nothing, and alarms nobody.
                Ok(None) | Err(StoreError::DamagedSession(_)) => {}
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// One to write beside a new session, if there are too few at `now`.
    pub(crate) fn beside(&self, kept: &Kept, sealer: &Sealer, now: UnixMillis) -> Option<Kept> {
        let mut alive = self.alive();
        alive.retain(|(_, end)| now < *end);
        if alive.len() >= self.max {
            return None;
        }
        let mut chance = Chance::new();
        if chance.below(LOGINS_EACH)? > 0 {
            return None;
        }
        let made = made(kept, sealer, &mut chance)?;
        // Before it is written: others of the same batch must not make one, too.
        alive.push((made.facts.id, made.facts.expires));
        Some(made)
    }

    /// It was written: whoever shows what it seals has read it.
    pub(crate) fn lives(&self, kept: &Kept) {
        let facts = &kept.facts;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for credential in facts.credentials.values() {
            if known.len() < KNOWN_MAX {
                known.insert(self.hasher.hash_one(credential.expose_secret()));
            }
        }
        self.has_known.store(!known.is_empty(), Ordering::Release);
    }

    /// These are gone, or were never written.
    pub(crate) fn ended(&self, ids: &[SessionId]) {
        let mut alive = self.alive();
        if !alive.is_empty() {
            alive.retain(|(id, _)| !ids.contains(id));
        }
    }

    fn alive(&self) -> MutexGuard<'_, Vec<(SessionId, UnixMillis)>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether what somebody shows is a credential of one.
    pub(crate) fn has(&self, shown: &[u8]) -> bool {
        self.has_known.load(Ordering::Acquire)
            && self
                .known
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&self.hasher.hash_one(shown))
    }
}

/// Another session like this one, which nobody has. `None` where its credential could be somebody's.
fn made(kept: &Kept, sealer: &Sealer, chance: &mut Chance) -> Option<Kept> {
    let mut facts = kept.facts.clone();
    if facts.credentials.is_empty() {
        return None;
    }
    for secret in facts.credentials.values_mut() {
        *secret = alike::credential(secret, chance)?;
    }
    facts.id = sealer.canary(chance.bytes()?);
    facts.digest = Digest::from_bytes(chance.bytes()?);
    facts.account = Account::from_bytes(chance.bytes()?);
    facts.subject = alike::numbers(&facts.subject, chance)?;
    facts.attributes = alike::numbers(&facts.attributes, chance)?;
    // Not the same instant as the login that it stands beside.
    let earlier = u64::from(chance.below(EARLIER_MAX)?) * 62;
    facts.created = UnixMillis(facts.created.0.saturating_sub(earlier));
    facts.expires = UnixMillis(facts.expires.0.saturating_sub(earlier));
    let touched = UnixMillis(kept.touched.0.saturating_sub(earlier));
    Some(Kept { facts, version: 1, before: None, refreshed: None, touched })
}
