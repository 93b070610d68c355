//! Strings and whole numbers in their one spelling.

/// Appends `text` as a JSON string with the fewest escapes: the quotation mark, the backslash,
/// and control characters (RFC 8259 section 7).
pub fn push_quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (place, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(bytes.get(written..place).unwrap_or_default());
        written = place + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                for digit in [control >> 4, control & 15] {
                    out.push(HEX.get(usize::from(digit)).copied().unwrap_or(b'0'));
                }
            }
        }
    }
    out.extend_from_slice(bytes.get(written..).unwrap_or_default());
    out.push(b'"');
}

/// The same, and characters that act on a terminal as escapes, too: DEL, the second set of control characters, and what
/// turns the direction of text, ends a line, or cannot be seen. Every reader reads the same.
pub fn push_quoted_plain(text: &str, acts: impl Fn(char) -> bool, out: &mut Vec<u8>) {
    if !text.contains(&acts) {
        return push_quoted(text, out);
    }
    out.push(b'"');
    for character in text.chars() {
        let mut units = [0; 2];
        if acts(character) && character >= '\u{7f}' {
            for unit in character.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
            continue;
        }
        let mut quoted = Vec::with_capacity(8);
        push_quoted(character.encode_utf8(&mut [0; 4]), &mut quoted);
        out.extend_from_slice(quoted.get(1..quoted.len() - 1).unwrap_or_default());
    }
    out.push(b'"');
}

/// Appends a whole number in decimal.
pub fn push_decimal(number: u64, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut left = number;
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - count..).unwrap_or_default());
}

/// The byte behind the string that begins at `start` in a JSON text; the text's end if it does not
/// end.
pub fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_as_everybody_writes_them() {
        for number in [0, 7, 10, 99, 100, 1_000_000, u64::MAX] {
            let mut out = Vec::new();
            push_decimal(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
    }
}
