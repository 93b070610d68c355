//! What a probe showed.

use std::fmt;

use portcullis_evidence::Severity;
use serde::Serialize;

/// What a probe shows that could be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    /// The issuer withstood, or does what it should.
    Safe,
    /// The attacker has it; how it was seen.
    Open(String),
}

/// Why nothing is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unjudged {
    /// It was tried, and what came tells nothing.
    Inconclusive(String),
    /// Something that it needs is not there.
    NotTried(String),
}

pub(super) type Judged = std::result::Result<Shown, Unjudged>;

impl Shown {
    pub(super) fn open(how: impl Into<String>) -> Self {
        Self::Open(how.into())
    }

    pub(super) fn open_if(is_open: bool, how: impl FnOnce() -> String) -> Self {
        if is_open { Self::Open(how()) } else { Self::Safe }
    }
}

/// Tried, and nothing is shown.
pub(super) fn inconclusive(why: impl Into<String>) -> Unjudged {
    Unjudged::Inconclusive(why.into())
}

/// Not tried.
pub(super) fn not_tried(why: impl Into<String>) -> Unjudged {
    Unjudged::NotTried(why.into())
}

/// The result of one probe, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// The issuer withstood, beside an honest request that succeeded.
    Safe,
    /// The attacker succeeds.
    Open,
    /// It was tried, and shows nothing.
    Inconclusive,
    /// It was not tried.
    NotTried,
}

impl Result {
    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Open => "open",
            Self::Inconclusive => "inconclusive",
            Self::NotTried => "not_tried",
        }
    }
}

impl fmt::Display for Result {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One probe, and what it showed.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// Its name.
    pub id: &'static str,
    /// What the attacker gets where it is open.
    pub title: &'static str,
    /// The weakness (CWE number).
    pub cwe: u16,
    /// How bad it is where it is open.
    pub severity: Severity,
    /// Where it is written that it must not be.
    pub section: &'static str,
    /// What it showed.
    pub result: Result,
    /// How it was seen, or why nothing was.
    pub why: Option<String>,
    /// The requests as a script for bash and curl.
    pub replay: String,
}
