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
    /// All of them, with what each means for every command.
    pub(crate) const ALL: [(Self, &'static str); 3] = [
        (Self::Success, "All is well: served and ended, reported, written, explained."),
        (
            Self::Failure,
            "What was looked at is not well: contract or policy have errors, an attack succeeded, \
             a described request would be refused, a record is not there.",
        ),
        (
            Self::Unusable,
            "Nothing could be looked at: wrong usage, unreadable file, address in use.",
        ),
    ];

    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self.number())
    }

    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Unusable => 2,
        }
    }
}
