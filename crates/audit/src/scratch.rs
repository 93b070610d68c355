//! A folder for one drill or one look, which goes with it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The folder.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one that nobody else can open, under a name that nobody knows before.
    ///
    /// # Errors
    /// If there is no chance to be had, or the folder cannot be made.
    pub fn make(under: &Path) -> Result<Self, String> {
        let path = under.join(format!("portcullis-drill-{}", hex_of_chance()?));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|why| format!("`{}` cannot be made: {why}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Scratch {
    /// A key of chance for what lies in it: 64 hexadecimal digits.
    ///
    /// # Errors
    /// If there is no chance to be had.
    pub fn key() -> Result<String, String> {
        hex_of_chance()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is encrypted under a key that is gone, or is no secret.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// 256 bits of chance, as hex digits.
pub(crate) fn hex_of_chance() -> Result<String, String> {
    Ok(chance()?.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

/// 256 bits of chance.
pub(crate) fn chance() -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| "no chance to be had".to_owned())?;
    Ok(bytes)
}
