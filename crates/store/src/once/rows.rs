//! What happened once, as rows of the database: a keyed digest of what and of whom, when, and a proof.

use portcullis_model::UnixMillis;
use rusqlite::{Connection, params};

use super::OnceMark;
use crate::error::StoreError;
use crate::rows::signed;
use crate::seal::Sealer;

pub(crate) const TABLE: &str = "
CREATE TABLE once (
  mark BLOB PRIMARY KEY,
  taken INTEGER NOT NULL,
  check_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

fn check(sealer: &Sealer, OnceMark(mark): OnceMark, taken: i64) -> [u8; 32] {
    sealer.digest("once row", &[&mark, &taken.to_le_bytes()])
}

pub(super) fn put(
    connection: &Connection,
    sealer: &Sealer,
    mark: OnceMark,
    now: UnixMillis,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO once (mark, taken, check_value) VALUES (?1, ?2, ?3)";
    let taken = signed(now.0);
    let check = check(sealer, mark, taken);
    connection.prepare_cached(sql)?.execute(params![mark.0, taken, check])?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, marks: &[OnceMark]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM once WHERE mark = ?1")?;
    for OnceMark(mark) in marks {
        statement.execute([mark])?;
    }
    Ok(())
}

/// Every row. Fails at the first that is not as we wrote it.
pub(super) fn read(
    connection: &Connection,
    sealer: &Sealer,
    mut each: impl FnMut(OnceMark) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT mark, taken, check_value FROM once")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mark = OnceMark(row.get(0)?);
        if row.get::<_, [u8; 32]>(2)? != check(sealer, mark, row.get(1)?) {
            return Err(StoreError::Io("one is not as it was written".to_owned()));
        }
        each(mark)?;
    }
    Ok(())
}
