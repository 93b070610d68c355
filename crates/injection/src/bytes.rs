//! Reading the bytes of a text: no position panics, and every span ends up between characters.

use std::ops::Range;

/// The byte there, 0 behind the end.
pub(crate) fn at(bytes: &[u8], position: usize) -> u8 {
    bytes.get(position).copied().unwrap_or(0)
}

/// The bytes there, none where the range is no range of theirs.
pub(crate) fn part(bytes: &[u8], range: Range<usize>) -> &[u8] {
    bytes.get(range).unwrap_or(&[])
}

/// From there on.
pub(crate) fn rest(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or(&[])
}

/// Whether `word` stands there, in any case.
pub(crate) fn stands(bytes: &[u8], position: usize, word: &[u8]) -> bool {
    part(bytes, position..position.saturating_add(word.len())).eq_ignore_ascii_case(word)
        && position.saturating_add(word.len()) <= bytes.len()
}

/// Where the run of bytes that pass `test` ends.
pub(crate) fn run(bytes: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    let length = rest(bytes, from).iter().position(|byte| !test(*byte));
    length.map_or(bytes.len().max(from), |length| from + length)
}

/// Where the run of bytes that pass `test` and that ends at `to` begins.
pub(crate) fn run_back(bytes: &[u8], to: usize, test: impl Fn(u8) -> bool) -> usize {
    let before = part(bytes, 0..to);
    before.iter().rposition(|byte| !test(*byte)).map_or(0, |last| last + 1)
}

/// The next place of `needle` from there on.
pub(crate) fn next(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(rest(bytes, from), needle).map(|found| from + found)
}

/// Whether one of the words, in any case, is this.
pub(crate) fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// What names are made of in most languages.
pub(crate) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Space, tab, line ends.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// A span of the text that has these bytes in it and ends between characters.
pub(crate) fn span(text: &str, range: Range<usize>) -> Range<usize> {
    text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end.max(range.start))
}
