//! Passwords of our own: all of them in memory, and in the database.
//!
//! Who shows one is looked up in memory alone. What is removed leaves it first, and its row goes with the next batch,
//! or with the one after it. What is set comes into memory when its row lasts.
//! INVARIANT: a row whose user is not in memory waits to be deleted.

pub(crate) mod facts;
pub(crate) mod rows;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use portcullis_credential::password::Hashed;
use portcullis_model::UnixMillis;
use rusqlite::Connection;
use tokio::sync::watch;

use crate::error::StoreError;
use crate::passwords::facts::{ListedPassword, Password, PasswordFacts};
use crate::passwords::rows::Row;
use crate::seal::Sealer;

/// Users that are listed at a time, at most.
pub const PASSWORDS_LISTED_MAX: usize = 1000;

pub(crate) struct Passwords {
    sealer: Arc<Sealer>,
    users_max: usize,
    all: RwLock<All>,
    changes: watch::Sender<u64>,
}

/// Under one lock, so that nobody is in neither.
#[derive(Default)]
struct All {
    users: HashMap<Arc<str>, Arc<Password>>,
    /// Whose rows wait to be deleted. No more than there are rows.
    gone: HashSet<Arc<str>>,
    marks: u64,
}

impl Passwords {
    pub(crate) fn new(sealer: Arc<Sealer>, users_max: usize) -> Self {
        Self { sealer, users_max, all: RwLock::default(), changes: watch::Sender::new(0) }
    }

    pub(crate) fn of(&self, user: &str) -> Option<Arc<Password>> {
        self.read().users.get(user).cloned()
    }

    /// Those after `after` in the order of their names, `max` of them.
    pub(crate) fn list(&self, after: Option<&str>, max: usize) -> Vec<ListedPassword> {
        let all = self.read();
        let meant = all.users.values().filter(|one| after.is_none_or(|after| *one.user > *after));
        let mut meant: Vec<_> = meant.cloned().collect();
        drop(all);
        meant.sort_unstable_by(|one, other| one.user.cmp(&other.user));
        meant.truncate(max.min(PASSWORDS_LISTED_MAX));
        let listed = meant.iter().map(|one| ListedPassword {
            user: Arc::clone(&one.user),
            created: one.created,
            changed: one.changed,
            rules: Arc::clone(&one.rules),
        });
        listed.collect()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Writes the row of a password that is set. It holds when it lasts: see [`Passwords::confirm`].
    pub(crate) fn insert(
        &self,
        connection: &Connection,
        facts: PasswordFacts,
        now: UnixMillis,
    ) -> Result<Inserted, StoreError> {
        let rules = Arc::new(facts.rules());
        let mut row = Row {
            user: Arc::from(facts.user),
            hash: Arc::new(facts.hash),
            rules,
            created: now,
            changed: now,
        };
        let is_replaced = rows::write(connection, &self.sealer, &mut row)?;
        // Asked of the database: what else this batch writes is not in memory yet.
        if !is_replaced && rows::count(connection)? > self.users_max {
            return Err(StoreError::TooMany { what: "users with a password", max: self.users_max });
        }
        Ok(Inserted { row, is_replaced })
    }

    /// Its row lasts: from here on it is the user's, and what they had before is not.
    pub(crate) fn confirm(&self, inserted: Inserted) -> bool {
        let Inserted { row, is_replaced } = inserted;
        let mut all = self.write();
        all.gone.remove(&row.user);
        all.add(row);
        drop(all);
        self.tell();
        is_replaced
    }

    /// Writes a stronger hash of the same password, if its row is still as `old` says: one that was set since, in the
    /// same batch too, stays. Says whether it did.
    pub(crate) fn exchange(
        &self,
        connection: &Connection,
        old: &Password,
        hash: &Arc<Hashed>,
    ) -> Result<bool, StoreError> {
        let row = |hash: &Arc<Hashed>| Row {
            user: Arc::clone(&old.user),
            hash: Arc::clone(hash),
            rules: Arc::clone(&old.rules),
            created: old.created,
            changed: old.changed,
        };
        rows::exchange(connection, &self.sealer, &row(&old.hash), &row(hash))
    }

    /// That hash lasts.
    pub(crate) fn exchanged(&self, old: &Password, hash: Arc<Hashed>) {
        let mut all = self.write();
        if let Some(known) = all.users.get_mut(&old.user)
            && known.mark == old.mark
        {
            *known = Arc::new(Password { hash, ..Password::clone(known) });
        }
    }

    /// Takes a user out; in force when this returns. Whether there was one.
    pub(crate) fn remove(&self, user: &str) -> bool {
        let mut all = self.write();
        let Some((user, _)) = all.users.remove_entry(user) else { return false };
        all.gone.insert(user);
        drop(all);
        self.tell();
        true
    }

    /// Whether no row waits to be deleted that is this user's.
    pub(crate) fn is_deleted(&self, user: &str) -> bool {
        !self.read().gone.contains(user)
    }

    pub(crate) fn has_unwritten(&self) -> bool {
        !self.read().gone.is_empty()
    }

    /// Whose rows the next batch deletes. It is followed by [`Passwords::settle`].
    pub(crate) fn take(&self) -> Vec<Arc<str>> {
        self.read().gone.iter().take(BATCH_MAX).cloned().collect()
    }

    pub(crate) fn settle(&self, gone: &[Arc<str>], lasts: bool) {
        if lasts && !gone.is_empty() {
            let mut all = self.write();
            // Whoever was set and removed since has another row, which waits still.
            gone.iter().for_each(|user| {
                all.gone.remove(user);
            });
        }
    }

    /// All that the database has, into memory. Fails at the first row that is not as we wrote it.
    pub(crate) fn load(&self, connection: &Connection) -> Result<usize, StoreError> {
        let mut all = self.write();
        rows::read(connection, &self.sealer, |row| {
            if all.users.len() >= self.users_max {
                let (what, max) = ("users with a password", self.users_max);
                return Err(StoreError::TooMany { what, max });
            }
            all.add(row);
            Ok(())
        })?;
        Ok(all.users.len())
    }

    fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn read(&self) -> RwLockReadGuard<'_, All> {
        self.all.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, All> {
        self.all.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows that are deleted with one batch, at most.
const BATCH_MAX: usize = 4096;

impl All {
    fn add(&mut self, row: Row) {
        self.marks += 1;
        let Row { user, hash, rules, created, changed } = row;
        let mark = self.marks;
        let password =
            Arc::new(Password { user: Arc::clone(&user), hash, rules, created, changed, mark });
        self.users.insert(user, password);
    }
}

/// A password whose row was written and may not last.
pub(crate) struct Inserted {
    row: Row,
    is_replaced: bool,
}

impl Inserted {
    /// Whether an older copy of the store would have another password for its user.
    pub(crate) const fn is_replaced(&self) -> bool {
        self.is_replaced
    }
}
