//! Strings: their characters, and the escapes that stand for some.

use super::{Characters, Parsed, Parser};
use crate::fault::FaultKind;
use crate::node::Kind;

impl Parser<'_> {
    /// A string, or the name of a member; gives the mark of its characters.
    pub(super) fn string(&mut self, name: bool) -> Parsed<u64> {
        let start = self.at;
        self.at += 1;
        self.skip_plain();
        let (escaped, first, last) = if self.peek() == Some(b'"') {
            (false, start + 1, self.at)
        } else {
            let first = self.unescaped.len();
            self.unescaped.push_str(self.text.get(start + 1..self.at).unwrap_or_default());
            self.rest_of_escaped()?;
            (true, first, self.unescaped.len())
        };
        if last - first > self.limits.string_bytes_max {
            self.at = start;
            return self.fault(FaultKind::StringTooLong);
        }
        self.at += 1;
        let place = Characters { escaped, name, first: first as u32, last: last as u32 };
        self.push_node(Kind::String, place, start)?;
        let from = if escaped { self.unescaped.as_bytes() } else { self.bytes };
        Ok(mark(from.get(first..last).unwrap_or_default()))
    }

    /// Moves to the next quotation mark, backslash or control character, eight bytes at a time.
    fn skip_plain(&mut self) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        const fn has_zero(word: u64) -> u64 {
            word.wrapping_sub(ONES) & !word & HIGH
        }
        while let Some(eight) = self.bytes.get(self.at..self.at + 8) {
            let word = u64::from_le_bytes(eight.try_into().unwrap_or_default());
            let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
            let special = control
                | has_zero(word ^ (ONES * u64::from(b'"')))
                | has_zero(word ^ (ONES * u64::from(b'\\')));
            if special != 0 {
                self.at += special.trailing_zeros() as usize / 8;
                break;
            }
            self.at += 8;
        }
        while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }

    fn rest_of_escaped(&mut self) -> Parsed {
        loop {
            match self.peek() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                Some(_) => return self.fault(FaultKind::ControlCharacter),
                None => return self.fault(FaultKind::UnexpectedEnd),
            }
            let start = self.at;
            self.skip_plain();
            self.unescaped.push_str(self.text.get(start..self.at).unwrap_or_default());
        }
    }

    fn escape(&mut self) -> Parsed {
        let character = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return self.fault(FaultKind::BadEscape),
            None => return self.fault(FaultKind::UnexpectedEnd),
        };
        self.unescaped.push(character);
        self.at += 2;
        Ok(())
    }

    fn unicode_escape(&mut self) -> Parsed {
        let Some(unit) = self.hex4(self.at + 2) else {
            return self.fault(FaultKind::BadEscape);
        };
        let mut length = 6;
        let mut scalar = u32::from(unit);
        if (0xD800..0xDC00).contains(&unit) {
            let low = (self.bytes.get(self.at + 6..self.at + 8) == Some(b"\\u"))
                .then(|| self.hex4(self.at + 8))
                .flatten()
                .filter(|low| (0xDC00..0xE000).contains(low));
            let Some(low) = low else {
                return self.fault(FaultKind::BadEscape);
            };
            scalar = 0x1_0000 + ((u32::from(unit) - 0xD800) << 10) + (u32::from(low) - 0xDC00);
            length = 12;
        }
        // A lone low surrogate is no character, so `from_u32` refuses it.
        let Some(character) = char::from_u32(scalar) else {
            return self.fault(FaultKind::BadEscape);
        };
        self.unescaped.push(character);
        self.at += length;
        Ok(())
    }

    fn hex4(&self, at: usize) -> Option<u16> {
        self.bytes
            .get(at..at + 4)?
            .iter()
            .try_fold(0_u16, |sum, digit| Some(sum << 4 | (*digit as char).to_digit(16)? as u16))
    }
}

/// One bit of 64, the same for equal names.
#[inline]
const fn mark(bytes: &[u8]) -> u64 {
    let (first, last) = match bytes {
        [] => (0, 0),
        [only] => (*only, *only),
        [first, .., last] => (*first, *last),
    };
    let sum = (bytes.len() as u8).wrapping_mul(7).wrapping_add(first).wrapping_add(last << 2);
    1 << (sum % 64)
}
