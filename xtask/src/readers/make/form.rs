//! Pairs of names and values, as forms and queries have them: brackets, dots, escapes, separators.

use super::{broken, post};
use crate::chance::Chance;

const NAMES: [&str; 46] = [
    "name",
    "note",
    "count",
    "tags",
    "tags",
    "tags[]",
    "tags[]",
    "tags[0]",
    "tags[1]",
    "inner[a]",
    "inner[b]",
    "inner[a]",
    "inner[list][]",
    "inner[list][0]",
    "inner[list][1]",
    "name",
    "other",
    "is_admin",
    "is.admin",
    "is+admin",
    "is[admin",
    "is%20admin",
    "%69s_admin",
    "Name",
    "name[]",
    "inner",
    "inner.a",
    "inner[]",
    "inner[a]x",
    "inner[a][b]",
    "[name]",
    "+name",
    "name+",
    "name%00",
    "",
    "_name",
    "__proto__[x]",
    "constructor",
    "inner[__proto__][a]",
    "n%61me",
    "inner%5Ba%5D",
    "inner[%61]",
    "tags[2147483648]",
    "tags[-1]",
    "name%5B",
    "na me",
];
const VALUES: [&str; 40] = [
    "a",
    "b",
    "1",
    "42",
    "",
    "a+b",
    "a%20b",
    "a%2Bb",
    "%C3%A9",
    "é",
    "%e9",
    "%c0%af",
    "%u0041",
    "%00",
    "%25",
    "%2525",
    "%",
    "%4",
    "%zz",
    "a;b=c",
    "a;name=b",
    "a%3Bb",
    "a%26name=b",
    "a=b",
    "a%3Db",
    "true",
    "0",
    "007",
    "+7",
    "1e2",
    "a,b",
    "a|b",
    "a%0d%0ab",
    "%F0%9F%98%80",
    "%ed%a0%80",
    "%EF%BB%BF",
    "a#b",
    "[1]",
    "{\"a\":1}",
    "%E2%80%A8",
];
pub(super) const PIECES: [&[u8]; 40] = [
    b"&",
    b"&&",
    b"=",
    b"==",
    b";",
    b"+",
    b"%2B",
    b"%",
    b"%2",
    b"%u0041",
    b"%00",
    b"%26",
    b"%3D",
    b"%25",
    b"%5B",
    b"%5D",
    b"[",
    b"]",
    b"[]",
    b"[0]",
    b"[a]",
    b".",
    b"&name=x",
    b";name=x",
    b"&is_admin=true",
    b"&is.admin=true",
    b"#",
    b"\xc3\xa9",
    b"\xff",
    b"%ff",
    b"%c3",
    b"&amp;",
    b"?",
    b"/",
    b"\\",
    b"|",
    b",",
    b"&tags=x",
    b"&inner[a]=x",
    b"&=",
];
const LABELS: [&str; 6] = [
    "application/x-www-form-urlencoded; charset=utf-8",
    "application/x-www-form-urlencoded; charset=latin1",
    "application/x-www-form-urlencoded;",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/json",
];
const BYTES: [&[u8]; 6] = [b"\0", b"\r\n", b"\n", b" ", b"\t", b"\xef\xbb\xbf"];

pub(super) fn request(chance: &mut Chance) -> Vec<u8> {
    let mut body = broken(pairs(&NAMES, chance).into_bytes(), &PIECES, chance);
    if chance.once_in(12) {
        let at = chance.below(body.len() + 1);
        let piece = BYTES.get(chance.below(BYTES.len())).copied().unwrap_or_default();
        body.splice(at..at, piece.iter().copied());
    }
    let plain = "application/x-www-form-urlencoded";
    let label = if chance.once_in(15) { chance.one_of(&LABELS) } else { plain };
    post("/form", label.as_bytes(), &body)
}

/// `name=value&name=value`.
pub(super) fn pairs(names: &[&str], chance: &mut Chance) -> String {
    let count = 1 + chance.below(5);
    let pairs: Vec<String> = (0..count)
        .map(|_| {
            let most = if chance.once_in(4) { names.len() } else { names.len() / 3 };
            let name = chance.one_of(names.get(..most).unwrap_or_default());
            // What must be a number is one, mostly.
            let value = if name == "count" && !chance.once_in(4) {
                chance.one_of(&["0", "7", "-3", "12"])
            } else {
                let odd = VALUES.len() / if chance.once_in(4) { 1 } else { 4 };
                chance.one_of(VALUES.get(..odd).unwrap_or_default())
            };
            format!("{name}={value}")
        })
        .collect();
    pairs.join(if chance.once_in(20) { ";" } else { "&" })
}
