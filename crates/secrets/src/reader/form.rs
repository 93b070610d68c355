//! What a file is, by how it begins. Names only decide where beginnings are alike.

/// Bytes that decide it.
pub(super) const HEAD_BYTES: usize = 4 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Gzip,
    Tar,
    Zip,
    Asar,
    /// A source map.
    Map,
    Text,
    /// Strings among other bytes.
    Binary,
}

pub(super) fn form(head: &[u8], name: &str) -> Form {
    let at = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
    let ends = |end: &str| {
        name.len() > end.len() && name.as_bytes().to_ascii_lowercase().ends_with(end.as_bytes())
    };
    if head.starts_with(&[0x1f, 0x8b, 8]) {
        Form::Gzip
    } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Form::Zip
    } else if is_tar(head) {
        Form::Tar
    // A header of a header: four bytes of length, and the JSON that follows.
    } else if head.starts_with(&[4, 0, 0, 0]) && at(16, 25) == b"{\"files\":" {
        Form::Asar
    } else if ends(".map")
        && head
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_some_and(|byte| matches!(byte, b'{' | b')'))
    {
        Form::Map
    } else if head.starts_with(&[0xff, 0xfe])
        || head.starts_with(&[0xfe, 0xff])
        || head.contains(&0)
    {
        Form::Binary
    } else {
        Form::Text
    }
}

/// Bytes of the first header of a tar.
const HEADER_BYTES: usize = 512;
/// Where its checksum stands (POSIX.1-1988, `ustar`; and the older form, which has no magic word).
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Whether it begins with the header of a tar: its checksum is right. A word at a place is in scripts as well.
fn is_tar(head: &[u8]) -> bool {
    let (Some(header), Some(field)) = (head.get(..HEADER_BYTES), head.get(CHECKSUM)) else {
        return false;
    };
    let digits = field.iter().skip_while(|byte| **byte == b' ');
    let digits = digits.take_while(|byte| matches!(byte, b'0'..=b'7'));
    let told = digits.fold(0_u32, |sum, digit| (sum << 3) | u32::from(digit - b'0'));
    // The sum takes its own place for spaces.
    let spaces = u32::from(b' ') * 8;
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let own: u32 = field.iter().map(|byte| u32::from(*byte)).sum();
    header.first() != Some(&0) && told == sum - own + spaces
}
