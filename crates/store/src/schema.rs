//! The database as a whole: its tables, and whether a file is one that may be used.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use portcullis_model::Tally;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::epoch::Epoch;
use crate::error::StoreError;
use crate::folder::{DATABASE, Folder, without_links};
use crate::held;
use crate::key_service::{self, Unlock};
use crate::keys;
use crate::once;
use crate::passwords;
use crate::seal::{Envelope, KEY_LEN, Wrapper};

/// `PRAGMA application_id`: "PCST".
const APPLICATION_ID: i64 = 0x5043_5354;

/// `PRAGMA user_version`: grows when the tables change.
pub(crate) const FORMAT: i64 = 8;

/// Bytes of a page of the database.
pub(crate) const PAGE: u64 = 4096;

/// Above it only the structure of the file is checked at start, not every index against its
/// table: 256 MiB.
const FULL_CHECK_BYTES_MAX: u64 = 256 << 20;

/// How long one connection waits for the other: both are ours, and neither takes long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

const TABLES: &str = "
CREATE TABLE meta (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  store BLOB NOT NULL,
  data_key BLOB NOT NULL,
  sealed BLOB NOT NULL,
  epoch INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
  id BLOB NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  before_digest BLOB,
  before_until INTEGER,
  api TEXT NOT NULL,
  account BLOB NOT NULL,
  subject BLOB NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  idle INTEGER,
  refreshed INTEGER,
  touched INTEGER NOT NULL,
  dies INTEGER NOT NULL,
  state INTEGER NOT NULL,
  network TEXT NOT NULL,
  origin INTEGER NOT NULL,
  data_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX session_before ON session (before_digest) WHERE before_digest IS NOT NULL;
CREATE INDEX session_account ON session (api, account);
CREATE INDEX session_subject ON session (api, subject);
CREATE INDEX session_created ON session (api, created);
CREATE INDEX session_dies ON session (dies);
CREATE TABLE revoked (
  kind INTEGER NOT NULL,
  issuer TEXT NOT NULL,
  name TEXT NOT NULL,
  before INTEGER NOT NULL,
  until INTEGER NOT NULL,
  check_value BLOB NOT NULL,
  PRIMARY KEY (kind, issuer, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_until ON revoked (until);
CREATE TABLE place (
  account BLOB NOT NULL,
  network TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (account, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_last ON place (last);
";

/// The store's key-encryption key, where a key service wrapped it.
const WRAPPED: &str = "
CREATE TABLE wrapped_key (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  wrapped BLOB NOT NULL
) STRICT;
";

/// The tables that came after a format, each with the next one.
fn since(format: i64) -> impl Iterator<Item = &'static str> {
    let all = [
        TABLES,
        held::rows::TABLE,
        keys::rows::TABLE,
        keys::uses::rows::TABLE,
        WRAPPED,
        passwords::rows::TABLE,
        keys::imported::TABLE,
        once::rows::TABLE,
    ];
    all.into_iter().skip(usize::try_from(format).unwrap_or_default())
}

/// Makes the database: `store` becomes its name, and 1 its epoch. `digest_key` is sealed in it, and the key as
/// a service wrapped it, `kept`, lies in it as it is.
pub(crate) fn create(
    folder: &Folder,
    (wrapper, kept): (&Wrapper, Option<&[u8]>),
    store: [u8; 16],
    digest_key: &[u8; KEY_LEN],
) -> Result<Connection, StoreError> {
    let path = folder.database();
    folder.file(DATABASE)?;
    let mut connection = connect(&path, false)?;
    // Before the first table, or they have no effect.
    connection.pragma_update(None, "page_size", PAGE.cast_signed())?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    settle(&connection)?;
    let envelope = wrapper
        .seal("meta", &store, &[], digest_key.to_vec())
        .map_err(|_| StoreError::Io("no chance to be had".to_owned()))?;
    let transaction = connection.transaction()?;
    for tables in since(0) {
        transaction.execute_batch(tables)?;
    }
    transaction.execute(
        "INSERT INTO meta VALUES (1, ?1, ?2, ?3, 1)",
        (store.as_slice(), &envelope.data_key, &envelope.body),
    )?;
    keep_wrapped(&transaction, kept)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    folder.sync()?;
    Ok(connection)
}

/// What a file may be.
pub(crate) enum Found {
    /// Nothing, or an empty file.
    Nothing,
    /// A database of ours in which nobody has made tables yet: its making was cut short.
    Unfinished,
    /// One of ours, whole, and the key opens it: with the key of its digests.
    Ours(Box<Ours>),
}

/// A database that may be used.
pub(crate) struct Ours {
    pub(crate) connection: Connection,
    pub(crate) epoch: Epoch,
    pub(crate) wrapper: Wrapper,
    pub(crate) digest_key: [u8; KEY_LEN],
}

/// Looks at the file, and changes nothing in it.
pub(crate) fn inspect(
    folder: &Folder,
    unlock: Unlock<'_>,
    tally: &Tally,
) -> Result<Found, StoreError> {
    let path = folder.database();
    let Some(length) = length_of_database(&path)? else { return Ok(Found::Nothing) };
    let damaged = |what: &rusqlite::Error| match what.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy) => StoreError::InUse { path: path.clone() },
        Some(rusqlite::ErrorCode::ReadOnly) => StoreError::ReadOnly,
        _ => StoreError::Damaged { path: path.clone(), what: what.to_string() },
    };
    let connection = connect(&path, false)?;
    let number = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|error| damaged(&error))
    };
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| damaged(&error))?;
    let (application, format) = (number("application_id")?, number("user_version")?);
    if application == 0 && format == 0 && tables == 0 {
        return Ok(Found::Unfinished);
    }
    if application != APPLICATION_ID {
        return Err(StoreError::NotOurs { path });
    }
    if format > FORMAT {
        return Err(StoreError::Newer { path, found: format, known: FORMAT });
    }
    let check = if length > FULL_CHECK_BYTES_MAX { "quick_check" } else { "integrity_check" };
    let verdict: String = connection
        .query_row(&format!("PRAGMA {check}(1)"), [], |row| row.get(0))
        .map_err(|error| damaged(&error))?;
    if verdict != "ok" {
        return Err(StoreError::Damaged { path, what: verdict });
    }
    if tables_of(&connection).map_err(|error| damaged(&error))? != tables_made(format)? {
        let what = "its tables are not as they were made".to_owned();
        return Err(StoreError::Damaged { path, what });
    }
    let first = first_row(&connection).map_err(|error| damaged(&error))?;
    let Some((epoch, envelope)) = first else {
        return Err(StoreError::Damaged { path, what: "its first row is gone".to_owned() });
    };
    let kept = wrapped_key(&connection).map_err(|error| damaged(&error))?;
    let wrapper = wrapper(&path, unlock, epoch.store, kept.as_deref())?;
    let digest_key = wrapper.open(("meta", &epoch.store), &[], &envelope, tally);
    let Some(digest_key) = digest_key.and_then(|key| key.try_into().ok()) else {
        return Err(StoreError::WrongKek { path });
    };
    settle(&connection)?;
    Ok(Found::Ours(Box::new(Ours { connection, epoch, wrapper, digest_key })))
}

/// What the store's key is now, by what the store says of it.
fn wrapper(
    path: &Path,
    unlock: Unlock<'_>,
    store: [u8; 16],
    wrapped: Option<&[u8]>,
) -> Result<Wrapper, StoreError> {
    let path = || path.to_owned();
    let Some(wrapped) = wrapped else {
        let own = unlock.own.ok_or_else(|| StoreError::NeedsKek { path: path() })?;
        return Ok(Wrapper::new(own)?);
    };
    let service = unlock.service.ok_or_else(|| StoreError::NeedsService { path: path() })?;
    let kek = key_service::unwrapped(service, store, wrapped)
        .map_err(|why| StoreError::Service { place: service.place().to_owned(), why })?;
    Ok(Wrapper::new(&kek)?)
}

/// The store's key as a key service wrapped it, if one did. A store of before has no such table.
pub(crate) fn wrapped_key(connection: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    let has_table = "SELECT 1 FROM sqlite_schema WHERE name = 'wrapped_key'";
    if !connection.prepare(has_table)?.exists([])? {
        return Ok(None);
    }
    connection.query_row("SELECT wrapped FROM wrapped_key", [], |row| row.get(0)).optional()
}

/// Keeps it in the place of the one before; none is a key of ours.
pub(crate) fn keep_wrapped(
    connection: &Connection,
    wrapped: Option<&[u8]>,
) -> Result<(), StoreError> {
    connection.execute("DELETE FROM wrapped_key", [])?;
    if let Some(wrapped) = wrapped {
        connection.execute("INSERT INTO wrapped_key VALUES (1, ?1)", [wrapped])?;
    }
    Ok(())
}

/// How every table and index was made.
fn tables_of(connection: &Connection) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let sql = "SELECT type || ' ' || name || ' ' || tbl_name, sql FROM sqlite_schema ORDER BY 1";
    connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The same of a database of a format that was made just now.
fn tables_made(format: i64) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let made = Connection::open_in_memory()?;
    let later = since(format).count();
    for tables in since(0).take(since(0).count() - later) {
        made.execute_batch(tables)?;
    }
    Ok(tables_of(&made)?)
}

/// Brings a database of an earlier format to this one: format 2 added the register,
/// format 3 the API keys, format 4 how often they were used, format 5 the key that a service wrapped, format 6 passwords,
/// format 7 which keys others issued, format 8 what happened once.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format == FORMAT {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for tables in since(format) {
        transaction.execute_batch(tables)?;
    }
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    Ok(())
}

/// A second connection, which only reads.
pub(crate) fn reader(folder: &Folder) -> Result<Connection, StoreError> {
    connect(&folder.database(), true)
}

/// The epoch in the database, and what the key must open.
fn first_row(connection: &Connection) -> rusqlite::Result<Option<(Epoch, Envelope)>> {
    let sql = "SELECT store, data_key, sealed, epoch FROM meta";
    connection
        .query_row(sql, [], |row| {
            let number = u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default();
            let envelope = Envelope { data_key: row.get(1)?, body: row.get(2)? };
            Ok((Epoch { store: row.get(0)?, number }, envelope))
        })
        .optional()
}

fn connect(path: &Path, is_reader: bool) -> Result<Connection, StoreError> {
    let access = if is_reader {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    };
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(without_links(path)?, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// How what is written comes to last, and what is deleted to be gone.
fn settle(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    // The writer does it between two batches, when nobody waits for it.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 8 << 20)?;
    Ok(())
}

/// `None` where there is no file, or an empty one.
fn length_of_database(path: &Path) -> Result<Option<u64>, StoreError> {
    let io = |error: std::io::Error| StoreError::Io(format!("`{}`: {error}", path.display()));
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    let length = file.metadata().map_err(io)?.len();
    if length == 0 {
        return Ok(None);
    }
    let mut start = [0; 16];
    let is_database = file.read_exact(&mut start).is_ok() && start == *b"SQLite format 3\0";
    if is_database { Ok(Some(length)) } else { Err(StoreError::NotOurs { path: path.to_owned() }) }
}
