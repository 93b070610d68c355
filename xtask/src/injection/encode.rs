//! The encoders of the suites, and how their lists are decoded.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// Those of gotestwaf that a text may come in.
pub(crate) const ENCODERS: [&str; 6] =
    ["Plain", "URL", "Base64", "Base64Flat", "JSUnicode", "XMLEntity"];

/// A text as one of [`ENCODERS`] writes it.
pub(crate) fn encoded(encoder: &str, text: &str) -> Option<String> {
    Some(match encoder {
        "Plain" => text.to_owned(),
        // A query's way: a space is a plus sign.
        "URL" => percent(text).replace("%20", "+"),
        "Base64" => STANDARD.encode(text),
        "Base64Flat" => STANDARD_NO_PAD.encode(text),
        "JSUnicode" => each(text.encode_utf16(), |unit| format!("\\u{unit:04x}")),
        "XMLEntity" => each(text.chars(), |one| format!("&#x{:x};", u32::from(one))),
        _ => return None,
    })
}

fn each<T>(units: impl Iterator<Item = T>, write: impl Fn(T) -> String) -> String {
    units.map(write).collect::<Vec<_>>().concat()
}

/// All but unreserved characters as escapes.
pub(crate) fn percent(text: &str) -> String {
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escape = |byte: u8| {
        if is_kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(escape).collect()
}

/// A text of a query or a form without its escapes, if that is text; else as it stands.
pub(crate) fn form_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits =
            digits.filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        out.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// Names and values of a query or a form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (form_decoded(name), form_decoded(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoder_writes_what_the_suite_writes() {
        let written: Vec<_> = ENCODERS.iter().map(|name| encoded(name, "<a b")).collect();
        let wanted = ["<a b", "%3Ca+b", "PGEgYg==", "PGEgYg", r"\u003c\u0061\u0020\u0062"];
        for (written, wanted) in written.iter().zip(wanted) {
            assert_eq!(written.as_deref(), Some(wanted));
        }
        assert_eq!(encoded("XMLEntity", "<").as_deref(), Some("&#x3c;"));
        assert_eq!(encoded("GZIP", "<"), None);
    }

    #[test]
    fn a_form_is_pairs_without_escapes() {
        let wanted = [("a b", "1' or 1"), ("c", "100%"), ("d", "")];
        let wanted = wanted.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs("a+b=1%27%20or+1&c=100%&&d"), wanted);
    }

    #[test]
    fn what_is_no_text_once_decoded_stays_as_it_stands() {
        assert_eq!(form_decoded("%ff%3C"), "%ff%3C");
    }
}
