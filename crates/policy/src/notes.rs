//! All problems of one reading, up to a maximum.

use portcullis_model::{Diagnostic, Severity};

pub(crate) use portcullis_model::shown;

use crate::codes;

/// Problems that are told; what comes after them is counted. Nobody reads more, and finding a
/// suggestion for each word of a hostile file would cost more than the file.
const TOLD_MAX: usize = 100;

/// Gathers problems, so that one run tells all of them.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    told: Vec<Diagnostic>,
    untold: usize,
}

impl Notes {
    /// Notes a problem. It is only worked out if it will be told.
    pub(crate) fn push(&mut self, problem: impl FnOnce() -> Diagnostic) {
        if self.told.len() < TOLD_MAX {
            self.told.push(problem());
        } else {
            self.untold += 1;
        }
    }

    /// Takes over problems that somebody else found.
    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = Diagnostic>) {
        self.told.extend(problems);
    }

    /// Whether nothing can be built on what was read.
    pub(crate) fn has_error(&self) -> bool {
        // What was not told is not known to be a warning only.
        self.untold > 0 || self.told.iter().any(|note| note.severity == Severity::Error)
    }

    /// All of them: errors first, each kind in the order of the files.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.told.sort_by_key(|note| (note.severity, note.span));
        if self.untold > 0 {
            let message = format!("{} more problems are not shown", self.untold);
            self.told.push(
                Diagnostic::error(&codes::MORE_PROBLEMS, message)
                    .help("correct the ones above, then read the file again"),
            );
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_counted() {
        let mut notes = Notes::default();
        for _ in 0..TOLD_MAX + 7 {
            notes.push(|| Diagnostic::error(&codes::NOT_YAML, "again"));
        }
        let told = notes.into_diagnostics();
        assert_eq!(told.len(), TOLD_MAX + 1);
        assert_eq!(
            told.last().map(|last| last.message.as_str()),
            Some("7 more problems are not shown")
        );
    }

    #[test]
    fn an_untold_problem_still_stops() {
        let mut notes = Notes::default();
        for _ in 0..TOLD_MAX {
            notes.push(|| Diagnostic::warning(&codes::NO_EFFECT, "again"));
        }
        assert!(!notes.has_error());
        notes.push(|| Diagnostic::error(&codes::NOT_YAML, "the one that counts"));
        assert!(notes.has_error());
    }
}
