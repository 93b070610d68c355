//! Where in a value something is.

use std::fmt::{self, Write as _};

/// A JSON Pointer (RFC 6901), as text: `/items/0/price`; the whole value is the empty text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The whole value.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// From text that is already a pointer.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// One member further.
    pub fn push(&mut self, member: &str) {
        self.0.push('/');
        for character in member.chars() {
            match character {
                '~' => self.0.push_str("~0"),
                '/' => self.0.push_str("~1"),
                other => self.0.push(other),
            }
        }
    }

    /// One item further.
    pub fn push_index(&mut self, index: usize) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "/{index}");
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_escaped() {
        let mut pointer = Pointer::root();
        pointer.push("a/b");
        pointer.push_index(0);
        pointer.push("m~n");
        assert_eq!(pointer.as_str(), "/a~1b/0/m~0n");
    }
}
