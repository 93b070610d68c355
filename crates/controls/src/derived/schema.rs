//! What the public contract says of a derived value.

use portcullis_json::{Scalar, push_quoted};

use super::Derivation;
use super::masked::ADDRESS_BYTES_MAX;

/// Two stars more than the character that they stand for.
const MASKED_CHARACTERS_MAX: usize = ADDRESS_BYTES_MAX + 2;

/// The JSON Schema of every value that it gives, as a JSON text. A property that it describes is
/// not `required`: there may be nothing to derive.
pub fn schema(derivation: &Derivation) -> String {
    match derivation {
        Derivation::AgeAtLeast(_) | Derivation::Presence => r#"{"type":"boolean"}"#.to_owned(),
        Derivation::LastCharacters(count) => string(&format!("^[0-9A-Za-z]{{{count}}}$"), *count),
        Derivation::MaskedEmail => string(r"^[^@]?\*{3}@[^@]+$", MASKED_CHARACTERS_MAX),
        Derivation::YearOnly => string("^[0-9]{4}$", 4),
        Derivation::KeyedHash { .. } => string("^[0-9A-Za-z_-]{22}$", 22),
        Derivation::Constant(scalar) => constant(scalar),
    }
}
fn string(pattern: &str, characters_max: impl std::fmt::Display) -> String {
    let pattern = quoted(pattern);
    format!(r#"{{"type":"string","pattern":{pattern},"maxLength":{characters_max}}}"#)
}

fn constant(scalar: &Scalar) -> String {
    let value = match scalar {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Number(number) => number.lexeme().to_owned(),
        Scalar::String(text) => quoted(text),
    };
    format!(r#"{{"const":{value}}}"#)
}

fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
