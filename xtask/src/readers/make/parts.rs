//! Bodies of parts: boundaries, two names, folded fields, line feeds alone, parts in parts.

use super::{broken, post};
use crate::chance::Chance;

const BOUNDARIES: [&str; 7] =
    ["B", "----WebKitFormBoundaryA1b2", "a'b(c)+_,-./:=?", "xYz", "B", "----x", "0"];
const NAMES: [&str; 24] = [
    "\"name\"",
    "\"note\"",
    "\"tags\"",
    "\"tags\"",
    "\"name\"",
    "name",
    "\"other\"",
    "\"is_admin\"",
    "\"is.admin\"",
    "\"tags[]\"",
    "\"na%22me\"",
    "\"na\\\"me\"",
    "'name'",
    "\"\"",
    "\"na;me\"",
    "\"é\"",
    "\"Name\"",
    "\"na me\"",
    "\"=?utf-8?B?bmFtZQ==?=\"",
    "\"inner[a]\"",
    "\"name\\\\\"",
    "\"_charset_\"",
    "\"name\0\"",
    "\" name\"",
];
const FILES: [&str; 18] = [
    "\"a.txt\"",
    "\"a.png\"",
    "a.txt",
    "\"../a.txt\"",
    "\"C:\\\\a.txt\"",
    "\"a%20b.txt\"",
    "\"naïve.txt\"",
    "\"\"",
    "\"a.txt\"; filename=\"b.php\"",
    "\"a.txt\"; filename*=utf-8''b.php",
    "\"a\\\"b.txt\"",
    "\"a;b.txt\"",
    "\"a.php\0.png\"",
    "\"a.txt\"; FileName=\"b\"",
    "\"a%00.txt\"",
    "\".htaccess\"",
    "\"a b.txt\"",
    "\"a.txt \"",
];
const DISPOSITIONS: [&str; 10] = [
    "form-data; ",
    "form-data; ",
    "form-data; ",
    "form-data; ",
    "form-data; ",
    "form-data;",
    "Form-Data; ",
    "attachment; ",
    "form-data;\r\n ",
    "form-data ; ",
];
const FIELDS: [&str; 14] = [
    "Content-Type: text/plain",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Type: text/plain; charset=utf-16",
    "Content-Type: application/json",
    "Content-Type: image/png",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Transfer-Encoding: binary",
    "Content-Length: 1",
    "X-Other: a",
    "Content-Type: multipart/mixed; boundary=C",
    "Content-Disposition: form-data; name=\"name\"",
    " folded",
    "Content-Type : text/plain",
];
const CONTENTS: [&[u8]; 22] = [
    b"a",
    b"Bob",
    b"",
    b"7",
    b"a\r\nb",
    b"a\nb",
    b"\r\n",
    b"\n",
    b"--",
    b"--B",
    b"\r\n--B",
    b"YQ==",
    b"=41",
    b"a=b&c=d",
    b"\xc3\xa9",
    b"\xff\xfe",
    b"\0",
    b"{\"a\":1}",
    b"--C\r\n\r\nx\r\n--C--",
    b"a\r\n--Bx",
    b"  a  ",
    b"a\r\n\r\nb",
];
const PIECES: [&[u8]; 36] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"--",
    b"--B",
    b"--B--",
    b"\r\n--B\r\n",
    b"\n--B\n",
    b"\r\n--B--\r\n",
    b" ",
    b"\t",
    b"\"",
    b"'",
    b";",
    b"\\",
    b"=",
    b":",
    b"\0",
    b"; name=\"name\"",
    b"; name=name",
    b"; filename=\"x\"",
    b"; filename*=utf-8''x",
    b"; name*=utf-8''name",
    b"; name*0=na; name*1=me",
    b"%22",
    b"%0d%0a",
    b"\r\n ",
    b"\r\n\r\n",
    b"\xff",
    b"\xc3\xa9",
    b"Content-Disposition: form-data; name=\"note\"\r\n",
    b"Content-Type: text/plain\r\n",
    b"name",
    b"x",
    b"-",
    b",",
];

pub(super) fn request(chance: &mut Chance) -> Vec<u8> {
    let boundary = chance.one_of(&BOUNDARIES);
    let body = broken(body(boundary, chance), &PIECES, chance);
    let label = label(boundary, chance);
    post("/parts", label.as_bytes(), &body)
}

fn label(boundary: &str, chance: &mut Chance) -> String {
    match chance.below(30) {
        0 => format!("multipart/form-data; boundary=x; boundary={boundary}"),
        1 => format!("multipart/form-data; boundary=\"{boundary}\"; charset=utf-8"),
        2 => format!("multipart/mixed; boundary=\"{boundary}\""),
        3 => format!("multipart/form-data; boundary={boundary} "),
        4 => format!("Multipart/Form-Data;Boundary=\"{boundary}\""),
        5 => "multipart/form-data".to_owned(),
        6 => format!("multipart/form-data; boundary={boundary}; boundary*=utf-8''x"),
        7 => format!("multipart/form-data, boundary={boundary}"),
        _ => format!("multipart/form-data; boundary=\"{boundary}\""),
    }
}

fn body(boundary: &str, chance: &mut Chance) -> Vec<u8> {
    let end = if chance.once_in(40) { "\n" } else { "\r\n" };
    let mut out = Vec::new();
    if chance.once_in(15) {
        out.extend_from_slice(
            chance.one_of(&["preamble\r\n", "\r\n", "--\r\n", "\n", " "]).as_bytes(),
        );
    }
    for _ in 0..=chance.below(4) {
        out.extend_from_slice(format!("--{boundary}{end}").as_bytes());
        out.extend_from_slice(head(chance, end).as_bytes());
        // The first of them are those that many parts hold.
        let most = if chance.once_in(3) { CONTENTS.len() } else { 7 };
        let content = CONTENTS.get(chance.below(most)).copied().unwrap_or_default();
        out.extend_from_slice(content);
        out.extend_from_slice(end.as_bytes());
    }
    if !chance.once_in(20) {
        out.extend_from_slice(format!("--{boundary}--").as_bytes());
        out.extend_from_slice(
            chance.one_of(&["\r\n", "\r\n", "", "\r\nepilogue", "\n", " "]).as_bytes(),
        );
    }
    out
}

/// The fields of a part, and the line behind them.
fn head(chance: &mut Chance, end: &str) -> String {
    let disposition = if chance.once_in(20) { chance.one_of(&DISPOSITIONS) } else { "form-data; " };
    let is_file = chance.once_in(3);
    let name = if is_file {
        chance.one_of(&["\"file\"", "\"picture\"", "\"other\""])
    } else {
        chance.one_of(&NAMES)
    };
    let mut lines = vec![format!("Content-Disposition: {disposition}name={name}")];
    if is_file && let Some(line) = lines.first_mut() {
        line.push_str("; filename=");
        line.push_str(if chance.once_in(3) { chance.one_of(&FILES) } else { "\"a.txt\"" });
    }
    if chance.once_in(8) {
        let at = chance.below(lines.len() + 1);
        lines.insert(at, chance.one_of(&FIELDS).to_owned());
    }
    lines.extend([String::new(), String::new()]);
    lines.join(end)
}
