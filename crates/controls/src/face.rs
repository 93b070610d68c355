//! What every control has beside its judgement, and what a judgement is.

use portcullis_model::{ControlId, Diagnostic, Refusal, Room};
use portcullis_policy::Model;

/// The faces of one control beside its judgement.
#[derive(Debug)]
pub struct Face {
    /// Which control.
    pub id: ControlId,
    /// The mission's row: `A6`.
    pub item: &'static str,
    /// The guarantee, in one sentence.
    pub guarantee: &'static str,
    /// What happens where it is missing.
    pub threat: Threat,
    /// The rooms that ask it.
    pub rooms: &'static [Room],
    /// What it expects of an operation, or why it cannot.
    pub expectation: fn(&Model, usize) -> Expectation,
    /// Its own source text, whose first comment is its page.
    pub source: &'static str,
}

/// What a control answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threat {
    /// Its name, kebab case: `mass-assignment`.
    pub id: &'static str,
    /// What an attacker does or gains, in one sentence.
    pub text: &'static str,
    /// Its category.
    pub stride: Stride,
    /// The weaknesses behind it (CWE numbers).
    pub cwe: &'static [u16],
}

/// The categories of STRIDE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the category of that name")]
pub enum Stride {
    Spoofing,
    Tampering,
    Repudiation,
    InformationDisclosure,
    DenialOfService,
    ElevationOfPrivilege,
}

/// What a control expects of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// It is enforced: in one line, what is expected.
    Required(String),
    /// There is nothing to protect here, and why.
    NotApplicable(&'static str),
    /// It should exist and cannot be derived, in these places: findings, at least one.
    Missing(Vec<Diagnostic>),
}

/// What a control says of a request or an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement<T> {
    /// Yes, and what it learned.
    Pass(T),
    /// No; and what the request goes on with if the control only observes.
    Refuse(Refusal, T),
}

impl Face {
    /// The page: the first comment of the control's file, as Markdown.
    pub fn page(&self) -> String {
        self.source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }
}
