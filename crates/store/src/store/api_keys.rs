//! What may be asked of API keys.

use std::sync::{Arc, PoisonError};

use portcullis_model::{KeyId, UnixMillis};
use rusqlite::Connection;
use tokio::sync::watch;

use super::Store;
use crate::error::StoreError;
use crate::keys::facts::{Key, KeyFacts, KeyWhich, ListedKey};
use crate::write::Write;

impl Store {
    /// The key of this name, if it and all above it hold at `now`. Reads memory alone. That the text
    /// that was shown is this key's is another question.
    pub fn key(&self, id: &KeyId, now: UnixMillis) -> Option<Key> {
        self.0.keys.key(id, now)
    }

    /// Keeps a new key. It lasts when this returns, and opens nothing before. One below another has
    /// that one's owner and attributes, and none of its own.
    ///
    /// # Errors
    /// [`StoreError::Known`]: there is a key of this name. [`StoreError::NoKey`]: the one above it, or
    /// the one that it replaces, does not hold. [`StoreError::OwnAttributes`], and
    /// [`StoreError::TooMany`]: of keys, of those above it, or of what it says.
    /// [`StoreError::EndedMeanwhile`]: it was revoked, or the one above it, before it lasted.
    pub async fn issue_key(&self, facts: KeyFacts, now: UnixMillis) -> Result<(), StoreError> {
        facts.check()?;
        let reserved = Arc::new(self.0.keys.reserve(&facts, now)?);
        let inserted = Arc::clone(&reserved);
        Write {
            now,
            revokes: |(): &()| false,
            run: move |connection: &Connection| inserted.insert(connection),
            then: move |_: &Connection, _: Option<()>, outcome: Result<(), StoreError>| {
                outcome.and_then(|()| reserved.confirm())
            },
        }
        .by(&self.0.writer)
        .await
    }

    /// Notes the first use of a key that replaces another: that one ends when the overlap is over, if it
    /// would not end before. Later uses change nothing. In force when this returns, also after a
    /// restart.
    ///
    /// # Errors
    /// [`StoreError::NoKey`]: there is none of this name. [`StoreError::NotDurable`]: in force, and
    /// written as soon as that is possible.
    pub async fn used_first(&self, id: KeyId, now: UnixMillis) -> Result<(), StoreError> {
        match self.0.keys.used_first(&id, now)? {
            rows if rows.is_empty() => Ok(()),
            rows => self.rewrite_keys(rows, now).await,
        }
    }

    /// Brings the end of a key nearer. In force when this returns, also after a restart.
    ///
    /// # Errors
    /// [`StoreError::NoKey`]: there is none of this name. [`StoreError::LaterEnd`]: it ends before that.
    /// [`StoreError::NotDurable`]: in force, and written as soon as that is possible.
    pub async fn expire_key(
        &self,
        id: KeyId,
        at: UnixMillis,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        self.0.keys.expire(&id, at)?;
        self.rewrite_keys(vec![id], now).await
    }

    pub(super) async fn rewrite_keys(
        &self,
        ids: Vec<KeyId>,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        let (keys, after) = (Arc::clone(&self.0.keys), Arc::clone(&self.0.keys));
        Write {
            now,
            // An older copy would have a later end.
            revokes: |_| true,
            run: move |connection: &Connection| keys.rewrite(connection, &ids),
            then: move |_: &Connection, rows: Option<Vec<_>>, outcome: Result<(), StoreError>| {
                outcome?;
                after.rewritten(&rows.unwrap_or_default());
                Ok(())
            },
        }
        .by(&self.0.writer)
        .await
        .map_err(|why| StoreError::NotDurable(Box::new(why)))
    }

    /// Revokes keys, and all below them. In force before it is written; when this returns it stays so
    /// after a restart. Says how many there were.
    ///
    /// # Errors
    /// [`StoreError::NotDurable`]: they are revoked, but a restart would undo it as yet; it is written
    /// as soon as that is possible.
    pub async fn revoke_keys(&self, which: KeyWhich, now: UnixMillis) -> Result<usize, StoreError> {
        let (count, ticket) = self.0.keys.revoke(&which);
        self.until(|| self.0.keys.is_done(ticket), now).await?;
        Ok(count)
    }

    /// Notes a use of a key, to the minute. Written once an hour at most. Does not wait.
    pub fn touch_key(&self, id: KeyId, now: UnixMillis) {
        self.0.keys.touch(&id, now);
    }

    /// The newest of the keys that are meant, [`crate::KEYS_LISTED_MAX`] at most, the newest first.
    /// Reads memory alone.
    pub fn list_keys(&self, which: &KeyWhich, max: usize) -> Vec<ListedKey> {
        self.0.keys.list(which, max)
    }

    /// Says under which pepper keys are compared from now on, by its fingerprint; none: nobody compares any.
    pub fn compares_under(&self, pepper: Option<[u8; 32]>) {
        *self.0.pepper.lock().unwrap_or_else(PoisonError::into_inner) = pepper;
    }

    /// The fingerprint of the pepper under which keys are compared, where a gateway does.
    pub fn pepper(&self) -> Option<[u8; 32]> {
        *self.0.pepper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes whenever a key was revoked or its end came nearer: who serves one looks again then.
    pub fn keys_changed(&self) -> watch::Receiver<u64> {
        self.0.keys.watch()
    }
}
