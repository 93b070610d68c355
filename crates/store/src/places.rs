//! Networks from which an account was used: whoever comes from one of them is not locked out by what
//! others try elsewhere.

use std::sync::Arc;

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::names::Account;
use crate::rows::{signed, unsigned};
use crate::sweep::PLACE_MS;

/// Networks that are remembered for one account; the one that was used last of all leaves first.
pub(crate) const PLACES_MAX: u32 = 16;

/// A place that is used again is written again after an hour at the earliest.
const AGAIN_MS: u64 = 3_600_000;

/// The places of an account, at most [`PLACES_MAX`].
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<[(String, UnixMillis)]>);

impl Places {
    pub(crate) fn has(&self, network: &str, now: UnixMillis) -> bool {
        self.last(network).is_some_and(|last| now.0 < last.0.saturating_add(PLACE_MS))
    }

    /// Whether a use at `now` need not be written.
    pub(crate) fn is_fresh(&self, network: &str, now: UnixMillis) -> bool {
        self.last(network).is_some_and(|last| now.0 < last.0.saturating_add(AGAIN_MS))
    }

    fn last(&self, network: &str) -> Option<UnixMillis> {
        self.0.iter().find(|(known, _)| known == network).map(|(_, last)| *last)
    }
}

pub(crate) fn read(connection: &Connection, account: Account) -> Result<Places, StoreError> {
    let sql = format!("SELECT network, last FROM place WHERE account = ?1 LIMIT {PLACES_MAX}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([account.as_bytes()], |row| {
        Ok((row.get(0)?, UnixMillis(unsigned(row.get(1)?))))
    })?;
    Ok(Places(rows.collect::<Result<_, _>>()?))
}

pub(crate) fn write(
    connection: &Connection,
    account: Account,
    network: &str,
    now: UnixMillis,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO place VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
        )?
        .execute((account.as_bytes(), network, signed(now.0)))?;
    connection
        .prepare_cached(
            "DELETE FROM place WHERE account = ?1 AND network NOT IN \
             (SELECT network FROM place WHERE account = ?1 ORDER BY last DESC LIMIT ?2)",
        )?
        .execute((account.as_bytes(), PLACES_MAX))?;
    Ok(())
}
