//! What the threads of this process share: cached sessions, and what was ended.
//!
//! The order in which things are written here makes revocations win. Who reads the database for the
//! cache notes the count of changes before, and looks again after its session is alive in the
//! register and before it is in the cache. Who ends a session writes the database, then raises the
//! count, then ends what is alive. So the reader's session is either ended or not let in.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_model::UnixMillis;
use tokio::sync::watch;

use crate::cache::Cache;
use crate::live::Lives;
use crate::rows::Kept;
use crate::session::{Digest, Session, SessionId};

/// Sessions that were ended and are not yet deleted from the database, at most.
pub(crate) const UNWRITTEN_MAX: usize = 100_000;

pub(crate) struct Memory {
    cached: Cache<Digest, Arc<Session>>,
    lives: Arc<Lives>,
    changes: AtomicU64,
    /// Ended here, and still in the database: it could not be written.
    unwritten: Mutex<HashSet<SessionId>>,
    has_unwritten: AtomicBool,
    is_shut: AtomicBool,
    ends: watch::Sender<u64>,
}

/// The count of changes before the database was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before(u64);

impl Memory {
    pub(crate) fn new(sessions_cached_max: usize) -> Self {
        Self {
            cached: Cache::new(sessions_cached_max),
            lives: Arc::new(Lives::new()),
            changes: AtomicU64::new(0),
            unwritten: Mutex::default(),
            has_unwritten: AtomicBool::new(false),
            is_shut: AtomicBool::new(false),
            ends: watch::Sender::new(0),
        }
    }

    /// A cached session that holds at `now`.
    pub(crate) fn cached(&self, digest: &Digest, now: UnixMillis) -> Option<Arc<Session>> {
        let session = self.cached.get(digest)?;
        let holds = !session.is_stale() && !session.is_over(now) && session.answers_to(digest, now);
        if holds {
            return Some(session);
        }
        self.cached.remove(digest);
        None
    }

    pub(crate) fn before(&self) -> Before {
        Before(self.changes.load(Ordering::SeqCst))
    }

    /// Lets in what was read from the database; `None` if anything changed since `before`.
    pub(crate) fn admit(&self, kept: Kept, digest: Digest, before: Before) -> Option<Arc<Session>> {
        let session = Arc::new(kept.into_session(&self.lives));
        // INVARIANT: alive first, then these looks in this order, then the cache. What is ended and
        // unwritten leaves that list after the count was raised.
        if self.is_unwritten(session.id) {
            self.lives.end(session.id);
        }
        if self.changes.load(Ordering::SeqCst) != before.0 {
            return None;
        }
        self.cached.insert(digest, Arc::clone(&session));
        Some(session)
    }

    /// A new session is in the database.
    pub(crate) fn opened(&self, kept: Kept) -> Arc<Session> {
        let session = Arc::new(kept.into_session(&self.lives));
        self.cached.insert(session.digest, Arc::clone(&session));
        session
    }

    /// A new version is in the database.
    pub(crate) fn changed(&self, kept: Kept) -> Arc<Session> {
        let (digest, before) = (kept.facts.digest, kept.before);
        self.changes.fetch_add(1, Ordering::SeqCst);
        let session = Arc::new(kept.into_session(&self.lives));
        for digest in std::iter::once(digest).chain(before.map(|(digest, _)| digest)) {
            self.cached.insert(digest, Arc::clone(&session));
        }
        session
    }

    /// These are no longer in the database.
    pub(crate) fn ended(&self, ids: &[SessionId]) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        ids.iter().for_each(|id| self.lives.end(*id));
        self.tell();
    }

    /// These are ended, although the database still has them. False if no more can be remembered;
    /// then nothing is found any more.
    pub(crate) fn ended_unwritten(&self, ids: &[SessionId]) -> bool {
        let mut unwritten = self.unwritten();
        let fits = unwritten.len() + ids.len() <= UNWRITTEN_MAX;
        if fits {
            unwritten.extend(ids);
            self.has_unwritten.store(true, Ordering::SeqCst);
        } else {
            self.is_shut.store(true, Ordering::SeqCst);
        }
        drop(unwritten);
        self.ended(ids);
        fits
    }

    /// Some of those that the database still has.
    pub(crate) fn some_unwritten(&self, max: usize) -> Vec<SessionId> {
        if !self.has_unwritten.load(Ordering::SeqCst) {
            return Vec::new();
        }
        self.unwritten().iter().copied().take(max).collect()
    }

    /// The database has them no longer.
    pub(crate) fn written(&self, ids: &[SessionId]) {
        // What was read before they were deleted must not be let in behind this.
        self.changes.fetch_add(1, Ordering::SeqCst);
        let mut unwritten = self.unwritten();
        ids.iter().for_each(|id| {
            unwritten.remove(id);
        });
        self.has_unwritten.store(!unwritten.is_empty(), Ordering::SeqCst);
    }

    /// Ends what waits for [`Memory::watch`].
    pub(crate) fn tell(&self) {
        self.ends.send_modify(|count| *count += 1);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.ends.subscribe()
    }

    pub(crate) fn shut(&self) {
        self.is_shut.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::SeqCst)
    }

    fn is_unwritten(&self, id: SessionId) -> bool {
        self.has_unwritten.load(Ordering::SeqCst) && self.unwritten().contains(&id)
    }

    fn unwritten(&self) -> MutexGuard<'_, HashSet<SessionId>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
