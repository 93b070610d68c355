//! Counts in the memory of this process.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::counts::{
    Admitted, Ask, Charge, Counts, Decision, Outlook, Refused, TOGETHER_MAX, Taken,
};
use crate::key::Key;
use crate::rate::{Judged, Ticks};
use crate::table::{SLOTS, Table};

/// Pools of one [`LocalCounts`], at most.
pub const POOLS_MAX: usize = 8;

/// Tables of a pool, each with its own lock, at most.
const TABLES_MAX: usize = 64;

/// Slots for each key that a pool has room for: with twice as many, one bucket in 270 is too small
/// when the pool is full.
const SLOTS_PER_KEY: usize = 2;

/// Counts of fixed size: 49 bytes for each key that they have room for, taken from the system as
/// they fill. No thread cleans up; what has drained is overwritten.
pub struct LocalCounts {
    pools: Vec<Vec<Mutex<Table>>>,
}

type Held<'a> = (Place, MutexGuard<'a, Table>);

/// What becomes of keys that all fit.
struct Fitting {
    all: Outlook,
    each: [Outlook; TOGETHER_MAX],
    drained: [u64; TOGETHER_MAX],
}

/// Which table: tables are locked in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    pool: usize,
    table: usize,
}

impl LocalCounts {
    /// One pool for each number of `keys_max`: so many keys may owe something at a time before new
    /// ones begin with what others owe. Pools beyond [`POOLS_MAX`] are left out; keys of a pool
    /// that is not there are counted in the last one.
    pub fn new(keys_max: &[usize]) -> Self {
        Self { pools: keys_max.iter().take(POOLS_MAX).map(|keys| pool(*keys)).collect() }
    }

    /// How often a new key found no room, and began with what another one owed.
    pub fn rounded_up(&self) -> u64 {
        self.pools.iter().flatten().map(|table| lock(table).rounded_up()).sum()
    }

    fn place(&self, key: Key) -> Place {
        let pool = usize::from(key.pool.0).min(self.pools.len().saturating_sub(1));
        let tables = self.pools.get(pool).map_or(1, Vec::len);
        // A power of two; the bucket is chosen by the other half of the key.
        Place { pool, table: key.low as usize & (tables - 1) }
    }

    /// Locks what these keys need, in one order for all, so that nobody waits in a circle. The time
    /// to judge by is the latest that any of them has seen.
    fn hold(&self, keys: impl Iterator<Item = Key>, now: Ticks) -> (Vec<Held<'_>>, u64) {
        let mut places: Vec<Place> = keys.map(|key| self.place(key)).collect();
        places.sort_unstable();
        places.dedup();
        let mut held: Vec<Held<'_>> = places
            .into_iter()
            .filter_map(|at| Some((at, lock(self.pools.get(at.pool)?.get(at.table)?))))
            .collect();
        let now = held.iter_mut().fold(now.0, |now, (_, table)| table.advance(now));
        held.iter_mut().for_each(|(_, table)| {
            table.advance(now);
        });
        (held, now)
    }

    /// What becomes of `asks[index]`, if those before it were admitted.
    fn judge(&self, held: &[Held<'_>], asks: &[Ask], index: usize, now: u64) -> Judged {
        let (Some(ask), Some(before)) = (asks.get(index), asks.get(..index)) else {
            return Judged::Over(None);
        };
        let place = self.place(ask.key);
        let Some((_, table)) = held.iter().find(|(at, _)| *at == place) else {
            return Judged::Over(None);
        };
        let same = before.iter().filter(|other| other.key == ask.key);
        let units = same.fold(ask.units, |units, other| units.saturating_add(other.units));
        ask.rate.judge(table.drained(ask.key), units, now)
    }

    /// The tightest of all, and where each key then is; or who refuses longest.
    fn judge_all(&self, held: &[Held<'_>], asks: &[Ask], now: u64) -> Result<Fitting, Refused> {
        let mut refused: Option<Refused> = None;
        let mut fitting = Fitting {
            all: Outlook { available: u32::MAX, reset_in: Duration::ZERO },
            each: [Outlook::default(); TOGETHER_MAX],
            drained: [0; TOGETHER_MAX],
        };
        let places = fitting.each.iter_mut().zip(&mut fitting.drained).enumerate();
        for (which, (each, drained)) in places.take(asks.len()) {
            match self.judge(held, asks, which, now) {
                Judged::Fits { after, remaining, reset_in } => {
                    *drained = after;
                    *each = Outlook { available: remaining, reset_in };
                    fitting.all.available = fitting.all.available.min(remaining);
                    fitting.all.reset_in = fitting.all.reset_in.max(reset_in);
                }
                Judged::Over(retry_in) => {
                    if refused.is_none_or(|known| is_longer(retry_in, known.retry_in)) {
                        refused = Some(Refused { which, retry_in });
                    }
                }
            }
        }
        refused.map_or(Ok(fitting), Err)
    }
}

impl Counts for LocalCounts {
    fn take(&self, asks: &[Ask], now: Ticks) -> Decision {
        if asks.len() > TOGETHER_MAX {
            return Decision::Refused(Refused { which: TOGETHER_MAX, retry_in: None });
        }
        let (mut held, now) = self.hold(asks.iter().map(|ask| ask.key), now);
        match self.judge_all(&held, asks, now) {
            Err(refused) => Decision::Refused(refused),
            Ok(Fitting { all, each, drained }) => {
                for (ask, after) in asks.iter().zip(drained) {
                    let place = self.place(ask.key);
                    if let Some((_, table)) = held.iter_mut().find(|(at, _)| *at == place) {
                        table.set(ask.key, after);
                    }
                }
                Decision::Admitted(Admitted {
                    remaining: all.available,
                    reset_in: all.reset_in,
                    each,
                    taken: Taken { at: Ticks(now) },
                })
            }
        }
    }

    fn peek(&self, asks: &[Ask], now: Ticks) -> Result<Outlook, Refused> {
        if asks.len() > TOGETHER_MAX {
            return Err(Refused { which: TOGETHER_MAX, retry_in: None });
        }
        let (held, now) = self.hold(asks.iter().map(|ask| ask.key), now);
        let Fitting { all, .. } = self.judge_all(&held, asks, now)?;
        // What was only looked at is still there.
        let least = asks.iter().map(|ask| ask.units).min().unwrap_or(0);
        Ok(Outlook { available: all.available.saturating_add(least), reset_in: all.reset_in })
    }

    fn give_back(&self, asks: &[Ask], taken: Taken, now: Ticks) {
        let asks = asks.get(..TOGETHER_MAX).unwrap_or(asks);
        let (mut held, now) = self.hold(asks.iter().map(|ask| ask.key), now);
        for ask in asks {
            let place = self.place(ask.key);
            if let Some((_, table)) = held.iter_mut().find(|(at, _)| *at == place) {
                table.take_off(ask.key, ask.rate.undrained(ask.units, taken.at.0, now));
            }
        }
    }

    fn charge(&self, charges: &[Charge], now: Ticks) -> [Outlook; TOGETHER_MAX] {
        let (mut held, now) = self.hold(charges.iter().map(|charge| charge.key), now);
        let mut each = [Outlook::default(); TOGETHER_MAX];
        for (place, charge) in charges.iter().enumerate() {
            let at = self.place(charge.key);
            let Some((_, table)) = held.iter_mut().find(|(place, _)| *place == at) else {
                continue;
            };
            let before = table.drained(charge.key);
            let amount = (charge.parts, charge.parts_per_unit.get());
            let after = charge.rate.charged(before, amount, now);
            // What owes nothing needs no slot.
            if after > before.max(now) {
                table.set(charge.key, after);
            }
            if let Some(outlook) = each.get_mut(place) {
                let (available, reset_in) = charge.rate.left(after, now);
                *outlook = Outlook { available, reset_in };
            }
        }
        each
    }
}

fn pool(keys_max: usize) -> Vec<Mutex<Table>> {
    let slots = keys_max.saturating_mul(SLOTS_PER_KEY);
    let tables = (slots / 1024).next_power_of_two().min(TABLES_MAX);
    let buckets = slots.div_ceil(tables * SLOTS);
    (0..tables).map(|_| Mutex::new(Table::new(buckets))).collect()
}

/// Counts stay true when a thread dies with the lock: a table is whole between any two writes.
fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `None` is for ever.
fn is_longer(one: Option<Duration>, other: Option<Duration>) -> bool {
    match (one, other) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one > other,
    }
}
