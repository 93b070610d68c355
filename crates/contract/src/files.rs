//! Where the files come from that a document refers to.

use std::fmt;

/// Gives the texts of files. The crate itself opens none.
pub trait Files: Send {
    /// The text of a file of at most `bytes_max` bytes. `name` says where it lies below the folder
    /// of the main document: parts between slashes, none of them empty, `.` or `..`.
    fn text(&mut self, name: &str, bytes_max: u64) -> Result<String, FileFault>;
}

/// A document that stands alone.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Files for NoFiles {
    fn text(&mut self, _: &str, _: u64) -> Result<String, FileFault> {
        Err(FileFault::NotGiven)
    }
}

/// Why the text of a file is not to be had. Never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFault {
    /// There is no such file.
    Missing,
    /// It lies outside of the folder of the main document, by a symbolic link.
    Outside,
    /// A folder, a device, a socket or a pipe.
    NotAFile,
    /// It has more bytes than are left.
    TooLarge,
    /// It is not UTF-8.
    NotUtf8,
    /// The operating system does not let us read it.
    Refused,
    /// The document was given as a text, without its folder.
    NotGiven,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "there is no such file",
            Self::Outside => "a link leads out of the folder of the main document",
            Self::NotAFile => "it is no regular file",
            Self::TooLarge => "it is too large",
            Self::NotUtf8 => "it is not UTF-8",
            Self::Refused => "the operating system does not let it be read",
            Self::NotGiven => "only this document was given",
        })
    }
}
