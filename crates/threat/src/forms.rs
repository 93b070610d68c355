//! A threat model, as people and programs read it.
//!
//! Each form is a pure function of a [`Shown`]: no clock, no files. Names in a model are whatever documents and people
//! wrote; each form escapes them for its own syntax.

mod escaped;
mod grouped;
mod html;
mod json;
mod keys;
mod layout;
mod lined;
mod markdown;
mod marks;
mod mermaid;
mod names;
mod sarif;
mod svg;
mod text;
mod threat_dragon;
mod tm_bom;
mod unserved;
mod words;

use portcullis_model::{Span, UnixMillis};

pub use html::html;
pub use json::{FORMAT, VERSION, json};
pub use lined::lined;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use sarif::sarif;
pub use text::{TextOptions, text};
pub use threat_dragon::threat_dragon;
pub use tm_bom::{Filled, tm_bom, tm_bom_fields};

use crate::found::ThreatModel;

/// What a form shows.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The model.
    pub model: &'a ThreatModel,
    /// When it was derived.
    pub at: UnixMillis,
    /// The place of a span, as people open it: `openapi.yaml:12:3`.
    pub place: &'a dyn Fn(Span) -> String,
    /// What only people can answer.
    pub questions: &'a [Question],
    /// What names the same sources on a command line, in a shell's words: `-c portcullis.yaml`.
    pub named: &'a str,
    /// What the gateway would answer, where it does not stand in front and that is known.
    pub behind: Option<Behind>,
}

/// What the gateway would answer of what is open with nothing in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// How many open threats its controls are configured against.
    pub answered: usize,
    /// What shows that model, in words.
    pub how: &'static str,
}

/// What only people can answer, and what is taken until they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// In a sentence.
    pub text: String,
    /// What is taken until somebody answers.
    pub taken: String,
    /// From what that was guessed.
    pub because: String,
    /// The line of `threats.yaml` that answers it.
    pub line: String,
}

impl Shown<'_> {
    /// The place of a span, if there is one.
    fn at(&self, span: Option<Span>) -> Option<String> {
        span.map(self.place)
    }
}

#[cfg(test)]
mod tests;
