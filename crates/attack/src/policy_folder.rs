//! The folder that the policy file of one try lies in, with what it may name there.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The key under which the gateway of the try keeps sessions: `file:store.key`.
const STORE_KEY: &str = "store.key";

/// A folder for this user alone. It goes when the try is over.
#[derive(Debug)]
pub(crate) struct PolicyFolder(PathBuf);

impl PolicyFolder {
    /// Makes it, with a fresh key in it; `unique` is a word that no other try has.
    pub(crate) fn make(unique: &str) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("portcullis-attack-{unique}"));
        DirBuilder::new().mode(0o700).create(&path)?;
        let folder = Self(path);
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| io::Error::other("no randomness"))?;
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600);
        file.open(folder.0.join(STORE_KEY))?.write_all(&key)?;
        Ok(folder)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PolicyFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, which empties its folder for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_is_this_users_alone_and_goes() {
        let unique = format!("test-{}", std::process::id());
        let folder = PolicyFolder::make(&unique).unwrap();
        let path = folder.path().to_owned();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(STORE_KEY)), 0o600);
        assert_eq!(fs::read(path.join(STORE_KEY)).unwrap().len(), 32);
        assert!(PolicyFolder::make(&unique).is_err(), "it is there already");
        drop(folder);
        assert!(!path.exists());
    }
}
