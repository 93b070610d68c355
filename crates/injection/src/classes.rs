//! Which kinds of bytes a text has, in one pass, and which of them a language needs to be more than text.

use crate::language::Language;

/// The kinds of bytes that a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Classes(u16);

const WORD: u16 = 1; // letters and digits
const SPACE: u16 = 1 << 1;
const SIGN: u16 = 1 << 2; // - , : which prose has, too
const DOT: u16 = 1 << 3;
const SLASH: u16 = 1 << 4; // and backslash
const UNDERSCORE: u16 = 1 << 5;
const ANGLE: u16 = 1 << 6;
const QUOTE: u16 = 1 << 7;
const ROUND: u16 = 1 << 8;
const SQUARE: u16 = 1 << 9;
const CURLY: u16 = 1 << 10;
const CONTROL: u16 = 1 << 11; // line ends, null
const HIGH: u16 = 1 << 12; // not ASCII
const EQUALS: u16 = 1 << 13;
const AT: u16 = 1 << 14;
const OTHER: u16 = 1 << 15;

const TABLE: [u16; 256] = table();

#[expect(clippy::indexing_slicing, reason = "a constant: a wrong index does not compile")]
const fn table() -> [u16; 256] {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class(byte as u8);
        byte += 1;
    }
    table
}

const fn class(byte: u8) -> u16 {
    match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => WORD,
        b' ' | b'\t' => SPACE,
        b'-' | b',' | b':' => SIGN,
        b'.' => DOT,
        b'/' | b'\\' => SLASH,
        b'_' => UNDERSCORE,
        b'<' | b'>' => ANGLE,
        b'"' | b'\'' | b'`' => QUOTE,
        b'(' | b')' => ROUND,
        b'[' | b']' => SQUARE,
        b'{' | b'}' => CURLY,
        0..=0x1f | 0x7f => CONTROL,
        0x80.. => HIGH,
        b'=' => EQUALS,
        b'@' => AT,
        _ => OTHER,
    }
}

impl Classes {
    /// Those of this text.
    pub(crate) fn of(text: &str) -> Self {
        Self(
            text.bytes().fold(0, |seen, byte| {
                seen | TABLE.get(usize::from(byte)).copied().unwrap_or(OTHER)
            }),
        )
    }

    /// Whether the language can read more than text in bytes of these kinds.
    pub(crate) const fn concern(self, language: Language) -> bool {
        let needs = match language {
            // `0x2e0x2e0x2f` is a way up that has neither dot nor slash.
            Language::Path => WORD | SLASH | DOT,
            Language::Template => ANGLE | ROUND | SQUARE | CURLY | AT | OTHER | DOT,
            Language::Html => ANGLE | QUOTE | ROUND | SQUARE | EQUALS,
            Language::Line => CONTROL | HIGH,
            Language::Prototype => UNDERSCORE | SQUARE | CURLY | DOT,
            Language::Xml => ANGLE,
            // Sentences of these are made of words and spaces, too.
            _ => !WORD,
        };
        self.0 & needs != 0
    }

    /// Whether nothing but letters, digits, spaces and what prose puts between them is there.
    pub(crate) const fn are_plain(self) -> bool {
        self.0 & !(WORD | SPACE | SIGN) == 0
    }

    /// Whether it has spaces or line ends.
    pub(crate) const fn have_space(self) -> bool {
        self.0 & (SPACE | CONTROL) != 0
    }

    /// Whether it has bytes that are not ASCII.
    pub(crate) const fn are_not_ascii(self) -> bool {
        self.0 & HIGH != 0
    }
}
