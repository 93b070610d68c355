//! The folder of the store: ours alone, or nothing starts.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// What others could use: group and world.
const OTHERS: u32 = 0o077;

/// Files that may lie in it: the database, what SQLite puts beside it, and the epoch.
const FILES: [&str; 5] = [DATABASE, "store.db-wal", "store.db-shm", "store.db-journal", EPOCH];

/// The database, in the folder of a store.
pub const DATABASE: &str = "store.db";

pub(crate) const EPOCH: &str = "store.epoch";

/// A folder that is a folder, belongs to us, and is open to nobody else; and so are its files.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes it, mode 0700, if it is not there; its parent must be.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let known = match fs::symlink_metadata(path) {
            Ok(known) => known,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                DirBuilder::new().mode(0o700).create(path).map_err(|why| io(path, &why))?;
                fs::symlink_metadata(path).map_err(|why| io(path, &why))?
            }
            Err(why) => return Err(io(path, &why)),
        };
        if !known.is_dir() {
            return Err(place(path, "is not a folder; symbolic links are not followed".to_owned()));
        }
        ours_alone(path, &known, "700")?;
        let folder = Self(path.to_owned());
        for name in FILES {
            folder.check(name)?;
        }
        Ok(folder)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    pub(crate) fn epoch(&self) -> PathBuf {
        self.0.join(EPOCH)
    }

    /// Opens one of its files for reading and writing, mode 0600 where it is new.
    pub(crate) fn file(&self, name: &str) -> Result<File, StoreError> {
        let path = &self.0.join(name);
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(|why| io(path, &why))
    }

    /// Makes new names in it last.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(|why| io(&self.0, &why))
    }

    fn check(&self, name: &str) -> Result<(), StoreError> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path) {
            Ok(known) if known.is_file() => ours_alone(&path, &known, "600"),
            Ok(_) => {
                Err(place(&path, "is not a plain file; symbolic links are not followed".to_owned()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(why) => Err(io(&path, &why)),
        }
    }
}

fn ours_alone(path: &Path, known: &Metadata, mode: &str) -> Result<(), StoreError> {
    let us = rustix::process::geteuid().as_raw();
    if known.uid() != us {
        let why = format!(
            "belongs to user {}, and we are user {us}; run `chown {us} {}` if it is yours",
            known.uid(),
            path.display()
        );
        return Err(place(path, why));
    }
    if known.mode() & OTHERS != 0 {
        let why = format!(
            "is open to others (mode {:o}); run `chmod {mode} {}`",
            known.mode() & 0o777,
            path.display()
        );
        return Err(place(path, why));
    }
    Ok(())
}

fn place(path: &Path, why: String) -> StoreError {
    StoreError::Place { path: path.to_owned(), why }
}

/// A file as the database is told of it, which follows no link, wherever it stands on the way.
pub(crate) fn without_links(file: &Path) -> Result<PathBuf, StoreError> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return Ok(file.to_owned());
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Ok(fs::canonicalize(folder).map_err(|why| io(folder, &why))?.join(name))
}

fn io(path: &Path, why: &std::io::Error) -> StoreError {
    place(path, format!("cannot be used: {why}"))
}

/// A folder that goes when this does.
#[derive(Debug)]
pub(crate) struct PassingFolder(PathBuf);

impl PassingFolder {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PassingFolder {
    fn drop(&mut self) {
        // Nobody else knows its name, and nothing in it can be read without the key.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_ours_alone() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("store");
        let folder = Folder::open(&path).unwrap();
        folder.file(EPOCH).unwrap();
        assert_eq!((mode(&path), mode(&folder.epoch())), (0o700, 0o600));
        Folder::open(&path).unwrap();
    }

    #[test]
    fn what_is_open_to_others_is_refused_with_the_command_that_closes_it() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("store");
        let folder = Folder::open(&path).unwrap();
        for bad in [0o750, 0o701, 0o777] {
            fs::set_permissions(&path, Permissions::from_mode(bad)).unwrap();
            let error = Folder::open(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("run `chmod 700 {}`", path.display())), "{error}");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        for name in FILES {
            let file = path.join(name);
            folder.file(name).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
            let error = Folder::open(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("run `chmod 600 {}`", file.display())), "{error}");
            fs::remove_file(&file).unwrap();
        }
    }

    #[test]
    fn links_other_kinds_and_missing_parents_are_refused() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("store");
        assert!(Folder::open(&path.join("deeper")).is_err());
        let folder = Folder::open(&path).unwrap();
        let link = base.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(Folder::open(&link).unwrap_err().to_string().contains("symbolic links"));
        let elsewhere = base.path().join("elsewhere");
        File::create(&elsewhere).unwrap();
        assert!(Folder::open(&elsewhere).unwrap_err().to_string().contains("not a folder"));
        symlink(&elsewhere, folder.database()).unwrap();
        assert!(Folder::open(&path).unwrap_err().to_string().contains("symbolic links"));
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("store");
        Folder::open(&path).unwrap();
        // Only root can give a folder away; others cannot make this case.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
            let error = Folder::open(&path).unwrap_err().to_string();
            assert!(error.contains("belongs to user 12345"), "{error}");
        }
    }
}
