//! API keys of our own: all of them in memory, and in the database.
//!
//! Memory is asked, and memory alone knows what the database must still be told: what is revoked is
//! taken out here first, and its row is deleted with the next batch, or with the one after it.
//! INVARIANT: a row whose key is not in memory waits to be deleted.

pub(crate) mod facts;
mod fit;
pub(crate) mod imported;
mod importing;
mod interned;
pub(crate) mod rows;
pub(crate) mod rules;
pub(crate) mod select;
mod shown;
mod slot;
mod table;
pub(crate) mod unwritten;
pub(crate) mod uses;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError,
};

use portcullis_model::{KeyId, UnixMillis};
use rusqlite::Connection;
use tokio::sync::watch;

use crate::error::StoreError;
use crate::keys::facts::{Key, KeyFacts, KeyWhich, ListedKey, ShownKey};
use crate::keys::rows::Row;
use crate::keys::select::Newest;
use crate::keys::table::{Pending, Table};
use crate::keys::unwritten::{Taken, Ticket, Unwritten};
use crate::keys::uses::Uses;
use crate::seal::Sealer;

/// Slots that are looked at with each batch, for keys that are over.
const SWEPT: u32 = 1024;

/// How often an act that has the lock again and again gives way to those who wait for it.
const YIELDS_MAX: usize = 1000;

/// Uses that wait to be written, at most: more are written an hour later.
const TOUCHED_MAX: usize = 65_536;

/// Uses that are written with one batch, at most.
const TOUCHED_BATCH: usize = 1024;

pub(crate) struct ApiKeys {
    sealer: Arc<Sealer>,
    pub(crate) uses: Uses,
    all: RwLock<All>,
    /// Whether any was imported: who asks where none was takes no lock.
    has_imported: AtomicBool,
    /// Threads that wait to read.
    waiting: AtomicUsize,
    /// Keys whose last use is to be written.
    touched: Mutex<HashSet<KeyId>>,
    changes: watch::Sender<u64>,
}

/// Under one lock, so that nothing is in neither.
struct All {
    table: Table,
    unwritten: Unwritten,
}

/// What one batch writes.
pub(crate) struct Batch {
    taken: Taken,
    deleted: Vec<KeyId>,
    touched: Vec<KeyId>,
    rows: Vec<Row>,
}

impl ApiKeys {
    pub(crate) fn new(sealer: Arc<Sealer>, keys_max: usize) -> Self {
        Self {
            uses: Uses::new(Arc::clone(&sealer)),
            sealer,
            all: RwLock::new(All { table: Table::new(keys_max), unwritten: Unwritten::default() }),
            has_imported: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            touched: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }

    pub(crate) fn key(&self, id: &KeyId, now: UnixMillis) -> Option<Key> {
        self.read().table.key(id, now)
    }

    pub(crate) fn list(&self, which: &KeyWhich, max: usize) -> Vec<ListedKey> {
        let (mut newest, mut from) = (Newest::new(max), Some(0));
        // Some at a time: a writer who waits makes all others wait.
        while let Some(next) = from {
            from = newest.look(&self.read().table, which, next);
        }
        newest.listed(&self.read().table)
    }

    pub(crate) fn show(&self, id: &KeyId) -> Option<ShownKey> {
        let mut shown = shown::shown(&self.read().table, id)?;
        let mut from = Some(0);
        while let Some(next) = from {
            from = shown::replacing(&self.read().table, id, next, &mut shown.replaced_by);
        }
        Some(shown)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Notes a use, and has it written once an hour.
    pub(crate) fn touch(&self, id: &KeyId, now: UnixMillis) {
        let all = self.read();
        let slot = all.table.issued(id).and_then(|number| all.table.get(number));
        if slot.is_none_or(|slot| !slot.used.touch(now)) {
            return;
        }
        drop(all);
        let mut touched = self.touched();
        if touched.len() < TOUCHED_MAX {
            touched.insert(*id);
        }
    }

    /// Makes a key that opens nothing before it lasts.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        facts: &KeyFacts,
        now: UnixMillis,
    ) -> Result<Reserved, StoreError> {
        let pending = self.write().table.reserve(facts, now)?;
        Ok(Reserved { keys: Arc::clone(self), id: facts.id, pending })
    }

    /// Takes keys out; in force when this returns. How many, and when that lasts.
    pub(crate) fn revoke(&self, which: &KeyWhich) -> (usize, Ticket) {
        let (mut count, mut from) = (0, Some(0));
        let mut ticket = Ticket::default();
        // Some at a time: who asks meanwhile waits for no more than that.
        while let Some(next) = from {
            let mut gone = Vec::new();
            let mut all = self.write();
            from = select::remove_some(&mut all.table, which, next, &mut gone);
            count += gone.len();
            ticket = all.unwritten.gone(gone, true);
            drop(all);
            self.give_way();
        }
        if count > 0 {
            self.tell();
        }
        (count, ticket)
    }

    /// Whether all that was taken out before the ticket was given is gone from the database.
    pub(crate) fn is_done(&self, ticket: Ticket) -> bool {
        self.read().unwritten.is_done(ticket)
    }

    /// Brings an end nearer; in force when this returns.
    pub(crate) fn expire(&self, id: &KeyId, at: UnixMillis) -> Result<(), StoreError> {
        let mut all = self.write();
        all.table.end(id, at)?;
        all.unwritten.owe([*id]);
        drop(all);
        self.tell();
        Ok(())
    }

    /// Notes the first use of a key that replaces another; in force when this returns. The rows that
    /// do not say so yet: none where it was noted before.
    pub(crate) fn used_first(&self, id: &KeyId, now: UnixMillis) -> Result<Vec<KeyId>, StoreError> {
        let mut all = self.write();
        all.table.issued(id).ok_or(StoreError::NoKey)?;
        let Some(before) = all.table.used_first(id, now) else {
            return Ok(if all.unwritten.is_owed(id) { vec![*id] } else { Vec::new() });
        };
        all.unwritten.owe([*id, before]);
        drop(all);
        self.tell();
        Ok(vec![*id, before])
    }

    /// Writes keys anew, as they are now. They stay owed until [`ApiKeys::rewritten`].
    pub(crate) fn rewrite(
        &self,
        connection: &Connection,
        ids: &[KeyId],
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.read().rows(ids);
        rows.iter().try_for_each(|row| rows::replace(connection, &self.sealer, row))?;
        Ok(rows)
    }

    /// These rows last. What changed again meanwhile is owed as before.
    pub(crate) fn rewritten(&self, rows: &[Row]) {
        let mut all = self.write();
        for row in rows {
            let id = row.id;
            if all.table.row(&id).is_none_or(|now| now == *row) {
                all.unwritten.written(&[id]);
            }
        }
    }

    /// Whether there is anything to write.
    pub(crate) fn has_unwritten(&self) -> bool {
        // One lock after the other, never both.
        let has_uses = !self.touched().is_empty();
        has_uses || !self.read().unwritten.is_empty()
    }

    /// What the next batch writes, rows among it or only what is to be gone. It is followed by
    /// [`ApiKeys::settle`].
    pub(crate) fn take(&self, with_rows: bool, now: UnixMillis) -> Batch {
        let mut all = self.write();
        let mut over = Vec::new();
        all.table.sweep(now, SWEPT, &mut over);
        all.unwritten.gone(over, false);
        let taken = all.unwritten.take(with_rows);
        let count = if with_rows && all.unwritten.has_room() { TOUCHED_BATCH } else { 0 };
        let mut waiting = self.touched();
        let touched: Vec<KeyId> = waiting.iter().copied().take(count).collect();
        touched.iter().for_each(|id| {
            waiting.remove(id);
        });
        let mut rows = all.rows(&taken.owed);
        rows.extend(all.rows(&touched));
        // One that is issued has its row from after the deletion, or it would not have been written.
        let is_gone = |id: &KeyId| all.table.issued(id).is_none();
        let deleted = taken.gone.iter().copied().filter(is_gone).collect();
        Batch { taken, deleted, touched, rows }
    }

    pub(crate) fn settle(&self, batch: Batch, lasts: bool) {
        self.write().unwritten.settle(&batch.taken, lasts, !batch.rows.is_empty());
        if !lasts {
            self.touched().extend(batch.touched);
        }
    }

    pub(crate) fn write_batch(
        &self,
        connection: &Connection,
        batch: &Batch,
    ) -> Result<(), StoreError> {
        rows::delete(connection, &batch.deleted)?;
        self.uses.forget(connection, &batch.deleted)?;
        batch.rows.iter().try_for_each(|row| rows::replace(connection, &self.sealer, row))
    }

    /// All that the database has and that holds at `now`, into memory; the rest waits to be deleted.
    /// Fails at the first row that is not as we wrote it.
    pub(crate) fn load(
        &self,
        connection: &Connection,
        now: UnixMillis,
    ) -> Result<usize, StoreError> {
        self.uses.load(connection)?;
        let mut all = self.write();
        let All { table, unwritten } = &mut *all;
        imported::read(connection, &self.sealer, |id| {
            table.note_imported([id]);
            self.has_imported.store(true, Ordering::Release);
            Ok(())
        })?;
        let (mut gone, mut below) = (Vec::new(), Vec::new());
        rows::read(connection, &self.sealer, |row| {
            if row.expires.is_some_and(|expires| expires <= now) {
                gone.push(row.id);
                return Ok(());
            }
            let parent = row.parent;
            let number = table.add(row)?;
            below.extend(parent.map(|parent| (number, parent)));
            Ok(())
        })?;
        let mut orphans = Vec::new();
        for (number, parent) in below {
            match table.find(&parent) {
                Some(parent) => table.link(number, parent),
                None => orphans.push(number),
            }
        }
        orphans.into_iter().for_each(|number| table.remove(number, &mut gone));
        // One that was used while it was revoked may have left a row.
        gone.extend(self.uses.ids().into_iter().filter(|id| table.find(id).is_none()));
        unwritten.gone(gone, false);
        Ok(table.len())
    }

    fn read(&self) -> RwLockReadGuard<'_, All> {
        match self.all.try_read() {
            Ok(all) => all,
            Err(TryLockError::Poisoned(why)) => why.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.waiting.fetch_add(1, Ordering::Relaxed);
                let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                all
            }
        }
    }

    /// The lock is not fair: who lets it go and wants it again has it before those who wait.
    fn give_way(&self) {
        let mut yields = 0;
        while yields < YIELDS_MAX && self.waiting.load(Ordering::Relaxed) > 0 {
            std::thread::yield_now();
            yields += 1;
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, All> {
        self.all.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn touched(&self) -> MutexGuard<'_, HashSet<KeyId>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    /// The rows of those that still are and were written once.
    fn rows(&self, ids: &[KeyId]) -> Vec<Row> {
        let issued = ids.iter().filter(|id| self.table.issued(id).is_some());
        issued.filter_map(|id| self.table.row(id)).collect()
    }
}

impl Batch {
    /// Whether an older copy of the store would have what this ends.
    pub(crate) fn revokes(&self) -> bool {
        self.taken.revokes
    }
}

/// A key that is being issued: gone again, unless it is confirmed.
pub(crate) struct Reserved {
    keys: Arc<ApiKeys>,
    id: KeyId,
    pending: Pending,
}

impl Reserved {
    /// Writes its row, if it was not revoked meanwhile.
    pub(crate) fn insert(&self, connection: &Connection) -> Result<(), StoreError> {
        let all = self.keys.read();
        let row = all.table.row(&self.id).filter(|_| self.is_pending(&all));
        drop(all);
        rows::insert(connection, &self.keys.sealer, &row.ok_or(StoreError::EndedMeanwhile)?)
    }

    /// Its row lasts: from here on it opens.
    pub(crate) fn confirm(&self) -> Result<(), StoreError> {
        let is_there = self.keys.write().table.confirm(&self.id, self.pending);
        if is_there { Ok(()) } else { Err(StoreError::EndedMeanwhile) }
    }

    fn is_pending(&self, all: &All) -> bool {
        all.table.pending(&self.id) == Some(self.pending)
    }
}

impl Drop for Reserved {
    /// Its row goes, too: nobody may know whether it lasts.
    fn drop(&mut self) {
        let mut all = self.keys.write();
        if self.is_pending(&all)
            && let Some(number) = all.table.find(&self.id)
        {
            let mut gone = Vec::new();
            all.table.remove(number, &mut gone);
            all.unwritten.gone(gone, false);
        }
    }
}
