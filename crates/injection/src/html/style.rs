//! Styles that run script: declarations with which browsers did, whatever comments and escapes hide them.

use crate::bytes::{at, part, run};

/// Digits of an escape (CSS Syntax, 4.3.7).
const DIGITS_MAX: usize = 6;

const ACTIVE: [&[u8]; 9] = [
    b"expression(",
    b"javascript:",
    b"vbscript:",
    b"-moz-binding",
    b"behavior:",
    b"behaviour:",
    b"-o-link",
    b"user-modify",
    b"data:text/html",
];

/// Of a style without space, in lower case.
pub(super) fn is_active(style: &[u8]) -> bool {
    let mut bare = Vec::with_capacity(style.len());
    let mut position = 0;
    while position < style.len() {
        match (at(style, position), at(style, position + 1)) {
            (b'/', b'*') => {
                let end = memchr::memmem::find(part(style, position + 2..style.len()), b"*/");
                position = end.map_or(style.len(), |end| position + end + 4);
            }
            (b'\\', _) => {
                let end = run(style, position + 1, |byte| byte.is_ascii_hexdigit())
                    .min(position + 1 + DIGITS_MAX);
                let digits =
                    std::str::from_utf8(part(style, position + 1..end)).unwrap_or_default();
                let value = u8::from_str_radix(digits, 16).ok();
                bare.extend(value.map(|byte| byte.to_ascii_lowercase()));
                position = if value.is_some() { end } else { position + 1 };
            }
            (byte, _) => {
                bare.push(byte);
                position += 1;
            }
        }
    }
    let is_script = ACTIVE.iter().any(|word| memchr::memmem::find(&bare, word).is_some());
    let opens_tag =
        memchr::memchr_iter(b'<', &bare).any(|open| at(&bare, open + 1).is_ascii_alphabetic());
    is_script || opens_tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_escapes_hide_nothing() {
        for style in [
            "width:expression(f())",
            "width:ex/**/pression(f())",
            r"x:\65xpression(f())",
            r"font:\3cimg\20src",
            "a:url(javascript:f())",
        ] {
            assert!(is_active(style.as_bytes()), "{style}");
        }
        for style in ["color:red", "background:url(a.png)", "font-family:'foo'"] {
            assert!(!is_active(style.as_bytes()), "{style}");
        }
    }
}
