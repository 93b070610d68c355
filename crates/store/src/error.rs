//! What can be wrong with the store.

use std::fmt;
use std::path::PathBuf;

use crate::key_service::ServiceFault;
use crate::names::SessionId;

/// Why the store did not open, or did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each case says what its fields are")]
pub enum StoreError {
    /// A folder or file is not as it must be; `why` says what and what to do.
    Place { path: PathBuf, why: String },
    /// Another process has it open.
    InUse { path: PathBuf },
    /// The file is something else, or the database of something else.
    NotOurs { path: PathBuf },
    /// It was written by a newer version: its format, and the latest that we know.
    Newer { path: PathBuf, found: i64, known: i64 },
    /// Truncated, or changed by something other than us.
    Damaged { path: PathBuf, what: String },
    /// The key-encryption key is another one.
    WrongKek { path: PathBuf },
    /// The store's key is wrapped by a key service, and none was named.
    NeedsService { path: PathBuf },
    /// The store's key is not wrapped by a key service, and no other was named.
    NeedsKek { path: PathBuf },
    /// The key service, and why it did not give or wrap the store's key.
    Service { place: String, why: ServiceFault },
    /// The key that is to come is the one in use.
    SameKek,
    /// The key was exchanged while it was wrapped anew.
    OtherKek,
    /// It is an older copy than the one that was last in use here, or nobody can tell: its epoch, and
    /// the last that was seen here.
    Older { path: PathBuf, epoch: u64, last: Option<u64> },
    /// The database is gone, its epoch file is not.
    Missing { path: PathBuf },
    /// A session's row is not what we wrote: its id, if that can be read.
    DamagedSession(Option<SessionId>),
    /// No room left, on the disk or in what the store may take.
    Full,
    /// The file or its disk cannot be written.
    ReadOnly,
    /// The operating system or the database says something else.
    Io(String),
    /// Too much waits already: try again.
    Busy,
    /// No answer in time. What was asked may have happened, or may yet happen.
    Slow,
    /// The store is closed.
    Closed,
    /// The revocation holds, in this process, and is written as soon as that is possible. The
    /// reason why it is not yet.
    NotDurable(Box<Self>),
    /// A revocation could neither be written nor kept in memory: no session is found any more,
    /// until the store is opened anew.
    Shut,
    /// There is a session with this id or token, or a key with this id.
    Known,
    /// All sessions of its account, subject or API were ended after the login had begun; or the key
    /// was revoked before it lasted.
    EndedMeanwhile,
    /// There is no key with this id that holds.
    NoKey,
    /// A key below another has that one's attributes, and none of its own.
    OwnAttributes,
    /// The key would end later than it does.
    LaterEnd,
    /// A key is issued with something that none can be held to: what.
    Unfit(&'static str),
    /// More of something than may be.
    TooMany { what: &'static str, max: usize },
}

impl StoreError {
    /// What is wrong with the key-encryption key.
    fn fmt_of_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongKek { path } => {
                write!(
                    f,
                    "the key does not open `{}`; nothing was changed; where `portcullis store rekey` \
                     exchanged it, the new one does, and the old one opens copies from before",
                    path.display()
                )
            }
            Self::NeedsService { path } => write!(
                f,
                "the key of `{}` is wrapped by a key service: name it in `kms`",
                path.display()
            ),
            Self::NeedsKek { path } => write!(
                f,
                "the key of `{}` is not wrapped by the key service: name it in `key`, and then run \
                 `portcullis store rekey --to kms`",
                path.display()
            ),
            Self::Service { place, why } => write!(f, "the key service `{place}`: {why}"),
            Self::SameKek => f.write_str("this is the key in use; nothing was changed"),
            Self::OtherKek => f.write_str("the key was exchanged meanwhile; nothing was changed"),
            // Said by who calls this.
            _ => Ok(()),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place { path, why } => write!(f, "`{}` {why}", path.display()),
            Self::InUse { path } => {
                write!(f, "`{}` is in use by another process; one store serves one", path.display())
            }
            Self::NotOurs { path } => {
                write!(f, "`{}` is no store of portcullis; name another folder", path.display())
            }
            Self::Newer { path, found, known } => write!(
                f,
                "`{}` has format {found}, this version knows {known}; use the version that wrote it",
                path.display()
            ),
            Self::Damaged { path, what } => write!(
                f,
                "`{}` is damaged ({what}); restore a copy, or move the folder away to start empty: \
                 everybody must log in again then, and revocations and API keys are lost",
                path.display()
            ),
            Self::WrongKek { .. }
            | Self::NeedsService { .. }
            | Self::NeedsKek { .. }
            | Self::Service { .. }
            | Self::SameKek
            | Self::OtherKek => self.fmt_of_key(f),
            Self::Older { path, epoch, last: Some(last) } => write!(
                f,
                "`{}` is an older copy (epoch {epoch}, last seen {last}): what was revoked since \
                 would hold again; restore the newest one, or accept this one explicitly",
                path.display()
            ),
            Self::Older { path, epoch, last: None } => write!(
                f,
                "`{}` (epoch {epoch}) has no epoch file, so nobody can tell whether it is an older \
                 copy; restore that file, or accept the store explicitly",
                path.display()
            ),
            Self::Missing { path } => write!(
                f,
                "`{}` is gone or empty; restore it, or move the folder away to start empty",
                path.display()
            ),
            Self::DamagedSession(Some(id)) => {
                write!(f, "session `{id}` is damaged and opens nothing")
            }
            Self::DamagedSession(None) => f.write_str("a session is damaged and opens nothing"),
            Self::Full => f.write_str("no room left for the store"),
            Self::ReadOnly => f.write_str("the store cannot be written"),
            Self::Io(what) => write!(f, "the store: {what}"),
            Self::Busy => f.write_str("the store has too much to do"),
            Self::Slow => f.write_str("the store did not answer in time"),
            Self::Closed => f.write_str("the store is closed"),
            Self::NotDurable(why) => {
                write!(f, "revoked, but not yet written, so a restart would undo it: {why}")
            }
            Self::Shut => f.write_str(
                "a revocation could neither be written nor kept; no session is served until a restart",
            ),
            Self::EndedMeanwhile => f.write_str("it was ended or revoked before it lasted"),
            Self::Known => f.write_str("there is a session or key with this id or token"),
            Self::NoKey => f.write_str("there is no such key"),
            Self::OwnAttributes => f.write_str(
                "a key below another has the attributes of that one; leave them out",
            ),
            Self::LaterEnd => f.write_str("the key ends before that; an end only comes nearer"),
            Self::Unfit(what) => f.write_str(what),
            Self::TooMany { what, max } => write!(f, "more than {max} {what}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::ConstraintViolation) => Self::Known,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Io(error.to_string()),
        }
    }
}
