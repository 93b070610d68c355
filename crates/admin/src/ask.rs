//! Asking at the door of a gateway that runs.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::door::SOCKET;
use crate::owner;
use crate::request::{REQUEST_BYTES_MAX, Request};

/// How long an answer is awaited: acts wait for a disk.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// The same of a new key for the store, and of one that is wrapped anew: longer than the gateway waits for it.
const REKEY_TIME: Duration = Duration::from_mins(11);
/// Bytes of an answer: a thousand sessions with long names.
const ANSWER_BYTES_MAX: u64 = 8 << 20;

/// Why there is no answer.
#[derive(Debug)]
pub enum AskFault {
    /// Nobody is there: no gateway runs on this store.
    Nobody,
    /// The door cannot be used.
    Door(PathBuf, io::Error),
    /// It may be that of somebody else, by this: nothing was sent.
    Foreign(PathBuf, String),
    /// It is longer than the gateway would read: nothing was sent.
    TooLong,
    /// Who is there says nothing that can be read. Whether it was done is not known.
    Unclear(PathBuf),
}

impl fmt::Display for AskFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("no gateway runs on this store"),
            Self::Door(path, error) => write!(f, "`{}` cannot be used: {error}", path.display()),
            Self::Foreign(path, why) => {
                write!(f, "nobody is asked in `{}`: {why}", path.display())
            }
            Self::TooLong => {
                write!(f, "it is longer than {REQUEST_BYTES_MAX} bytes: nothing was asked for")
            }
            Self::Unclear(path) => write!(
                f,
                "no answer came from `{}`: whether it was done is not known, the ledger tells",
                path.display()
            ),
        }
    }
}

impl std::error::Error for AskFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Door(_, error) => Some(error),
            Self::Nobody | Self::Foreign(..) | Self::TooLong | Self::Unclear(_) => None,
        }
    }
}

/// Asks the gateway whose store lies in `folder`. Returns with its answer.
pub fn ask(folder: &Path, request: &Request) -> Result<Value, AskFault> {
    let path = folder.join(SOCKET);
    let mut stream = open(folder, &path)?;
    let line = request.write();
    // With the end of its line.
    if line.len() > REQUEST_BYTES_MAX {
        return Err(AskFault::TooLong);
    }
    let is_slow = matches!(
        request,
        Request::RekeyStore { .. } | Request::RewrapStore | Request::BackupStore { .. }
    );
    let answer_time = if is_slow { REKEY_TIME } else { ANSWER_TIME };
    let sent = stream
        .set_read_timeout(Some(answer_time))
        .and_then(|()| stream.set_write_timeout(Some(ANSWER_TIME)))
        .and_then(|()| stream.write_all(line.as_bytes()));
    if let Err(error) = sent {
        return Err(AskFault::Door(path, error));
    }
    let mut answer = Vec::new();
    let read = stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer);
    match read.ok().and_then(|_| serde_json::from_slice(&answer).ok()) {
        Some(answer @ Value::Object(_)) => Ok(answer),
        _ => Err(AskFault::Unclear(path)),
    }
}

/// A connection to whoever has the folder, and to nobody else.
fn open(folder: &Path, path: &Path) -> Result<UnixStream, AskFault> {
    let failed = |error: io::Error| match error.kind() {
        // Where nobody listens, a socket is left from a process that is gone.
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AskFault::Nobody,
        _ => AskFault::Door(path.to_owned(), error),
    };
    let foreign = |why| AskFault::Foreign(folder.to_owned(), why);
    let owner = owner::of(folder).map_err(failed)?.map_err(foreign)?;
    let stream = UnixStream::connect(path).map_err(failed)?;
    let (stream, is_behind) = owner::is_behind(stream, owner).map_err(failed)?;
    if is_behind {
        return Ok(stream);
    }
    Err(foreign(format!("who listens at `{}` is another user than {owner}", path.display())))
}
