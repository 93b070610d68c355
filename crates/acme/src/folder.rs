//! Where account and certificate are kept: a folder that is ours alone.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use portcullis_model::Secret;

/// The certificate in the folder, its key before it, in one file: the two are replaced together.
pub const ISSUED: &str = "certificate.pem";
/// The account: where, and its key.
pub(crate) const ACCOUNT: &str = "account.json";
/// How often it failed, and until when nothing is tried.
pub(crate) const FAILED: &str = "failed.json";

/// What others could use: group and world.
const OTHERS: u32 = 0o077;
/// Bytes of one of its files.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why the folder, or a file in it, cannot be used.
#[derive(Debug)]
pub struct PlaceFault {
    /// Which one.
    pub path: PathBuf,
    /// Why, and what to do.
    pub why: String,
}

impl std::fmt::Display for PlaceFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` {}", self.path.display(), self.why)
    }
}

impl std::error::Error for PlaceFault {}

/// A folder that is a folder, belongs to us, and is open to nobody else; and so are its files.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes it, mode 0700, if it is not there; its parent must be.
    pub fn open(path: &Path) -> Result<Self, PlaceFault> {
        if fs::symlink_metadata(path)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            DirBuilder::new().mode(0o700).create(path).map_err(|why| io(path, &why))?;
        }
        Self::check(path)?;
        Ok(Self(path.to_owned()))
    }

    /// What [`Self::open`] would say of one that is there. One that is not is none's yet.
    pub fn check(path: &Path) -> Result<(), PlaceFault> {
        let known = match fs::symlink_metadata(path) {
            Ok(known) => known,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(why) => return Err(io(path, &why)),
        };
        if !known.is_dir() {
            return Err(place(path, "is not a folder; symbolic links are not followed".to_owned()));
        }
        ours_alone(path, &known, "700")?;
        for name in [ISSUED, ACCOUNT, FAILED] {
            let path = path.join(name);
            match fs::symlink_metadata(&path) {
                Ok(known) if known.is_file() => ours_alone(&path, &known, "600")?,
                Ok(_) => {
                    let why = "is not a plain file; symbolic links are not followed";
                    return Err(place(&path, why.to_owned()));
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(why) => return Err(io(&path, &why)),
            }
        }
        Ok(())
    }

    /// The text of one of its files; none, if it is not there.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Secret>, PlaceFault> {
        let path = self.0.join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(io(&path, &why)),
        };
        let mut text = Vec::new();
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut text).map_err(|why| io(&path, &why))?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(place(&path, format!("has more than {FILE_BYTES_MAX} bytes")));
        }
        Ok(Some(Secret::new(text)))
    }

    /// Puts another text in the place of a file: whoever reads it, at any moment and after any kill, finds
    /// the old one or the new one, whole.
    pub(crate) fn replace(&self, name: &str, text: &[u8]) -> Result<(), PlaceFault> {
        let (path, new) = (self.0.join(name), self.0.join(format!("{name}.new")));
        // What a kill left behind could be anything, also a link.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io(&new, &error));
            }
            _ => {}
        }
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new);
        let written = written.and_then(|mut file| {
            file.write_all(text)?;
            file.sync_all()
        });
        written.map_err(|why| io(&new, &why))?;
        fs::rename(&new, &path).map_err(|why| io(&path, &why))?;
        self.sync()
    }

    /// Takes a file away, if it is there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), PlaceFault> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(&path, &error)),
            Err(_) => Ok(()),
            Ok(()) => self.sync(),
        }
    }

    fn sync(&self) -> Result<(), PlaceFault> {
        File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(|why| io(&self.0, &why))
    }
}

fn ours_alone(path: &Path, known: &Metadata, mode: &str) -> Result<(), PlaceFault> {
    let us = rustix::process::geteuid().as_raw();
    if known.uid() != us {
        let shown = path.display();
        let why = format!(
            "belongs to user {}, and we are user {us}; run `chown {us} {shown}` if it is yours",
            known.uid()
        );
        return Err(place(path, why));
    }
    if known.mode() & OTHERS != 0 {
        let (now, shown) = (known.mode() & 0o777, path.display());
        let why = format!("is open to others (mode {now:o}); run `chmod {mode} {shown}`");
        return Err(place(path, why));
    }
    Ok(())
}

fn place(path: &Path, why: String) -> PlaceFault {
    PlaceFault { path: path.to_owned(), why }
}

fn io(path: &Path, why: &std::io::Error) -> PlaceFault {
    place(path, format!("cannot be used: {why}"))
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
    fn what_is_written_is_ours_alone_and_replaced_whole() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("acme");
        let folder = Folder::open(&path).unwrap();
        assert!(folder.read(ISSUED).unwrap().is_none());
        // What a kill left, or somebody put there, is not followed.
        let elsewhere = base.path().join("elsewhere");
        fs::write(&elsewhere, "as it was").unwrap();
        symlink(&elsewhere, path.join("certificate.pem.new")).unwrap();
        for text in ["one", "another"] {
            folder.replace(ISSUED, text.as_bytes()).unwrap();
            let read = folder.read(ISSUED).unwrap().unwrap();
            assert_eq!(read.expose_secret(), text.as_bytes());
        }
        assert_eq!((mode(&path), mode(&path.join(ISSUED))), (0o700, 0o600));
        assert_eq!(fs::read_to_string(elsewhere).unwrap(), "as it was");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
        folder.remove(ISSUED).unwrap();
        folder.remove(ISSUED).unwrap();
    }

    #[test]
    fn what_is_open_to_others_is_refused_with_the_command_that_closes_it() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("acme");
        Folder::check(&path).unwrap();
        let folder = Folder::open(&path).unwrap();
        for bad in [0o750, 0o701, 0o777] {
            fs::set_permissions(&path, Permissions::from_mode(bad)).unwrap();
            let error = Folder::open(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("run `chmod 700 {}`", path.display())), "{error}");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        for name in [ISSUED, ACCOUNT, FAILED] {
            folder.replace(name, b"x").unwrap();
            fs::set_permissions(path.join(name), Permissions::from_mode(0o640)).unwrap();
            let error = Folder::check(&path).unwrap_err().to_string();
            assert!(error.contains("run `chmod 600 "), "{error}");
            folder.remove(name).unwrap();
            symlink(base.path(), path.join(name)).unwrap();
            assert!(Folder::check(&path).unwrap_err().to_string().contains("symbolic links"));
            folder.remove(name).unwrap();
        }
        let link = base.path().join("link");
        symlink(&path, &link).unwrap();
        assert!(Folder::open(&link).unwrap_err().to_string().contains("not a folder"));
        assert!(Folder::open(&base.path().join("no/parent")).is_err());
    }

    #[test]
    fn a_file_without_an_end_is_not_read() {
        let base = tempfile::tempdir().unwrap();
        let folder = Folder::open(&base.path().join("acme")).unwrap();
        folder.replace(ACCOUNT, &vec![b' '; FILE_BYTES_MAX as usize + 1]).unwrap();
        assert!(folder.read(ACCOUNT).unwrap_err().to_string().contains("has more than"));
    }
}
