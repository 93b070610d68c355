//! All problems of one reading, up to a maximum.

use portcullis_model::{Diagnostic, Severity};

pub use portcullis_model::shown;

use crate::codes::FileCodes;

/// Problems that are told; what comes after them is counted. Nobody reads more, and finding a
/// suggestion for each word of a hostile file would cost more than the file.
const TOLD_MAX: usize = 100;

/// Gathers problems, so that one run tells all of them.
#[derive(Debug)]
pub struct Notes {
    codes: &'static FileCodes,
    told: Vec<Diagnostic>,
    untold: usize,
}

impl Notes {
    /// None yet, of a file of this kind.
    pub const fn new(codes: &'static FileCodes) -> Self {
        Self { codes, told: Vec::new(), untold: 0 }
    }

    /// The codes of that kind of file.
    pub const fn codes(&self) -> &'static FileCodes {
        self.codes
    }

    /// Notes a problem. It is only worked out if it will be told.
    pub fn push(&mut self, problem: impl FnOnce() -> Diagnostic) {
        if self.told.len() < TOLD_MAX {
            self.told.push(problem());
        } else {
            self.untold += 1;
        }
    }

    /// Takes over problems that somebody else found.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Diagnostic>) {
        self.told.extend(problems);
    }

    /// Whether nothing can be built on what was read.
    pub fn has_error(&self) -> bool {
        // What was not told is not known to be a warning only.
        self.untold > 0 || self.told.iter().any(|note| note.severity == Severity::Error)
    }

    /// All of them: errors first, each kind in the order of the files.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.told.sort_by_key(|note| (note.severity, note.span));
        if self.untold > 0 {
            let message = format!("{} more problems are not shown", self.untold);
            self.told.push(
                Diagnostic::error(self.codes.more_problems, message)
                    .help("correct the ones above, then read the file again"),
            );
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::Code;

    use super::*;

    static CODE: Code = Code { name: "test-code", page: "" };
    static CODES: FileCodes = FileCodes {
        file: "the file",
        text_bytes_max: 1 << 10,
        too_large_help: "write less",
        not_yaml: &CODE,
        too_large: &CODE,
        duplicate_key: &CODE,
        unknown_key: &CODE,
        not_in_this_version: &CODE,
        missing_key: &CODE,
        wrong_kind: &CODE,
        unknown_word: &CODE,
        bad_date: &CODE,
        more_problems: &CODE,
    };

    #[test]
    fn what_is_not_told_is_counted() {
        let mut notes = Notes::new(&CODES);
        for _ in 0..TOLD_MAX + 7 {
            notes.push(|| Diagnostic::error(&CODE, "again"));
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
        let mut notes = Notes::new(&CODES);
        for _ in 0..TOLD_MAX {
            notes.push(|| Diagnostic::warning(&CODE, "again"));
        }
        assert!(!notes.has_error());
        notes.push(|| Diagnostic::error(&CODE, "the one that counts"));
        assert!(notes.has_error());
    }
}
