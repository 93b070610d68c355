//! Uses of keys, counted.

use std::sync::Arc;

use portcullis_model::{KeyId, KeyQuota, UnixMillis};
use rusqlite::Connection;

use super::Store;
use crate::error::StoreError;
use crate::keys::uses::tally::Tally;
use crate::keys::uses::{KeyUses, Took};
use crate::write::Write;

/// Times that a use waits for what is written ahead, while others take it.
const TURNS_MAX: usize = 128;

/// Uses of keys as they are written ahead.
type Rows = Vec<(KeyId, Tally)>;

impl Store {
    /// Counts a use of a key and of all above it, by the quotas of days and months that each has; or of none of them,
    /// where one has none left. What comes next is written ahead, mostly while nobody waits; a restart gives nothing
    /// anew.
    ///
    /// # Errors
    /// Whatever keeps it from being written ahead: it is not counted then, and must not be served.
    pub async fn use_key(
        &self,
        line: &[(KeyId, KeyQuota)],
        now: UnixMillis,
    ) -> Result<KeyUses, StoreError> {
        for _ in 0..TURNS_MAX {
            match self.0.keys.uses.take(line, now) {
                Took::Done { uses, low } => {
                    if !low.is_empty() {
                        // Where it cannot be handed over, the one who needs it waits for it.
                        let _ = self.ahead(low, now).unwaited(&self.0.writer);
                    }
                    return Ok(uses);
                }
                Took::Unwritten(ids) => self.ahead(ids, now).by(&self.0.writer).await?,
            }
        }
        Err(StoreError::Busy)
    }

    /// Gives back what was written ahead of uses, once keys are used no more. Whoever uses one all the same waits until
    /// it is written ahead again.
    ///
    /// # Errors
    /// Whatever keeps it from being written: it counts as used then.
    pub async fn settle_uses(&self, now: UnixMillis) -> Result<(), StoreError> {
        let keys = Arc::clone(&self.0.keys);
        Write {
            now,
            revokes: |(): &()| false,
            run: move |connection: &Connection| keys.uses.settle(connection),
            then: move |_: &Connection, _: Option<()>, outcome: Result<(), StoreError>| outcome,
        }
        .by(&self.0.writer)
        .await
    }

    #[expect(clippy::type_complexity, reason = "it is two closures")]
    fn ahead(
        &self,
        ids: Vec<KeyId>,
        now: UnixMillis,
    ) -> Write<
        Rows,
        impl FnOnce(&Connection) -> Result<Rows, StoreError> + use<>,
        impl FnOnce(&Connection, Option<Rows>, Result<(), StoreError>) -> Result<(), StoreError> + use<>,
    > {
        let (keys, after) = (Arc::clone(&self.0.keys), Arc::clone(&self.0.keys));
        Write {
            now,
            revokes: |_: &Rows| false,
            run: move |connection: &Connection| keys.uses.write(connection, &ids),
            then: move |_: &Connection, rows: Option<Rows>, outcome: Result<(), StoreError>| {
                outcome?;
                after.uses.written(&rows.unwrap_or_default());
                Ok(())
            },
        }
    }
}
