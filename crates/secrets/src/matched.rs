//! What a pattern found, in its text.

/// Bytes of a line that are looked at, to both sides.
const LINE_BYTES_MAX: usize = 4 << 10;

/// What a pattern found.
pub(crate) struct Match<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
    pub(crate) secret: &'t [u8],
    pub(crate) whole: &'t [u8],
}

impl<'t> Match<'t> {
    /// The line that it stands in, as far as it is looked at.
    pub(crate) fn line(&self) -> &'t [u8] {
        line(self.text, self.at)
    }
}

/// The line around a byte, as far as it is looked at.
pub(crate) fn line(text: &[u8], at: usize) -> &[u8] {
    let from = at.saturating_sub(LINE_BYTES_MAX);
    let to = at.saturating_add(LINE_BYTES_MAX).min(text.len());
    let before = text.get(from..at).unwrap_or_default();
    let after = text.get(at..to).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(from, |found| from + found + 1);
    let end = memchr::memchr(b'\n', after).map_or(to, |found| at + found);
    text.get(start..end).unwrap_or_default()
}
