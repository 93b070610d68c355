//! Backslashes: `\u003c`, `\u{3c}`, `\x3c`, `\74`, and those before a quote, a slash, a letter.

use super::percent::{four, pair};
use crate::bytes::{at, part, run};

/// Digits in braces, at most.
const BRACED_DIGITS_MAX: usize = 6;

pub(super) fn undo(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(backslash) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (before, escape) = rest.split_at(backslash);
        decoded.push_str(before);
        if let Some((character, width)) = character(escape.as_bytes()) {
            decoded.push(character);
            rest = escape.get(width..).unwrap_or_default();
            changed = true;
        } else {
            decoded.push('\\');
            rest = escape.get(1..).unwrap_or_default();
        }
    }
    decoded.push_str(rest);
    changed.then_some(decoded)
}

/// What an escape stands for, and its length.
fn character(bytes: &[u8]) -> Option<(char, usize)> {
    match at(bytes, 1) {
        b'u' | b'U' if at(bytes, 2) == b'{' => {
            let end = run(bytes, 3, |byte| byte.is_ascii_hexdigit());
            let digits =
                std::str::from_utf8(part(bytes, 3..end.min(3 + BRACED_DIGITS_MAX))).ok()?;
            let value = u32::from_str_radix(digits, 16).ok()?;
            (at(bytes, end) == b'}').then_some((char::from_u32(value)?, end + 1))
        }
        b'u' | b'U' => four(bytes, 2).map(|character| (character, 6)),
        b'x' | b'X' => pair(bytes, 2).map(|byte| (char::from(byte), 4)),
        b'0'..=b'3' => {
            let end = run(bytes, 1, |byte| matches!(byte, b'0'..=b'7')).min(4);
            let value = part(bytes, 1..end)
                .iter()
                .fold(0, |value, digit| value * 8 + u32::from(digit - b'0'));
            (if value == 0 { end == 2 } else { end > 2 }).then_some((char::from_u32(value)?, end))
        }
        b'4'..=b'7' => {
            let second = at(bytes, 2);
            let value = u32::from(at(bytes, 1) - b'0') * 8 + u32::from(second.wrapping_sub(b'0'));
            matches!(second, b'0'..=b'7').then_some((char::from_u32(value)?, 3))
        }
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        quote @ (b'"' | b'\'' | b'/' | b'\\' | b'`' | b'<' | b'>') => Some((char::from(quote), 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_characters() {
        assert_eq!(undo(r"\u003cscript\x3e").as_deref(), Some("<script>"));
        assert_eq!(undo(r"al\u{65}rt \145 \74b").as_deref(), Some("alert e <b"));
        assert_eq!(undo(r#"{\"a\":\"b\"}"#).as_deref(), Some(r#"{"a":"b"}"#));
        assert_eq!(undo(r"a\qb \u00zz \9"), None);
    }
}
