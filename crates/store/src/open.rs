//! From a folder and a key to a store that may be used, or the reason why not.

use std::path::Path;

use portcullis_model::{Tally, UnixMillis};
use rusqlite::Connection;

use crate::epoch::{Epoch, EpochFile};
use crate::error::StoreError;
use crate::folder::Folder;
use crate::held;
use crate::key_service::{self, Unlock};
use crate::rows;
use crate::schema::{self, Found, Ours};
use crate::seal::{KEY_LEN, Sealer, Wrapper};
use crate::sweep;

/// What was found when the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// There was none, and it was made.
    pub is_new: bool,
    /// It is an older copy, or nobody can tell, and it was accepted: what was revoked since may hold
    /// again.
    pub is_older: bool,
    /// Revocations of other issuers' tokens that may still matter.
    pub revocations: usize,
    /// API keys that hold.
    pub keys: usize,
    /// Users with a password.
    pub passwords: usize,
    /// Facts of the register of ids. None where the store is an older copy: what was forgotten since
    /// would be among them.
    pub facts: usize,
    /// Facts that were not as they were written, and are deleted.
    pub facts_damaged: usize,
    /// Rows that were decrypted: that of the key of its digests. A new store has none yet.
    pub rows: u32,
}

/// An open database, what opens its secrets, and how far it has come.
pub(crate) struct Ready {
    pub(crate) sealer: Sealer,
    pub(crate) writer: Connection,
    pub(crate) reader: Connection,
    pub(crate) file: EpochFile,
    pub(crate) epoch: Epoch,
    pub(crate) is_new: bool,
    pub(crate) is_older: bool,
    /// Rows that were decrypted.
    pub(crate) rows: u32,
}

/// Opens or makes the database in `path`.
pub(crate) fn open(
    path: &Path,
    unlock: Unlock<'_>,
    accept_older: bool,
    now: UnixMillis,
) -> Result<Ready, StoreError> {
    let folder = Folder::open(path)?;
    let (mut file, last) = EpochFile::open(&folder)?;
    let has_begun = last.is_some_and(|last| last.number > 0);
    let tally = Tally::default();
    let found = schema::inspect(&folder, unlock, &tally).map_err(|error| match error {
        // It was ours when we left it.
        StoreError::NotOurs { path } if has_begun => {
            StoreError::Damaged { path, what: "its head is not that of our database".to_owned() }
        }
        other => other,
    })?;
    let (ours, is_new, is_older) = match found {
        Found::Nothing | Found::Unfinished if has_begun => {
            return Err(StoreError::Missing { path: folder.database() });
        }
        Found::Nothing | Found::Unfinished => {
            (make(&folder, unlock, &mut file, last)?, true, false)
        }
        Found::Ours(ours) => {
            let Ours { connection: mut writer, mut epoch, wrapper, digest_key } = *ours;
            let known = last.filter(|last| last.store == epoch.store);
            let is_older = known.is_none_or(|last| epoch.number < last.number);
            if is_older && !accept_older {
                let (path, last) = (folder.database(), last.map(|last| last.number));
                return Err(StoreError::Older { path, epoch: epoch.number, last });
            }
            schema::migrate(&mut writer)?;
            if is_older {
                // Accepted: from here on it is the newest.
                epoch.number = epoch.number.max(last.map_or(0, |last| last.number)) + 1;
                held::rows::delete_all(&writer)?;
                writer.execute("UPDATE meta SET epoch = ?1", [rows::signed(epoch.number)])?;
            }
            (Ours { connection: writer, epoch, wrapper, digest_key }, false, is_older)
        }
    };
    let Ours { connection: writer, epoch, wrapper, digest_key } = ours;
    // Ends: each turn deletes something.
    while sweep_or_in_use(&folder, &writer, now)? > 0 {}
    file.write(epoch)?;
    folder.sync()?;
    let reader = schema::reader(&folder)?;
    let sealer = Sealer::new(wrapper, &digest_key);
    Ok(Ready { sealer, writer, reader, file, epoch, is_new, is_older, rows: tally.count() })
}

/// Somebody else may have the database open who does not know our lock.
fn sweep_or_in_use(
    folder: &Folder,
    writer: &Connection,
    now: UnixMillis,
) -> Result<usize, StoreError> {
    sweep::expired(writer, now, sweep::MANY).map_err(|why| match why {
        StoreError::Busy => StoreError::InUse { path: folder.database() },
        why => why,
    })
}

/// The epoch file goes first, with nothing in it: so a making that is cut short is told from a
/// database that was taken away.
fn make(
    folder: &Folder,
    unlock: Unlock<'_>,
    file: &mut EpochFile,
    last: Option<Epoch>,
) -> Result<Ours, StoreError> {
    let (mut store, mut digest_key) = ([0; 16], [0; KEY_LEN]);
    aws_lc_rs::rand::fill(&mut store)
        .and_then(|()| aws_lc_rs::rand::fill(&mut digest_key))
        .map_err(|_| StoreError::Io("no chance to be had".to_owned()))?;
    let store = last.map_or(store, |last| last.store);
    let (wrapper, kept) = new_wrapper(folder, unlock, store)?;
    file.write(Epoch { store, number: 0 })?;
    folder.sync()?;
    let connection = schema::create(folder, (&wrapper, kept.as_deref()), store, &digest_key)?;
    Ok(Ours { connection, epoch: Epoch { store, number: 1 }, wrapper, digest_key })
}

/// Of a key service, where one is named: a new key, and what is kept of it.
fn new_wrapper(
    folder: &Folder,
    unlock: Unlock<'_>,
    store: [u8; 16],
) -> Result<(Wrapper, Option<Vec<u8>>), StoreError> {
    if let Some(service) = unlock.service {
        let made = key_service::new_key(service, store);
        let place = || service.place().to_owned();
        let (kek, wrapped) = made.map_err(|why| StoreError::Service { place: place(), why })?;
        return Ok((Wrapper::new(&kek)?, Some(wrapped)));
    }
    let own = unlock.own.ok_or_else(|| StoreError::NeedsKek { path: folder.database() })?;
    Ok((Wrapper::new(own)?, None))
}
