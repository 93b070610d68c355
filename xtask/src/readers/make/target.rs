//! Queries and paths: encoded slashes and dots, parameters of segments, backslashes, fragments.

use super::broken;
use super::form::{PIECES, pairs};
use crate::chance::Chance;

const NAMES: [&str; 30] = [
    "name",
    "note",
    "count",
    "tags",
    "tags",
    "joined",
    "piped",
    "spaced",
    "inner[a]",
    "inner[b]",
    "one",
    "other",
    "name",
    "note",
    "Name",
    "tags[]",
    "joined[]",
    "is_admin",
    "inner[c]",
    "inner%5Ba%5D",
    "n%61me",
    "inner.a",
    "",
    "name%00",
    "na.me",
    "na+me",
    "na%20me",
    "two",
    "_name",
    "inner[a][b]",
];
const SEGMENTS: [&str; 40] = [
    "a",
    "b",
    "abc",
    "7",
    "a.b",
    "..",
    ".",
    "...",
    "%2e%2e",
    "%2E",
    ".%2e",
    "..;",
    "..;a=b",
    "a;b=c",
    ";a=b",
    "a%2fb",
    "a%2Fb",
    "a%5cb",
    "a\\b",
    "a%252fb",
    "%252e%252e",
    "%00",
    "a%00b",
    "a%20b",
    "a+b",
    "a%2Bb",
    "%c0%af",
    "%c0%ae",
    "%C3%A9",
    "é",
    "%e9",
    "%ff",
    "%u002e",
    "%",
    "%2",
    "a:b@c",
    "~a",
    "a,b",
    "a*b",
    "%7Ea%7C",
];
const PATH_PIECES: [&[u8]; 24] = [
    b"/",
    b"//",
    b"/.",
    b"/./",
    b"/..",
    b"/../",
    b"\\",
    b"%2f",
    b"%5c",
    b"%2e",
    b".",
    b";",
    b";x=1",
    b"%00",
    b"%",
    b"%25",
    b"?",
    b"#",
    b"%3f",
    b"%23",
    b"\xc3\xa9",
    b"\xff",
    b"%u002f",
    b"~",
];

pub(super) fn query(chance: &mut Chance) -> Vec<u8> {
    let query = broken(pairs(&NAMES, chance).into_bytes(), &PIECES, chance);
    get(&[b"/query?", &query[..]].concat())
}

pub(super) fn path(chance: &mut Chance) -> Vec<u8> {
    let segments = [segment(chance), segment(chance)].join("/");
    let path = broken(format!("/path/{segments}").into_bytes(), &PATH_PIECES, chance);
    get(&path)
}

fn segment(chance: &mut Chance) -> String {
    const PLAIN: [&str; 12] =
        ["a", "b", "abc", "7", "a.b", "%C3%A9", "a:b@c", "~a", "a,b", "a%20b", "a+b", "%252e%252e"];
    let piece = |chance: &mut Chance| {
        if chance.once_in(3) { chance.one_of(&SEGMENTS) } else { chance.one_of(&PLAIN) }
    };
    (0..=chance.below(2)).map(|_| piece(chance)).collect()
}

/// A request without a body. What would end its line is escaped: framing is for `cargo xtask http1`.
fn get(target: &[u8]) -> Vec<u8> {
    let mut bytes = b"GET ".to_vec();
    for byte in target {
        if *byte <= b' ' || *byte == 0x7f {
            bytes.extend_from_slice(format!("%{byte:02x}").as_bytes());
        } else {
            bytes.push(*byte);
        }
    }
    bytes.extend_from_slice(b" HTTP/1.1\r\nHost: api\r\n\r\n");
    bytes
}
