//! Exit codes, in one place.

use std::process::ExitCode;

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Success,
    /// What was looked at is not well: the model has errors, an attack succeeded.
    Failure,
    /// Nothing could be looked at: wrong usage, unreadable file, address in use.
    Unusable,
}

impl Exit {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Unusable => 2,
        })
    }
}
