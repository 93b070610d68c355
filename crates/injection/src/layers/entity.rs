//! Character references of HTML (HTML, 13.2.5.72): numbers, and the names that stand for signs.

use crate::bytes::{at, part, run, stands};

/// Names whose signs mean something to one of the languages. All others stand for letters and ornaments.
const NAMES: [(&str, char); 42] = [
    ("lt", '<'),
    ("gt", '>'),
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("equals", '='),
    ("lpar", '('),
    ("rpar", ')'),
    ("lbrace", '{'),
    ("rbrace", '}'),
    ("lcub", '{'),
    ("rcub", '}'),
    ("lbrack", '['),
    ("rbrack", ']'),
    ("lsqb", '['),
    ("rsqb", ']'),
    ("colon", ':'),
    ("semi", ';'),
    ("comma", ','),
    ("period", '.'),
    ("num", '#'),
    ("excl", '!'),
    ("quest", '?'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("ast", '*'),
    ("midast", '*'),
    ("plus", '+'),
    ("hyphen", '-'),
    ("lowbar", '_'),
    ("underbar", '_'),
    ("grave", '`'),
    ("diacriticalgrave", '`'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("verbar", '|'),
    ("vert", '|'),
    ("commat", '@'),
    ("hat", '^'),
    ("tab", '\t'),
    ("newline", '\n'),
    ("nbsp", ' '),
];

/// Digits that are read, leading zeros and all.
const DIGITS_MAX: usize = 16;

pub(crate) fn undo(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(ampersand) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(ampersand);
        decoded.push_str(before);
        let bytes = reference.as_bytes();
        if let Some((character, width)) = number(bytes).or_else(|| name(bytes)) {
            decoded.push(character);
            rest = reference.get(width..).unwrap_or_default();
            changed = true;
        } else {
            decoded.push('&');
            rest = reference.get(1..).unwrap_or_default();
        }
    }
    decoded.push_str(rest);
    changed.then_some(decoded)
}

/// `&#40;`, `&#x28`, `&#0000040`: the semicolon may be missing.
fn number(bytes: &[u8]) -> Option<(char, usize)> {
    if at(bytes, 1) != b'#' {
        return None;
    }
    let is_hex = matches!(at(bytes, 2), b'x' | b'X');
    let (start, radix) = if is_hex { (3, 16) } else { (2, 10) };
    let end = run(bytes, start, |byte| char::from(byte).is_digit(radix)).min(start + DIGITS_MAX);
    let digits = std::str::from_utf8(part(bytes, start..end)).ok()?;
    let character = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    Some((character, with_semicolon(bytes, end)))
}

fn name(bytes: &[u8]) -> Option<(char, usize)> {
    if !at(bytes, 1).is_ascii_alphabetic() {
        return None;
    }
    // Some names begin another: only those of old may do without a semicolon.
    NAMES.iter().find_map(|(name, character)| {
        let end = 1 + name.len();
        let is_old = matches!(*name, "lt" | "gt" | "amp" | "quot" | "nbsp");
        let is_there = stands(bytes, 1, name.as_bytes())
            && (at(bytes, end) == b';' || is_old && !at(bytes, end).is_ascii_alphanumeric());
        is_there.then(|| (*character, with_semicolon(bytes, end)))
    })
}

fn with_semicolon(bytes: &[u8], end: usize) -> usize {
    if at(bytes, end) == b';' { end + 1 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_signs() {
        assert_eq!(
            undo("&lt;svg/onload&equals;alert&#x28;1&#0000041;&gt;").as_deref(),
            Some("<svg/onload=alert(1)>")
        );
        assert_eq!(undo("java&Tab;script&colon;").as_deref(), Some("java\tscript:"));
        assert_eq!(undo("&amp;lpar;").as_deref(), Some("&lpar;"));
    }

    #[test]
    fn an_ampersand_alone_is_one() {
        assert_eq!(undo("Tom & Jerry &c &ltd &#; &eacute;"), None);
    }
}
