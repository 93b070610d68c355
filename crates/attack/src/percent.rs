//! Texts as URIs have them.

use std::fmt::Write as _;

/// Percent-encoded but for unreserved characters (RFC 3986 section 2.3), and these.
pub(crate) fn encoded(text: &str, but: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || but.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_uris_is_escaped() {
        assert_eq!(encoded("a b/ü~", b""), "a%20b%2F%C3%BC~");
        assert_eq!(encoded("a b/c", b"/"), "a%20b/c");
    }
}
