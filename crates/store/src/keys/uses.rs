//! How often keys were used, where they have quotas of days or months: in memory, with what comes next written
//! ahead. A restart counts as used what was written ahead, so it gives nothing anew; it may cost what was written
//! ahead and not used.

pub(crate) mod rows;
pub(crate) mod tally;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_model::{KeyId, KeyQuota, UnixMillis};
use rusqlite::Connection;

use self::tally::{Count, Tally, Window};
use crate::error::StoreError;
use crate::seal::Sealer;

pub(crate) struct Uses {
    sealer: Arc<Sealer>,
    /// No more than there are keys. One lock: a use counts for a key and all above it, or for none.
    tallies: Mutex<HashMap<KeyId, Tally>>,
}

/// What is left of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Of which window.
    pub window: Window,
    /// How many uses it has in all.
    pub limit: u64,
    /// How many more there may be.
    pub left: u64,
    /// When the window began.
    pub since: UnixMillis,
    /// When it ends.
    pub until: UnixMillis,
}

/// What became of a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyUses {
    /// It counts. Of each window the quota with the least left.
    Counted(Vec<Left>),
    /// There is none left: of the quota that ends last. Nothing was counted.
    Over(Left),
}

/// What became of it, as far as memory can tell.
pub(crate) enum Took {
    /// All of it; `low`: more should be written ahead of these.
    Done { uses: KeyUses, low: Vec<KeyId> },
    /// Nothing: more must be written ahead of these first.
    Unwritten(Vec<KeyId>),
}

impl Uses {
    pub(crate) fn new(sealer: Arc<Sealer>) -> Self {
        Self { sealer, tallies: Mutex::default() }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<KeyId, Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn load(&self, connection: &Connection) -> Result<(), StoreError> {
        self.all().extend(rows::read(connection, &self.sealer)?);
        Ok(())
    }

    /// The keys of which there are counts.
    pub(crate) fn ids(&self) -> Vec<KeyId> {
        self.all().keys().copied().collect()
    }

    /// Counts a use of a key and of all above it, or of none.
    pub(crate) fn take(&self, line: &[(KeyId, KeyQuota)], now: UnixMillis) -> Took {
        let mut all = self.all();
        let (mut over, mut unwritten) = (None::<Left>, Vec::new());
        for (id, quota) in line.iter().filter(|(_, quota)| quota.counts_days()) {
            for (count, limit, window) in all.entry(*id).or_default().counts(*quota) {
                count.roll(window.period(now));
                if count.used >= limit {
                    let until = window.end(now);
                    if over.is_none_or(|known| known.until < until) {
                        over =
                            Some(Left { window, limit, left: 0, since: window.start(now), until });
                    }
                } else if !count.has_reserved() {
                    count.want(limit);
                    unwritten.push(*id);
                }
            }
        }
        if let Some(over) = over {
            return Took::Done { uses: KeyUses::Over(over), low: Vec::new() };
        }
        if !unwritten.is_empty() {
            return Took::Unwritten(unwritten);
        }
        let (mut least, mut low) = (Vec::<Left>::new(), Vec::new());
        for (id, quota) in line {
            let Some(tally) = all.get_mut(id) else { continue };
            for (count, limit, window) in tally.counts(*quota) {
                count.used += 1;
                if count.runs_low(limit) {
                    low.push(*id);
                }
                let left = limit - count.used;
                match least.iter_mut().find(|known| known.window == window) {
                    Some(known) if known.left <= left => {}
                    Some(known) => (known.limit, known.left) = (limit, left),
                    None => {
                        let (since, until) = (window.start(now), window.end(now));
                        least.push(Left { window, limit, left, since, until });
                    }
                }
            }
        }
        Took::Done { uses: KeyUses::Counted(least), low }
    }

    /// Writes what is wanted of these. They count from [`Uses::written`] on.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        ids: &[KeyId],
    ) -> Result<Vec<(KeyId, Tally)>, StoreError> {
        let all = self.all();
        let rows = ids.iter().filter_map(|id| Some((*id, *all.get(id)?)));
        let rows: Vec<(KeyId, Tally)> = rows.collect();
        drop(all);
        rows.iter().try_for_each(|(id, tally)| rows::put(connection, &self.sealer, *id, tally))?;
        Ok(rows)
    }

    /// These rows last.
    pub(crate) fn written(&self, rows: &[(KeyId, Tally)]) {
        let mut all = self.all();
        let lasts = |now: &mut Count, then: &Count| {
            if now.period == then.period {
                now.reserved = now.reserved.max(then.wanted);
            }
        };
        for (id, then) in rows {
            if let Some(now) = all.get_mut(id) {
                lasts(&mut now.day, &then.day);
                lasts(&mut now.month, &then.month);
            }
        }
    }

    /// Keys that are gone: so is what is known of their uses.
    pub(crate) fn forget(&self, connection: &Connection, ids: &[KeyId]) -> Result<(), StoreError> {
        let mut all = self.all();
        if all.is_empty() || ids.is_empty() {
            return Ok(());
        }
        ids.iter().for_each(|id| {
            all.remove(id);
        });
        drop(all);
        rows::delete(connection, ids)
    }

    /// The end of the process: nobody uses a key any more, and what was written ahead is given back.
    pub(crate) fn settle(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut all = self.all();
        for (id, tally) in all.iter_mut() {
            let is_ahead = |count: &Count| count.reserved > count.used;
            if is_ahead(&tally.day) || is_ahead(&tally.month) {
                for count in [&mut tally.day, &mut tally.month] {
                    (count.reserved, count.wanted) = (count.used, count.used);
                }
                rows::put(connection, &self.sealer, *id, tally)?;
            }
        }
        Ok(())
    }
}
