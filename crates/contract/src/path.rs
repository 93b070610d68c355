//! The path of a request, in its one spelling.

/// A path whose every segment has one reading: percent-decoded, UTF-8, no empty segment but a
/// last one, no dot segment, no encoded slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalPath {
    segments: Vec<String>,
}

/// Why a path has more than one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathFault {
    /// It does not begin with `/`.
    NotAbsolute,
    /// `%` without two hexadecimal digits.
    BadEscape,
    /// The decoded bytes are not UTF-8 (RFC 3629: overlong forms and surrogates included).
    NotUtf8,
    /// NUL or another control character, raw or encoded.
    ControlCharacter,
    /// An encoded `/`, or `\` raw or encoded: one segment or two?
    HiddenSeparator,
    /// `.` or `..`, raw or encoded.
    DotSegment,
    /// `//`.
    EmptySegment,
    /// A raw character that RFC 3986 does not allow in a path.
    BadCharacter,
}

impl CanonicalPath {
    /// Reads the path of a request target, without query.
    pub fn parse(raw: &str) -> Result<Self, PathFault> {
        let _ = raw;
        Err(PathFault::NotAbsolute)
    }

    /// The decoded segments: `/a/b/` has three, the last of them empty.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The path behind `base`, if it begins with it.
    pub fn behind(&self, base: &str) -> Option<Self> {
        let _ = base;
        None
    }

    /// Appends the one spelling of this path: unreserved characters (RFC 3986 section 2.3) and
    /// `!$&'()*+,;=:@` raw, all else percent-encoded in upper case.
    pub fn write(&self, out: &mut Vec<u8>) {
        let _ = out;
    }
}
