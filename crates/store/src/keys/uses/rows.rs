//! Uses as rows of the database: what is written ahead of each key, with a proof.

use portcullis_model::KeyId;
use rusqlite::{Connection, params};

use super::tally::{Count, Tally};
use crate::error::StoreError;
use crate::rows::{signed, unsigned};
use crate::seal::Sealer;

pub(crate) const TABLE: &str = "
CREATE TABLE key_use (
  id BLOB PRIMARY KEY,
  day INTEGER NOT NULL,
  day_used INTEGER NOT NULL,
  month INTEGER NOT NULL,
  month_used INTEGER NOT NULL,
  check_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

fn check(sealer: &Sealer, id: KeyId, tally: &Tally) -> [u8; 32] {
    let count = |count: &Count| {
        [u64::from(count.period).to_le_bytes(), signed(count.wanted).to_le_bytes()].concat()
    };
    sealer.digest("key_use", &[id.as_bytes(), &count(&tally.day), &count(&tally.month)])
}

/// Writes what is wanted of a key.
pub(super) fn put(
    connection: &Connection,
    sealer: &Sealer,
    id: KeyId,
    tally: &Tally,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO key_use (id, day, day_used, month, month_used, check_value) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Tally { day, month } = tally;
    connection.prepare_cached(sql)?.execute(params![
        id.as_bytes(),
        day.period,
        signed(day.wanted),
        month.period,
        signed(month.wanted),
        check(sealer, id, tally),
    ])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, ids: &[KeyId]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM key_use WHERE id = ?1")?;
    for id in ids {
        statement.execute([id.as_bytes()])?;
    }
    Ok(())
}

/// Every row: what was written ahead counts as used. Fails at the first that is not as we wrote it.
pub(super) fn read(
    connection: &Connection,
    sealer: &Sealer,
) -> Result<Vec<(KeyId, Tally)>, StoreError> {
    let sql = "SELECT id, day, day_used, month, month_used, check_value FROM key_use";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get::<_, [u8; 12]>(0).ok().and_then(|id| KeyId::from_bytes(id).ok());
        let id = id.ok_or_else(|| StoreError::Io("an id is no id".to_owned()))?;
        let count = |at| {
            let used = unsigned(row.get(at + 1)?);
            Ok::<_, rusqlite::Error>(Count {
                period: row.get(at)?,
                used,
                reserved: used,
                wanted: used,
            })
        };
        let tally = Tally { day: count(1)?, month: count(3)? };
        if row.get::<_, [u8; 32]>(5)? != check(sealer, id, &tally) {
            return Err(StoreError::Io(format!("the uses of `{id}` are not as they were written")));
        }
        all.push((id, tally));
    }
    Ok(all)
}
