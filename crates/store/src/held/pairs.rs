//! Pairs of an object and a caller who holds it, in slots; and all pairs of one object, in a chain.

use crate::held::names::{NAME_LEN, Name};
use crate::index::Index;

/// No slot, or no caller.
pub(crate) const NONE: u32 = u32::MAX;

/// 32 bytes: there are a million of them.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) object: Name,
    /// The caller's number; [`NONE`] in a slot that is free.
    pub(crate) caller: u32,
    /// In seconds.
    pub(crate) expires: u32,
    /// The next pair of the same object.
    next: u32,
    /// Pairs of the same caller, in a ring.
    pub(crate) newer: u32,
    pub(crate) older: u32,
}

const FREE: Pair = Pair {
    object: Name([0; NAME_LEN]),
    caller: NONE,
    expires: 0,
    next: NONE,
    newer: NONE,
    older: NONE,
};

pub(crate) struct Pairs {
    slots: Vec<Pair>,
    free: Vec<u32>,
    /// The first pair of each object.
    objects: Index,
}

impl Pairs {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), objects: Index::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Slots, free ones among them.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&Pair> {
        self.slots.get(slot as usize).filter(|pair| pair.caller != NONE)
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut Pair> {
        self.slots.get_mut(slot as usize).filter(|pair| pair.caller != NONE)
    }

    /// All pairs of an object.
    pub(crate) fn of(&self, object: Name) -> impl Iterator<Item = (u32, &Pair)> {
        let mut slot = self.first(object).unwrap_or(NONE);
        std::iter::from_fn(move || {
            let (at, pair) = (slot, self.get(slot)?);
            slot = pair.next;
            Some((at, pair))
        })
    }

    pub(crate) fn first(&self, object: Name) -> Option<u32> {
        let is = |slot| self.get(slot).is_some_and(|pair| pair.object == object);
        self.objects.find(object.hash(), is)
    }

    /// Puts a pair into a free slot, and says which.
    pub(crate) fn add(&mut self, object: Name, caller: u32, expires: u32) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(FREE);
            self.slots.len() as u32 - 1
        });
        self.put(slot, object, caller, expires);
        slot
    }

    /// Puts a pair into its slot from before. Slots come in rising order, [`Pairs::restored`] after
    /// the last of them.
    pub(crate) fn restore(&mut self, slot: u32, object: Name, caller: u32, expires: u32) {
        while self.slots.len() <= slot as usize {
            self.slots.push(FREE);
        }
        self.put(slot, object, caller, expires);
    }

    pub(crate) fn restored(&mut self) {
        let is_free = |(_, pair): &(usize, &Pair)| pair.caller == NONE;
        let free = self.slots.iter().enumerate().filter(is_free).map(|(slot, _)| slot as u32);
        self.free = free.rev().collect();
    }

    fn put(&mut self, slot: u32, object: Name, caller: u32, expires: u32) {
        let pair = Pair { object, caller, expires, ..FREE };
        let first = self.first(object);
        let next = first.and_then(|first| self.get(first)).map_or(NONE, |first| first.next);
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Pair { next, ..pair };
        }
        let Some(first) = first else {
            let slots = &self.slots;
            return self.objects.insert(object.hash(), slot, |slot| hash_of(slots, slot));
        };
        // Behind the first one, so that the index stays as it is.
        if let Some(first) = self.get_mut(first) {
            first.next = slot;
        }
    }

    /// Frees a slot that is in no ring any more.
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(Pair { object, next, .. }) = self.get(slot).copied() else { return };
        let before = self.of(object).find(|(_, pair)| pair.next == slot).map(|(before, _)| before);
        let slots = &self.slots;
        match before {
            Some(before) => {
                if let Some(before) = self.get_mut(before) {
                    before.next = next;
                }
            }
            None if next == NONE => {
                self.objects.remove(object.hash(), slot, |slot| hash_of(slots, slot));
            }
            None => self.objects.replace(object.hash(), slot, next),
        }
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = FREE;
            self.free.push(slot);
        }
    }
}

fn hash_of(slots: &[Pair], slot: u32) -> u64 {
    slots.get(slot as usize).map_or(0, |pair| pair.object.hash())
}
