//! Whether a format or a pattern leaves no room for more than text, so that nobody needs to look.
//!
//! It is said only of what is certain. A pattern must be anchored at both ends, and none of its characters may
//! be a sign of any language: quotes, brackets, slashes, operators, line ends.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::ecma::spelt_out;

/// Bytes of a pattern that is looked at; a longer one confines nothing.
const PATTERN_BYTES_MAX: usize = 4 * 1024;
/// Groups inside one another, and what a pattern may nest besides.
const NEST_MAX: u32 = 50;
/// Characters that are looked at one by one, in all classes of a pattern.
const CHARACTERS_MAX: u32 = 20_000;

/// Formats whose values have a grammar without signs, sorted.
const FORMATS: [&str; 17] = [
    "char",
    "date",
    "date-time",
    "duration",
    "hostname",
    "int16",
    "int32",
    "int64",
    "int8",
    "ipv4",
    "ipv6",
    "time",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uuid",
];

/// Whether texts of this format are harmless. In an address of mail there may be quotes, in a URI anything.
pub(super) fn by_format(format: &str) -> bool {
    FORMATS.binary_search(&format).is_ok()
}

/// Whether texts that match this pattern of ECMA-262 are harmless.
pub(super) fn by_pattern(pattern: &str) -> bool {
    if pattern.len() > PATTERN_BYTES_MAX {
        return false;
    }
    let Some(spelt) = spelt_out(pattern) else { return false };
    // What looks around or refers back is no pattern to this parser.
    let Ok(hir) = ParserBuilder::new().nest_limit(NEST_MAX).build().parse(&spelt) else {
        return false;
    };
    let mut seen = Seen { ascii: 0, left: CHARACTERS_MAX };
    is_whole(&hir) && seen.all(&hir) && seen.is_harmless()
}

/// Whether a match is always the whole text.
fn is_whole(hir: &Hir) -> bool {
    stands_at(hir, Look::Start, <[Hir]>::first) && stands_at(hir, Look::End, <[Hir]>::last)
}

/// Whether this look is at an end of every match: the first part of a sequence, or the last.
fn stands_at(hir: &Hir, look: Look, end: fn(&[Hir]) -> Option<&Hir>) -> bool {
    match hir.kind() {
        HirKind::Look(known) => *known == look,
        HirKind::Capture(capture) => stands_at(&capture.sub, look, end),
        HirKind::Alternation(all) => all.iter().all(|one| stands_at(one, look, end)),
        HirKind::Concat(parts) => end(parts).is_some_and(|part| stands_at(part, look, end)),
        _ => false,
    }
}

/// The characters that a pattern lets through.
struct Seen {
    /// A bit for each of ASCII.
    ascii: u128,
    left: u32,
}

impl Seen {
    /// Adds those of a part; false if one is not ASCII and not certain, or if they are too many.
    fn all(&mut self, hir: &Hir) -> bool {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => true,
            HirKind::Literal(literal) => str::from_utf8(&literal.0)
                .is_ok_and(|text| text.chars().all(|character| self.one(character))),
            HirKind::Class(Class::Unicode(class)) => {
                class.iter().all(|range| (range.start()..=range.end()).all(|one| self.one(one)))
            }
            HirKind::Class(Class::Bytes(class)) => class
                .iter()
                .all(|range| (range.start()..=range.end()).all(|one| self.one(char::from(one)))),
            HirKind::Repetition(repetition) => self.all(&repetition.sub),
            HirKind::Capture(capture) => self.all(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                parts.iter().all(|part| self.all(part))
            }
        }
    }

    fn one(&mut self, character: char) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        if character.is_ascii() {
            self.ascii |= 1 << u32::from(character);
            return true;
        }
        // Beyond these are signs that readers fold into those of ASCII, and letters that become line ends where
        // somebody keeps their last eight bits.
        matches!(character, '\u{c0}'..='\u{24f}')
            || matches!(character, '\u{370}'..='\u{1fff}') && character.is_alphanumeric()
    }

    fn is_harmless(&self) -> bool {
        let is_without = |characters: &str| self.ascii & set(characters) == 0;
        let has_letters = (b'A'..=b'Z').chain(b'a'..=b'z').any(|one| self.ascii >> one & 1 == 1);
        let digits = set("0123456789");
        let letters = (b'A'..=b'Z').chain(b'a'..=b'z').fold(0, |all, one| all | 1 << one);
        let mut harmless: u128 = digits | letters | set(" -_.,:@");
        if !has_letters {
            // A telephone number, a share, a date: nothing is called that has no name.
            harmless |= set("+()");
            if is_without(".") {
                harmless |= set("/");
            }
        }
        self.ascii & !harmless == 0
    }
}

fn set(characters: &str) -> u128 {
    characters.bytes().filter(u8::is_ascii).fold(0, |all, one| all | 1 << one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_leaves_no_room_is_known() {
        assert!(FORMATS.is_sorted());
        for pattern in [
            "^[a-z]+$",
            r"^\d{3}$",
            r"^[\w .,-]{1,80}$",
            "^(draft|sent|paid)$",
            "^draft$|^sent$",
            r"^\+?[0-9 ()-]{5,20}$",
            "^[0-9]{2}/[0-9]{2}/[0-9]{4}$",
            "^[A-Za-zÀ-ž -]+$",
            "^[A-Z]{2}(-[0-9]+)?$",
        ] {
            assert!(by_pattern(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_leaves_room_is_known_to() {
        for pattern in [
            "[a-z]+",
            "^[a-z]+",
            "[a-z]+$",
            "^a$|b",
            "^a|b$",
            "(?m)^[a-z]+$",
            "^.+$",
            "^[^<>]+$",
            r"^\S+$",
            r"^[\w .,'-]+$",
            r"^[a-z/]+$",
            r"^[0-9./]+$",
            r"^\+?[a-z()]+$",
            r"^[\s\w]+$",
            r"^\p{L}+$",
            "^[＀-￯]+$",
            "^(?!x)[a-z]+$",
            "^a\n$",
            "(",
            "",
        ] {
            assert!(!by_pattern(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_is_too_long_confines_nothing() {
        assert!(by_pattern("^aaaa$"));
        assert!(!by_pattern(&format!("^{}$", "a".repeat(PATTERN_BYTES_MAX))));
        assert!(!by_pattern(&format!("^{}a{}$", "(".repeat(100), ")".repeat(100))));
    }
}
