//! Who is known to hold which object: all of it in memory, and in the database what of it lasts.
//!
//! A slot of memory is a row of the database. INVARIANT: what a row says is in memory, or its slot
//! waits to be emptied. So memory alone knows what must be deleted, and nothing is looked for.

pub(crate) mod bounds;
mod callers;
pub(crate) mod lately;
pub(crate) mod names;
mod pairs;
pub(crate) mod rows;
pub(crate) mod table;
pub(crate) mod unwritten;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::held::bounds::Bounds;
use crate::held::lately::Since;
use crate::held::names::{Api, Caller, Keys, Object};
use crate::held::rows::Row;
use crate::held::table::{How, Outcome, Standing, Table};
use crate::held::unwritten::{Slots, Ticket, Unwritten};

/// Objects that are learned under one lock: others wait for some 10 us.
const LOCKED: usize = 32;

/// What became of what was to be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Learned {
    /// Objects that this caller is known to hold now.
    pub learned: usize,
    /// Created, it was said, and yet somebody else holds them: ignored.
    pub of_others: usize,
    /// Forgotten after the question was asked, or another API's: ignored.
    pub outdated: usize,
}

pub(crate) struct Held {
    pub(crate) keys: Keys,
    table: RwLock<Table>,
}

/// What one batch writes.
pub(crate) struct Batch {
    slots: Slots,
    learned: Vec<Row>,
}

impl Held {
    pub(crate) fn new(keys: Keys, bounds: Bounds, has_database: bool) -> Self {
        Self { keys, table: RwLock::new(Table::new(bounds, has_database)) }
    }

    pub(crate) fn standing(&self, caller: &Caller, object: &Object, now: UnixMillis) -> Standing {
        self.read().standing(caller, object, seconds(now))
    }

    pub(crate) fn since(&self) -> Since {
        self.read().lately.now()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().pairs.len()
    }

    pub(crate) fn learn(
        &self,
        caller: &Caller,
        objects: &[Object],
        how: How,
        since: Since,
        now: UnixMillis,
    ) -> Learned {
        let now = seconds(now);
        let mut all = Learned::default();
        for some in objects.chunks(LOCKED) {
            let table = self.read();
            let are_fresh = some.iter().all(|object| table.is_fresh(caller, object, how, now));
            drop(table);
            if are_fresh {
                all.learned += some.len();
                continue;
            }
            let mut table = self.write();
            for object in some {
                match table.learn(caller, object, how, since, now) {
                    Outcome::Learned => all.learned += 1,
                    Outcome::OfOthers => all.of_others += 1,
                    Outcome::Outdated => all.outdated += 1,
                }
            }
        }
        all
    }

    pub(crate) fn forget(&self, forget: impl FnOnce(&mut Table) -> Ticket) -> Ticket {
        forget(&mut self.write())
    }

    pub(crate) fn forget_api(&self, api: Api) -> Ticket {
        self.write().forget_api(api);
        let mut from = 0;
        // One caller at a time: who asks meanwhile waits for no more than that.
        loop {
            let next = self.write().empty_of(api, from);
            let Some(next) = next else { break };
            from = next;
        }
        self.write().forget_api(api)
    }

    /// Whether all that was forgotten before the ticket was given is gone from the database.
    pub(crate) fn is_done(&self, ticket: Ticket) -> bool {
        self.read().unwritten.as_ref().is_none_or(|unwritten| unwritten.is_done(ticket))
    }

    /// Whether there is anything to write.
    pub(crate) fn has_unwritten(&self) -> bool {
        self.read().unwritten.as_ref().is_some_and(|unwritten| !unwritten.is_empty())
    }

    /// Whether there is so much to write that it should not wait.
    pub(crate) fn has_much(&self) -> bool {
        self.read().unwritten.as_ref().is_some_and(Unwritten::is_much)
    }

    /// What the next batch writes, facts among it or only what is to be gone. It is followed by
    /// [`Held::settle`].
    pub(crate) fn take(&self, with_learned: bool) -> Batch {
        let mut table = self.write();
        let slots = table.unwritten.as_mut().map(|unwritten| unwritten.take(with_learned));
        let slots = slots.unwrap_or_default();
        let learned = slots.learned.iter().filter_map(|slot| table.row(*slot)).collect();
        Batch { slots, learned }
    }

    pub(crate) fn settle(&self, batch: &Batch, is_written: bool) {
        let mut table = self.write();
        match &mut table.unwritten {
            Some(unwritten) if is_written => unwritten.written(&batch.slots),
            Some(unwritten) => unwritten.failed(&batch.slots),
            None => {}
        }
    }

    /// All that the database has and that holds at `now`, into memory. What is over, not as it was
    /// written, or beyond the bounds is deleted.
    pub(crate) fn load(
        &self,
        connection: &mut Connection,
        now: UnixMillis,
    ) -> Result<Loaded, StoreError> {
        let transaction = connection.transaction()?;
        rows::delete_expired(&transaction, now)?;
        let mut table = self.write();
        let (mut unfit, mut damaged) = (Vec::new(), 0);
        rows::read(&transaction, &self.keys, |found| {
            damaged += usize::from(found.row.is_none());
            if !found.row.is_some_and(|row| table.restore(&row)) {
                unfit.push(found.slot);
            }
        })?;
        table.restored();
        rows::delete(&transaction, &unfit)?;
        transaction.commit()?;
        Ok(Loaded { facts: table.pairs.len(), damaged })
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the database had.
pub(crate) struct Loaded {
    pub(crate) facts: usize,
    pub(crate) damaged: usize,
}

impl Batch {
    pub(crate) fn write(&self, connection: &Connection, keys: &Keys) -> Result<(), StoreError> {
        rows::write(connection, keys, &self.slots.removed, &self.learned)
    }

    /// Whether an older copy of the store would know what is forgotten with this.
    pub(crate) fn revokes(&self) -> bool {
        self.slots.has_forgotten
    }
}

fn seconds(now: UnixMillis) -> u32 {
    u32::try_from(now.0 / 1000).unwrap_or(u32::MAX)
}
