//! What changes under a session while it is held: whether it still holds, and when it was used.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::names::SessionId;

/// The version of what was ended.
const ENDED: u64 = u64::MAX;

/// Parts of the register, each with its own lock.
const PARTS: usize = 64;

/// Shared by all versions of one session that anybody holds.
pub(crate) struct Live {
    id: SessionId,
    version: AtomicU64,
    /// Of the latest version: who holds an older one must not live by its end.
    expires: AtomicU64,
    touched: AtomicU64,
    /// The last use that was handed to the writer.
    noted: AtomicU64,
    register: Weak<Lives>,
}

impl Live {
    pub(crate) fn is_ended(&self) -> bool {
        self.version.load(Ordering::SeqCst) == ENDED
    }

    pub(crate) fn is_at(&self, version: u64) -> bool {
        self.version.load(Ordering::SeqCst) == version
    }

    /// Versions only grow, and nothing follows the end.
    fn move_to(&self, version: u64, expires: u64) {
        if self.version.fetch_max(version, Ordering::SeqCst) < version {
            self.expires.store(expires, Ordering::SeqCst);
        }
    }

    /// When it expires, by its latest version.
    pub(crate) fn expires(&self) -> u64 {
        self.expires.load(Ordering::SeqCst)
    }

    pub(crate) fn touched(&self) -> u64 {
        self.touched.load(Ordering::Relaxed)
    }

    /// Notes a use at `now`. True for one caller in each `interval`: the one who writes it down.
    pub(crate) fn touch(&self, now: u64, interval: u64) -> bool {
        let order = Ordering::Relaxed;
        // To the second: many requests of one session must not wait for one another.
        if now >= self.touched().saturating_add(1000) {
            self.touched.fetch_max(now, order);
        }
        let noted = self.noted.load(order);
        now >= noted.saturating_add(interval)
            && self.noted.compare_exchange(noted, now, order, order).is_ok()
    }
}

/// Everything of which anybody holds a version. It has no maximum of its own: an entry is there
/// as long as a cached session or a request that holds one, and both are bounded.
pub(crate) struct Lives(Vec<Mutex<HashMap<SessionId, Weak<Live>>>>);

impl Lives {
    pub(crate) fn new() -> Self {
        Self((0..PARTS).map(|_| Mutex::default()).collect())
    }

    /// The one of this session; a new one if nobody holds it.
    pub(crate) fn get(
        self: &Arc<Self>,
        id: SessionId,
        version: u64,
        expires: u64,
        touched: u64,
    ) -> Arc<Live> {
        let new = || {
            Arc::new(Live {
                id,
                version: AtomicU64::new(version),
                expires: AtomicU64::new(expires),
                touched: AtomicU64::new(touched),
                noted: AtomicU64::new(touched),
                register: Arc::downgrade(self),
            })
        };
        let Some(mut part) = self.part(id) else { return new() };
        if let Some(live) = part.get(&id).and_then(Weak::upgrade) {
            live.move_to(version, expires);
            return live;
        }
        let live = new();
        part.insert(id, Arc::downgrade(&live));
        live
    }

    /// Whether anybody holds it, and it was not ended.
    pub(crate) fn is_held(&self, id: SessionId) -> bool {
        let live = self.part(id).and_then(|part| part.get(&id).and_then(Weak::upgrade));
        live.is_some_and(|live| !live.is_ended())
    }

    /// Ends it for everybody who holds it.
    pub(crate) fn end(&self, id: SessionId) {
        let live = self.part(id).and_then(|part| part.get(&id).and_then(Weak::upgrade));
        if let Some(live) = live {
            live.move_to(ENDED, 0);
        }
    }

    /// Ends all that anybody holds.
    pub(crate) fn end_all(&self) {
        for part in &self.0 {
            // Whoever is the last to hold one takes it out of its part: not while that is locked.
            let held: Vec<Arc<Live>> = {
                let part = part.lock().unwrap_or_else(PoisonError::into_inner);
                part.values().filter_map(Weak::upgrade).collect()
            };
            held.iter().for_each(|live| live.move_to(ENDED, 0));
        }
    }

    fn part(&self, id: SessionId) -> Option<MutexGuard<'_, HashMap<SessionId, Weak<Live>>>> {
        let [first, ..] = id.as_bytes();
        let part = self.0.get(usize::from(*first) % PARTS)?;
        Some(part.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|part| part.lock().unwrap().len()).sum()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let Some(register) = self.register.upgrade() else { return };
        let Some(mut part) = register.part(self.id) else { return };
        // Another one may have taken the place since.
        if part.get(&self.id).is_some_and(|known| known.strong_count() == 0) {
            part.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_hold_a_session_see_its_end_and_nobody_is_left_in_the_register() {
        let lives = Arc::new(Lives::new());
        let id = SessionId::new([9; 16]);
        let (one, other) = (lives.get(id, 1, 70, 0), lives.get(id, 2, 30, 0));
        assert!(other.is_at(2) && !one.is_at(1), "the older version is stale");
        assert_eq!(one.expires(), 30, "and ends with the newer one");
        lives.end(id);
        assert!(one.is_ended() && other.is_ended());
        assert!(lives.get(id, 3, 0, 0).is_ended(), "nothing follows the end");
        drop((one, other));
        assert_eq!(lives.len(), 0);
        assert!(!lives.get(id, 3, 0, 0).is_ended());
    }

    #[test]
    fn a_use_counts_at_once_and_is_written_once_a_minute() {
        let live = Arc::new(Lives::new()).get(SessionId::new([9; 16]), 1, 0, 1000);
        assert!(!live.touch(60_999, 60_000));
        assert_eq!(live.touched(), 60_999);
        assert!(live.touch(61_000, 60_000));
        assert!(!live.touch(61_000, 60_000));
        assert!(!live.touch(5, 60_000), "a clock that went back");
        assert_eq!(live.touched(), 60_999, "to the second");
    }
}
