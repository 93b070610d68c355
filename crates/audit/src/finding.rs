//! What an audit says of one root cause: which rule, how bad, where it shows, what to do, and who answers it already.

use std::path::PathBuf;

use portcullis_model::{ControlId, Span};

/// How bad it is, from the least to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// What helps an attacker to find the next step.
    Low,
    /// Money, service, or somebody's session in the end.
    Medium,
    /// What belongs to others, or rights that one does not have.
    High,
    /// All of it, by whoever asks.
    Critical,
}

impl Severity {
    /// The word: `high`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One thing that is held against a document, a policy or a deployment.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab case and stable, the state that is wrong: `array-without-bound`.
    pub id: &'static str,
    /// What is right, in one sentence.
    pub title: &'static str,
    /// The row of the mission: `A4`.
    pub item: &'static str,
    /// The weaknesses behind it (CWE numbers).
    pub cwe: &'static [u16],
    /// How bad it is where nothing else is known.
    pub severity: Severity,
    /// Why, an example, how to mend it. Markdown.
    pub page: &'static str,
}

/// One root cause, with every place where it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it was held against.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong: lowercase, no full stop, input in backticks.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// Where it shows: the root cause first, then what follows from it.
    pub places: Vec<Place>,
    /// The control that answers it in front of the API, if one does.
    pub enforced: Option<Enforced>,
}

/// Where something shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The place itself.
    pub at: At,
    /// The operation that it belongs to, as people call it.
    pub operation: Option<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// In a document or policy that was read.
    Span(Span),
    /// A file or folder of the host.
    File(PathBuf),
    /// An address that was asked: `https://api.example.com`.
    Address(String),
}

/// Who answers a finding already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforced {
    /// The control.
    pub control: ControlId,
    /// Names of the attacks that it was seen to stop, by evidence that still speaks of what is there; none: it is
    /// configured, and nothing showed that it holds.
    pub evidence: Vec<String>,
}
