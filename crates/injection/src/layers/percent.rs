//! Percent signs and two digits (RFC 3986, 2.1), `%u` and four, and what overlong UTF-8 stands for.

use crate::bytes::{at, part, rest};

/// The text behind, and the layer's name: overlong UTF-8 is never honest and is named.
pub(super) fn undo(text: &str) -> Option<(String, &'static str)> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let (mut position, mut changed) = (0, false);
    while let Some(ahead) = memchr::memchr(b'%', rest(bytes, position)) {
        let sign = position + ahead;
        decoded.extend_from_slice(part(bytes, position..sign));
        let after_lead = matches!(decoded.last(), Some(0xc0 | 0xc1));
        let careless = || {
            careless_pair(bytes, sign + 1)
                .filter(|value| after_lead || matches!(value, 0xc0 | 0xc1))
        };
        if let Some(value) = pair(bytes, sign + 1).or_else(careless) {
            decoded.push(value);
            (position, changed) = (sign + 3, true);
        } else if matches!(at(bytes, sign + 1), b'u' | b'U')
            && let Some(character) = four(bytes, sign + 2)
        {
            decoded.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            (position, changed) = (sign + 6, true);
        } else {
            decoded.push(b'%');
            position = sign + 1;
        }
    }
    decoded.extend_from_slice(rest(bytes, position));
    if !changed {
        return None;
    }
    match String::from_utf8(decoded) {
        Ok(text) => Some((text, "percent")),
        Err(error) => Some(lenient(error.as_bytes())),
    }
}

/// Two hexadecimal digits.
pub(super) fn pair(bytes: &[u8], from: usize) -> Option<u8> {
    let high = char::from(at(bytes, from)).to_digit(16)?;
    let low = char::from(at(bytes, from + 1)).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// Two letters or digits as servers once read them, that took every letter for a digit: `%qf` was `%af`.
fn careless_pair(bytes: &[u8], from: usize) -> Option<u8> {
    let high = char::from(at(bytes, from)).to_digit(36)?;
    let low = char::from(at(bytes, from + 1)).to_digit(36)?;
    Some(((high * 16 + low) & 0xff) as u8)
}

/// Four of them, as a character.
pub(super) fn four(bytes: &[u8], from: usize) -> Option<char> {
    let high = pair(bytes, from)?;
    let low = pair(bytes, from + 2)?;
    char::from_u32(u32::from(high) << 8 | u32::from(low))
}

/// Reads bytes that are no UTF-8 as careless decoders do: overlong forms are the character they stand for,
/// a lead byte without its followers is dropped, anything else is a replacement character.
fn lenient(bytes: &[u8]) -> (String, &'static str) {
    let mut text = String::with_capacity(bytes.len());
    let (mut position, mut is_overlong) = (0, false);
    while position < bytes.len() {
        let lead = at(bytes, position);
        if let Some((character, width)) = overlong(bytes, position) {
            text.push(character);
            (position, is_overlong) = (position + width, true);
            continue;
        }
        if lead == 0xc1 && (1..0x40).contains(&at(bytes, position + 1)) {
            text.push(char::from(at(bytes, position + 1) | 0x40));
            (position, is_overlong) = (position + 2, true);
            continue;
        }
        if matches!(lead, 0xc0 | 0xc1) {
            (position, is_overlong) = (position + 1, true);
            continue;
        }
        let width = match lead {
            0..0x80 => 1,
            0xc2..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        let end = (position + width).min(bytes.len());
        if let Ok(character) = std::str::from_utf8(part(bytes, position..end)) {
            text.push_str(character);
            position = end;
        } else {
            text.push(char::REPLACEMENT_CHARACTER);
            position += 1;
        }
    }
    (text, if is_overlong { "percent-overlong" } else { "percent" })
}

/// An ASCII character in two to six bytes.
fn overlong(bytes: &[u8], position: usize) -> Option<(char, usize)> {
    let lead = at(bytes, position);
    let width = match lead {
        0xc0 | 0xc1 => 2,
        0xe0 => 3,
        0xf0 => 4,
        0xf8 => 5,
        0xfc => 6,
        _ => return None,
    };
    let followers = part(bytes, position + 1..position + width);
    if followers.len() + 1 != width || followers.iter().any(|byte| byte & 0xc0 != 0x80) {
        return None;
    }
    let value = followers
        .iter()
        .fold(u32::from(lead & 1), |value, byte| (value << 6) | u32::from(byte & 0x3f));
    // Lists of attacks write `%c1%af` for a slash, and some decoders made one of it.
    let value =
        if (lead, followers.first()) == (0xc1, Some(&0xaf)) { u32::from(b'/') } else { value };
    let is_ascii = value < 0x80 && (width == 2 || lead & 1 == 0);
    let character = char::from_u32(value).filter(|_| is_ascii)?;
    debug_assert!(rest(bytes, position).len() >= width);
    Some((character, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlong_forms_are_what_they_stand_for() {
        assert_eq!(undo("%c0%ae%c0%af"), Some(("./".to_owned(), "percent-overlong")));
        assert_eq!(undo("%e0%80%ae%f0%80%80%ae"), Some(("..".to_owned(), "percent-overlong")));
        assert_eq!(undo("%c1%9c"), Some(("\\".to_owned(), "percent-overlong")));
        assert_eq!(undo("%uff0e"), Some(("\u{ff0e}".to_owned(), "percent")));
        assert_eq!(undo("%C3%A9"), Some(("é".to_owned(), "percent")));
        assert_eq!(undo("100% sure, 5%"), None);
        assert_eq!(undo("%c0%qf%c1%1c%bg%qf"), Some(("/\\/".to_owned(), "percent-overlong")));
        assert_eq!(undo("%E9"), Some(("\u{fffd}".to_owned(), "percent")));
    }
}
