//! One part of the counts: a table of fixed size that forgets what has drained, and nothing else.
//!
//! A key lives in one bucket. A slot whose count has drained is free: it says the same as no slot.
//! Where a bucket is full of undrained counts, a new key takes the slot that owes least, and what
//! that one owed becomes the bucket's floor: with it every key begins that has no slot. So what any
//! key owes is never forgotten, only rounded up (decision 0085; the idea is that of Space-Saving,
//! Metwally, Agrawal and El Abbadi 2005).

use crate::key::Key;

/// Slots of a bucket: 6 lines of a processor's cache.
pub(crate) const SLOTS: usize = 16;

/// A slot: the key's two halves, and when it will have drained.
type Slot = [u64; 3];

pub(crate) struct Table {
    /// The latest time seen. A slot is given away because it has drained; time that goes back must
    /// not undo that.
    latest: u64,
    buckets: usize,
    /// For each bucket: no key without a slot owes beyond this time. Empty, like the slots, until something is
    /// counted: most tables of most gateways never are.
    floors: Vec<u64>,
    slots: Vec<Slot>,
    rounded_up: u64,
}

impl Table {
    pub(crate) fn new(buckets: usize) -> Self {
        Self {
            latest: 0,
            buckets: buckets.max(1),
            floors: Vec::new(),
            slots: Vec::new(),
            rounded_up: 0,
        }
    }

    /// The time to judge by: never earlier than any before.
    pub(crate) fn advance(&mut self, now: u64) -> u64 {
        self.latest = self.latest.max(now);
        self.latest
    }

    /// When all that was taken under `key` will have drained, or a later time.
    pub(crate) fn drained(&self, key: Key) -> u64 {
        let bucket = self.bucket(key);
        if self.slots.is_empty() {
            return 0;
        }
        let known = self.slots(bucket).iter().find(|slot| is(slot, key));
        known.map_or_else(|| self.floors.get(bucket).copied().unwrap_or(u64::MAX), |slot| slot[2])
    }

    /// Writes that `key` will have drained at `after`.
    pub(crate) fn set(&mut self, key: Key, after: u64) {
        if self.slots.is_empty() {
            self.floors = vec![0; self.buckets];
            self.slots = vec![[0; 3]; self.buckets * SLOTS];
        }
        let (bucket, now) = (self.bucket(key), self.latest);
        let mut least = (u64::MAX, 0);
        let mut place = None;
        for (index, slot) in self.slots(bucket).iter().enumerate() {
            if is(slot, key) {
                place = Some(index);
                break;
            }
            if slot[2] < least.0 {
                least = (slot[2], index);
            }
        }
        let index = place.unwrap_or(least.1);
        if place.is_none() && least.0 > now {
            self.rounded_up += 1;
            if let Some(floor) = self.floors.get_mut(bucket) {
                *floor = (*floor).max(least.0);
            }
        }
        if let Some(slot) = self.slots.get_mut(bucket * SLOTS + index) {
            *slot = [key.low, key.high, after];
        }
    }

    /// Takes `span` off what `key` owes. A key that lost its slot gets nothing back.
    pub(crate) fn take_off(&mut self, key: Key, span: u64) {
        let from = self.bucket(key) * SLOTS;
        let slots = self.slots.get_mut(from..from + SLOTS).unwrap_or_default();
        if let Some(slot) = slots.iter_mut().find(|slot| is(slot, key)) {
            slot[2] = slot[2].saturating_sub(span);
        }
    }

    /// How many counts were rounded up because a bucket was full.
    pub(crate) const fn rounded_up(&self) -> u64 {
        self.rounded_up
    }

    fn bucket(&self, key: Key) -> usize {
        ((u128::from(key.high) * self.buckets as u128) >> 64) as usize
    }

    fn slots(&self, bucket: usize) -> &[Slot] {
        self.slots.get(bucket * SLOTS..(bucket + 1) * SLOTS).unwrap_or_default()
    }
}

const fn is(slot: &Slot, key: Key) -> bool {
    slot[0] == key.low && slot[1] == key.high
}
