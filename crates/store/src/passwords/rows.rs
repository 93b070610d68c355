//! Passwords as rows of the database: each says itself whether it is as we wrote it.

use std::sync::Arc;

use portcullis_credential::password::Hashed;
use portcullis_model::{KeyRules, UnixMillis};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::StoreError;
use crate::keys::rules;
use crate::rows::{signed, unsigned};
use crate::seal::Sealer;

pub(crate) const TABLE: &str = "
CREATE TABLE password (
  user TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  rules BLOB NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  check_value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

const COLUMNS: &str = "user, hash, rules, created, changed, check_value";

/// A password as it lies in the database.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) user: Arc<str>,
    pub(crate) hash: Arc<Hashed>,
    pub(crate) rules: Arc<KeyRules>,
    pub(crate) created: UnixMillis,
    pub(crate) changed: UnixMillis,
}

impl Row {
    /// Bound to all that it says: a hash cannot be given to another user.
    fn check(&self, sealer: &Sealer) -> [u8; 32] {
        sealer.digest(
            "password",
            &[
                self.user.as_bytes(),
                self.hash.text().as_bytes(),
                &rules::write(&self.rules),
                &signed(self.created.0).to_le_bytes(),
                &signed(self.changed.0).to_le_bytes(),
            ],
        )
    }
}

/// Writes one, in place of what is there; says when its user came, if there is one already.
pub(crate) fn write(
    connection: &Connection,
    sealer: &Sealer,
    row: &mut Row,
) -> Result<bool, StoreError> {
    let sql = "SELECT created FROM password WHERE user = ?1";
    let known: Option<i64> =
        connection.prepare_cached(sql)?.query_row([&*row.user], |row| row.get(0)).optional()?;
    if let Some(created) = known {
        row.created = UnixMillis(unsigned(created));
    }
    let sql =
        format!("INSERT OR REPLACE INTO password ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    connection.prepare_cached(&sql)?.execute(params![
        &*row.user,
        row.hash.text(),
        rules::write(&row.rules),
        signed(row.created.0),
        signed(row.changed.0),
        row.check(sealer),
    ])?;
    Ok(known.is_some())
}

/// Writes `new` in the place of `old`, if that is what is there.
pub(crate) fn exchange(
    connection: &Connection,
    sealer: &Sealer,
    old: &Row,
    new: &Row,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE password SET hash = ?1, check_value = ?2 WHERE user = ?3 AND check_value = ?4";
    let values = params![new.hash.text(), new.check(sealer), &*old.user, old.check(sealer)];
    Ok(connection.prepare_cached(sql)?.execute(values)? == 1)
}

pub(crate) fn delete(connection: &Connection, users: &[Arc<str>]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM password WHERE user = ?1")?;
    for user in users {
        statement.execute([&**user])?;
    }
    Ok(())
}

/// How many there are.
pub(crate) fn count(connection: &Connection) -> Result<usize, StoreError> {
    let sql = "SELECT count(*) FROM password";
    let count: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Every password. Fails at the first row that is not as we wrote it.
pub(crate) fn read(
    connection: &Connection,
    sealer: &Sealer,
    mut each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM password"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let changed = || StoreError::Io("one is not as it was written".to_owned());
        let (row, check) = parsed(row).map_err(|_| changed())?.ok_or_else(changed)?;
        if row.check(sealer) != check {
            return Err(StoreError::Io(format!("that of `{}` is not as it was written", row.user)));
        }
        each(row)?;
    }
    Ok(())
}

/// What a row says, and what should prove it; nothing where no version wrote it so.
fn parsed(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<(Row, [u8; 32])>> {
    let (user, hash, rules): (String, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (Ok(hash), Some(rules)) = (Hashed::parse(&hash), rules::read(&rules)) else {
        return Ok(None);
    };
    let parsed = Row {
        user: Arc::from(user),
        hash: Arc::new(hash),
        rules: Arc::new(rules),
        created: UnixMillis(unsigned(row.get(3)?)),
        changed: UnixMillis(unsigned(row.get(4)?)),
    };
    Ok(Some((parsed, row.get(5)?)))
}
