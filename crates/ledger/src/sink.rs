//! Where the bytes of a ledger go.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that is appended to, or anything else that takes bytes.
pub(crate) enum Sink {
    File { path: PathBuf, file: File },
    Other(Box<dyn Write + Send>),
}

impl Sink {
    /// A file; created with mode 0600 if it is not there.
    pub(crate) fn file(path: &Path) -> io::Result<Self> {
        Ok(Self::File { path: path.to_owned(), file: open(path)? })
    }

    /// Opens the file again by its name: it may have been renamed. If that fails, the one that is
    /// open stays.
    pub(crate) fn reopen(&mut self) -> io::Result<()> {
        if let Self::File { path, file } = self {
            *file = open(path)?;
        }
        Ok(())
    }

    /// Writes what is left of `bytes` behind `done`, and moves `done` on with every piece that was
    /// taken: after a failure the next attempt goes on inside the same line.
    pub(crate) fn write_on(&mut self, bytes: &[u8], done: &mut usize) -> io::Result<()> {
        let out: &mut dyn Write = match self {
            Self::File { file, .. } => file,
            Self::Other(sink) => sink,
        };
        while let Some(rest) = bytes.get(*done..).filter(|rest| !rest.is_empty()) {
            match out.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => *done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        out.flush()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
