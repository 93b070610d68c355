//! Lines: a value that ends its line and begins one of its own, of HTTP, of mail, of a mailbox's protocol.
//!
//! Texts of people have lines, and lines may begin with a word and a colon. So only lines right behind the
//! first line end count, as long as each is one that a header may have, and only names that do something.

use crate::bytes::{at, is_one_of, is_space, part, rest, run, span};
use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;

const HEADER: Reason =
    Reason { name: "line-adds-header", text: "ends its line and adds a header field of its own" };
const RESPONSE: Reason = Reason {
    name: "line-adds-response",
    text: "ends its line and begins a message of HTTP of its own",
};
const COMMAND: Reason = Reason {
    name: "line-adds-mail-command",
    text: "ends its line and gives a mail server a command",
};

const RECORD: Reason = Reason {
    name: "line-adds-log-record",
    text: "ends its line and begins a record of a log of its own",
};

/// Header fields that change what a client, a proxy or a mail server does.
const FIELDS: [&str; 31] = [
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "bcc",
    "cache-control",
    "clear-site-data",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-location",
    "content-security-policy",
    "content-transfer-encoding",
    "content-type",
    "host",
    "link",
    "location",
    "mime-version",
    "proxy-authorization",
    "refresh",
    "reply-to",
    "set-cookie",
    "set-cookie2",
    "strict-transport-security",
    "transfer-encoding",
    "upgrade",
    "x-accel-redirect",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-frame-options",
    "x-http-method-override",
    "x-sendfile",
    "x-xss-protection",
];

/// What SMTP (RFC 5321) and IMAP (RFC 9051) understand as more than a word.
const COMMANDS: [&str; 13] = [
    "rcpt to:",
    "mail from:",
    "helo ",
    "ehlo ",
    "data\r",
    "data\n",
    "quit\r",
    "rset\r",
    "vrfy ",
    "expn ",
    "auth login",
    "starttls\r",
    "noop\r",
];
const TAGGED: [&str; 12] = [
    "capability",
    "fetch",
    "login",
    "logout",
    "select",
    "examine",
    "store",
    "copy",
    "append",
    "expunge",
    "search",
    "noop",
];

/// How records of logs say how grave they are.
const LEVELS: [&str; 9] =
    ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRITICAL", "FATAL", "ALERT"];
/// Bytes behind the time of a record in which its level stands: parts of a second, a zone, a bracket.
const LEVEL_WITHIN: usize = 24;

/// Lines behind the first that are read, at most: a header of HTTP has no more.
const LINES_MAX: usize = 128;
/// The longest tag of a command of IMAP that counts.
const TAG_BYTES_MAX: usize = 8;

pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    if !classes.have_line() && !classes.are_not_ascii() {
        return Ok(None);
    }
    fuel.burn(text.len())?;
    let bytes = text.as_bytes();
    let Some((first, mut position)) = line_end(bytes, 0) else { return Ok(None) };
    for _ in 0..LINES_MAX {
        position += run(rest(bytes, position), 0, is_space);
        if let Some(reason) = line(bytes, position).or_else(|| recipient(bytes, first, position)) {
            let end = line_end(bytes, position).map_or(bytes.len(), |(end, _)| end);
            return Ok(Some((reason, span(text, first..end))));
        }
        let name = run(bytes, position, is_token);
        let is_field = name > position && at(bytes, name) == b':';
        let Some((_, next)) = line_end(bytes, position).filter(|_| is_field) else {
            return Ok(None);
        };
        position = next;
    }
    Ok(None)
}

/// The next line end and what is behind it. `嘊` and `嘍` are line ends to whoever drops their upper bytes.
fn line_end(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut from = from;
    loop {
        let found = from + memchr::memchr3(b'\r', b'\n', 0xe5, rest(bytes, from))?;
        if at(bytes, found) != 0xe5 {
            return Some((found, found + 1));
        }
        if matches!(part(bytes, found..found + 3), [0xe5, 0x98, 0x8a | 0x8d])
            && at(bytes, found + 3) < 0x80
        {
            return Some((found, found + 3));
        }
        from = found + 1;
    }
}

fn line(bytes: &[u8], from: usize) -> Option<Reason> {
    let line = rest(bytes, from);
    if starts(line, "http/1.") || starts(line, "http/2") {
        return Some(RESPONSE);
    }
    let name = run(line, 0, is_token);
    let field = part(line, 0..name);
    if at(line, name) == b':' && is_one_of(field, &FIELDS) && means_it(field, rest(line, name + 1))
    {
        return Some(HEADER);
    }
    if COMMANDS.iter().any(|command| starts(line, command)) {
        return Some(COMMAND);
    }
    if is_record(line) {
        return Some(RECORD);
    }
    // IMAP: a tag with a digit, a space, a command in capitals.
    let is_tag = name <= TAG_BYTES_MAX && field.last().is_some_and(u8::is_ascii_digit);
    let word = part(line, name + 1..run(line, name + 1, |byte| byte.is_ascii_uppercase()));
    (is_tag
        && field.first().is_some_and(u8::is_ascii_uppercase)
        && at(line, name) == b' '
        && is_one_of(word, &TAGGED))
    .then_some(COMMAND)
}

/// Whether a line begins with a day, a time and a level: `2026-01-31T12:00:00Z INFO`, `[2026-01-31 12:00:00] ERROR`.
fn is_record(line: &[u8]) -> bool {
    const TIME: &[u8] = b"0000-00-00T00:00";
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let fits = |(mark, byte): (&u8, &u8)| match mark {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b' '),
        mark => mark == byte,
    };
    let Some((time, behind)) = line.split_at_checked(TIME.len()) else { return false };
    let near = part(behind, 0..LEVEL_WITHIN.min(behind.len()));
    TIME.iter().zip(time).all(fits)
        && LEVELS.iter().any(|level| memchr::memmem::find(near, level.as_bytes()).is_some())
}

/// A field for people behind a lone address: a form's recipient that adds others.
fn recipient(bytes: &[u8], first: usize, from: usize) -> Option<Reason> {
    let address = part(bytes, 0..first);
    let is_address =
        memchr::memchr(b'@', address).is_some() && !address.iter().any(|byte| is_space(*byte));
    let line = rest(bytes, from);
    let name = run(line, 0, is_token);
    let is_field = at(line, name) == b':'
        && is_one_of(part(line, 0..name), &["to", "cc", "from", "subject", "sender"]);
    (is_address && is_field).then_some(HEADER)
}

/// Some names are words of people, too: `Location: Paris`. Their values tell.
fn means_it(field: &[u8], value: &[u8]) -> bool {
    let end = line_end(value, 0).map_or(value.len(), |(end, _)| end);
    let value = part(value, 0..end).trim_ascii();
    let has = |byte: u8| memchr::memchr(byte, value).is_some();
    match field.to_ascii_lowercase().as_slice() {
        b"location" | b"content-type" | b"content-location" => has(b'/'),
        b"bcc" | b"reply-to" => has(b'@'),
        b"host" => {
            (has(b'.') || has(b':')) && !has(b' ') && value.last().is_some_and(|byte| *byte != b'.')
        }
        b"link" => value.first() == Some(&b'<'),
        b"refresh" => value.first().is_some_and(u8::is_ascii_digit),
        b"upgrade" => !has(b' '),
        _ => true,
    }
}

fn starts(line: &[u8], word: &str) -> bool {
    crate::bytes::stands(line, 0, word.as_bytes())
}

/// What names of header fields are made of (RFC 9110, 5.6.2), as far as they are used.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<&'static str> {
        look(text, Classes::of(text), &mut Fuel::new(1 << 20))
            .expect("fuel")
            .map(|(reason, _)| reason.name)
    }

    #[test]
    fn a_value_that_adds_lines_is_found() {
        for text in [
            "x\r\nSet-Cookie: a=b",
            "\r\nSet-Cookie:crlf=injection",
            "x\nLocation: //evil",
            "x\r\nX-Foo: 1\r\nSet-Cookie: a",
            "\r\n\r\nHTTP/1.1 200 OK",
            "\r\nQUIT\r\n",
            "\nRCPT TO: test@evil.com\n",
            "\r\nV100 CAPABILITY\r\nV101 FETCH 4791",
            "bob@example.com\nBcc: eve@example.com",
            "bob@example.com\nCc: eve@example.com",
            "嘍Set-cookie:crlf=injection",
            "eve\n2026-01-31T12:00:00Z INFO visitor adam",
            "eve\r\n[2026-01-31 12:00:00,123] ERROR disk is gone",
        ] {
            assert!(reason(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn lines_of_people_pass() {
        for text in [
            "Hello\nNote: the location: is Paris",
            "Dear Bob,\n\nfrom: me\nto: you\n\nquit smoking",
            "one\ntwo\nContent-Type: text/html is what I saw",
            "嘍嘍嘍",
            "A1 SELECT",
            "Seen by\n2026-01-31 12:00 Adam\n2026-01-31 13:00 Paula",
            "Please note:\nINFO desk opens at 9, ERROR 404 is shown",
            "Name: Bob\nLocation: Paris",
            "Police:\tare you the host?\nHost:\tNo.\nPolice:\tHm.",
        ] {
            assert_eq!(reason(text), None, "{text:?}");
        }
    }
}
