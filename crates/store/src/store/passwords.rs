//! What may be asked of passwords.

use std::sync::Arc;

use portcullis_credential::password::Hashed;
use portcullis_model::UnixMillis;
use rusqlite::Connection;
use tokio::sync::watch;

use super::Store;
use crate::error::StoreError;
use crate::passwords::facts::{ListedPassword, Password, PasswordFacts};
use crate::passwords::{Inserted, Passwords};
use crate::worker::Job;
use crate::write::Write;

impl Store {
    /// The password of a user. Reads memory alone. That a text that was shown is it is another question.
    pub fn password(&self, user: &str) -> Option<Arc<Password>> {
        self.0.passwords.of(user)
    }

    /// Gives a user a password, the first one or another. It is in force and lasts when this returns; until then
    /// the one before holds. Says whether there was one.
    ///
    /// # Errors
    /// [`StoreError::TooMany`]: of users, or of what it says. Any other: the one before holds;
    /// after [`StoreError::Slow`] nobody knows.
    pub async fn set_password(
        &self,
        facts: PasswordFacts,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        facts.check()?;
        let (passwords, after) = (Arc::clone(&self.0.passwords), Arc::clone(&self.0.passwords));
        Write {
            now,
            // An older copy would take the one before.
            revokes: |inserted: &Inserted| inserted.is_replaced(),
            run: move |connection: &Connection| passwords.insert(connection, facts, now),
            then: move |_: &Connection, made: Option<Inserted>, outcome| {
                outcome?;
                made.map(|inserted| after.confirm(inserted)).ok_or(StoreError::Closed)
            },
        }
        .by(&self.0.writer)
        .await
    }

    /// Puts a stronger hash of the same password in the place of the one that `old` has, unless it was
    /// set or removed since. Does not wait.
    pub fn rehash_password(&self, old: Arc<Password>, hash: Hashed, now: UnixMillis) {
        let passwords = Arc::clone(&self.0.passwords);
        let rehash = Rehash { passwords, old, hash: Arc::new(hash), now, is_written: false };
        // Where the writer has too much to do, it is made again at the next login.
        let _ = self.0.writer.send(Box::new(rehash));
    }

    /// Takes a user's password away. In force before it is written; when this returns it stays so after a
    /// restart. Says whether there was one.
    ///
    /// # Errors
    /// [`StoreError::NotDurable`]: it is in force, but a restart would undo it as yet; it is written as
    /// soon as that is possible.
    pub async fn remove_password(&self, user: &str, now: UnixMillis) -> Result<bool, StoreError> {
        let was_there = self.0.passwords.remove(user);
        // Also where somebody else removed it a moment ago.
        self.until(|| self.0.passwords.is_deleted(user), now).await?;
        Ok(was_there)
    }

    /// Users in the order of their names, those after `after`, [`crate::PASSWORDS_LISTED_MAX`] at most. Reads
    /// memory alone.
    pub fn list_passwords(&self, after: Option<&str>, max: usize) -> Vec<ListedPassword> {
        self.0.passwords.list(after, max)
    }

    /// Changes whenever a password was set or removed: who serves a user looks again then.
    pub fn passwords_changed(&self) -> watch::Receiver<u64> {
        self.0.passwords.watch()
    }
}

/// The same password under a stronger hash. Nobody waits for it.
struct Rehash {
    passwords: Arc<Passwords>,
    old: Arc<Password>,
    hash: Arc<Hashed>,
    now: UnixMillis,
    is_written: bool,
}

impl Job for Rehash {
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.is_written = self.passwords.exchange(connection, &self.old, &self.hash)?;
        Ok(())
    }

    fn finish(self: Box<Self>, _: &Connection, outcome: Result<(), StoreError>) {
        if outcome.is_ok() && self.is_written {
            self.passwords.exchanged(&self.old, self.hash);
        }
    }

    fn revokes(&self) -> bool {
        false
    }

    fn now(&self) -> UnixMillis {
        self.now
    }
}
