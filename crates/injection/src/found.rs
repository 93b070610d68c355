//! What is said of a text.

use std::ops::Range;

use crate::fuel::OutOfFuel;
use crate::language::Language;

/// What one detector says of a text: nothing, or why and where.
pub(crate) type Look = Result<Option<(Reason, Range<usize>)>, OutOfFuel>;

/// What a look at a text ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No language of its sinks reads more than text in it.
    Harmless,
    /// One does.
    Hostile(Found),
    /// The fuel did not last: nobody knows.
    Unknown,
}

/// What was found, where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The language that reads more than text.
    pub language: Language,
    /// Why.
    pub reason: Reason,
    /// The layers that were undone, the outermost first: `percent`, `base64`.
    pub layers: Vec<&'static str>,
    /// Where, in bytes of the text behind the layers.
    pub span: Range<usize>,
}

/// Why a text counts as more than text: a short name for records, and a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason {
    /// Kebab case, unique: `sql-quote-then-condition`.
    pub name: &'static str,
    /// What it would do, in lower case and without a full stop.
    pub text: &'static str,
}
