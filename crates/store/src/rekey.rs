//! Another key-encryption key: every data key is wrapped anew, in one transaction.
//!
//! What the data keys seal stays as it is. A kill at any moment leaves all of them under the one key or all
//! under the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use portcullis_model::Tally;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::epoch::Epoch;
use crate::error::StoreError;
use crate::names::SessionId;
use crate::rows;
use crate::seal::{CannotSeal, Sealer, Wrapper};

/// Rows that are read into memory at a time.
const ROWS_AT_ONCE: usize = 1024;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rekeyed {
    /// Rows that lie under the new key: sessions, and the row of the store itself.
    pub rows: usize,
    /// Data keys that were decrypted.
    pub opened: u32,
    /// Sessions that were damaged before, and open nothing as before.
    pub damaged: usize,
    /// The new key holds. What could not be done after that: an older copy is not told yet, or rows under the
    /// old key are left in the log until the store is closed.
    pub left: Option<StoreError>,
}

/// What the writer is asked.
pub(crate) struct Rekey {
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) next: Wrapper,
    /// The new key as a key service wrapped it, if one did.
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) reply: oneshot::Sender<Result<Rekeyed, StoreError>>,
    pub(crate) turn: Turn,
}

/// How many wait for another key. While there is one the writer may be busy for seconds.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<AtomicUsize>);

/// From when it is asked for until it is done.
pub(crate) struct Turn(Turns);

impl Turns {
    pub(crate) fn begin(&self) -> Turn {
        self.0.fetch_add(1, Ordering::SeqCst);
        Turn(self.clone())
    }

    pub(crate) fn is_any(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Wraps all anew and raises the epoch, inside a transaction that the caller has begun and that nobody else
/// writes in.
pub(crate) fn run(
    connection: &Connection,
    (sealer, next): (&Sealer, &Wrapper),
    epoch: Epoch,
    tally: &Tally,
) -> Result<Rekeyed, StoreError> {
    let data_key: Vec<u8> =
        connection.query_row("SELECT data_key FROM meta", [], |row| row.get(0))?;
    let anew = sealer.wrapper().rewrap(next, ("meta", &epoch.store), &data_key, tally)?;
    let anew = anew.ok_or_else(|| {
        StoreError::Io("the key of its digests is not as it was written".to_owned())
    })?;
    let number = rows::signed(epoch.number);
    connection.execute("UPDATE meta SET data_key = ?1, epoch = ?2", (anew, number))?;
    let mut rekeyed = Rekeyed { rows: 1, opened: 0, damaged: 0, left: None };
    let mut last = i64::MIN;
    while let Some(next_last) = sessions(connection, (sealer, next), last, (&mut rekeyed, tally))? {
        last = next_last;
    }
    Ok(rekeyed)
}

/// The sessions behind a row, so many at once. Says which was the last, if there was one.
fn sessions(
    connection: &Connection,
    (sealer, next): (&Sealer, &Wrapper),
    after: i64,
    (rekeyed, tally): (&mut Rekeyed, &Tally),
) -> Result<Option<i64>, StoreError> {
    let mut some = connection.prepare_cached(
        "SELECT rowid, id, data_key FROM session WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
    )?;
    let some = some.query_map((after, rows::signed(ROWS_AT_ONCE as u64)), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let some: Vec<(i64, Vec<u8>, Vec<u8>)> = some.collect::<Result<_, _>>()?;
    let wrapper = sealer.wrapper();
    let mut write =
        connection.prepare_cached("UPDATE session SET data_key = ?2 WHERE rowid = ?1")?;
    for (rowid, id, data_key) in &some {
        match wrapper.rewrap(next, (rows::TABLE, id), data_key, tally)? {
            Some(anew) => {
                let written = write.execute((rowid, anew))?;
                let id = <[u8; 16]>::try_from(id.as_slice()).map(SessionId::new);
                // Those of nobody are in no count.
                let is_canary = id.is_ok_and(|id| sealer.is_canary(id));
                rekeyed.rows += if is_canary { 0 } else { written };
            }
            None => rekeyed.damaged += 1,
        }
    }
    Ok(some.last().map(|(rowid, ..)| *rowid))
}

impl From<CannotSeal> for StoreError {
    fn from(_: CannotSeal) -> Self {
        Self::Io("no chance to be had".to_owned())
    }
}
