//! Texts in YAML that a person may paste.

use std::fmt::Write as _;

/// Words that some reader of YAML takes for nothing, or for a boolean.
const NO_TEXT: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// A YAML scalar on one line that means this text and nothing else.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    let begins_plainly =
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let is_other_kind = NO_TEXT.iter().any(|word| text.eq_ignore_ascii_case(word));
    if begins_plainly && !is_other_kind && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            ' '..='~' => out.push(letter),
            other if other.is_alphanumeric() => out.push(other),
            other if u32::from(other) > 0xffff => {
                let _ = write!(out, "\\U{:08x}", u32::from(other));
            }
            other => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_their_line_and_mean_themselves() {
        for (text, expected) in [
            ("listMedicines", "listMedicines"),
            ("GET /orders/{id}", "\"GET /orders/{id}\""),
            ("a\nb: c", "\"a\\u000ab: c\""),
            ("\u{2028}\u{85}", "\"\\u2028\\u0085\""),
            ("say \"no\" \\", "\"say \\\"no\\\" \\\\\""),
            ("*", "\"*\""),
            ("null", "\"null\""),
            ("Off", "\"Off\""),
            ("", "\"\""),
            ("/api/v1", "/api/v1"),
            ("übersicht", "\"übersicht\""),
            ("a\u{1f600}", "\"a\\U0001f600\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
