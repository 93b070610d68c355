//! Bodies of JSON: names twice and in other spellings, numbers of every shape, texts that readers differ on.

use super::{broken, post};
use crate::chance::Chance;

/// Members, and what may stand there by the document.
const NAMES: [&str; 19] = [
    "name", "note", "count", "price", "tags", "flag", "inner", "any", "name", "count", "price",
    "Name", "NAME", "other", "is_admin", "isAdmin", "", "1", "name ",
];
const SPELLED: [&str; 12] = [
    r"n\u0061me",
    r"\u006eame",
    r"is_\u0061dmin",
    r"na\u006De",
    r"name\u0000",
    r"a\/b",
    r"\ud83d\ude00",
    r"\ud800",
    r"\\name",
    r"name\u200b",
    "__proto__",
    "constructor",
];
const TEXTS: [&str; 29] = [
    "a",
    "Bob",
    "",
    "é",
    "é",
    "😀",
    r"\u00e9",
    r"\ud83d\ude00",
    r"\ud83d",
    r"\ude00\ud83d",
    r"\u0000",
    r"a\u0000b",
    r"\n\t\r\b\f",
    r"\/",
    r"\\",
    r#"\""#,
    r"\u2028",
    "\u{2028}",
    "\u{feff}",
    r"\uFEFF",
    "\u{7f}",
    r"\u001f",
    "</a>",
    "[1]",
    "1",
    "true",
    "null",
    r"\uD83D\uDE00\uDE00",
    "\u{10ffff}",
];
const NUMBERS: [&str; 52] = [
    "0",
    "1",
    "-1",
    "42",
    "3.5",
    "-0",
    "-0.0",
    "0.0",
    "1.0",
    "1e2",
    "1E2",
    "1e+2",
    "1E-2",
    "1.50",
    "0e0",
    "0E+9",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "1e15",
    "1e21",
    "1e22",
    "1e23",
    "1e308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "1e309",
    "5e-324",
    "2e-324",
    "1e-400",
    "0.1",
    "0.30000000000000004",
    "2.2250738585072011e-308",
    "100000000000000000000.0",
    "1e16",
    "12345678901234567.0",
    "07",
    "+7",
    ".5",
    "5.",
    "0x10",
    "1_000",
    "NaN",
    "Infinity",
    "-",
];
/// Numbers that stand for an ordinary one, often.
const PLAIN: [&str; 6] = ["0", "7", "12", "-3", "1.5", "1e2"];
const LABELS: [&str; 14] = [
    "application/json; charset=utf-8",
    "application/json; charset=UTF-16",
    "application/json; charset=latin1",
    "application/json;charset=\"utf-8\"",
    "application/json; charset=utf-8; charset=utf-16",
    "Application/JSON",
    "application/json;",
    "text/json",
    "application/problem+json",
    "application/json, text/plain",
    "application/json; a=b",
    "application/json; charset=utf-7",
    "application/x-www-form-urlencoded",
    "text/plain",
];
const PIECES: [&[u8]; 44] = [
    b"\"name\":\"x\",",
    b",\"name\":\"y\"",
    b"\"n\\u0061me\":1,",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"/*x*/",
    b"//x\n",
    b"#x\n",
    b"\0",
    b"\x01",
    b"\x1f",
    b"\n",
    b"\t",
    b"\x0b",
    b"\x0c",
    b"\xc2\xa0",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\\ud800",
    b"\\u0000",
    b"\\x41",
    b"\\'",
    b"'",
    b"NaN",
    b"-Infinity",
    b"undefined",
    b"0",
    b"e5",
    b".",
    b"-",
    b"+",
    b"null",
    b"{}",
    b"[[[[[[[[[[",
];

pub(super) fn request(chance: &mut Chance) -> Vec<u8> {
    let body = broken(object(chance, 0).into_bytes(), &PIECES, chance);
    let body = coded(body, chance);
    let label = if chance.once_in(12) { chance.one_of(&LABELS) } else { "application/json" };
    post("/json", label.as_bytes(), &body)
}

/// As a whole in another encoding, sometimes; with something before or behind it.
fn coded(body: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    let units = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        String::from_utf8_lossy(&body).encode_utf16().flat_map(to).collect()
    };
    let wide = |to: fn(u32) -> [u8; 4]| -> Vec<u8> {
        String::from_utf8_lossy(&body).chars().flat_map(|one| to(one as u32)).collect()
    };
    match chance.below(100) {
        0 => units(u16::to_le_bytes),
        1 => units(u16::to_be_bytes),
        2 => wide(u32::to_be_bytes),
        3 => wide(u32::to_le_bytes),
        4 => [b"\xef\xbb\xbf", &body[..]].concat(),
        5 => [b"\xff\xfe", &units(u16::to_le_bytes)[..]].concat(),
        6 => [&body[..], b"\0"].concat(),
        7 => [&body[..], b" {}"].concat(),
        8 => [&body[..], b"\n\n \t"].concat(),
        9 => {
            let depth = [10, 31, 32, 33, 64, 100, 101, 128, 512, 1000];
            let depth = depth.get(chance.below(depth.len())).copied().unwrap_or_default();
            format!("{{\"any\":{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
        }
        10 => [b")]}',\n", &body[..]].concat(),
        _ => body,
    }
}

fn object(chance: &mut Chance, depth: usize) -> String {
    let count = chance.below(6);
    let members: Vec<String> = (0..count).map(|_| member(chance, depth)).collect();
    let space = chance.one_of(&["", "", " ", "\n  ", "\t", "\r\n"]);
    format!("{{{space}{}{space}}}", members.join(&format!(",{space}")))
}

fn member(chance: &mut Chance, depth: usize) -> String {
    let name = if chance.once_in(16) { chance.one_of(&SPELLED) } else { chance.one_of(&NAMES) };
    let is_odd = chance.once_in(16);
    let value = match name {
        "inner" if !is_odd && depth < 4 => object(chance, depth + 1),
        "tags" if !is_odd => {
            let items: Vec<String> = (0..chance.below(4)).map(|_| text(chance)).collect();
            format!("[{}]", items.join(","))
        }
        "count" | "price" if !is_odd => number(chance),
        "flag" if !is_odd => chance.one_of(&["true", "false", "null"]).to_owned(),
        "name" | "note" if !is_odd => text(chance),
        _ => value(chance, depth),
    };
    format!("\"{name}\":{}{value}", chance.one_of(&["", "", "", " "]))
}

fn value(chance: &mut Chance, depth: usize) -> String {
    match chance.below(8) {
        0 | 1 => text(chance),
        2 | 3 => number(chance),
        4 => chance.one_of(&["true", "false", "null"]).to_owned(),
        5 if depth < 4 => {
            let items: Vec<String> =
                (0..chance.below(4)).map(|_| value(chance, depth + 1)).collect();
            format!("[{}]", items.join(","))
        }
        6 if depth < 4 => object(chance, depth + 1),
        _ => chance.one_of(&["True", "'a'", "nil", "\"a\"", "[]", "{}"]).to_owned(),
    }
}

fn number(chance: &mut Chance) -> String {
    if chance.once_in(3) { chance.one_of(&NUMBERS) } else { chance.one_of(&PLAIN) }.to_owned()
}

fn text(chance: &mut Chance) -> String {
    let pieces: String = (0..chance.below(3)).map(|_| chance.one_of(&TEXTS)).collect();
    format!("\"{pieces}\"")
}
