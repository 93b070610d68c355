//! Why a file of evidence is not believed.

use std::fmt;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub kind: FaultKind,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The file is larger than a run can write.
    TooLarge,
    /// Nothing stands in it.
    Empty,
    /// It is no record and no seal of this version.
    Unreadable(String),
    /// It says the same as a record would, in other words.
    NotCanonical,
    /// It does not follow the line above it: that one, or this one, was changed, moved or taken out.
    Unlinked,
    /// A seal counts other lines than stand above it.
    Miscounted {
        /// What it says.
        said: u64,
        /// What there is.
        found: u64,
    },
    /// A seal is not signed by the key that it names.
    BadSignature,
    /// A seal is of another key than was given.
    OtherKey(String),
    /// No seal stands behind the last records.
    Unsealed,
    /// A seal that was kept elsewhere is not in the file.
    MissingSeal,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.kind {
            FaultKind::TooLarge => f.write_str("the file is larger than any that is written"),
            FaultKind::Empty => f.write_str("there is no evidence in it"),
            FaultKind::Unreadable(why) => write!(f, "this is no line of evidence: {why}"),
            FaultKind::NotCanonical => {
                f.write_str("this is not written as it was: the same, in other words")
            }
            FaultKind::Unlinked => f.write_str(
                "this does not follow the line above it: one of them was changed, moved or taken out",
            ),
            FaultKind::Miscounted { said, found } => {
                write!(f, "the seal counts {said} lines, and {found} stand above it")
            }
            FaultKind::BadSignature => {
                f.write_str("the seal is not signed by the key that it names")
            }
            FaultKind::OtherKey(key) => write!(f, "the seal is of another key: {key}"),
            FaultKind::Unsealed => f.write_str(
                "no seal stands behind this: the end was taken off, or the run did not end",
            ),
            FaultKind::MissingSeal => {
                f.write_str("the seal that was given is not in the file: its end was taken off")
            }
        }
    }
}
