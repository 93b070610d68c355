//! The register in the database: one row for each slot, which says itself whether it is ours.

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::held::names::{Api, Caller, Keys, NAME_LEN, Name, Object};

/// Facts beside one another for a check: slot, object, caller, API, end.
const CHECKED_LEN: usize = 4 + NAME_LEN + NAME_LEN + 4 + 4;

pub(crate) const TABLE: &str = "
CREATE TABLE held (
  slot INTEGER PRIMARY KEY,
  object BLOB NOT NULL,
  caller BLOB NOT NULL,
  api INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  check_value BLOB NOT NULL
) STRICT;
";

/// A fact in its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) slot: u32,
    pub(crate) caller: Caller,
    pub(crate) object: Object,
    /// In seconds.
    pub(crate) expires: u32,
}

impl Row {
    /// Bound to its slot: rows cannot be copied, mixed or made without the key.
    fn check(&self, keys: &Keys) -> [u8; 16] {
        let mut all = [0; CHECKED_LEN];
        let parts = self
            .slot
            .to_le_bytes()
            .into_iter()
            .chain(self.object.name.0)
            .chain(self.caller.name.0)
            .chain(self.caller.api.to_le_bytes())
            .chain(self.expires.to_le_bytes());
        all.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        keys.check(&all)
    }
}

/// What a place of the table has: a slot, and what it says if it is as it was written.
pub(crate) struct Found {
    pub(crate) slot: i64,
    pub(crate) row: Option<Row>,
}

/// Empties slots, then fills slots.
pub(crate) fn write(
    connection: &Connection,
    keys: &Keys,
    removed: &[u32],
    learned: &[Row],
) -> Result<(), StoreError> {
    let mut delete = connection.prepare_cached("DELETE FROM held WHERE slot = ?1")?;
    for slot in removed {
        delete.execute([slot])?;
    }
    let mut insert =
        connection.prepare_cached("INSERT OR REPLACE INTO held VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for row in learned {
        let (object, caller) = (row.object.name.0, row.caller.name.0);
        let check = row.check(keys);
        insert.execute((row.slot, object, caller, row.caller.api, row.expires, check))?;
    }
    Ok(())
}

/// Every row, by rising slot.
pub(crate) fn read(
    connection: &Connection,
    keys: &Keys,
    mut each: impl FnMut(Found),
) -> Result<(), StoreError> {
    let sql = "SELECT slot, object, caller, api, expires, check_value FROM held ORDER BY slot";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let slot = row.get(0)?;
        each(Found { slot, row: parsed(row, slot, keys)? });
    }
    Ok(())
}

fn parsed(row: &rusqlite::Row<'_>, slot: i64, keys: &Keys) -> Result<Option<Row>, StoreError> {
    let bytes = |index| row.get_ref(index)?.as_blob().map_err(rusqlite::Error::from);
    let name = |index| Ok::<_, rusqlite::Error>(bytes(index)?.try_into().ok().map(Name));
    let (object, caller): (Option<Name>, Option<Name>) = (name(1)?, name(2)?);
    let (api, expires): (i64, i64) = (row.get(3)?, row.get(4)?);
    let numbers = (u32::try_from(slot), Api::try_from(api), u32::try_from(expires));
    let (Some(object), Some(caller), (Ok(slot), Ok(api), Ok(expires))) = (object, caller, numbers)
    else {
        return Ok(None);
    };
    let (caller, object) = (Caller { name: caller, api }, Object { name: object, api });
    let parsed = Row { slot, caller, object, expires };
    Ok((parsed.check(keys).as_slice() == bytes(5)?).then_some(parsed))
}

/// What is over, so that it is not read.
pub(crate) fn delete_expired(connection: &Connection, now: UnixMillis) -> Result<(), StoreError> {
    let now = i64::try_from(now.0 / 1000).unwrap_or(i64::MAX);
    connection.execute("DELETE FROM held WHERE expires <= ?1", [now])?;
    Ok(())
}

pub(crate) fn delete_all(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM held", [])?;
    Ok(())
}

/// Slots that say nothing that may be believed.
pub(crate) fn delete(connection: &Connection, slots: &[i64]) -> Result<(), StoreError> {
    let mut statement = connection.prepare("DELETE FROM held WHERE slot = ?1")?;
    for slot in slots {
        statement.execute([slot])?;
    }
    Ok(())
}
