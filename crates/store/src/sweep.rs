//! What nobody needs any more leaves with ordinary writes: no janitor.

use std::path::Path;

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::rows::signed;

/// Rows of each kind that leave with one batch of writes, at most.
pub(crate) const FEW: u32 = 64;

/// Rows of each kind that leave in one go when the store is opened.
pub(crate) const MANY: u32 = 10_000;

/// How long a place that worked is remembered: 90 days.
pub(crate) const PLACE_MS: u64 = 90 * 86_400_000;

/// Free pages that stay, for what comes next.
const FREE_PAGES: i64 = 64;

/// Of so many pages, one may be free.
const FREE_SHARE: i64 = 40;

/// Pages given back to the system with one batch, at most.
const PAGES_BACK: i64 = 256;

/// The log is written back into the database after so many batches, or when its file has grown by
/// 4 MiB.
const LOG_BATCHES: u32 = 64;
const LOG_BYTES: u64 = 4 << 20;

/// Deletes at most `max` rows of each kind whose time is over, and gives back room. Says how many
/// rows went.
pub(crate) fn expired(
    connection: &Connection,
    now: UnixMillis,
    max: u32,
) -> Result<usize, StoreError> {
    let sessions = "DELETE FROM session WHERE rowid IN \
                    (SELECT rowid FROM session WHERE dies <= ?1 LIMIT ?2)";
    let revoked = "DELETE FROM revoked WHERE (kind, issuer, name) IN \
                   (SELECT kind, issuer, name FROM revoked WHERE until <= ?1 LIMIT ?2)";
    let places = "DELETE FROM place WHERE (account, network) IN \
                  (SELECT account, network FROM place WHERE last <= ?1 LIMIT ?2)";
    let mut gone = 0;
    let long_ago = now.0.saturating_sub(PLACE_MS);
    for (sql, time) in [(sessions, now.0), (revoked, now.0), (places, long_ago)] {
        gone += connection.prepare_cached(sql)?.execute((signed(time), max))?;
    }
    give_back(connection)?;
    Ok(gone)
}

fn give_back(connection: &Connection) -> Result<(), StoreError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (free, all) = (number("freelist_count")?, number("page_count")?);
    let too_many = free - (all / FREE_SHARE).max(FREE_PAGES);
    if too_many > 0 {
        let sql = format!("PRAGMA incremental_vacuum({})", too_many.min(PAGES_BACK));
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}

/// How far the log has grown since it was written back. Its file does not shrink then: the next
/// writes go over what is there, which is quicker than growing a file.
#[derive(Default)]
pub(crate) struct Log {
    batches: u32,
    bytes: u64,
}

impl Log {
    /// After a batch: writes the log back if it has grown. What fails here fails again, and is told,
    /// when something is written.
    pub(crate) fn checkpoint(&mut self, connection: &Connection) {
        let path = connection.path().map(|path| format!("{path}-wal"));
        let length = || {
            let known = path.as_ref().and_then(|path| std::fs::metadata(Path::new(path)).ok());
            known.map_or(0, |known| known.len())
        };
        self.batches += 1;
        if self.batches >= LOG_BATCHES || length() > self.bytes + LOG_BYTES {
            let _ = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()));
            *self = Self { batches: 0, bytes: length() };
        }
    }

    /// Writes the log back and empties its file: what the database does not say any more is gone.
    pub(crate) fn empty(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: bool = connection.query_row(sql, [], |row| row.get(0))?;
        if is_busy {
            return Err(StoreError::Busy);
        }
        *self = Self::default();
        Ok(())
    }
}
