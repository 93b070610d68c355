//! Which values were shown lately, so that each counts once: in the memory of this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_counting::Key;

/// Values of a generation. There are two: what both cannot hold is forgotten, the oldest first, and counts anew. So a
/// flood of values makes others dearer, and none free.
const VALUES_MAX: usize = 100_000;

/// Values by the key that showed them, and until when each is free.
#[derive(Default)]
pub(super) struct Seen(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    newer: HashMap<Key, Instant>,
    older: HashMap<Key, Instant>,
}

impl Seen {
    /// Whether it was counted, and is free still.
    pub(super) fn has(&self, value: Key, now: Instant) -> bool {
        let all = self.all();
        let until = all.newer.get(&value).or_else(|| all.older.get(&value));
        until.is_some_and(|until| now < *until)
    }

    /// It was counted, and is free for so long.
    pub(super) fn add(&self, value: Key, now: Instant, time: Duration) {
        let Some(until) = now.checked_add(time) else { return };
        let mut all = self.all();
        if all.newer.len() >= VALUES_MAX {
            all.older = std::mem::take(&mut all.newer);
        }
        all.newer.insert(value, until);
    }

    fn all(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use portcullis_counting::{Keys, Pool};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn value(number: usize) -> Key {
        Keys::new([7; 16]).key(Pool(0), "test", &[&number.to_le_bytes()])
    }

    #[test]
    fn a_value_is_free_for_its_time_and_no_longer() {
        let (seen, now) = (Seen::default(), Instant::now());
        assert!(!seen.has(value(1), now));
        seen.add(value(1), now, HOUR);
        assert!(seen.has(value(1), now + HOUR / 2) && !seen.has(value(2), now));
        assert!(!seen.has(value(1), now + HOUR));
    }

    #[test]
    fn what_has_no_room_counts_anew() {
        let (seen, now) = (Seen::default(), Instant::now());
        (0..5 * VALUES_MAX / 2).for_each(|number| seen.add(value(number), now, HOUR));
        assert!(!seen.has(value(0), now), "the oldest is forgotten");
        assert!(seen.has(value(5 * VALUES_MAX / 2 - 1), now));
        let all = seen.all();
        assert!(all.newer.len() + all.older.len() <= 2 * VALUES_MAX);
    }
}
