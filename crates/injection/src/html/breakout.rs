//! Handlers of events without a tag of their own: the page has a tag open, the text adds one to it.

use std::ops::Range;

use super::script::SHARPEST;
use super::style;
use super::tokens::plain;
use crate::bytes::{at, is_name, is_one_of, is_space, part, run, run_back};
use crate::found::Reason;

const STYLE: Reason = Reason {
    name: "html-style-in-open-tag",
    text: "adds a style that runs script to a tag that the page has open",
};
const HANDLER: Reason = Reason {
    name: "html-event-handler-in-open-tag",
    text: "adds a handler of an event to a tag that the page has open",
};

/// Letters of an event's name behind `on`.
const EVENT_BYTES_MIN: usize = 3;
const EVENT_BYTES_MAX: usize = 30;
/// Bytes of a value that are read.
const VALUE_BYTES_MAX: usize = 120;

/// `onload`, `onpointerrawupdate`: no list, browsers add to theirs.
pub(super) fn is_handler(name: &[u8]) -> bool {
    let Some(event) = name.strip_prefix(b"on") else { return false };
    (EVENT_BYTES_MIN..=EVENT_BYTES_MAX).contains(&event.len())
        && event.iter().all(u8::is_ascii_alphanumeric)
}

pub(super) fn find(bytes: &[u8]) -> Option<(Reason, Range<usize>)> {
    for equals in memchr::memchr_iter(b'=', bytes) {
        let end = run_back(bytes, equals, is_space);
        // A longer name is none.
        let window = end.saturating_sub(EVENT_BYTES_MAX + 3);
        let start = window
            + run_back(part(bytes, window..end), end - window, |byte| byte.is_ascii_alphanumeric());
        let name = part(bytes, start..end).to_ascii_lowercase();
        let before = at(bytes, start.wrapping_sub(1));
        if name == b"style" && !is_name(before) && runs_style(bytes, equals + 1) {
            return Some((STYLE, start..equals + 1));
        }
        if !is_handler(&name) {
            continue;
        }
        let after_quote = matches!(before, b'"' | b'\'' | b'`' | b'/');
        let is_word = start == 0
            || is_space(before)
            || after_quote
            || matches!(before, b'>' | b'+' | b';' | 0..b' ');
        let value =
            run(bytes, equals + 1, |byte| is_space(byte) || matches!(byte, b'"' | b'\'' | b'`'));
        let value = part(bytes, value..(value + VALUE_BYTES_MAX).min(bytes.len()));
        if is_word && runs(value, after_quote) {
            return Some((HANDLER, start..equals + 1));
        }
    }
    None
}

/// A style as far as its quote or the next value, so that hardly a byte is read twice.
fn runs_style(bytes: &[u8], from: usize) -> bool {
    let start = run(bytes, from, |byte| is_space(byte) || matches!(byte, b'"' | b'\'' | b'`'));
    let reach = (start + VALUE_BYTES_MAX).min(bytes.len());
    let ends = |byte: u8| matches!(byte, b'<' | b'>' | b'"' | b'\'' | b'=');
    let end = run(bytes, start, |byte| !ends(byte)).min(reach);
    style::is_active(&plain(bytes, start..end, VALUE_BYTES_MAX))
}

/// A value that calls or assigns. Programs that assign a function to a handler only define it.
fn runs(value: &[u8], after_quote: bool) -> bool {
    let defines = value.starts_with(b"function")
        || value.starts_with(b"async")
        || value.starts_with(b"() =>")
        || value.starts_with(b"{");
    if defines {
        return false;
    }
    let end = run(value, 0, |byte| !is_space(byte) && byte != b'>');
    let first = part(value, 0..end);
    let calls = memchr::memchr2_iter(b'(', b'`', first).any(|open| {
        at(first, open.wrapping_sub(1)).is_ascii_alphanumeric()
            || matches!(at(first, open.wrapping_sub(1)), b')' | b']' | b'.' | b'/' | b'&')
    });
    // `onerror=alert;throw 1` calls, too.
    let named = run(first, 0, is_name);
    let throws = at(first, named) == b';' && is_one_of(part(first, 0..named), &SHARPEST);
    calls
        || throws
        || memchr::memmem::find(first, b"&lpar;").is_some()
        || first.contains(&b'=') && after_quote
        || super::url::is_script(value, false)
        || memchr::memmem::find(first, b"document.").is_some()
}
