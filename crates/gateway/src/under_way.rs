//! Requests that are in the API, counted by what the policy says: of one value, only so many at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_counting::Key;

use crate::budget::Held;

/// Keys that are counted at a time; each takes about 60 bytes.
const KEYS_MAX: usize = 100_000;

/// How many requests of each key are under way, over all workers and reloads.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    held: Mutex<HashMap<Key, u32>>,
}

/// Places under some keys, given back when this is dropped: by an answer, a refusal, a panic, or a client that left.
#[derive(Debug)]
pub(crate) struct Places {
    under_way: Arc<UnderWay>,
    keys: Vec<Key>,
}

/// A request's stay in the API.
#[derive(Debug)]
pub(crate) struct Stay {
    /// One of all places in it.
    _place: Held,
    /// Those under the keys of the request.
    counted: Places,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// Under this one of the keys, as many are under way as may be.
    Taken(usize),
    /// As many keys are counted as may be.
    TooManyKeys,
}

impl UnderWay {
    /// Takes a place under each key, of as many as each has; or none at all.
    pub(crate) fn take(self: &Arc<Self>, asked: &[(Key, u32)]) -> Result<Places, NoPlace> {
        let mut held = self.held();
        let count = |key: &Key| held.get(key).copied().unwrap_or(0);
        if let Some(full) = asked.iter().position(|(key, most)| count(key) >= *most) {
            return Err(NoPlace::Taken(full));
        }
        let new = asked.iter().filter(|(key, _)| !held.contains_key(key)).count();
        if held.len() + new > KEYS_MAX {
            return Err(NoPlace::TooManyKeys);
        }
        for (key, _) in asked {
            *held.entry(*key).or_default() += 1;
        }
        drop(held);
        let keys = asked.iter().map(|(key, _)| *key).collect();
        Ok(Places { under_way: self.clone(), keys })
    }

    /// Nothing panics while it is locked.
    fn held(&self) -> MutexGuard<'_, HashMap<Key, u32>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stay {
    pub(crate) const fn new(place: Held, counted: Places) -> Self {
        Self { _place: place, counted }
    }

    /// Whether others are refused as long as it lasts: then it lasts until the API is done, whoever leaves.
    pub(crate) const fn keeps_others_out(&self) -> bool {
        !self.counted.keys.is_empty()
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        if self.keys.is_empty() {
            return;
        }
        let mut held = self.under_way.held();
        for key in &self.keys {
            let left = held.get(key).copied().unwrap_or(0).saturating_sub(1);
            if left == 0 {
                held.remove(key);
            } else {
                held.insert(*key, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_counting::{Keys, Pool};

    use super::*;

    fn key(name: &str) -> Key {
        Keys::new([7; 16]).key(Pool(0), "test", &[name.as_bytes()])
    }

    #[test]
    fn so_many_at_a_time_all_or_none_and_nothing_is_kept() {
        let under_way = Arc::new(UnderWay::default());
        let (alice, all) = ((key("alice"), 1), (key("all"), 2));
        let first = under_way.take(&[alice, all]).unwrap();
        assert_eq!(under_way.take(&[alice, all]).unwrap_err(), NoPlace::Taken(0));
        let second = under_way.take(&[(key("bob"), 1), all]).unwrap();
        assert_eq!(under_way.take(&[(key("carol"), 1), all]).unwrap_err(), NoPlace::Taken(1));
        drop(second);
        assert!(under_way.take(&[(key("carol"), 1), all]).is_ok(), "carol held nothing");
        drop(first);
        assert!(under_way.held().is_empty(), "nothing is remembered of who is gone");
    }

    #[test]
    fn a_full_table_refuses_instead_of_counting_no_more() {
        let under_way = Arc::new(UnderWay::default());
        let many = |from: usize| (from..from + 8).map(|n| (key(&n.to_string()), 1));
        let mut places = Vec::new();
        for from in (0..KEYS_MAX).step_by(8) {
            places.push(under_way.take(&many(from).collect::<Vec<_>>()).unwrap());
        }
        assert_eq!(under_way.take(&[(key("new"), 1)]).unwrap_err(), NoPlace::TooManyKeys);
        assert!(under_way.take(&[(key("0"), 2)]).is_ok(), "who is known goes on");
        drop(places.pop());
        assert!(under_way.take(&[(key("new"), 1)]).is_ok());
    }

    #[test]
    fn ten_thousand_at_once_never_hold_more_than_may() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let under_way = Arc::new(UnderWay::default());
        let (inside, most) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..625 {
                        if let Ok(places) = under_way.take(&[(key("coupon"), 3)]) {
                            let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                            most.fetch_max(now, Ordering::SeqCst);
                            std::thread::yield_now();
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(places);
                        }
                    }
                });
            }
        });
        assert!(most.into_inner() <= 3 && under_way.held().is_empty());
    }
}
