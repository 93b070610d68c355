//! Texts made of texts: strings of JSON, pairs of a form or a query, words with tags between halves.
//!
//! Parts never overlap, so that all of one text's are no longer than the text.

use super::Undone;
use crate::bytes::{at, is_name, next, part, rest, run};

/// Shorter parts hide nothing.
const PART_BYTES_MIN: usize = 4;

/// The strings of a text that begins as JSON does, names and values apart.
pub(super) fn json(text: &str, found: &mut Vec<Undone>) {
    let bytes = text.as_bytes();
    let start = run(bytes, 0, crate::bytes::is_space);
    if !matches!(at(bytes, start), b'{' | b'[' | b'"')
        || !matches!(bytes.trim_ascii_end().last(), Some(b'}' | b']' | b'"'))
    {
        return;
    }
    let mut position = start;
    while let Some(open) = next(bytes, position, b"\"") {
        let Some(close) = closing(bytes, open + 1) else { return };
        position = close + 1;
        let is_name = at(bytes, run(bytes, position, crate::bytes::is_space)) == b':';
        let content = text.get(open + 1..close).unwrap_or_default();
        if content.len() >= PART_BYTES_MIN {
            let content = super::escape::undo(content).unwrap_or_else(|| content.to_owned());
            found.push(Undone::part("json", content, is_name));
        }
    }
}

/// The quote that ends a string.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut position = from;
    loop {
        match bytes.get(position)? {
            b'"' => return Some(position),
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

/// The pairs of `a=b&c=d`, alone or behind an address's question mark.
pub(super) fn form(text: &str, found: &mut Vec<Undone>) {
    let bytes = text.as_bytes();
    let query = next(bytes, 0, b"?").filter(|mark| is_address(part(bytes, 0..*mark)));
    let query = query.and_then(|mark| text.get(mark + 1..)).unwrap_or(text);
    let end = memchr::memchr(b'=', query.as_bytes()).unwrap_or(0);
    let first = query.as_bytes().get(..end).unwrap_or_default();
    if first.is_empty()
        || !first
            .iter()
            .all(|byte| is_name(*byte) || matches!(byte, b'.' | b'-' | b'[' | b']' | b'%'))
    {
        return;
    }
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        for (content, is_name) in [(name, true), (value, false)] {
            if content.len() >= PART_BYTES_MIN {
                found.push(Undone::part("form", content.replace('+', " "), is_name));
            }
        }
    }
}

fn is_address(before: &[u8]) -> bool {
    before.first().is_none_or(|byte| *byte == b'/') || next(before, 0, b"://").is_some()
}

/// `o<x>nload`: a filter that takes tags away puts the word together.
pub(super) fn split_tags(text: &str, found: &mut Vec<Undone>) {
    let bytes = text.as_bytes();
    let mut joined = String::new();
    let (mut position, mut copied) = (0, 0);
    while let Some(open) = memchr::memchr(b'<', rest(bytes, position)) {
        let open = position + open;
        let start = open + 1;
        let end = run(bytes, start, |byte| byte.is_ascii_alphanumeric() || byte == b'/');
        position = end;
        let is_split = end > start
            && at(bytes, end) == b'>'
            && at(bytes, open.wrapping_sub(1)).is_ascii_alphanumeric()
            && (at(bytes, end + 1).is_ascii_alphanumeric() || at(bytes, end + 1) == b'(');
        if is_split {
            joined.push_str(text.get(copied..open).unwrap_or_default());
            copied = end + 1;
        }
    }
    if copied > 0 {
        joined.push_str(text.get(copied..).unwrap_or_default());
        found.push(Undone::whole("split-by-tags", joined));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(read: fn(&str, &mut Vec<Undone>), text: &str) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        read(text, &mut found);
        found.into_iter().map(|undone| (undone.text, undone.is_name)).collect()
    }

    #[test]
    fn strings_of_json_are_texts_and_names() {
        let read = texts(json, r#"{"name": "a\u003cb\"c", "list": ["item"]}"#);
        let expected = [("name", true), ("a<b\"c", false), ("list", true), ("item", false)];
        assert_eq!(read, expected.map(|(text, is_name)| (text.to_owned(), is_name)));
        assert!(texts(json, "he said \"hello\"").is_empty());
    }

    #[test]
    fn pairs_of_a_query_are_names_and_texts() {
        let read = texts(form, "https://example.com/x?name=a+value&q=1");
        assert_eq!(read, [("name".to_owned(), true), ("a value".to_owned(), false)]);
        assert!(texts(form, "a < b = c").is_empty());
    }

    #[test]
    fn a_word_split_by_tags_is_put_together() {
        assert_eq!(
            texts(split_tags, "o<x>nfocus=alert<x>(1)"),
            [("onfocus=alert(1)".to_owned(), false)]
        );
        assert!(texts(split_tags, "a <b>word</b> here").is_empty());
    }
}
