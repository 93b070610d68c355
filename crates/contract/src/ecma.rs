//! Patterns of ECMA-262, the dialect of schemas, as the engines here read them.
//!
//! Engines differ on more than they tell: `\d`, `\w`, `\s` and `.` mean other characters, `\<` is a
//! letter to one and an assertion to another, `[\w-.]` is a class or an error. Everything that
//! could differ is spelt out, so that there is nothing left to read in two ways.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

const DIGIT: &str = "0-9";
const NOT_DIGIT: &str = r"\x{0}-\x{2f}\x{3a}-\x{10ffff}";
const WORD: &str = "0-9A-Z_a-z";
const NOT_WORD: &str = r"\x{0}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{5e}\x{60}\x{7b}-\x{10ffff}";
/// White space and line ends (ECMA-262 sections 12.2 and 12.3).
const SPACE: &str = r"\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";
const NOT_SPACE: &str = r"\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}";
/// Where a word of ASCII begins or ends.
pub(crate) const WORD_END: &str = r"(?-u:\b)";
const ANYTHING: &str = r"\x{0}-\x{10ffff}";

/// The pattern with every difference spelt out; `None` if it is none, or if nobody could say what
/// it means.
pub(crate) fn spelt_out(pattern: &str) -> Option<String> {
    let mut reader = Reader { rest: pattern.chars().peekable(), out: String::new() };
    while let Some(character) = reader.rest.next() {
        match character {
            '\\' => reader.escape()?,
            '[' => reader.class()?,
            '.' => reader.out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '{' => reader.brace()?,
            '}' | ']' => reader.literal(character),
            _ => reader.out.push(character),
        }
    }
    Some(reader.out)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

/// One item of a class.
enum Item {
    One(char),
    /// Several characters, as a class spells them.
    Set(String),
    /// The bracket that closes the class.
    End,
}

impl Reader<'_> {
    fn literal(&mut self, character: char) {
        if character.is_ascii_alphanumeric() || !character.is_ascii() {
            self.out.push(character);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(self.out, r"\x{{{:x}}}", u32::from(character));
        }
    }

    /// A quantifier, or a brace that is only itself.
    fn brace(&mut self) -> Option<()> {
        let ahead: String = self.rest.clone().take_while(|character| *character != '}').collect();
        let length = ahead.chars().count();
        let (least, most) = ahead.split_once(',').unwrap_or((&ahead, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_closed = self.rest.clone().nth(length) == Some('}');
        if !is_closed || least.is_empty() || !is_digits(least) || !is_digits(most) {
            self.literal('{');
            return Some(());
        }
        let least: u32 = least.parse().ok()?;
        if !most.is_empty() && most.parse::<u32>().ok()? < least {
            return None;
        }
        let _ = write!(self.out, "{{{ahead}}}");
        self.rest.nth(length);
        Some(())
    }

    /// What stands behind a backslash, outside a class.
    fn escape(&mut self) -> Option<()> {
        match *self.rest.peek()? {
            'b' => {
                self.rest.next();
                self.out.push_str(WORD_END);
            }
            // Anchors of other dialects: their authors mean them, and ECMA-262 knows no other
            // meaning in the mode that JSON Schema asks for.
            kept @ ('B' | 'A' | 'z' | 'Z' | '1'..='9') => {
                self.rest.next();
                self.out.push('\\');
                self.out.push(kept);
            }
            'k' => {
                self.rest.next();
                self.out.push_str(r"\k");
            }
            _ => match self.item()? {
                Item::One(character) => self.literal(character),
                Item::Set(set) => {
                    let _ = write!(self.out, "[{set}]");
                }
                Item::End => return None,
            },
        }
        Some(())
    }

    /// The character or the set that stands behind a backslash, in a class or outside.
    fn item(&mut self) -> Option<Item> {
        let set = |text: &str| Some(Item::Set(text.to_owned()));
        let character = match self.rest.next()? {
            'd' => return set(DIGIT),
            'D' => return set(NOT_DIGIT),
            'w' => return set(WORD),
            'W' => return set(NOT_WORD),
            's' => return set(SPACE),
            'S' => return set(NOT_SPACE),
            kind @ ('p' | 'P') => return self.property(kind),
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' if !self.rest.peek().is_some_and(char::is_ascii_digit) => '\0',
            'c' => {
                let letter = self.rest.next().filter(char::is_ascii_alphabetic)?;
                char::from(letter as u8 % 32)
            }
            'x' => char::from_u32(self.hexadecimal(2)?)?,
            'u' => self.unicode()?,
            other if other.is_ascii_alphanumeric() => return None,
            other => other,
        };
        Some(Item::One(character))
    }

    /// `\p{Lu}`.
    fn property(&mut self, kind: char) -> Option<Item> {
        self.rest.next_if_eq(&'{')?;
        let mut set = format!("\\{kind}{{");
        loop {
            let character = self.rest.next()?;
            set.push(character);
            match character {
                '}' => return Some(Item::Set(set)),
                _ if character.is_ascii_alphanumeric() || "_=".contains(character) => {}
                _ => return None,
            }
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        (0..digits).try_fold(0, |sum, _| Some(sum << 4 | self.rest.next()?.to_digit(16)?))
    }

    /// `\u0041`, `\u{1f600}`, and the two halves `\ud83d\ude00`.
    fn unicode(&mut self) -> Option<char> {
        const DIGITS_MAX: usize = 8;
        if self.rest.next_if_eq(&'{').is_some() {
            let mut sum = 0_u32;
            for _ in 0..=DIGITS_MAX {
                match self.rest.next()? {
                    '}' => return char::from_u32(sum),
                    digit => sum = sum.checked_mul(16)? + digit.to_digit(16)?,
                }
            }
            return None;
        }
        let unit = self.hexadecimal(4)?;
        if !(0xD800..0xDC00).contains(&unit) {
            return char::from_u32(unit);
        }
        self.rest.next_if_eq(&'\\')?;
        self.rest.next_if_eq(&'u')?;
        let low = self.hexadecimal(4).filter(|low| (0xDC00..0xE000).contains(low))?;
        char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
    }

    /// What stands behind `[`.
    fn class(&mut self) -> Option<()> {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        self.out.push_str(if is_negated { "[^" } else { "[" });
        if self.rest.next_if_eq(&']').is_some() {
            // Nothing, or anything: `[]` opens a class with `]` in it for other engines.
            self.out.truncate(self.out.len() - usize::from(is_negated));
            self.out.push_str(if is_negated { "" } else { "^" });
            self.out.push_str(ANYTHING);
            self.out.push(']');
            return Some(());
        }
        loop {
            let item = self.class_item()?;
            if let Item::End = item {
                break;
            }
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|end| end != ']');
            if !is_range {
                self.push_item(&item);
                continue;
            }
            self.rest.next();
            match (item, self.class_item()?) {
                (Item::One(first), Item::One(last)) if first <= last => {
                    self.literal(first);
                    self.out.push('-');
                    self.literal(last);
                }
                (Item::One(_), Item::One(_)) => return None,
                // A set is no end of a range: the hyphen is itself.
                (first, last) => {
                    self.push_item(&first);
                    self.literal('-');
                    self.push_item(&last);
                }
            }
        }
        self.out.push(']');
        Some(())
    }

    /// The next item of a class.
    fn class_item(&mut self) -> Option<Item> {
        Some(match self.rest.next()? {
            ']' => Item::End,
            '\\' if self.rest.next_if_eq(&'b').is_some() => Item::One('\u{8}'),
            '\\' => self.item()?,
            character => Item::One(character),
        })
    }

    fn push_item(&mut self, item: &Item) {
        match item {
            Item::One(character) => self.literal(*character),
            Item::Set(set) => self.out.push_str(set),
            Item::End => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_read_differently_is_spelt_out() {
        for (pattern, spelt) in [
            ("^[a-z]+$", "^[a-z]+$"),
            (r"^\d{3,}$", "^[0-9]{3,}$"),
            (r"[\w-.]", r"[0-9A-Z_a-z\x{2d}\x{2e}]"),
            (r"[.-\w]", r"[\x{2e}\x{2d}0-9A-Z_a-z]"),
            (r"\<a\>", r"\x{3c}a\x{3e}"),
            ("a{b}", r"a\x{7b}b\x{7d}"),
            ("[a&&b]", r"[a\x{26}\x{26}b]"),
            ("[[a]", r"[\x{5b}a]"),
            ("[]", r"[^\x{0}-\x{10ffff}]"),
            ("[^]", r"[\x{0}-\x{10ffff}]"),
            (r"\ud83d\ude00", "😀"),
            (r"\cJ\0", r"\x{a}\x{0}"),
            (r"[\b]\b", r"[\x{8}](?-u:\b)"),
            (r"\p{Script=Greek}", r"[\p{Script=Greek}]"),
            (r"(a)\1\k<n>", r"(a)\1\k<n>"),
        ] {
            assert_eq!(spelt_out(pattern).as_deref(), Some(spelt), "{pattern}");
        }
    }

    #[test]
    fn what_nobody_could_read_is_no_pattern() {
        for pattern in
            ["a\\", "[a", "[z-a]", r"\e", r"\c1", r"\ud83d", r"\p{", r"\07", r"\x4", r"[\1]"]
        {
            assert_eq!(spelt_out(pattern), None, "{pattern}");
        }
    }
}
