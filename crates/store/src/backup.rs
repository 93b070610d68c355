//! A copy of the database as it is at one moment, while everybody is served.
//!
//! `VACUUM INTO` on a connection of its own: it reads one snapshot, so nobody waits for it and nobody makes it begin
//! again. What was deleted is not in the copy, and neither is `store.epoch`: a copy is an older one by its nature.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;
use crate::folder::{DATABASE, Folder, without_links};

/// Copies the database of `from` into the folder `to`. Says how many bytes the copy has.
pub(crate) fn run(from: &Path, to: &Path) -> Result<u64, StoreError> {
    let place = |why: &str| StoreError::Place { path: to.to_owned(), why: why.to_owned() };
    // Before anything is made there.
    if lies_in(to, from) {
        return Err(place("lies in the folder of the store: name another, best on another disk"));
    }
    let folder = Folder::open(to)?;
    let copy = folder.database();
    if copy.exists() || folder.epoch().exists() {
        return Err(place("has a store in it already: name another folder for each copy"));
    }
    // Made before by us, or the library makes one that everybody may read.
    let file = folder.file(DATABASE)?;
    let outcome = copied(&from.join(DATABASE), &copy).and_then(|()| {
        let io = |why: std::io::Error| StoreError::Io(format!("`{}`: {why}", copy.display()));
        file.sync_all().map_err(io)?;
        folder.sync()?;
        Ok(file.metadata().map_err(io)?.len())
    });
    if outcome.is_err() {
        // Half of a copy looks like a copy.
        let _ = std::fs::remove_file(&copy);
    }
    outcome
}

fn copied(from: &Path, to: &Path) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(without_links(from)?, flags)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let real = without_links(to)?;
    let name = real.to_str().ok_or_else(|| StoreError::Place {
        path: to.to_owned(),
        why: "cannot be named to the database: it is no Unicode".to_owned(),
    })?;
    connection.execute("VACUUM INTO ?1", [name])?;
    Ok(())
}

/// Whether a place that need not exist yet is a folder or below it.
fn lies_in(place: &Path, folder: &Path) -> bool {
    let known = |path: &Path| path.canonicalize().ok();
    let existing = known(place).or_else(|| {
        let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = known(parent.unwrap_or_else(|| Path::new(".")))?;
        Some(parent.join(place.file_name()?))
    });
    let (place, folder): (Option<PathBuf>, _) = (existing, known(folder));
    place.zip(folder).is_some_and(|(place, folder)| place.starts_with(folder))
}
