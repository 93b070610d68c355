//! Why a line is no request.

use std::fmt;

/// Why a line is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misread(pub &'static str);

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no request: {}", self.0)
    }
}

impl std::error::Error for Misread {}
