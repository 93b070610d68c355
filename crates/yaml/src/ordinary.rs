//! What lies where a file should: a pipe is waited for when it is opened, and a reload would never end.

use std::io;
use std::path::Path;

/// What is said of a pipe, a device, a folder.
pub const NO_FILE: &str = "it is no ordinary file";

/// Fails on what is there and no ordinary file. Links are followed.
pub fn file(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::new(io::ErrorKind::InvalidInput, NO_FILE)),
        // Opening it says what is wrong.
        _ => Ok(()),
    }
}
