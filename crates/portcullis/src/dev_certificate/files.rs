//! A folder and files that nobody but their owner reads.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::talk;

/// Bytes of a file that is read: a certificate or a key.
const BYTES_MAX: u64 = 64 << 10;

/// A folder of mode 0700.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes it, or takes one that nobody else may enter.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let shown = talk::clean(&path.display().to_string());
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => return Ok(Self(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("`{shown}` cannot be made: {error}")),
        }
        let found = fs::metadata(path).map_err(|error| format!("`{shown}`: {error}"))?;
        if !found.is_dir() {
            return Err(format!("`{shown}` is no folder"));
        }
        if found.mode() & 0o077 != 0 {
            return Err(format!("`{shown}` can be entered by others: `chmod 700 {shown}`"));
        }
        Ok(Self(path.to_owned()))
    }

    /// Whether something of this name lies there, of whatever kind.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.join(name).symlink_metadata().is_ok()
    }

    pub(crate) fn read(&self, name: &str) -> Result<String, String> {
        use std::io::Read as _;
        let path = self.0.join(name);
        let failed = |error| format!("`{}`: {error}", talk::clean(&path.display().to_string()));
        let mut text = String::new();
        let file = fs::File::open(&path).map_err(failed)?;
        file.take(BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        Ok(text)
    }

    /// Writes a file of mode 0600 in one step: whoever reads it sees all of the old one or all of the new one.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let (path, part) = (self.0.join(name), self.0.join(format!(".{name}.new")));
        let failed = |error: std::io::Error| {
            format!("`{}`: {error}", talk::clean(&path.display().to_string()))
        };
        // What a run left that was ended in between.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
        let mut file = file.map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&part, &path).map_err(failed)
    }
}
