//! The lines between chunks: sizes, extensions, trailers (RFC 9112 section 7.1).

/// All extensions of one body, in bytes.
pub(crate) const EXTENSION_BYTES_MAX: usize = 4 << 10;

/// The digits of a size: four gigabytes are above every limit.
const DIGITS_MAX: usize = 8;

/// The size of a chunk and the bytes of its extensions, from a line without its CRLF. Extensions
/// mean nothing to us and are dropped, but only those that end at the same place for every reader:
/// names and plain values, no white space, no quotes.
pub(crate) fn size(line: &[u8]) -> Option<(u64, usize)> {
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    let (digits, extensions) = line.split_at_checked(end)?;
    if digits.is_empty() || digits.len() > DIGITS_MAX {
        return None;
    }
    let size = digits.iter().try_fold(0_u64, |sum, digit| {
        Some(sum << 4 | u64::from(char::from(*digit).to_digit(16)?))
    })?;
    are_extensions(extensions).then_some((size, extensions.len()))
}

/// `*( ";" token [ "=" token ] )`
fn are_extensions(text: &[u8]) -> bool {
    text.is_empty()
        || text.split(|byte| *byte == b';').skip(1).all(|extension| {
            let mut sides = extension.splitn(2, |byte| *byte == b'=');
            sides.all(is_token)
        })
}

/// Whether a line of a trailer is a field line (RFC 9112 section 5). It is left out all the same,
/// but what is none may be the next request for another reader.
pub(crate) fn is_field_line(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
    line.split_at_checked(colon).is_some_and(|(name, value)| {
        let is_text = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7F);
        is_token(name) && value.iter().all(is_text)
    })
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &[u8]) -> bool {
    !text.is_empty()
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_size_is_hexadecimal_digits_and_plain_extensions() {
        assert_eq!(size(b"0"), Some((0, 0)));
        assert_eq!(size(b"0000001F"), Some((31, 0)));
        assert_eq!(size(b"5;a;b=c"), Some((5, 6)));
        for bad in [
            &b""[..],
            b"000000005",
            b"0x5",
            b"+5",
            b"-5",
            b" 5",
            b"5 ",
            b"5_0",
            b"g",
            b"5;",
            b"5;;a",
            b"5;=a",
            b"5;a=",
            b"5 ;a",
            b"5; a",
            b"5;a=\"b\"",
            b"5;a\n",
            b"5;a=b=c",
            b";a",
        ] {
            assert_eq!(size(bad), None, "{:?}", bad.escape_ascii().to_string());
        }
    }

    proptest! {
        #[test]
        fn an_accepted_line_is_the_same_number_for_a_careless_reader(
            line in "[0-9a-fA-F]{0,9}[ -~\\t\\r\\n\u{0}]{0,6}"
        ) {
            if let Some((found, extensions)) = size(line.as_bytes()) {
                let end = line.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(line.len());
                prop_assert_eq!(u64::from_str_radix(&line[..end], 16), Ok(found));
                prop_assert_eq!(line.len() - end, extensions);
                prop_assert!(line[end..].is_empty() || line[end..].starts_with(';'));
                prop_assert!(!line.contains([' ', '\t', '\r', '\n', '\0', '"']));
            }
        }
    }

    #[test]
    fn a_trailer_holds_fields_and_nothing_else() {
        for good in [&b"X: a"[..], b"X:", b"x-y:\ta b\t", b"X: \xe9"] {
            assert!(is_field_line(good), "{:?}", good.escape_ascii().to_string());
        }
        for bad in [&b"X"[..], b": a", b" X: a", b"X : a", b"X: a\0", b"GET http://a HTTP/1.1"] {
            assert!(!is_field_line(bad), "{:?}", bad.escape_ascii().to_string());
        }
    }
}
