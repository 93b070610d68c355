//! Keys as rows of the database: each says itself whether it is as we wrote it.

use portcullis_model::{KeyId, UnixMillis};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::error::StoreError;
use crate::keys::facts::KeyFacts;
use crate::keys::rules;
use crate::rows::{signed, unsigned};
use crate::seal::Sealer;

pub(crate) const TABLE: &str = "
CREATE TABLE api_key (
  id BLOB PRIMARY KEY,
  mac BLOB NOT NULL,
  owner TEXT NOT NULL,
  label TEXT NOT NULL,
  parent BLOB,
  created INTEGER NOT NULL,
  expires INTEGER,
  rules BLOB NOT NULL,
  replaces BLOB,
  overlap INTEGER,
  is_used INTEGER NOT NULL,
  last_used INTEGER,
  check_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

const COLUMNS: &str = "id, mac, owner, label, parent, created, expires, rules, replaces, overlap, \
                       is_used, last_used, check_value";

/// A key as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) facts: KeyFacts,
    /// It replaces another and was used.
    pub(crate) is_used: bool,
    pub(crate) last_used: Option<UnixMillis>,
}

impl Row {
    /// Bound to all that it says: rows cannot be changed, mixed or made without the key.
    fn check(&self, sealer: &Sealer, rules: &[u8]) -> [u8; 32] {
        let facts = &self.facts;
        let time = |time: Option<UnixMillis>| time.map(|time| signed(time.0).to_le_bytes());
        let (expires, last_used) = (time(facts.expires), time(self.last_used));
        let overlap = facts.replaces.map(|(_, overlap_ms)| signed(overlap_ms).to_le_bytes());
        let replaces = facts.replaces.as_ref().map_or(&[][..], |(of, _)| of.as_bytes());
        // Nothing is told from any number by its length.
        let number = |bytes: &Option<[u8; 8]>| bytes.map_or_else(Vec::new, Vec::from);
        sealer.digest(
            "api_key",
            &[
                facts.id.as_bytes(),
                &facts.mac,
                facts.owner.as_bytes(),
                facts.label.as_bytes(),
                facts.parent.as_ref().map_or(&[][..], |parent| parent.as_bytes()),
                &signed(facts.created.0).to_le_bytes(),
                &number(&expires),
                rules,
                replaces,
                &number(&overlap),
                &[u8::from(self.is_used)],
                &number(&last_used),
            ],
        )
    }
}

/// Writes a key that is not there yet.
pub(crate) fn insert(
    connection: &Connection,
    sealer: &Sealer,
    row: &Row,
) -> Result<(), StoreError> {
    put(connection, sealer, row, "INSERT")
}

/// Writes a key in place of what is there.
pub(crate) fn replace(
    connection: &Connection,
    sealer: &Sealer,
    row: &Row,
) -> Result<(), StoreError> {
    put(connection, sealer, row, "INSERT OR REPLACE")
}

fn put(
    connection: &Connection,
    sealer: &Sealer,
    row: &Row,
    insert: &str,
) -> Result<(), StoreError> {
    let facts = &row.facts;
    let rules = rules::write(&facts.rules);
    let check = row.check(sealer, &rules);
    let values: [&dyn ToSql; 13] = [
        facts.id.as_bytes(),
        &facts.mac,
        &facts.owner,
        &facts.label,
        &facts.parent.map(|parent| *parent.as_bytes()),
        &signed(facts.created.0),
        &facts.expires.map(|expires| signed(expires.0)),
        &rules,
        &facts.replaces.map(|(of, _)| *of.as_bytes()),
        &facts.replaces.map(|(_, overlap_ms)| signed(overlap_ms)),
        &row.is_used,
        &row.last_used.map(|time| signed(time.0)),
        &check,
    ];
    let sql = format!(
        "{insert} INTO api_key ({COLUMNS}) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    connection.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

pub(crate) fn delete(connection: &Connection, ids: &[KeyId]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM api_key WHERE id = ?1")?;
    for id in ids {
        statement.execute([id.as_bytes()])?;
    }
    Ok(())
}

/// Every key. Fails at the first row that is not as we wrote it.
pub(crate) fn read(
    connection: &Connection,
    sealer: &Sealer,
    mut each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM api_key"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get::<_, [u8; 12]>(0).ok().and_then(|id| KeyId::from_bytes(id).ok());
        let id = id.ok_or_else(|| StoreError::Io("an id is no id".to_owned()))?;
        let changed = || StoreError::Io(format!("`{id}` is not as it was written"));
        let (parsed, check) = parsed(row, id).map_err(|_| changed())?.ok_or_else(changed)?;
        let rules = row.get_ref(7)?.as_blob().map_err(rusqlite::Error::from)?;
        if parsed.check(sealer, rules) != check {
            return Err(changed());
        }
        each(parsed)?;
    }
    Ok(())
}

/// What a row says, and what should prove it; nothing where no version wrote it so.
fn parsed(row: &rusqlite::Row<'_>, id: KeyId) -> rusqlite::Result<Option<(Row, [u8; 32])>> {
    let time = |index| {
        let time: Option<i64> = row.get(index)?;
        Ok::<_, rusqlite::Error>(time.map(|time| UnixMillis(unsigned(time))))
    };
    let key = |index| {
        let bytes: Option<[u8; 12]> = row.get(index)?;
        Ok::<_, rusqlite::Error>(bytes.map(KeyId::from_bytes).transpose().ok())
    };
    let rules = rules::read(row.get_ref(7)?.as_blob()?);
    let (Some(parent), Some(replaces), Some(rules)) = (key(4)?, key(8)?, rules) else {
        return Ok(None);
    };
    let overlap: Option<i64> = row.get(9)?;
    let is_used: i64 = row.get(10)?;
    if replaces.is_some() != overlap.is_some() || !(0..=1).contains(&is_used) {
        return Ok(None);
    }
    let facts = KeyFacts {
        id,
        mac: row.get(1)?,
        owner: row.get(2)?,
        label: row.get(3)?,
        parent,
        created: UnixMillis(unsigned(row.get(5)?)),
        expires: time(6)?,
        rules,
        replaces: replaces.zip(overlap.map(unsigned)),
    };
    let parsed = Row { facts, is_used: is_used == 1, last_used: time(11)? };
    Ok(Some((parsed, row.get(12)?)))
}
