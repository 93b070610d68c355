//! What lies where a file should: a pipe is waited for when it is opened, and a reload would never end.

use std::io;
use std::path::Path;

/// What is said of a pipe, a device, a folder.
const NO_FILE: &str = "it is no ordinary file";

/// Fails on what is there and no ordinary file. Links are followed.
pub(crate) fn file(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::new(io::ErrorKind::InvalidInput, NO_FILE)),
        // Opening it says what is wrong.
        _ => Ok(()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use crate::{Overrides, Policy, SecretSource};
    use portcullis_model::UnixMillis;

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let secret = SecretSource::File(pipe).read(|_| None);
        assert!(secret.unwrap_err().to_string().contains(super::NO_FILE));
        let policy = folder.path().join("portcullis.yaml");
        std::fs::write(&policy, "apis: [{ contract: pipe, upstream: \"http://127.0.0.1:1\" }]\n")
            .unwrap();
        let failure =
            Policy::from_policy(&policy, &Overrides::default(), UnixMillis(0)).unwrap_err();
        let why = failure.unreadable.unwrap().error.to_string();
        assert!(why.contains(super::NO_FILE), "{why}");
    }
}
