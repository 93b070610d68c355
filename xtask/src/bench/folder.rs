//! Where a run keeps its files.

use std::path::{Path, PathBuf};

use crate::shell;

/// A folder under the target folder that is made anew for a run.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder as it is.
    pub(crate) fn known() -> Self {
        Self { path: shell::root().join("target/bench") }
    }

    /// The folder, emptied.
    pub(crate) fn new() -> Result<Self, String> {
        let Self { path } = Self::known();
        // Whether it was there does not matter.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).map_err(|error| format!("target/bench: {error}"))?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), String> {
        std::fs::write(self.path.join(name), text).map_err(|error| format!("{name}: {error}"))
    }
}
