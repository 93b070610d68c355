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
use crate::names::{Digest, SessionId};
use crate::rows::{Kept, Which};
use crate::session::Session;

/// Sessions that were ended and are not yet deleted from the database, at most.
pub(crate) const UNWRITTEN_MAX: usize = 100_000;

/// Owners whose sessions were ended lately and that are remembered; a login takes seconds.
const OWNERS_MAX: usize = 16_384;

/// Whose sessions: a digest of an account, a subject or an API.
pub(crate) type Owner = [u8; 32];

pub(crate) struct Memory {
    cached: Cache<Digest, Arc<Session>>,
    /// No session of these counts that was begun before the time.
    owners: Cache<Owner, UnixMillis>,
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
            owners: Cache::new(OWNERS_MAX),
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
        self.let_in(kept.into_session(&self.lives), digest, before)
    }

    fn let_in(&self, session: Session, digest: Digest, before: Before) -> Option<Arc<Session>> {
        // INVARIANT: alive first, then these looks in this order, then the cache. What is ended and
        // unwritten leaves that list after the count was raised.
        if self.is_unwritten(session.id) {
            self.lives.end(session.id);
        }
        if self.changes.load(Ordering::SeqCst) != before.0 {
            return None;
        }
        let session = Arc::new(session);
        self.cached.insert(digest, Arc::clone(&session));
        Some(session)
    }

    /// A new session is in the database.
    pub(crate) fn opened(&self, kept: Kept) -> Arc<Session> {
        let session = Arc::new(kept.into_session(&self.lives));
        if self.is_unwritten(session.id) {
            self.lives.end(session.id);
        }
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

    /// From now on no session of this owner is let in that was begun before.
    pub(crate) fn none_before(&self, owner: Owner, before: UnixMillis) {
        let known = self.owners.get(&owner).unwrap_or_default();
        self.owners.insert(owner, known.max(before));
    }

    /// Whether one of these owners had all sessions ended since `begun`.
    pub(crate) fn were_ended_since(&self, owners: &[Owner], begun: UnixMillis) -> bool {
        owners.iter().any(|owner| self.owners.get(owner).is_some_and(|before| begun < before))
    }

    /// Ends what is in memory, so that nobody is served while the writer does something else. What is
    /// not in memory, and several at once, are left to it. Says whether it ended one.
    pub(crate) fn end_early(&self, which: &Which) -> bool {
        let id = match which {
            Which::Id(id) => Some(*id),
            Which::Token(digest) => self.cached.get(digest).map(|session| session.id),
            _ => None,
        };
        id.is_some_and(|id| self.lives.is_held(id) && self.ended_unwritten(&[id]))
    }

    /// These are no longer in the database.
    pub(crate) fn ended(&self, ids: &[SessionId]) {
        if ids.is_empty() {
            return;
        }
        self.changes.fetch_add(1, Ordering::SeqCst);
        ids.iter().for_each(|id| self.lives.end(*id));
        self.tell();
    }

    /// These are ended, although the database still has them. False, and nothing done, if no more can
    /// be remembered.
    pub(crate) fn ended_unwritten(&self, ids: &[SessionId]) -> bool {
        let mut unwritten = self.unwritten();
        if unwritten.len() + ids.len() > UNWRITTEN_MAX {
            return false;
        }
        unwritten.extend(ids);
        self.has_unwritten.store(!unwritten.is_empty(), Ordering::SeqCst);
        drop(unwritten);
        self.ended(ids);
        true
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
        self.lives.end_all();
        self.tell();
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::SeqCst)
    }

    /// Whether it was ended, although the database still has it.
    pub(crate) fn is_unwritten(&self, id: SessionId) -> bool {
        self.has_unwritten.load(Ordering::SeqCst) && self.unwritten().contains(&id)
    }

    fn unwritten(&self) -> MutexGuard<'_, HashSet<SessionId>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{NOW, digest, facts};

    fn kept(version: u64) -> Kept {
        let (facts, touched) = (facts(1), NOW);
        Kept { facts, version, before: None, refreshed: None, touched }
    }

    fn id() -> SessionId {
        facts(1).id
    }

    fn is_found(memory: &Memory) -> bool {
        memory.cached(&digest(1), NOW).is_some()
    }

    #[test]
    fn what_was_read_before_an_end_is_not_let_in_behind_it() {
        let memory = Memory::new(100);
        let before = memory.before();
        memory.ended(&[id()]);
        assert!(memory.admit(kept(1), digest(1), before).is_none());
        assert!(!is_found(&memory));
    }

    #[test]
    fn an_end_finds_who_is_alive_and_not_yet_in_the_cache() {
        let memory = Memory::new(100);
        let before = memory.before();
        let session = kept(1).into_session(&memory.lives);
        memory.ended(&[id()]);
        assert!(session.is_ended());
        assert!(memory.let_in(session, digest(1), before).is_none());
        assert!(!is_found(&memory));
    }

    #[test]
    fn an_end_finds_who_is_in_the_cache_or_was_and_is_held() {
        let memory = Memory::new(1);
        let session = memory.admit(kept(1), digest(1), memory.before()).unwrap();
        assert!(is_found(&memory));
        // Others push it out; somebody still holds it.
        for number in 2..2000 {
            let other = Kept { facts: facts(number), ..kept(1) };
            memory.admit(other, digest(number), memory.before()).unwrap();
        }
        assert!(!is_found(&memory));
        memory.ended(&[id()]);
        assert!(session.is_ended());
    }

    #[test]
    fn what_could_not_be_written_is_ended_however_it_is_read() {
        let memory = Memory::new(100);
        assert!(memory.ended_unwritten(&[id()]));
        let read = memory.before();
        assert!(memory.admit(kept(1), digest(1), read).unwrap().is_ended());
        assert!(!is_found(&memory));
        // Read before it was deleted, let in after.
        let read = memory.before();
        memory.written(&memory.some_unwritten(10));
        assert!(memory.some_unwritten(10).is_empty());
        assert!(memory.admit(kept(1), digest(1), read).is_none());
    }

    #[test]
    fn one_that_is_in_memory_ends_before_the_writer_knows_of_it() {
        for which in [Which::Id(id()), Which::Token(digest(1))] {
            let memory = Memory::new(100);
            assert!(!memory.end_early(&which));
            assert!(memory.some_unwritten(10).is_empty(), "nobody holds it");
            let held = memory.admit(kept(1), digest(1), memory.before()).unwrap();
            assert!(memory.end_early(&which) && !memory.end_early(&which));
            assert!(held.is_ended());
            assert_eq!(memory.some_unwritten(10), [id()]);
        }
    }

    #[test]
    fn when_no_more_can_be_remembered_that_is_said() {
        let memory = Memory::new(100);
        let id = |number: usize| facts(number as u32).id;
        let all: Vec<_> = (0..UNWRITTEN_MAX).map(id).collect();
        assert!(memory.ended_unwritten(&all));
        assert!(!memory.ended_unwritten(&[id(UNWRITTEN_MAX)]));
    }

    #[test]
    fn an_older_version_that_was_read_before_a_change_is_not_let_in_behind_it() {
        let memory = Memory::new(100);
        let before = memory.before();
        let newer = memory.changed(kept(2));
        assert!(memory.admit(kept(1), digest(1), before).is_none());
        let found = memory.cached(&digest(1), NOW).unwrap();
        assert!(Arc::ptr_eq(&found, &newer));
    }
}
