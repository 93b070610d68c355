//! Paths: a value that leads above where it begins, or to a file that nobody lends.
//!
//! Files are opened by whole values, so a value that is one path is judged strictly. In a text of several
//! words only what leads up and to a known file counts: people write `../` and `/etc/` in sentences.

mod files;

use crate::bytes::{at, is_space, part, run, span, stands};
use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;

const ABOVE: Reason =
    Reason { name: "path-leads-above", text: "leads above the folder in which it begins" };
const FILE: Reason =
    Reason { name: "path-known-file", text: "names a file of the system or of the server" };
const SCHEME: Reason =
    Reason { name: "path-scheme", text: "makes whoever opens it read files or run filters" };
const NULL: Reason = Reason { name: "path-null-byte", text: "ends a path early with a null byte" };
const SHARE: Reason =
    Reason { name: "path-share", text: "names an administrator's share of a Windows machine" };

/// What readers of files and addresses understand as more than a file's name.
const SCHEMES: [&str; 12] = [
    "file:/",
    "php://",
    "phar://",
    "zip://",
    "expect://",
    "glob://",
    "compress.",
    "netdoc:/",
    "jar:",
    "gopher://",
    "dict://",
    "data://text",
];

/// Slashes, dots, a null byte; they may be written as numbers of base 16, too.
const PARTING: Classes = Classes::of_constant(b"/.\\:\0");
/// Of the file of accounts.
const OF_ACCOUNTS: Classes = Classes::of_constant(b"etcpasswd");

/// Spaces in a path, at most.
const WORDS_MAX: usize = 4;
/// Ways up in a text of several words that are more than somebody's import.
const UPS_IN_PROSE: usize = 4;

pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    if !could_lead(classes) {
        return Ok(None);
    }
    fuel.burn(text.len() * 3)?;
    let bytes = text.as_bytes();
    let start = run(bytes, 0, is_space);
    let end = bytes.trim_ascii_end().len();
    if start >= end {
        return Ok(None);
    }
    let whole = part(bytes, start..end);
    if !classes.have_space() || is_one_path(whole) {
        return Ok(judge_whole(whole).map(|reason| (reason, span(text, start..end))));
    }
    // A dot, perhaps as a number or behind what nobody sees.
    if matches!(at(whole, 0), b'.' | b'0' | 1..b' ') {
        let first = part(bytes, start..run(bytes, start, |byte| !is_space(byte)));
        if straight(first).starts_with(b"../../") {
            return Ok(Some((ABOVE, span(text, start..end))));
        }
    }
    if !classes.have(b':') && !has_up(whole) {
        return Ok(None);
    }
    let mut position = start;
    while position < end {
        let word_end = run(bytes, position, |byte| !is_boundary(byte));
        let word = part(bytes, position..word_end);
        if let Some(reason) = judge_word(word) {
            return Ok(Some((reason, span(text, position..word_end))));
        }
        position = word_end + 1;
    }
    Ok(None)
}

/// No spaces, or it begins as paths do and stays on one line.
fn is_one_path(whole: &[u8]) -> bool {
    if !whole.iter().any(|byte| is_space(*byte)) {
        return true;
    }
    let line = !whole.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
    let words = memchr::memchr_iter(b' ', whole).count();
    if !line || words > WORDS_MAX {
        return false;
    }
    let drive = at(whole, 0).is_ascii_alphabetic()
        && at(whole, 1) == b':'
        && matches!(at(whole, 2), b'/' | b'\\');
    let name = whole.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(whole);
    // `/Program Files/x/y.conf`, and not `/etc/hosts is a file`.
    let rooted = matches!(at(whole, 0), b'/' | b'\\') && !name.contains(&b' ');
    drive || rooted
}

fn is_boundary(byte: u8) -> bool {
    is_space(byte)
        || matches!(
            byte,
            b'"' | b'\''
                | b'`'
                | b'('
                | b')'
                | b'<'
                | b'>'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'|'
                | b';'
                | b','
                | b'='
                | b'&'
        )
}

fn judge_whole(whole: &[u8]) -> Option<Reason> {
    if SCHEMES.iter().any(|scheme| stands(whole, 0, scheme.as_bytes())) {
        return Some(SCHEME);
    }
    let share = whole.starts_with(b"\\\\") && memchr::memchr(b'$', whole).is_some();
    let path = straight(whole);
    let steps = Steps::of(&path);
    if memchr::memchr(0, whole).is_some() && (path.contains(&b'/') || path.contains(&b'.')) {
        return Some(NULL);
    }
    // `??/??/2024` is a day; with a known file behind, signs that match any letter are dots.
    let mut behind = path.as_slice();
    while let Some(rest) = behind.strip_prefix(b"??/") {
        behind = rest;
    }
    if files::is_known(behind, steps.ups > 0 || steps.dots || behind.len() < path.len()) {
        return Some(FILE);
    }
    if steps.lowest < 0 || steps.ups > 1 {
        return Some(ABOVE);
    }
    share.then_some(SHARE)
}

/// Whether anything parts it into steps, ends it early, gives it an ending or a scheme: what no path that counts lacks, but
/// for one that lost its slash (`etcpasswd`).
const fn could_lead(classes: Classes) -> bool {
    classes.have_any(PARTING)
        || classes.have_digit() && classes.have(b'x')
        || classes.have_all(OF_ACCOUNTS)
}

fn judge_word(word: &[u8]) -> Option<Reason> {
    if ["php://filter", "php://input", "file:///etc", "file:///c:", "expect://"]
        .iter()
        .any(|scheme| stands(word, 0, scheme.as_bytes()))
    {
        return Some(SCHEME);
    }
    if !has_up(word) {
        return None;
    }
    let path = straight(word);
    let steps = Steps::of(&path);
    if steps.ups > 0 && files::is_known(&path, true) {
        return Some(FILE);
    }
    (steps.in_a_row >= UPS_IN_PROSE && steps.lowest < 0 && !is_code_file(&path)).then_some(ABOVE)
}

/// Whether anything in it may lead up: two dots, or one written as a number.
fn has_up(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"..") || bytes.windows(3).any(|three| three == b"0x2")
}

/// `../../../../src/app.ts` is how programs name one another.
fn is_code_file(path: &[u8]) -> bool {
    path.iter().any(u8::is_ascii_alphanumeric)
}

/// Slashes of one kind, dots and slashes that are written as numbers, no empty steps, lower case.
fn straight(bytes: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        // Most bytes are what they are.
        let plain = run(bytes, position, is_itself);
        path.extend(part(bytes, position..plain).iter().map(u8::to_ascii_lowercase));
        position = plain;
        let (byte, width) = match at(bytes, position) {
            _ if position >= bytes.len() => break,
            first @ (b'0' | b'2' | b'5' | b'%') => numbered(bytes, position, &path, first),
            other => (other, 1),
        };
        position += width;
        if byte > 0 && byte < b' ' {
            continue;
        }
        if matches!(byte, b'/' | b'\\')
            && matches!(path.last(), Some(b'.' | b'?'))
            && matches!(last_step(&path), b".?" | b"?.")
        {
            path.truncate(path.len() - 2);
            path.extend(b"..");
        }
        let byte = if byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() };
        // A share begins with two, an address has two behind its colon: neither is a way up.
        if byte != b'/' || path.last() != Some(&b'/') {
            path.push(byte);
        }
    }
    path
}

/// Whether a byte is no slash, nothing that nobody sees, and none that a number begins with.
const fn is_itself(byte: u8) -> bool {
    !matches!(byte, 1..b' ' | b'/' | b'\\' | b'0' | b'2' | b'5' | b'%')
}

/// The byte that stands there, perhaps as a number, and how long it is.
fn numbered(bytes: &[u8], position: usize, path: &[u8], first: u8) -> (u8, usize) {
    if stands(bytes, position, b"0x2e") {
        return (b'.', 4);
    }
    if stands(bytes, position, b"0x2f") || stands(bytes, position, b"0x5c") {
        return (b'/', 4);
    }
    let after_dots = path.ends_with(b"..");
    if after_dots && (stands(bytes, position, b"2f") || stands(bytes, position, b"5c")) {
        return (b'/', 2);
    }
    if after_dots && stands(bytes, position, b"%qf") {
        return (b'/', 3);
    }
    (first, 1)
}

fn last_step(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// Where a path goes, step by step.
struct Steps {
    /// Steps up.
    ups: usize,
    /// The most of them in a row.
    in_a_row: usize,
    /// The lowest that it ever is, where its beginning is 0.
    lowest: i64,
    /// It has steps of three dots.
    dots: bool,
}

impl Steps {
    fn of(path: &[u8]) -> Self {
        let mut steps = Self { ups: 0, in_a_row: 0, lowest: 0, dots: false };
        if !memchr::memchr_iter(b'.', path).any(|dot| at(path, dot + 1) == b'.') {
            return steps;
        }
        let (mut depth, mut row) = (0_i64, 0);
        let is_step = path.contains(&b'/');
        let mut parts = path.split(|byte| matches!(byte, b'/' | b'?' | b'#')).peekable();
        while let Some(part) = parts.next() {
            let is_last = parts.peek().is_none();
            // Behind a semicolon, servers of Java read parameters.
            let part = part.split(|byte| *byte == b';').next().unwrap_or(part);
            let is_dots = part.len() >= 2 && part.iter().all(|byte| *byte == b'.');
            // Three dots stand for what somebody left out, too: old systems went up with them.
            if is_step && part == b"..." && !is_last {
                steps.dots = true;
                continue;
            }
            // `and so on/...` ends in three dots; `....//` is what a filter makes `../` of.
            if is_step && is_dots && (part.len() == 2 || !is_last) {
                depth -= 1;
                row += 1;
                steps.ups += 1;
                steps.in_a_row = steps.in_a_row.max(row);
                steps.lowest = steps.lowest.min(depth);
            } else if !part.is_empty() && part != b"." {
                depth += 1;
                row = 0;
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(text: &str) -> Option<&'static str> {
        look(text, Classes::of(text), &mut Fuel::new(1 << 20))
            .expect("fuel")
            .map(|(reason, _)| reason.name)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_048))]

        #[test]
        fn what_could_not_lead_anywhere_leads_nowhere(
            text in "(passwd|etc|etcpasswd|etcpass\twd|0x2e|0x2f|2f|%qf|id_rsa|con|nul|[a-zA-Z0-9:;?#%$_-]|\\PC){0,12}",
        ) {
            if !could_lead(Classes::of(&text)) {
                prop_assert!(judge_whole(text.as_bytes()).is_none(), "{text}");
            }
        }
    }

    #[test]
    fn ways_up_and_known_files_are_found() {
        for text in [
            "../../etc/passwd",
            "/static/img/../../etc/passwd",
            r"..\..\boot.ini",
            "....//....//etc/passwd",
            "../config.php",
            "/a/..;/..;/manager",
            ".../.../etc/passwd",
            "0x2e0x2e0x2fetc",
            "..2f..2f..2fetc2fpasswd",
            "/etc/passwd",
            "etc/passwd",
            "/proc/self/environ",
            r"C:\Windows\win.ini",
            "C:/documents and settings/administrator/ntuser.dat",
            r"\\::1\c$\users\default\ntuser.dat",
            ".?/.?/.?/etc/issue",
            "?./?./etc/issue",
            "??/??/etc/passwd",
            "..\x01/..\x01/x",
            "/proc/version",
            "member/.htpasswd",
            "/Program Files\\Apache Group\\Apache\\conf\\httpd.conf",
            "../../secret plans.txt",
            "file:///etc/./passwd",
            "php://filter/convert.base64-encode/resource=index",
            "/app/.git/config",
            "WEB-INF/web.xml",
            "photo.php\0.jpg",
            "see ../../../etc/passwd please",
        ] {
            assert!(reason(text).is_some(), "{text}");
        }
    }

    #[test]
    fn paths_and_words_of_people_pass() {
        for text in [
            "../ means the parent folder",
            "I went to /etc/ yesterday",
            "the file /etc/passwd has a line for each user",
            "src/main.rs",
            "docs/a/../b",
            "https://example.com/a/.../.../b.csv",
            "https://example.com/a/b?c=d",
            "and so on...",
            "yes/no/...",
            "1.2.3",
            "??/??/2024",
            "/etc/hosts is a file",
            "C:/Users/bob/letter.txt",
            "import x from '../../lib/x'",
            "compare/main...topic",
            "/orders/17",
            "a..b",
        ] {
            assert_eq!(reason(text), None, "{text}");
        }
    }
}
