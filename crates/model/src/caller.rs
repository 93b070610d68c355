//! Who is calling.

use std::fmt;

/// Who is calling, as far as this request has proved it.
///
/// Until credentials are verified (a later issue) there are two: nobody in particular, and
/// somebody who showed a credential of the declared kind that nobody has checked (rule 26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// No credential was needed, so none was looked at.
    Anonymous,
    /// A credential of a declared kind was present; it was **not** verified.
    NotVerified,
}

impl Caller {
    /// The word in the ledger and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::NotVerified => "caller not verified",
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
