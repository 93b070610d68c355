//! A cache of bounded size whose hits do not wait for one another.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Parts, each with its own lock.
const PARTS: usize = 64;

/// The second-chance algorithm (Corbató 1968): a hit sets a mark, and what has none is the first to
/// go.
pub(crate) struct Cache<K, V> {
    hasher: RandomState,
    parts: Vec<RwLock<Part<K, V>>>,
    part_max: usize,
}

struct Part<K, V> {
    places: HashMap<K, usize>,
    ring: Vec<Slot<K, V>>,
    hand: usize,
}

struct Slot<K, V> {
    key: K,
    value: V,
    was_used: AtomicBool,
}

impl<K: Copy + Eq + Hash, V: Clone> Cache<K, V> {
    /// Room for `max` entries, and for 64 at least.
    pub(crate) fn new(max: usize) -> Self {
        let part = || RwLock::new(Part { places: HashMap::new(), ring: Vec::new(), hand: 0 });
        Self {
            hasher: RandomState::new(),
            parts: (0..PARTS).map(|_| part()).collect(),
            part_max: (max / PARTS).max(1),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let part = self.read(key)?;
        let slot = part.ring.get(*part.places.get(key)?)?;
        // Written only where it changes something: a line of memory that is only read is shared.
        if !slot.was_used.load(Ordering::Relaxed) {
            slot.was_used.store(true, Ordering::Relaxed);
        }
        Some(slot.value.clone())
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        let Some(mut part) = self.write(&key) else { return };
        let part = &mut *part;
        if let Some(slot) = part.places.get(&key).and_then(|place| part.ring.get_mut(*place)) {
            slot.value = value;
            return;
        }
        let new = Slot { key, value, was_used: AtomicBool::new(false) };
        if part.ring.len() < self.part_max {
            part.places.insert(key, part.ring.len());
            part.ring.push(new);
            return;
        }
        let place = part.victim();
        if let Some(slot) = part.ring.get_mut(place) {
            part.places.remove(&slot.key);
            part.places.insert(key, place);
            *slot = new;
        }
    }

    pub(crate) fn remove(&self, key: &K) {
        let Some(mut part) = self.write(key) else { return };
        let Some(place) = part.places.remove(key) else { return };
        part.ring.swap_remove(place);
        if let Some(moved) = part.ring.get(place).map(|slot| slot.key) {
            part.places.insert(moved, place);
        }
    }

    fn read(&self, key: &K) -> Option<RwLockReadGuard<'_, Part<K, V>>> {
        let part = self.parts.get(self.hasher.hash_one(key) as usize % PARTS)?;
        Some(part.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, key: &K) -> Option<RwLockWriteGuard<'_, Part<K, V>>> {
        let part = self.parts.get(self.hasher.hash_one(key) as usize % PARTS)?;
        Some(part.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<K, V> Part<K, V> {
    /// The next without a mark. Marks on the way are taken, so that two turns find one.
    fn victim(&mut self) -> usize {
        for _ in 0..self.ring.len() * 2 {
            let place = self.hand;
            self.hand = (self.hand + 1) % self.ring.len().max(1);
            let was_used =
                self.ring.get_mut(place).map(|slot| std::mem::take(slot.was_used.get_mut()));
            if was_used == Some(false) {
                return place;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_stays_within_its_bound_and_keeps_what_is_used() {
        let cache = Cache::new(640);
        cache.insert(0_u32, 0_u32);
        for key in 1..100_000 {
            cache.insert(key, key);
            assert_eq!(cache.get(&0), Some(0), "used again and again");
        }
        let held = (0..100_000).filter(|key| cache.get(key).is_some()).count();
        assert!(held <= 640, "{held}");
    }

    proptest! {
        #[test]
        fn what_it_says_was_written_last(steps in proptest::collection::vec((0_u8..3, 0_u8..100, any::<u32>()), 0..500)) {
            let (cache, mut exact) = (Cache::new(64), HashMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => { cache.insert(key, value); exact.insert(key, value); }
                    1 => { cache.remove(&key); exact.remove(&key); }
                    _ => {
                        let found = cache.get(&key);
                        prop_assert!(found.is_none() || found == exact.get(&key).copied());
                    }
                }
            }
        }
    }
}
