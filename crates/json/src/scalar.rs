//! Scalars of our own, to put into a document.

use crate::document::Document;
use crate::limits::Limits;
use crate::node::Kind;
use crate::text::push_decimal;

/// A value without parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, in the spelling that it will have.
    Number(Number),
    /// The characters of a string: quoted when it is written.
    String(String),
}

/// The spelling of a JSON number (RFC 8259 section 6) that an `f64` can hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// Takes a lexeme as it is; `None` if the reader would not accept it as a number
    /// ([`Limits::default`]).
    pub fn read(lexeme: &str) -> Option<Self> {
        let document = Document::parse(lexeme.into(), &Limits::default()).ok()?;
        let root = document.root();
        // White space around it would be read, too.
        (root.kind() == Kind::Number && root.lexeme() == lexeme).then(|| Self(lexeme.to_owned()))
    }

    /// The spelling.
    pub fn lexeme(&self) -> &str {
        &self.0
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        let mut digits = Vec::new();
        push_decimal(number, &mut digits);
        Self(digits.into_iter().map(char::from).collect())
    }
}

impl Scalar {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(false) => Kind::False,
            Self::Bool(true) => Kind::True,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
        }
    }

    /// As it is written, but for the quotation marks and escapes of a string.
    pub(crate) fn characters(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Bool(false) => "false",
            Self::Bool(true) => "true",
            Self::Number(number) => number.lexeme(),
            Self::String(characters) => characters,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_a_number() {
        for lexeme in ["0", "-0", "1.0", "1e2", "12345678901234567890"] {
            assert_eq!(Number::read(lexeme).unwrap().lexeme(), lexeme);
        }
        for text in ["", " 1", "1 ", "01", "+1", "1e999", "\"1\"", "[1]", "null", "1,2", "NaN"] {
            assert_eq!(Number::read(text), None, "{text}");
        }
        assert!(Number::read(&"1".repeat(65)).is_none(), "longer than any that is read");
        assert_eq!(Number::from(u64::MAX).lexeme(), u64::MAX.to_string());
    }
}
