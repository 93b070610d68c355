//! All problems of one reading, each told once, up to a maximum.

use std::collections::HashSet;

use portcullis_model::{Code, Diagnostic, Severity, Span};

pub(crate) use portcullis_model::shown;

use crate::codes;

/// Errors that are told, and as many warnings again, with the same words counted once; what comes
/// after them is counted. Nobody reads more.
const TOLD_MAX: usize = 500;
/// Places of errors that are told, and of warnings: a generator writes one mistake everywhere.
const PLACES_MAX: usize = 10_000;
/// Problems that are remembered, so that each counts once.
const KNOWN_MAX: usize = 200_000;
/// Problems that come with a suggestion. Working one out looks at thousands of names.
const SUGGESTED_MAX: usize = 50;

/// Gathers problems, so that one run tells all of them.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    untold: usize,
    /// Components are read once for each operation that uses them, and told once.
    known: HashSet<(&'static str, Option<Span>, String)>,
    /// The words of what is told, and how many of them are errors.
    words: HashSet<(&'static str, String)>,
    error_words: usize,
}

impl Notes {
    /// Notes a problem.
    pub(crate) fn push(&mut self, problem: Diagnostic) {
        let key = (problem.code.name, problem.span, problem.message.clone());
        if self.known.len() < KNOWN_MAX && !self.known.insert(key) {
            return;
        }
        let (told, words) = match problem.severity {
            Severity::Error => (&mut self.errors, self.error_words),
            Severity::Warning => (&mut self.warnings, self.words.len() - self.error_words),
        };
        let key = (problem.code.name, problem.message.clone());
        let is_new = !self.words.contains(&key);
        if told.len() >= PLACES_MAX || is_new && words >= TOLD_MAX {
            self.untold += 1;
            return;
        }
        if self.words.insert(key) && problem.severity == Severity::Error {
            self.error_words += 1;
        }
        told.push(problem);
    }

    /// Notes a warning at a place.
    pub(crate) fn warn(&mut self, code: &'static Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::warning(code, message).at(span));
    }

    /// Notes what holds in many places, at the first of them.
    pub(crate) fn warn_once(&mut self, code: &'static Code, span: Span, message: &str) {
        if self.known.insert((code.name, None, message.to_owned())) {
            self.warn(code, span, message);
        }
    }

    /// Whether a suggestion is worth its cost: not after many problems.
    pub(crate) const fn suggests(&self) -> bool {
        self.errors.len() + self.warnings.len() < SUGGESTED_MAX
    }

    /// Whether nothing can be built on what was read.
    pub(crate) const fn has_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// All of them: errors first, each kind in the order of the document.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        let has_error = self.has_error();
        self.errors.sort_by_key(|note| note.span);
        self.warnings.sort_by_key(|note| note.span);
        let mut told = self.errors;
        told.append(&mut self.warnings);
        if self.untold > 0 {
            let message = format!("{} more problems are not shown", self.untold);
            let note = if has_error {
                Diagnostic::error(&codes::MORE_PROBLEMS, message)
            } else {
                Diagnostic::warning(&codes::MORE_PROBLEMS, message)
            };
            told.push(note.help("correct the ones above, then read the document again"));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_once_and_what_is_not_told_is_counted() {
        let mut notes = Notes::default();
        for count in 0..2 * (TOLD_MAX + 7) {
            let message = format!("number {}", count / 2);
            notes.push(Diagnostic::warning(&codes::STRUCTURE, message));
        }
        assert!(!notes.has_error());
        let told = notes.into_diagnostics();
        assert_eq!(told.len(), TOLD_MAX + 1);
        assert_eq!(told[TOLD_MAX].message, "7 more problems are not shown");
        assert_eq!(told[TOLD_MAX].severity, Severity::Warning);
    }

    #[test]
    fn one_mistake_in_many_places_hides_no_other() {
        let mut notes = Notes::default();
        let source = portcullis_model::Sources::default().add("a", "");
        let many = PLACES_MAX as u32 - 1;
        for start in 0..many {
            notes.warn(&codes::STRUCTURE, Span { source, start, end: start }, "the same");
        }
        notes.push(Diagnostic::warning(&codes::STRUCTURE, "another"));
        let told = notes.into_diagnostics();
        assert_eq!(told.len(), PLACES_MAX);
        assert!(told.iter().any(|one| one.message == "another"));
    }

    #[test]
    fn warnings_do_not_hide_an_error() {
        let mut notes = Notes::default();
        for count in 0..TOLD_MAX {
            notes.push(Diagnostic::warning(&codes::STRUCTURE, format!("{count}")));
        }
        notes.push(Diagnostic::error(&codes::STRUCTURE, "the one that counts"));
        assert!(notes.has_error());
        assert_eq!(notes.into_diagnostics()[0].message, "the one that counts");
    }
}
