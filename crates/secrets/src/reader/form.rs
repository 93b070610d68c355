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
    } else if at(257, 262) == b"ustar" {
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
