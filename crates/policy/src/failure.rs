//! Why there is no model.

use std::io;
use std::path::PathBuf;

use portcullis_model::{Diagnostic, Severity, Sources};

/// Why there is no model: all problems that were found, warnings included.
#[derive(Debug)]
pub struct Failure {
    /// The files that the problems point into.
    pub sources: Sources,
    /// Errors first.
    pub diagnostics: Vec<Diagnostic>,
    /// The file that could not be read at all, if that is among the reasons: it is a wrong
    /// command line or a wrong machine rather than a wrong policy.
    pub unreadable: Option<Unreadable>,
}

/// A file that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its path.
    pub path: PathBuf,
    /// What the operating system says.
    pub error: io::Error,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(Unreadable { path, error }) = &self.unreadable {
            return write!(f, "`{}` cannot be read: {error}", path.display());
        }
        let is_error = |one: &&Diagnostic| one.severity == Severity::Error;
        let mut errors = self.diagnostics.iter().filter(is_error);
        match errors.next() {
            Some(first) => write!(f, "{}", first.message)?,
            None => write!(f, "the model cannot be built")?,
        }
        match errors.count() {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let unreadable = self.unreadable.as_ref()?;
        Some(&unreadable.error)
    }
}
