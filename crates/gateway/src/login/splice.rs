//! Another value in the place of one, in a body that was checked.

use portcullis_controls::urlencoded;
use portcullis_json::{Document, Limits, push_quoted};

/// A JSON text with other strings at these pointers. `None` if one of them holds no string.
pub(crate) fn in_json(bytes: &[u8], changes: &[(&str, &str)], limits: &Limits) -> Option<Vec<u8>> {
    let document = Document::parse(bytes.to_vec(), limits).ok()?;
    let mut spans = Vec::with_capacity(changes.len());
    for (pointer, text) in changes {
        let value = document.root().lookup(pointer)?;
        value.as_str()?;
        spans.push((value.span(), *text));
    }
    spans.sort_by_key(|(span, _)| span.start);
    let mut out = Vec::with_capacity(bytes.len() + 128);
    let mut at = 0;
    for (span, text) in spans {
        out.extend_from_slice(bytes.get(at..span.start as usize)?);
        push_quoted(text, &mut out);
        at = span.end as usize;
    }
    out.extend_from_slice(bytes.get(at..)?);
    Some(out)
}

/// A form with another value for a field. `None` if it has no such field, or several.
pub(crate) fn in_form(bytes: &[u8], pointer: &str, text: &str) -> Option<Vec<u8>> {
    let wanted = pointer.strip_prefix('/')?.replace("~1", "/").replace("~0", "~");
    let form = std::str::from_utf8(bytes).ok()?;
    let mut out = Vec::with_capacity(bytes.len() + 128);
    let mut count = 0;
    for (name, value) in urlencoded::pairs(form) {
        if !out.is_empty() {
            out.push(b'&');
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        if urlencoded::decode(name).ok()? == wanted {
            count += 1;
            urlencoded::push_encoded(text, &mut out);
        } else {
            out.extend_from_slice(value.as_bytes());
        }
    }
    (count == 1).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_string_changes_and_nothing_else() {
        let limits = Limits::default();
        let text = br#"{"n":1.0,"a":{"token":"x\u0041"},"b":["y"]}"#;
        let changed = in_json(text, &[("/b/0", "2\""), ("/a/token", "1")], &limits).unwrap();
        let expected = r#"{"n":1.0,"a":{"token":"1"},"b":["2\""]}"#;
        assert_eq!(String::from_utf8(changed).unwrap(), expected);
        assert!(in_json(text, &[("/n", "x")], &limits).is_none(), "no string");
        assert!(in_json(text, &[("/c", "x")], &limits).is_none(), "not there");
    }

    #[test]
    fn one_field_changes_and_nothing_else() {
        let changed =
            in_form(b"a=1&refresh%5Ftoken=ours&b=%20", "/refresh_token", "their s").unwrap();
        assert_eq!(String::from_utf8(changed).unwrap(), "a=1&refresh%5Ftoken=their%20s&b=%20");
        assert!(in_form(b"a=1&a=2", "/a", "x").is_none());
        assert!(in_form(b"a=1", "/b", "x").is_none());
    }
}
