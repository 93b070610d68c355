//! Which kinds of bytes a text has, in one pass: what a language cannot do without, most texts lack.

use crate::language::Language;

/// The kinds of bytes that a text has. Each sign of ASCII is a kind, and each letter, in either case; the digits
/// are one kind together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Classes(u64);

const DIGIT: u64 = 1 << 58;
const SPACE: u64 = 1 << 59; // and tab
const LINE: u64 = 1 << 60; // ends of lines
const NULL: u64 = 1 << 61;
const CONTROL: u64 = 1 << 62; // others that nobody sees
const HIGH: u64 = 1 << 63; // not ASCII
/// Kinds of signs, before the letters.
const SIGNS: u32 = 32;

const TABLE: [u64; 256] = table();

#[expect(clippy::indexing_slicing, reason = "a constant: a wrong index does not compile")]
const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class(byte as u8);
        byte += 1;
    }
    table
}

const fn class(byte: u8) -> u64 {
    match byte {
        b'0'..=b'9' => DIGIT,
        b'a'..=b'z' => 1 << (SIGNS + (byte - b'a') as u32),
        b'A'..=b'Z' => 1 << (SIGNS + (byte - b'A') as u32),
        b' ' | b'\t' => SPACE,
        b'\r' | b'\n' => LINE,
        0 => NULL,
        0x01..=0x1f | 0x7f => CONTROL,
        0x80.. => HIGH,
        // What is left are the signs, in four runs between digits and letters.
        b'!'..=b'/' => 1 << (byte - b'!'),
        b':'..=b'@' => 1 << (byte - b':' + 15),
        b'['..=b'`' => 1 << (byte - b'[' + 22),
        b'{'..=b'~' => 1 << (byte - b'{' + 28),
    }
}

impl Classes {
    /// Every kind: whatever is looked for could be there.
    #[cfg(test)]
    pub(crate) const ALL: Self = Self(u64::MAX);
    const WORD: Self = Self::of_constant(b"0123456789abcdefghijklmnopqrstuvwxyz");
    const PLAIN: Self = Self(Self::WORD.0 | SPACE | Self::of_constant(b"-,:").0);
    const BASE64: Self = Self(Self::WORD.0 | Self::of_constant(b"+/-_=").0);
    /// Spaces, and all that somebody may take for one.
    pub(crate) const GAP: Self = Self(SPACE | LINE | NULL | CONTROL | HIGH);

    /// What makes more of a text than a word, an address or a member that somebody names.
    const OF_MARKUP: Self = Self::of_constant(b"<>\"'`()[]=");

    /// Whether the language is asked about such a text: a word alone is no command, and an address without a sign of
    /// markup or of script runs nothing.
    pub(crate) const fn concern(self, language: Language) -> bool {
        match language {
            Language::Html => self.have_any(Self::OF_MARKUP),
            Language::Shell => self.0 & !Self::WORD.0 != 0,
            _ => true,
        }
    }

    /// Those of this text.
    pub(crate) fn of(text: &str) -> Self {
        Self(
            text.bytes().fold(0, |seen, byte| {
                seen | TABLE.get(usize::from(byte)).copied().unwrap_or_default()
            }),
        )
    }

    /// Those of these bytes, for constants.
    pub(crate) const fn of_constant(bytes: &[u8]) -> Self {
        let (mut seen, mut rest) = (0, bytes);
        while let [first, behind @ ..] = rest {
            seen |= class(*first);
            rest = behind;
        }
        Self(seen)
    }

    /// These, and those.
    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether one of these is there.
    pub(crate) const fn have_any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether each of these is there.
    pub(crate) const fn have_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether this byte is there, a letter in either case.
    pub(crate) const fn have(self, byte: u8) -> bool {
        self.0 & class(byte) != 0
    }

    /// Whether there are digits.
    pub(crate) const fn have_digit(self) -> bool {
        self.0 & DIGIT != 0
    }

    /// Whether nothing but letters, digits, spaces and what prose puts between them is there.
    pub(crate) const fn are_plain(self) -> bool {
        self.0 & !Self::PLAIN.0 == 0
    }

    /// Whether nothing but what base64 is written with is there, in either alphabet.
    pub(crate) const fn are_of_base64(self) -> bool {
        self.0 & !Self::BASE64.0 == 0
    }

    /// Whether it has spaces, line ends or other bytes that nobody sees.
    pub(crate) const fn have_space(self) -> bool {
        self.0 & (SPACE | LINE | NULL | CONTROL) != 0
    }

    /// Whether it has ends of lines.
    pub(crate) const fn have_line(self) -> bool {
        self.0 & LINE != 0
    }

    /// Whether it has bytes that are not ASCII.
    pub(crate) const fn are_not_ascii(self) -> bool {
        self.0 & HIGH != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_and_each_letter_is_a_kind_of_its_own() {
        let alone = (0..=0x7f_u8).filter(|byte| byte.is_ascii_graphic() && !byte.is_ascii_digit());
        let mut kinds = std::collections::HashMap::new();
        for byte in alone {
            let before = kinds.insert(class(byte), byte.to_ascii_lowercase());
            assert!(before.is_none_or(|before| before == byte.to_ascii_lowercase()), "{byte}");
        }
        assert_eq!(kinds.len(), 32 + 26);
        let all = (0..=0xff_u8).fold(0, |seen, byte| seen | class(byte));
        assert_eq!(all, Classes::ALL.0);
        assert!((0..=0xff_u8).all(|byte| class(byte).is_power_of_two()));
    }

    #[test]
    fn what_prose_has_is_plain() {
        assert!(Classes::of("Tom, Jerry - and 3 others:").are_plain());
        assert!(!Classes::of("a.b").are_plain());
        assert!(Classes::of("aGVsbG8+/-_=").are_of_base64());
        assert!(Classes::of("a\u{7f}").have_any(Classes::GAP));
    }
}
