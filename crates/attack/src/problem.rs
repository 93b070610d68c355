//! What is wrong with a file, and where.

use std::fmt;

use serde_saphyr::Location;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// What is wrong: lowercase, input in backticks.
    pub message: String,
}

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFile {
    /// Its name, as people see it.
    pub name: String,
    /// What is wrong with it; never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            let Problem { line, column, message } = problem;
            let end = if place > 0 { "\n" } else { "" };
            if *line > 0 {
                write!(f, "{end}{}:{line}:{column}: {message}", self.name)?;
            } else {
                write!(f, "{end}{}: {message}", self.name)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for BadFile {}

impl Problem {
    pub(crate) fn at(location: Location, message: String) -> Self {
        Self { line: location.line(), column: location.column(), message }
    }

    /// A problem of the whole file.
    pub fn of_file(message: impl Into<String>) -> Self {
        Self { line: 0, column: 0, message: message.into() }
    }
}
