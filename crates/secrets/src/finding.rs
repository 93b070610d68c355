//! What was found, and what could not be looked at.

use std::fmt;

use crate::place::{Place, Position};

/// Whether a secret may be public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A key of ours: its form and its checksum are right.
    Ours,
    /// Nobody else may have it.
    Secret,
    /// It is made to be in clients, or goes with a secret as its name.
    Publishable,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// To be known.
    Low,
    /// To be looked at.
    Medium,
    /// To be ended now.
    High,
}

/// A secret that was found. It is not in here: a digest is.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// Whether it may be public.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// The weakness (CWE).
    pub cwe: u16,
    /// The row of the checklist that it speaks of.
    pub row: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// The file.
    pub place: Place,
    /// Where in it.
    pub position: Position,
    /// What was undone to read it, the outermost first.
    pub through: Vec<&'static str>,
    /// Bits for each byte.
    pub entropy: f64,
    /// What may be shown of it: what all of its kind begin with, and its length.
    pub preview: String,
    /// What it is known by.
    pub digest: String,
    /// The public name of a key of ours.
    pub key: Option<String>,
    /// The commit of a history that brought it, and when.
    pub commit: Option<String>,
}

/// What could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// What.
    pub place: Place,
    /// Why.
    pub why: String,
}

impl Kind {
    /// For reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Secret => "secret",
            Self::Publishable => "publishable",
        }
    }
}

impl Severity {
    /// For reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The row of the checklist: a URL, what clients have, or what is kept.
pub(crate) fn row(rule: &str, place: &Place) -> &'static str {
    if rule == "password-in-url" {
        "C7"
    } else if place.is_client {
        "C5"
    } else {
        "C1"
    }
}

/// What may be shown of a secret. The beginning is shown only where it is a keyword of the rule, and so tells nothing.
pub(crate) fn preview(keywords: &[String], secret: &[u8]) -> String {
    let begins = |word: &&String| {
        let start = secret.get(..word.len()).unwrap_or_default();
        word.bytes().any(|byte| !byte.is_ascii_alphanumeric())
            && start.eq_ignore_ascii_case(word.as_bytes())
    };
    let shown = keywords.iter().filter(begins).map(String::len).max().unwrap_or_default();
    let shown = String::from_utf8_lossy(secret.get(..shown).unwrap_or_default()).into_owned();
    let count = secret.len() - shown.len();
    format!("{shown}[{count} more characters]")
}
