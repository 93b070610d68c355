//! Keys as rows of the database: each says itself whether it is as we wrote it.

use std::collections::HashMap;
use std::sync::Arc;

use portcullis_model::{KeyId, KeyRules, UnixMillis};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::error::StoreError;
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

/// Rules that many rows share are read once: so many different ones.
const RULES_READ_MAX: usize = 1024;

/// A key as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: KeyId,
    pub(crate) mac: [u8; 32],
    pub(crate) owner: Box<str>,
    pub(crate) label: Box<str>,
    pub(crate) parent: Option<KeyId>,
    pub(crate) created: UnixMillis,
    pub(crate) expires: Option<UnixMillis>,
    pub(crate) rules: Arc<KeyRules>,
    pub(crate) replaces: Option<(KeyId, u64)>,
    /// It replaces another and was used.
    pub(crate) is_used: bool,
    pub(crate) last_used: Option<UnixMillis>,
}

impl Row {
    /// Bound to all that it says: rows cannot be changed, mixed or made without the key.
    fn check(&self, sealer: &Sealer, rules: &[u8]) -> [u8; 32] {
        let time = |time: Option<UnixMillis>| time.map(|time| signed(time.0).to_le_bytes());
        let (expires, last_used) = (time(self.expires), time(self.last_used));
        let overlap = self.replaces.map(|(_, overlap_ms)| signed(overlap_ms).to_le_bytes());
        let replaces = self.replaces.as_ref().map_or(&[][..], |(of, _)| of.as_bytes());
        // Nothing is told from any number by its length.
        let number = |bytes: &Option<[u8; 8]>| bytes.map_or_else(Vec::new, Vec::from);
        sealer.digest(
            "api_key",
            &[
                self.id.as_bytes(),
                &self.mac,
                self.owner.as_bytes(),
                self.label.as_bytes(),
                self.parent.as_ref().map_or(&[][..], |parent| parent.as_bytes()),
                &signed(self.created.0).to_le_bytes(),
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
    let rules = rules::write(&row.rules);
    let check = row.check(sealer, &rules);
    let values: [&dyn ToSql; 13] = [
        row.id.as_bytes(),
        &row.mac,
        &row.owner,
        &row.label,
        &row.parent.map(|parent| *parent.as_bytes()),
        &signed(row.created.0),
        &row.expires.map(|expires| signed(expires.0)),
        &rules,
        &row.replaces.map(|(of, _)| *of.as_bytes()),
        &row.replaces.map(|(_, overlap_ms)| signed(overlap_ms)),
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
    let mut known = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = row.get::<_, [u8; 12]>(0).ok().and_then(|id| KeyId::from_bytes(id).ok());
        let id = id.ok_or_else(|| StoreError::Io("an id is no id".to_owned()))?;
        let changed = || StoreError::Io(format!("`{id}` is not as it was written"));
        let bytes = row.get_ref(7)?.as_blob().map_err(|_| changed())?;
        let rules = rules_of(&mut known, bytes).ok_or_else(changed)?;
        let (parsed, check) = parsed(row, id, rules).map_err(|_| changed())?.ok_or_else(changed)?;
        if parsed.check(sealer, bytes) != check {
            return Err(changed());
        }
        each(parsed)?;
    }
    Ok(())
}

fn rules_of(known: &mut HashMap<Vec<u8>, Arc<KeyRules>>, bytes: &[u8]) -> Option<Arc<KeyRules>> {
    if let Some(rules) = known.get(bytes) {
        return Some(Arc::clone(rules));
    }
    let rules = Arc::new(rules::read(bytes)?);
    if known.len() < RULES_READ_MAX {
        known.insert(bytes.to_vec(), Arc::clone(&rules));
    }
    Some(rules)
}

/// What a row says, and what should prove it; nothing where no version wrote it so.
fn parsed(
    row: &rusqlite::Row<'_>,
    id: KeyId,
    rules: Arc<KeyRules>,
) -> rusqlite::Result<Option<(Row, [u8; 32])>> {
    let time = |index| {
        let time: Option<i64> = row.get(index)?;
        Ok::<_, rusqlite::Error>(time.map(|time| UnixMillis(unsigned(time))))
    };
    let key = |index| {
        let bytes: Option<[u8; 12]> = row.get(index)?;
        Ok::<_, rusqlite::Error>(bytes.map(KeyId::from_bytes).transpose().ok())
    };
    let (Some(parent), Some(replaces)) = (key(4)?, key(8)?) else { return Ok(None) };
    let (overlap, is_used): (Option<i64>, i64) = (row.get(9)?, row.get(10)?);
    if replaces.is_some() != overlap.is_some() || !(0..=1).contains(&is_used) {
        return Ok(None);
    }
    let parsed = Row {
        id,
        mac: row.get(1)?,
        owner: row.get(2)?,
        label: row.get(3)?,
        parent,
        created: UnixMillis(unsigned(row.get(5)?)),
        expires: time(6)?,
        rules,
        replaces: replaces.zip(overlap.map(unsigned)),
        is_used: is_used == 1,
        last_used: time(11)?,
    };
    Ok(Some((parsed, row.get(12)?)))
}
