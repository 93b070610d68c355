//! Places from which right credentials of an account came: in memory, and in the store where there is
//! one, so that a restart locks nobody out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_counting::{Block, Place};
use portcullis_model::UnixMillis;
use portcullis_store::{Account, Store};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::cache::TokenCache;

/// Places that worked which are remembered in memory.
const PLACES_MAX: usize = 200_000;
/// Places that are on their way into the store at a time; what is more is noted at its next use.
const NOTES_MAX: usize = 64;
/// Questions to the store at a time; who asks more hears no.
const RECALLS_MAX: usize = 16;
/// A place that is used again is noted again after an hour.
const AGAIN_MS: u64 = 3_600_000;

/// All places that worked.
pub(crate) struct Worked {
    /// When each was noted in the store last.
    known: Mutex<TokenCache<UnixMillis>>,
    store: Option<Store>,
    notes: Arc<Semaphore>,
    recalls: Semaphore,
}

/// A function, an account and a network together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    key: [u8; 32],
    /// As the store knows it, if there is one.
    account: Option<Account>,
    network: Block,
}

impl Worked {
    pub(crate) fn new(store: Option<Store>) -> Self {
        Self {
            known: Mutex::new(TokenCache::new(PLACES_MAX)),
            store,
            notes: Arc::new(Semaphore::new(NOTES_MAX)),
            recalls: Semaphore::new(RECALLS_MAX),
        }
    }

    /// `account` in one spelling.
    pub(crate) fn spot(&self, function: &str, account: &str, place: Place) -> Spot {
        let network = place.network;
        let mut hash = Sha256::new();
        for part in [function.as_bytes(), account.as_bytes(), &network.part()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let account = self.store.as_ref().map(|store| store.account(function, account));
        Spot { key: hash.finalize().into(), account, network }
    }

    /// Whether memory knows it.
    pub(crate) fn has(&self, spot: &Spot) -> bool {
        self.known().get(&spot.key).is_some()
    }

    /// Whether more may be known than memory has.
    pub(crate) const fn lasts(&self) -> bool {
        self.store.is_some()
    }

    /// Remembers a place. Nobody waits for the store; what it has no time for is noted another time.
    pub(crate) fn insert(&self, spot: Spot, now: UnixMillis) {
        let mut known = self.known();
        let noted = known.get(&spot.key).unwrap_or(UnixMillis(0));
        if now.0 < noted.0.saturating_add(AGAIN_MS) {
            return;
        }
        let store = self.store.clone().zip(spot.account);
        let permit =
            store.and_then(|store| Some((store, self.notes.clone().try_acquire_owned().ok()?)));
        known.insert(spot.key, if permit.is_some() { now } else { noted });
        drop(known);
        if let Some(((store, account), permit)) = permit {
            tokio::spawn(async move {
                // A store that cannot write says so to whoever ends a session.
                let _ = store.worked(account, &spot.network.to_string(), now).await;
                drop(permit);
            });
        }
    }

    /// Whether memory or the store knows it.
    pub(crate) async fn recall(&self, spot: Spot, now: UnixMillis) -> bool {
        if self.has(&spot) {
            return true;
        }
        let (Some(store), Some(account)) = (&self.store, spot.account) else { return false };
        let Ok(_permit) = self.recalls.try_acquire() else { return false };
        let has = store.has_worked(account, &spot.network.to_string(), now).await;
        let has = has.unwrap_or(false);
        if has {
            // When it was noted is not known here: it is noted again at its next use.
            self.known().insert(spot.key, UnixMillis(0));
        }
        has
    }

    fn known(&self) -> MutexGuard<'_, TokenCache<UnixMillis>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
