//! All keys in memory: which there are, below which others, and until when.

mod issuing;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use portcullis_model::{KeyId, KeyRules, UnixMillis};

use crate::error::StoreError;
use crate::index::Index;
use crate::keys::facts::{ANCESTORS_MAX, Key};
use crate::keys::interned::Interned;
use crate::keys::rows::Row;
use crate::keys::slot::{LastUse, NONE, Slot, Time};

pub(crate) use self::issuing::Pending;

/// INVARIANT: the parent of a key is in the table. Whoever takes a key out takes all below it.
pub(crate) struct Table {
    slots: Vec<Slot>,
    /// The owner's number of each slot, [`NONE`] where it is free. Beside the slots, because all of
    /// them are looked through for an owner.
    owner_of: Vec<u32>,
    free: Vec<u32>,
    ids: Index,
    hasher: RandomState,
    pub(crate) owners: Interned<Box<str>>,
    pub(crate) labels: Interned<Box<str>>,
    pub(crate) rules: Interned<Arc<KeyRules>>,
    /// Slots of the keys right below a key.
    children: HashMap<u32, Vec<u32>>,
    replacing: HashMap<u32, Replacing>,
    /// Slots of keys that are being written for the first time: they open nothing yet.
    pending: HashMap<u32, Pending>,
    pendings: u64,
    /// Ids of keys that others issued, also of those that are gone. No more than keys may be.
    pub(crate) imported: HashSet<KeyId>,
    keys_max: usize,
    hand: u32,
}

/// That a key replaces another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replacing {
    pub(crate) of: KeyId,
    pub(crate) overlap_ms: u64,
    pub(crate) is_used: bool,
}

impl Table {
    pub(crate) fn new(keys_max: usize) -> Self {
        Self {
            slots: Vec::new(),
            owner_of: Vec::new(),
            free: Vec::new(),
            ids: Index::new(),
            hasher: RandomState::new(),
            owners: Interned::new(),
            labels: Interned::new(),
            rules: Interned::new(),
            children: HashMap::new(),
            replacing: HashMap::new(),
            pending: HashMap::new(),
            pendings: 0,
            imported: HashSet::new(),
            keys_max: keys_max.min(NONE as usize),
            hand: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) const fn keys_max(&self) -> usize {
        self.keys_max
    }

    /// Slots, free ones among them.
    pub(crate) fn slots(&self) -> u32 {
        self.slots.len() as u32
    }

    /// A key that holds at `now`.
    pub(crate) fn key(&self, id: &KeyId, now: UnixMillis) -> Option<Key> {
        let number = self.issued(id)?;
        let slot = self.get(number)?;
        let mut rules = Vec::with_capacity(1);
        let mut expires = Time::NEVER;
        for above in self.upwards(number) {
            expires = expires.min(above.expires);
            rules.push(Arc::clone(self.rules.get(above.rules)?));
        }
        if expires <= Time::new(now) {
            return None;
        }
        let is_counted = rules.iter().any(|rules| rules.quota.is_any());
        let counted = is_counted.then(|| self.upwards(number).map(|above| above.id).collect());
        let replacing = || self.replacing.get(&number);
        Some(Key {
            id: slot.id,
            mac: slot.mac,
            owner: Arc::from(&**self.owners.get(self.owner(number)?)?),
            rules,
            counted: counted.unwrap_or_default(),
            expires: expires.finite(),
            is_first_use: !self.replacing.is_empty()
                && replacing().is_some_and(|replacing| !replacing.is_used),
        })
    }

    /// A key and all above it, from itself on.
    pub(crate) fn upwards(&self, number: u32) -> impl Iterator<Item = &Slot> {
        let mut next = number;
        let above = std::iter::from_fn(move || {
            let slot = self.get(next)?;
            next = slot.parent;
            Some(slot)
        });
        above.take(ANCESTORS_MAX + 1)
    }

    pub(crate) fn is_over(&self, number: u32, now: UnixMillis) -> bool {
        self.upwards(number).any(|slot| slot.expires <= Time::new(now))
    }

    pub(crate) fn find(&self, id: &KeyId) -> Option<u32> {
        let is = |number| self.get(number).is_some_and(|slot| slot.id == *id);
        self.ids.find(self.hasher.hash_one(id), is)
    }

    /// A key that was written.
    pub(crate) fn issued(&self, id: &KeyId) -> Option<u32> {
        self.find(id).filter(|number| self.is_issued(*number))
    }

    pub(crate) fn is_issued(&self, number: u32) -> bool {
        self.pending.is_empty() || !self.pending.contains_key(&number)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Slot> {
        self.owner(number).and_then(|_| self.slots.get(number as usize))
    }

    pub(crate) fn owner(&self, number: u32) -> Option<u32> {
        self.owner_of.get(number as usize).copied().filter(|owner| *owner != NONE)
    }

    /// Keys right below a key.
    pub(crate) fn children(&self, number: u32) -> &[u32] {
        self.children.get(&number).map_or(&[], Vec::as_slice)
    }

    /// The key that a key replaces.
    pub(crate) fn replaces(&self, number: u32) -> Option<KeyId> {
        self.replacing.get(&number).map(|replacing| replacing.of)
    }

    /// Whether any key replaces another.
    pub(crate) fn has_replacing(&self) -> bool {
        !self.replacing.is_empty()
    }

    /// Puts a key into a free slot. It is below nobody yet.
    pub(crate) fn add(&mut self, row: Row) -> Result<u32, StoreError> {
        if self.len() >= self.keys_max {
            return Err(StoreError::TooMany { what: "keys", max: self.keys_max });
        }
        let owner = self.owners.take::<str>(row.owner);
        let slot = Slot {
            id: row.id,
            mac: row.mac,
            created: Time::new(row.created),
            expires: Time::or_never(row.expires),
            parent: NONE,
            rules: self.rules.take::<KeyRules>(row.rules),
            label: self.labels.take::<str>(row.label),
            used: LastUse::new(row.last_used),
        };
        let number = if let Some(number) = self.free.pop() {
            let places =
                (self.slots.get_mut(number as usize), self.owner_of.get_mut(number as usize));
            if let (Some(place), Some(owned)) = places {
                (*place, *owned) = (slot, owner);
            }
            number
        } else {
            self.slots.push(slot);
            self.owner_of.push(owner);
            self.slots() - 1
        };
        if let Some((of, overlap_ms)) = row.replaces {
            let is_used = row.is_used;
            self.replacing.insert(number, Replacing { of, overlap_ms, is_used });
        }
        let (slots, hasher) = (&self.slots, &self.hasher);
        let hash = hasher.hash_one(row.id);
        self.ids.insert(hash, number, |number| hash_of(slots, hasher, number));
        Ok(number)
    }

    pub(crate) fn link(&mut self, number: u32, parent: u32) {
        if let Some(slot) = self.slots.get_mut(number as usize) {
            slot.parent = parent;
            self.children.entry(parent).or_default().push(number);
        }
    }

    /// Takes out a key and all below it, and says which they were.
    pub(crate) fn remove(&mut self, number: u32, gone: &mut Vec<KeyId>) {
        let Some(parent) = self.get(number).map(|slot| slot.parent) else { return };
        if let Some(siblings) = self.children.get_mut(&parent) {
            if let Some(place) = siblings.iter().position(|sibling| *sibling == number) {
                siblings.swap_remove(place);
            }
            if siblings.is_empty() {
                self.children.remove(&parent);
            }
        }
        let mut all = vec![number];
        while let Some(number) = all.pop() {
            all.extend(self.children.remove(&number).unwrap_or_default());
            gone.extend(self.free(number));
        }
    }

    fn free(&mut self, number: u32) -> Option<KeyId> {
        let (owner, slot) = (self.owner(number)?, self.get(number)?);
        let (id, rules, label) = (slot.id, slot.rules, slot.label);
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.ids.remove(hasher.hash_one(id), number, |number| hash_of(slots, hasher, number));
        self.owners.release::<str>(owner);
        self.labels.release::<str>(label);
        self.rules.release::<KeyRules>(rules);
        self.replacing.remove(&number);
        self.pending.remove(&number);
        if let Some(owned) = self.owner_of.get_mut(number as usize) {
            *owned = NONE;
        }
        self.free.push(number);
        Some(id)
    }

    /// Looks at some slots, and takes out what is over. All below it are over as well.
    pub(crate) fn sweep(&mut self, now: UnixMillis, count: u32, gone: &mut Vec<KeyId>) {
        for _ in 0..count.min(self.slots()) {
            let number = self.hand;
            self.hand = if number + 1 < self.slots() { number + 1 } else { 0 };
            if self.is_over(number, now) && self.is_issued(number) {
                self.remove(number, gone);
            }
        }
    }

    /// The end comes at `at`, if it would not come before. Later is none.
    pub(crate) fn end(&mut self, id: &KeyId, at: UnixMillis) -> Result<(), StoreError> {
        let number = self.issued(id).ok_or(StoreError::NoKey)?;
        let slot = self.slots.get_mut(number as usize).ok_or(StoreError::NoKey)?;
        if Time::new(at) > slot.expires {
            return Err(StoreError::LaterEnd);
        }
        slot.expires = Time::new(at);
        Ok(())
    }

    /// Notes the first use of a key that replaces another: that one ends, at the latest when the
    /// overlap is over. Says which, if this is the first.
    pub(crate) fn used_first(&mut self, id: &KeyId, now: UnixMillis) -> Option<KeyId> {
        let number = self.issued(id)?;
        let replacing = self.replacing.get_mut(&number).filter(|known| !known.is_used)?;
        replacing.is_used = true;
        let (of, overlap_ms) = (replacing.of, replacing.overlap_ms);
        // It may be gone, or end before.
        let _ = self.end(&of, UnixMillis(now.0.saturating_add(overlap_ms)));
        Some(of)
    }

    /// A key as it lies in the database.
    pub(crate) fn row(&self, id: &KeyId) -> Option<Row> {
        let number = self.find(id)?;
        let slot = self.get(number)?;
        let replacing = self.replacing.get(&number);
        Some(Row {
            id: slot.id,
            mac: slot.mac,
            owner: self.owners.get(self.owner(number)?)?.clone(),
            label: self.labels.get(slot.label)?.clone(),
            parent: self.get(slot.parent).map(|parent| parent.id),
            created: slot.created.get(),
            expires: slot.expires.finite(),
            rules: Arc::clone(self.rules.get(slot.rules)?),
            replaces: replacing.map(|replacing| (replacing.of, replacing.overlap_ms)),
            is_used: replacing.is_some_and(|replacing| replacing.is_used),
            last_used: slot.used.get(),
        })
    }
}

fn hash_of(slots: &[Slot], hasher: &RandomState, number: u32) -> u64 {
    slots.get(number as usize).map_or(0, |slot| hasher.hash_one(slot.id))
}
