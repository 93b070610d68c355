//! Callers who hold something, and what each holds, in the order in which it was confirmed.

use crate::held::names::{Api, Caller, NAME_LEN, Name};
use crate::held::pairs::{NONE, Pairs};
use crate::index::Index;

#[derive(Clone, Copy)]
struct Holder {
    name: Name,
    api: Api,
    /// How many pairs; none in a place that is free.
    count: u32,
    /// The pair that was confirmed last; the one before it in the ring is the oldest.
    newest: u32,
}

pub(crate) struct Callers {
    all: Vec<Holder>,
    free: Vec<u32>,
    names: Index,
}

impl Callers {
    pub(crate) fn new() -> Self {
        Self { all: Vec::new(), free: Vec::new(), names: Index::new() }
    }

    pub(crate) fn find(&self, caller: &Caller) -> Option<u32> {
        self.names.find(caller.name.hash(), |number| self.is(number, caller))
    }

    /// Whether this is their number.
    pub(crate) fn is(&self, number: u32, caller: &Caller) -> bool {
        self.get(number).is_some_and(|holder| holder.name == caller.name)
    }

    /// Who it is.
    pub(crate) fn caller(&self, number: u32) -> Option<Caller> {
        self.get(number).map(|holder| Caller { name: holder.name, api: holder.api })
    }

    /// Numbers that may be somebody's.
    pub(crate) fn numbers(&self) -> u32 {
        self.all.len() as u32
    }

    /// Their number, a new one if they hold nothing yet: then they must be given a pair at once.
    pub(crate) fn number(&mut self, caller: &Caller) -> u32 {
        if let Some(number) = self.find(caller) {
            return number;
        }
        let holder = Holder { name: caller.name, api: caller.api, count: 0, newest: NONE };
        let number = self.free.pop().unwrap_or_else(|| {
            self.all.push(Holder { name: Name([0; NAME_LEN]), ..holder });
            self.all.len() as u32 - 1
        });
        if let Some(place) = self.all.get_mut(number as usize) {
            *place = holder;
        }
        let all = &self.all;
        self.names.insert(caller.name.hash(), number, |number| hash_of(all, number));
        number
    }

    pub(crate) fn count(&self, number: u32) -> u32 {
        self.get(number).map_or(0, |holder| holder.count)
    }

    pub(crate) fn newest(&self, number: u32) -> Option<u32> {
        self.get(number).filter(|holder| holder.count > 0).map(|holder| holder.newest)
    }

    pub(crate) fn oldest(&self, number: u32, pairs: &Pairs) -> Option<u32> {
        pairs.get(self.newest(number)?).map(|newest| newest.newer)
    }

    /// A pair becomes its caller's newest.
    pub(crate) fn link(&mut self, slot: u32, pairs: &mut Pairs) {
        let Some(number) = pairs.get(slot).map(|pair| pair.caller) else { return };
        let Some(holder) = self.all.get_mut(number as usize) else { return };
        let newest = if holder.count == 0 { slot } else { holder.newest };
        // In the ring, the oldest counts as the newer one of the newest.
        let oldest = if holder.count == 0 { slot } else { newer(pairs, newest) };
        (holder.count, holder.newest) = (holder.count + 1, slot);
        if let Some(pair) = pairs.get_mut(newest) {
            pair.newer = slot;
        }
        if let Some(pair) = pairs.get_mut(oldest) {
            pair.older = slot;
        }
        if let Some(pair) = pairs.get_mut(slot) {
            (pair.older, pair.newer) = (newest, oldest);
        }
    }

    /// Takes a pair out of its caller's ring.
    pub(crate) fn unlink(&mut self, slot: u32, pairs: &mut Pairs) {
        let Some(pair) = pairs.get(slot).copied() else { return };
        let Some(holder) = self.all.get_mut(pair.caller as usize) else { return };
        holder.count = holder.count.saturating_sub(1);
        if holder.newest == slot {
            holder.newest = pair.older;
        }
        if let Some(newer) = pairs.get_mut(pair.newer) {
            newer.older = pair.older;
        }
        if let Some(older) = pairs.get_mut(pair.older) {
            older.newer = pair.newer;
        }
    }

    /// Frees the number of one who holds nothing.
    pub(crate) fn drop_empty(&mut self, number: u32) {
        let Some(holder) = self.get(number).filter(|holder| holder.count == 0) else { return };
        let hash = holder.name.hash();
        let all = &self.all;
        self.names.remove(hash, number, |number| hash_of(all, number));
        self.free.push(number);
    }

    fn get(&self, number: u32) -> Option<&Holder> {
        self.all.get(number as usize)
    }
}

fn newer(pairs: &Pairs, slot: u32) -> u32 {
    pairs.get(slot).map_or(NONE, |pair| pair.newer)
}

fn hash_of(all: &[Holder], number: u32) -> u64 {
    all.get(number as usize).map_or(0, |holder| holder.name.hash())
}
