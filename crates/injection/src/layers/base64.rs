//! Base64 with or without its padding, in both alphabets, and UTF-7, which puts base64 between `+` and `-`.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::bytes::{at, part, run};

/// Shorter than this hides nothing.
const BYTES_MIN: usize = 10;

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
static ORDINARY: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
static FOR_ADDRESSES: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// What stands before it in an address of data.
const MARK: &str = ";base64,";

/// Text that somebody may have meant: UTF-8, and hardly any control characters.
pub(super) fn undo(text: &str) -> Option<String> {
    let mark = memchr::memchr(b';', text.as_bytes()).and_then(|_| text.find(MARK));
    let text = mark.and_then(|mark| text.get(mark + MARK.len()..)).unwrap_or(text);
    let is_alphabet =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
    if text.len() < BYTES_MIN || !text.bytes().all(is_alphabet) {
        return None;
    }
    // Each alphabet has two signs that the other lacks.
    let is_for_addresses = memchr::memchr2(b'-', b'_', text.as_bytes()).is_some();
    let alphabet = if is_for_addresses { &FOR_ADDRESSES } else { &ORDINARY };
    let decoded = alphabet.decode(text).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let strange = decoded
        .chars()
        .filter(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        .count();
    (strange * 8 <= decoded.len()).then_some(decoded)
}

/// `+ADw-script+AD4-`. What stands for letters could have been written as letters.
pub(super) fn undo_utf7(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = String::with_capacity(text.len());
    let (mut position, mut copied, mut changed) = (0, 0, false);
    while let Some(plus) = crate::bytes::next(bytes, position, b"+A") {
        let end = run(bytes, plus + 1, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
        });
        position = end.max(plus + 2);
        let units = ORDINARY.decode(part(bytes, plus + 1..end)).unwrap_or_default();
        let (units, _) = units.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
        let Ok(shifted) = String::from_utf16(&units) else { continue };
        if !shifted.bytes().any(|byte| byte.is_ascii_punctuation()) || !shifted.is_ascii() {
            continue;
        }
        decoded.push_str(text.get(copied..plus).unwrap_or_default());
        decoded.push_str(&shifted);
        copied = if at(bytes, end) == b'-' { end + 1 } else { end };
        changed = true;
    }
    decoded.push_str(text.get(copied..).unwrap_or_default());
    changed.then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_text_is_that_text() {
        assert_eq!(undo("PHNjcmlwdD4").as_deref(), Some("<script>"));
        assert_eq!(undo("DQpRVUlUDQo").as_deref(), Some("\r\nQUIT\r\n"));
        assert_eq!(undo("data:text/html;base64,PHNjcmlwdD4=").as_deref(), Some("<script>"));
    }

    #[test]
    fn words_and_numbers_are_none() {
        for text in [
            "internationalisation",
            "3f2504e0-4f89-41d3-9a0c",
            "short",
            "d41d8cd98f00b204e9800998ecf8427e",
        ] {
            assert_eq!(undo(text), None, "{text}");
        }
    }

    #[test]
    fn utf_7_is_what_it_stands_for() {
        assert_eq!(undo_utf7("+ADw-script+AD4-").as_deref(), Some("<script>"));
        assert_eq!(undo_utf7("1+A and C+Abc"), None);
    }
}
