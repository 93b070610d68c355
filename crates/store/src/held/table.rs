//! The register in memory: who holds what, until when, within its bounds.

use crate::held::bounds::Bounds;
use crate::held::callers::Callers;
use crate::held::lately::{Gone, Lately, Since};
use crate::held::names::{Api, Caller, Object};
use crate::held::pairs::Pairs;
use crate::held::rows::Row;
use crate::held::unwritten::{Ticket, Unwritten};

/// Callers of one object that are known. More than a few have it where it is shared; then the ones that
/// were confirmed last are known, and the others are a question to the API.
pub(crate) const SHARED_MAX: usize = 16;

/// Slots that are looked at with each new pair, and freed where their time is over.
const SWEPT: u32 = 4;

/// Of so many pairs the soonest to expire leaves, where there is no room.
const LEAVING: u32 = 8;

/// Of how long a fact lasts, the part that need not be confirmed anew: a list that is fetched again
/// and again changes nothing and writes nothing.
const FRESH_PART: u32 = 32;

/// What is known of a caller and an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// This caller holds it.
    Known,
    /// Others are known to hold it, this caller is not.
    OthersOnly,
    /// Nobody is known to hold it.
    Unknown,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The caller created the object, and did not choose its id.
    Created,
    /// The API listed it as the caller's own.
    Listed,
}

/// What became of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Learned,
    OfOthers,
    Outdated,
}

pub(crate) struct Table {
    pub(crate) pairs: Pairs,
    pub(crate) callers: Callers,
    pub(crate) lately: Lately,
    /// Nothing where there is no database.
    pub(crate) unwritten: Option<Unwritten>,
    bounds: Bounds,
    hand: u32,
}

impl Table {
    pub(crate) fn new(bounds: Bounds, has_database: bool) -> Self {
        // Nobody is known who holds nothing.
        let objects_max = bounds.objects_max.max(1);
        let pairs_max = bounds.pairs_max.max(1);
        let bounds = Bounds { objects_max, pairs_max, ..bounds };
        Self {
            pairs: Pairs::new(),
            callers: Callers::new(),
            lately: Lately::default(),
            unwritten: has_database.then(Unwritten::default),
            bounds,
            hand: 0,
        }
    }

    /// `now` in seconds.
    pub(crate) fn standing(&self, caller: &Caller, object: &Object, now: u32) -> Standing {
        let mut standing = Standing::Unknown;
        if caller.api != object.api {
            return standing;
        }
        for (_, pair) in self.pairs.of(object.name).filter(|(_, pair)| now < pair.expires) {
            if self.callers.is(pair.caller, caller) {
                return Standing::Known;
            }
            standing = Standing::OthersOnly;
        }
        standing
    }

    /// Whether to learn it would change nothing.
    pub(crate) fn is_fresh(&self, caller: &Caller, object: &Object, how: How, now: u32) -> bool {
        let enough = self.expires(now).saturating_sub(self.lasts() / FRESH_PART);
        let mut is_mine = false;
        for (_, pair) in self.pairs.of(object.name) {
            if self.callers.is(pair.caller, caller) {
                is_mine = pair.expires >= enough;
            } else if how == How::Created && now < pair.expires {
                return false;
            }
        }
        is_mine && caller.api == object.api
    }

    pub(crate) fn learn(
        &mut self,
        caller: &Caller,
        object: &Object,
        how: How,
        since: Since,
        now: u32,
    ) -> Outcome {
        if caller.api != object.api || self.lately.has(caller, object, since) {
            return Outcome::Outdated;
        }
        if self.is_fresh(caller, object, how, now) {
            return Outcome::Learned;
        }
        let (mut mine, mut count, mut soonest) = (None, 0, None);
        for (slot, pair) in self.pairs.of(object.name) {
            count += 1;
            if self.callers.is(pair.caller, caller) {
                mine = Some(slot);
            } else if how == How::Created && now < pair.expires {
                return Outcome::OfOthers;
            }
            if soonest.is_none_or(|(expires, _)| pair.expires < expires) {
                soonest = Some((pair.expires, slot));
            }
        }
        let expires = self.expires(now);
        let slot = if let Some(slot) = mine {
            self.callers.unlink(slot, &mut self.pairs);
            if let Some(pair) = self.pairs.get_mut(slot) {
                pair.expires = expires;
            }
            slot
        } else {
            if let Some((_, slot)) = soonest.filter(|_| count >= SHARED_MAX) {
                self.remove(slot);
            }
            self.make_room(caller, now);
            let number = self.callers.number(caller);
            self.pairs.add(object.name, number, expires)
        };
        self.callers.link(slot, &mut self.pairs);
        if let Some(unwritten) = &mut self.unwritten {
            unwritten.learned(slot);
        }
        Outcome::Learned
    }

    /// Before one more pair of this caller.
    fn make_room(&mut self, caller: &Caller, now: u32) {
        for _ in 0..SWEPT {
            let slot = self.next_slot();
            if self.pairs.get(slot).is_some_and(|pair| pair.expires <= now) {
                self.remove(slot);
            }
        }
        let number = self.callers.find(caller);
        let full = number.filter(|number| self.callers.count(*number) >= self.bounds.objects_max);
        if let Some(oldest) = full.and_then(|number| self.callers.oldest(number, &self.pairs)) {
            self.remove(oldest);
        }
        if self.pairs.len() >= self.bounds.pairs_max as usize {
            let some: Vec<u32> = (0..LEAVING).map(|_| self.next_slot()).collect();
            let expires = |slot: &u32| self.pairs.get(*slot).map_or(u32::MAX, |pair| pair.expires);
            if let Some(slot) = some.into_iter().min_by_key(expires) {
                self.remove(slot);
            }
        }
    }

    fn next_slot(&mut self) -> u32 {
        let slot = self.hand;
        self.hand = if (slot as usize) + 1 < self.pairs.slots() { slot + 1 } else { 0 };
        slot
    }

    /// No answer that was under way teaches it again.
    pub(crate) fn forget_object(&mut self, object: &Object) -> Ticket {
        while let Some(slot) = self.pairs.first(object.name) {
            self.remove(slot);
        }
        self.forgotten(Gone::Object(object.name))
    }

    pub(crate) fn forget_held(&mut self, caller: &Caller, object: &Object) -> Ticket {
        let mut all = self.pairs.of(object.name);
        let mine = all.find(|(_, pair)| self.callers.is(pair.caller, caller)).map(|(slot, _)| slot);
        drop(all);
        mine.into_iter().for_each(|slot| self.remove(slot));
        self.forgotten(Gone::Held(caller.name, object.name))
    }

    pub(crate) fn forget_caller(&mut self, caller: &Caller) -> Ticket {
        if let Some(number) = self.callers.find(caller) {
            self.empty(number);
        }
        self.forgotten(Gone::Caller(caller.name))
    }

    /// From here on nothing that was asked before teaches anything of it. What is known is taken
    /// by [`Table::empty_of`], a caller at a time; after the last one this says when that lasts.
    pub(crate) fn forget_api(&mut self, api: Api) -> Ticket {
        self.forgotten(Gone::Api(api))
    }

    /// Takes all from the first caller of an API whose number is `from` or higher, and says where to go
    /// on.
    pub(crate) fn empty_of(&mut self, api: Api, from: u32) -> Option<u32> {
        let is_of = |number: &u32| {
            let known = self.callers.caller(*number).is_some_and(|caller| caller.api == api);
            known && self.callers.count(*number) > 0
        };
        let number = (from..self.callers.numbers()).find(is_of)?;
        self.empty(number);
        Some(number + 1)
    }

    fn empty(&mut self, number: u32) {
        while let Some(slot) = self.callers.newest(number) {
            self.remove(slot);
        }
    }

    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(caller) = self.pairs.get(slot).map(|pair| pair.caller) else { return };
        self.callers.unlink(slot, &mut self.pairs);
        self.callers.drop_empty(caller);
        self.pairs.remove(slot);
        if let Some(unwritten) = &mut self.unwritten {
            unwritten.removed(slot);
        }
    }

    /// What a slot says, if it says anything.
    pub(crate) fn row(&self, slot: u32) -> Option<Row> {
        let pair = self.pairs.get(slot)?;
        let caller = self.callers.caller(pair.caller)?;
        let object = Object { name: pair.object, api: caller.api };
        Some(Row { slot, caller, object, expires: pair.expires })
    }

    /// Puts a row of the database into its slot, by rising slots. False where it does not fit the
    /// bounds, or is known already. After the last one comes [`Table::restored`].
    pub(crate) fn restore(&mut self, row: &Row) -> bool {
        let (mut count, mut is_known) = (0, false);
        for (_, pair) in self.pairs.of(row.object.name) {
            count += 1;
            is_known |= self.callers.is(pair.caller, &row.caller);
        }
        if is_known || count >= SHARED_MAX || row.slot >= self.bounds.pairs_max {
            return false;
        }
        let number = self.callers.number(&row.caller);
        self.pairs.restore(row.slot, row.object.name, number, row.expires);
        true
    }

    /// Each caller's pairs are in order again, and no more than there may be.
    pub(crate) fn restored(&mut self) {
        self.pairs.restored();
        let mut slots: Vec<(u32, u32)> = (0..self.pairs.slots() as u32)
            .filter_map(|slot| self.pairs.get(slot).map(|pair| (pair.expires, slot)))
            .collect();
        slots.sort_unstable();
        for (_, slot) in slots {
            let Some(number) = self.pairs.get(slot).map(|pair| pair.caller) else { continue };
            self.callers.link(slot, &mut self.pairs);
            if self.callers.count(number) > self.bounds.objects_max
                && let Some(oldest) = self.callers.oldest(number, &self.pairs)
            {
                self.remove(oldest);
            }
        }
    }

    fn forgotten(&mut self, gone: Gone) -> Ticket {
        self.lately.forgotten(gone);
        self.unwritten.as_mut().map(Unwritten::forgotten).unwrap_or_default()
    }

    fn lasts(&self) -> u32 {
        u32::try_from(self.bounds.lasts_ms / 1000).unwrap_or(u32::MAX)
    }

    fn expires(&self, now: u32) -> u32 {
        now.saturating_add(self.lasts())
    }
}
