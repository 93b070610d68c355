//! Escapes of JSON and JavaScript, and percents of URLs, undone where they stand.

use crate::disguise::Bare;

/// Bytes that are looked at before and after what is undone: what leads to a secret, and the secret.
const BEFORE: usize = 96;
const AFTER: usize = 384;

/// The parts of a text that have escapes, with them undone.
pub(crate) fn escapes(text: &[u8], each: impl FnMut(Bare)) {
    regions(text, b'\\', "escapes", escape, each);
}

/// The parts of a text that have percents, with them undone.
pub(crate) fn percents(text: &[u8], each: impl FnMut(Bare)) {
    regions(text, b'%', "percent", percent, each);
}

/// What one escape stands for, and its length.
type Undo = fn(&[u8]) -> Option<(u8, usize)>;

fn regions(text: &[u8], mark: u8, coding: &'static str, undo: Undo, mut each: impl FnMut(Bare)) {
    let mut marks = memchr::memchr_iter(mark, text);
    let is_one = |at: &usize| undo(text.get(*at..).unwrap_or_default()).is_some();
    let mut next = marks.find(is_one);
    while let Some(first) = next {
        let start = first.saturating_sub(BEFORE);
        let mut end = first.saturating_add(AFTER);
        loop {
            next = marks.find(is_one);
            match next {
                Some(at) if at < end => end = at.saturating_add(AFTER),
                _ => break,
            }
        }
        each(undone(text, start, end.min(text.len()), coding, mark, undo));
    }
}

fn undone(
    text: &[u8],
    start: usize,
    end: usize,
    coding: &'static str,
    mark: u8,
    undo: Undo,
) -> Bare {
    let mut bare =
        Bare { coding, bytes: Vec::with_capacity(end - start), places: vec![(0, start)] };
    let mut at = start;
    while at < end {
        let rest = text.get(at..end).unwrap_or_default();
        let plain = memchr::memchr(mark, rest).unwrap_or(rest.len());
        bare.bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
        at += plain;
        let Some((byte, length)) = text
            .get(at..end)
            .filter(|rest| !rest.is_empty())
            .map(|rest| undo(rest).unwrap_or((mark, 1)))
        else {
            break;
        };
        bare.bytes.push(byte);
        at += length;
        bare.places.push((bare.bytes.len(), at));
    }
    bare
}

/// An escape that may stand in a secret or beside it.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let [_, kind, rest @ ..] = text else { return None };
    match kind {
        b'"' | b'\'' | b'/' | b'\\' => Some((*kind, 2)),
        b'n' | b'r' | b't' if rest.first().is_some_and(u8::is_ascii_alphanumeric) => {
            Some((b'\n', 2))
        }
        b'n' | b'r' if rest.first() == Some(&b'-') || rest.first() == Some(&b'\\') => {
            Some((b'\n', 2))
        }
        b'x' => Some((hex(rest)?, 4)),
        b'u' if rest.starts_with(b"00") => Some((hex(rest.get(2..)?)?, 6)),
        _ => None,
    }
}

fn percent(text: &[u8]) -> Option<(u8, usize)> {
    Some((hex(text.get(1..)?)?, 3))
}

fn hex(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_their_places_known() {
        let text = br#"{"a": "{\"key\": \"\u0061b\x63\"}"}"#;
        let mut all = Vec::new();
        escapes(text, |bare| all.push(bare));
        assert_eq!(all.len(), 1);
        assert_eq!(String::from_utf8_lossy(&all[0].bytes), r#"{"a": "{"key": "abc"}"}"#);
        let at = all[0].bytes.windows(3).position(|bytes| bytes == b"abc").unwrap();
        assert_eq!(all[0].stood_at(at), 19);
        let mut none = 0;
        escapes(br"C:\dir 100% \d+ \s", |_| none += 1);
        percents(b"100% of it", |_| none += 1);
        assert_eq!(none, 0);
        percents(b"a%3Db%26c", |bare| assert_eq!(bare.bytes, b"a=b&c"));
    }
}
