//! Where accounts were used from.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use super::Store;
use crate::change;
use crate::error::StoreError;
use crate::names::Account;
use crate::places;
use crate::write::Write;

impl Store {
    /// Notes that an account was used from a network.
    pub async fn worked(
        &self,
        account: Account,
        network: &str,
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        if self.0.places.get(&account).is_some_and(|known| known.is_fresh(network, now)) {
            return Ok(());
        }
        if network.len() > change::NAME_BYTES_MAX {
            return Err(StoreError::TooMany {
                what: "bytes of a name",
                max: change::NAME_BYTES_MAX,
            });
        }
        let network = network.to_owned();
        let (cached, changes) = (Arc::clone(&self.0.places), Arc::clone(&self.0.place_changes));
        Write {
            now,
            revokes: |(): &()| false,
            run: move |connection: &Connection| places::write(connection, account, &network, now),
            then: move |_: &Connection, _: Option<()>, outcome: Result<(), StoreError>| {
                changes.fetch_add(1, Ordering::SeqCst);
                cached.remove(&account);
                outcome
            },
        }
        .by(&self.0.writer)
        .await
    }

    /// Whether an account was used from a network within the last 90 days.
    pub async fn has_worked(
        &self,
        account: Account,
        network: &str,
        now: UnixMillis,
    ) -> Result<bool, StoreError> {
        if let Some(known) = self.0.places.get(&account) {
            return Ok(known.has(network, now));
        }
        let before = self.0.place_changes.load(Ordering::SeqCst);
        let read = move |connection: &Connection| places::read(connection, account);
        let known = self.0.reader.ask(read).await?;
        let has = known.has(network, now);
        self.0.places.insert(account, known);
        // What was written since must not be hidden by what was read before.
        if self.0.place_changes.load(Ordering::SeqCst) != before {
            self.0.places.remove(&account);
        }
        Ok(has)
    }
}
