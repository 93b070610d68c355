//! The path of a request, in its one spelling.

/// A path whose every segment has one reading: percent-decoded, UTF-8, no empty segment but a
/// last one, no dot segment, no encoded slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalPath {
    /// The decoded segments, one behind the other, without separators.
    text: String,
    /// Where each segment ends in `text`. Never empty.
    ends: Vec<u32>,
    /// Where in `text` a delimiter stands that was escaped, in order. An escaped delimiter is not
    /// the same as a raw one (RFC 3986 section 2.2).
    escaped: Vec<u32>,
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
    /// `.` or `..`, raw or encoded; also before `;`, where some servers cut a segment off.
    DotSegment,
    /// `//`.
    EmptySegment,
    /// A raw character that RFC 3986 does not allow in a path, and that no browser sends raw.
    BadCharacter,
}

impl CanonicalPath {
    /// Reads the path of a request target, without query.
    pub fn parse(raw: &str) -> Result<Self, PathFault> {
        let mut bytes = raw.bytes();
        if bytes.next() != Some(b'/') {
            return Err(PathFault::NotAbsolute);
        }
        let mut text = Vec::with_capacity(raw.len());
        let mut ends = Vec::with_capacity(8);
        let mut escaped = Vec::new();
        let mut start = 0;
        while let Some(byte) = bytes.next() {
            match byte {
                b'/' => {
                    if text.len() == start {
                        return Err(PathFault::EmptySegment);
                    }
                    start = end_segment(&text, start, &mut ends)?;
                }
                b'%' => {
                    let high = bytes.next().and_then(hexadecimal);
                    let low = bytes.next().and_then(hexadecimal);
                    let (Some(high), Some(low)) = (high, low) else {
                        return Err(PathFault::BadEscape);
                    };
                    let decoded = high << 4 | low;
                    match decoded {
                        b'/' | b'\\' => return Err(PathFault::HiddenSeparator),
                        0..=0x1F | 0x7F => return Err(PathFault::ControlCharacter),
                        _ if is_delimiter(decoded) => {
                            escaped.push(text.len() as u32);
                            text.push(decoded);
                        }
                        _ => text.push(decoded),
                    }
                }
                b'\\' => return Err(PathFault::HiddenSeparator),
                0..=0x1F | 0x7F => return Err(PathFault::ControlCharacter),
                _ if is_plain(byte) || is_often_raw(byte) => text.push(byte),
                _ => return Err(PathFault::BadCharacter),
            }
        }
        end_segment(&text, start, &mut ends)?;
        // Every segment was found to be UTF-8, so the whole is.
        let text = String::from_utf8(text).map_err(|_| PathFault::NotUtf8)?;
        Ok(Self { text, ends, escaped })
    }

    /// The decoded segments: `/a/b/` has three, the last of them empty.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        (0..self.ends.len()).filter_map(|index| self.segment(index))
    }

    /// The decoded segment at `index`.
    pub fn segment(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start as usize..end as usize)
    }

    /// The decoded segment at `index`, and the places in it where an escaped delimiter stands.
    pub(crate) fn segment_with_escapes(
        &self,
        index: usize,
    ) -> Option<(&str, impl Iterator<Item = usize>)> {
        let segment = self.segment(index)?;
        let end = *self.ends.get(index)?;
        let start = end - segment.len() as u32;
        let escaped = self.escaped.iter().filter(move |at| (start..end).contains(*at));
        Some((segment, escaped.map(move |at| (at - start) as usize)))
    }

    /// How many segments it has: at least one.
    #[expect(clippy::len_without_is_empty, reason = "a path always has a segment")]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The path behind `base` (empty, or as it stands in a URL), if it begins with it.
    pub fn behind(&self, base: &str) -> Option<Self> {
        if base.is_empty() {
            return Some(self.clone());
        }
        if base.contains('%') {
            let base = Self::parse(base).ok()?;
            return self.behind_segments(base.segments());
        }
        self.behind_segments(base.strip_prefix('/')?.split('/'))
    }

    fn behind_segments<'b>(&self, base: impl Iterator<Item = &'b str>) -> Option<Self> {
        let mut count = 0;
        for segment in base {
            if self.segment(count) != Some(segment) {
                return None;
            }
            count += 1;
        }
        let cut = *self.ends.get(count.checked_sub(1)?)?;
        let ends: Vec<u32> = self.ends.get(count..)?.iter().map(|end| end - cut).collect();
        let text = self.text.get(cut as usize..)?.to_owned();
        let escaped = self.escaped.iter().filter_map(|at| at.checked_sub(cut)).collect();
        (!ends.is_empty()).then_some(Self { text, ends, escaped })
    }

    /// Whether a slash stands at its end. That of `/` is its beginning.
    pub fn ends_with_slash(&self) -> bool {
        self.len() > 1 && self.segments().next_back() == Some("")
    }

    /// The path with a slash more at its end, or with the one that is there less.
    #[must_use]
    pub fn with_other_end(&self) -> Self {
        let mut other = self.clone();
        if self.ends_with_slash() {
            other.ends.pop();
        } else if self.segments().next_back() != Some("") {
            other.ends.push(self.text.len() as u32);
        }
        other
    }

    /// Appends the one spelling of this path: unreserved characters (RFC 3986 section 2.3) and
    /// `!$&'()*:@` raw, `,;=+` as they were sent, all else percent-encoded in upper case.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut escaped = self.escaped.iter().peekable();
        let mut at = 0;
        for segment in self.segments() {
            out.push(b'/');
            for byte in segment.bytes() {
                let was_escaped = escaped.next_if(|place| **place == at).is_some();
                if is_plain(byte) && !was_escaped {
                    out.push(byte);
                } else {
                    push_escaped(byte, out);
                }
                at += 1;
            }
        }
    }
}

/// Appends the fixed text of a path, delimiters raw.
pub fn write_path_text(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(byte);
        } else {
            push_escaped(byte, out);
        }
    }
}

/// Appends one value as a path holds it. A raw `;` begins parameters of a segment for some
/// servers, and a raw `+` is a space for some, so both are escaped; no reader takes the escaped
/// ones for anything else.
pub fn write_path_value(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if is_plain(byte) && !matches!(byte, b';' | b'+') {
            out.push(byte);
        } else {
            push_escaped(byte, out);
        }
    }
}

fn push_escaped(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'%');
    for digit in [byte >> 4, byte & 15] {
        out.push(HEX.get(usize::from(digit)).copied().unwrap_or(b'0'));
    }
}

/// Closes the segment that starts at `start`; gives where the next one starts.
fn end_segment(text: &[u8], start: usize, ends: &mut Vec<u32>) -> Result<usize, PathFault> {
    let segment = text.get(start..).unwrap_or_default();
    // A character must not reach over a separator, so each segment is UTF-8 by itself.
    let segment = std::str::from_utf8(segment).map_err(|_| PathFault::NotUtf8)?;
    if !segment.is_ascii() && segment.contains(char::is_control) {
        return Err(PathFault::ControlCharacter);
    }
    if matches!(segment.split(';').next(), Some("." | "..")) {
        return Err(PathFault::DotSegment);
    }
    ends.push(text.len() as u32);
    Ok(text.len())
}

/// Delimiters that have a meaning to servers or parameter styles when they are raw.
const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'=' | b'+')
}

/// What RFC 3986 does not allow, and browsers send all the same (WHATWG URL, path percent-encode
/// set). It delimits nothing, so it has one meaning; it is written escaped.
const fn is_often_raw(byte: u8) -> bool {
    matches!(byte, b'|' | b'[' | b']' | b'^')
}

/// `pchar` of RFC 3986 section 3.3, without escapes.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

const fn hexadecimal(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(path: &CanonicalPath) -> String {
        let mut out = Vec::new();
        path.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn paths_with_one_reading_are_written_in_one_spelling() {
        for (raw, spelling) in [
            ("/", "/"),
            ("/a/b/", "/a/b/"),
            ("/%7euser/%41", "/~user/A"),
            ("/caf%C3%A9", "/caf%C3%A9"),
            ("/a%20b", "/a%20b"),
            ("/a%3fb%23", "/a%3Fb%23"),
            ("/100%25", "/100%25"),
            ("/users/7:activate;v=1", "/users/7:activate;v=1"),
            ("/...", "/..."),
            ("/.well-known/x", "/.well-known/x"),
            ("/a%3Bb%2cc%3d%2B/;,=+", "/a%3Bb%2Cc%3D%2B/;,=+"),
            ("/a|b[0]^", "/a%7Cb%5B0%5D%5E"),
        ] {
            let path = CanonicalPath::parse(raw).unwrap();
            assert_eq!(written(&path), spelling, "{raw}");
        }
    }

    #[test]
    fn paths_with_two_readings_are_refused() {
        for (raw, fault) in [
            ("", PathFault::NotAbsolute),
            ("a", PathFault::NotAbsolute),
            ("*", PathFault::NotAbsolute),
            ("http://a/", PathFault::NotAbsolute),
            ("/%", PathFault::BadEscape),
            ("/%4", PathFault::BadEscape),
            ("/%zz", PathFault::BadEscape),
            ("/%+1", PathFault::BadEscape),
            ("/%c0%af", PathFault::NotUtf8),
            ("/%ed%a0%80", PathFault::NotUtf8),
            ("/%C3/%A9", PathFault::NotUtf8),
            ("/a%00", PathFault::ControlCharacter),
            ("/a%0d%0aX", PathFault::ControlCharacter),
            ("/a\tb", PathFault::ControlCharacter),
            ("/%C2%85", PathFault::ControlCharacter),
            ("/a%2Fb", PathFault::HiddenSeparator),
            ("/a%5cb", PathFault::HiddenSeparator),
            ("/a\\b", PathFault::HiddenSeparator),
            ("/.", PathFault::DotSegment),
            ("/a/../b", PathFault::DotSegment),
            ("/a/%2e%2E/b", PathFault::DotSegment),
            ("/a/..;x/b", PathFault::DotSegment),
            ("//", PathFault::EmptySegment),
            ("/a//b", PathFault::EmptySegment),
            ("//a", PathFault::EmptySegment),
            ("/a b", PathFault::BadCharacter),
            ("/a?b", PathFault::BadCharacter),
            ("/a#b", PathFault::BadCharacter),
            ("/{id}", PathFault::BadCharacter),
            ("/<a>", PathFault::BadCharacter),
            ("/a`\"", PathFault::BadCharacter),
            ("/café", PathFault::BadCharacter),
        ] {
            assert_eq!(CanonicalPath::parse(raw), Err(fault), "{raw}");
        }
    }

    #[test]
    fn a_slash_at_the_end_can_be_put_and_taken() {
        for (raw, other) in [("/a", "/a/"), ("/a/", "/a"), ("/a/b", "/a/b/"), ("/", "/")] {
            let path = CanonicalPath::parse(raw).unwrap();
            assert_eq!(written(&path.with_other_end()), other, "{raw}");
        }
    }

    #[test]
    fn a_base_path_is_taken_off_by_whole_segments() {
        let behind = |path: &str, base: &str| {
            CanonicalPath::parse(path).unwrap().behind(base).map(|path| written(&path))
        };
        assert_eq!(behind("/api/v1/a/b", "/api/v1").as_deref(), Some("/a/b"));
        assert_eq!(behind("/a", "").as_deref(), Some("/a"));
        assert_eq!(behind("/api/", "/api").as_deref(), Some("/"));
        assert_eq!(behind("/my%20api/a", "/my%20api").as_deref(), Some("/a"));
        assert_eq!(behind("/api", "/api"), None);
        assert_eq!(behind("/apiv1/a", "/api"), None);
        assert_eq!(behind("/a", "/api"), None);
        assert_eq!(behind("/a", "api"), None);
    }

    proptest! {
        #[test]
        fn writing_and_reading_are_inverse(segments in prop::collection::vec("[^/\\\\\\pC]{1,8}", 1..6)) {
            prop_assume!(!segments.iter().any(|s| matches!(s.split(';').next(), Some("." | ".."))));
            let path = CanonicalPath {
                text: segments.concat(),
                ends: segments.iter().scan(0, |end, segment| {
                    *end += segment.len() as u32;
                    Some(*end)
                }).collect(),
                escaped: Vec::new(),
            };
            prop_assert_eq!(CanonicalPath::parse(&written(&path)), Ok(path));
        }

        #[test]
        fn an_accepted_path_hides_nothing(raw in "/[a-z./%0-9A-F;,|\\\\\u{e9}]{0,16}") {
            if let Ok(path) = CanonicalPath::parse(&raw) {
                let segments: Vec<&str> = path.segments().collect();
                let (last, inner) = segments.split_last().unwrap();
                prop_assert!(inner.iter().all(|segment| !segment.is_empty()));
                for segment in inner.iter().chain([last]) {
                    prop_assert!(*segment != "." && *segment != "..");
                    prop_assert!(!segment.contains(['/', '\\', '\0']));
                }
                prop_assert_eq!(CanonicalPath::parse(&written(&path)), Ok(path));
            }
        }
    }
}
