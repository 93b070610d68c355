//! What a pattern found, in its text.

/// Bytes of a line that are looked at, to both sides.
const LINE_BYTES_MAX: usize = 4 << 10;

/// What a pattern found.
pub(crate) struct Match<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
    pub(crate) secret: &'t [u8],
    /// Where what was found begins and ends; the secret is a part of it.
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Bytes of a name that are looked at before what a pattern found.
const NAME_BYTES_MAX: usize = 50;

impl<'t> Match<'t> {
    /// What was found, and the rest of the name that it began in: patterns begin at the word that they look for.
    pub(crate) fn whole(&self) -> &'t [u8] {
        let before = self.text.get(..self.from).unwrap_or_default();
        let is_of_a_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
        let name = before.iter().rev().take(NAME_BYTES_MAX).take_while(is_of_a_name).count();
        self.text.get(self.from - name..self.to).unwrap_or_default()
    }

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
