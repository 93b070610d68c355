//! Tags that run something: by their name, by an attribute, by an attribute's value.

use std::ops::Range;

use super::tokens::{Token, Tokens, plain};
use super::{breakout, style, url};
use crate::bytes::{at, is_one_of, is_space, part, run};
use crate::found::Reason;
use crate::layers::entity;

const ELEMENT: Reason =
    Reason { name: "html-active-element", text: "opens a tag that runs or embeds what it names" };
const HANDLER: Reason =
    Reason { name: "html-event-handler", text: "has a tag with a handler of an event" };
const ADDRESS: Reason =
    Reason { name: "html-script-address", text: "has a tag whose address is script" };
const STYLE: Reason = Reason { name: "html-active-style", text: "has a style that runs script" };
const FRAME: Reason =
    Reason { name: "html-inner-document", text: "has a tag with a whole document inside" };
const DIRECTIVE: Reason = Reason {
    name: "html-active-directive",
    text: "has a directive with which a page's framework runs an expression",
};

/// Tags that run or embed by being there.
const ACTIVE: [&str; 17] = [
    "script",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "base",
    "bgsound",
    "isindex",
    "layer",
    "ilayer",
    "listener",
    "handler",
    "xss",
    "plaintext",
    "noembed",
];

/// Tags that are active with one of these attributes.
const ACTIVE_WITH: [(&str, &str); 12] = [
    ("link", "href"),
    ("import", "implementation"),
    ("set", "to"),
    ("animate", "to"),
    ("animate", "values"),
    ("form", "action"),
    ("button", "formaction"),
    ("input", "formaction"),
    ("html", "manifest"),
    ("event-source", "src"),
    ("xml", "src"),
    ("use", "xlink:href"),
];

/// Attributes whose values the frameworks of pages run: Vue, Alpine, Angular, Knockout, htmx.
const DIRECTIVES: [&str; 13] = [
    "v-on:",
    "v-html",
    "v-bind:",
    "v-if",
    "@click",
    "x-on:",
    "x-init",
    "x-data",
    "x-html",
    "x-effect",
    "ng-",
    "data-bind",
    "hx-on",
];

/// Bytes of a name or of a value's beginning that matter.
const NAME_BYTES_MAX: usize = 40;
const STYLE_BYTES_MAX: usize = 4096;

pub(super) fn find(bytes: &[u8]) -> Option<(Reason, Range<usize>)> {
    let active = by_name(bytes);
    if active.is_some() {
        return active;
    }
    let mut element: (Vec<u8>, usize) = (Vec::new(), 0);
    for token in Tokens::of(bytes) {
        match token {
            Token::Element(name) => {
                element = (plain(bytes, name.clone(), NAME_BYTES_MAX), name.start);
            }
            Token::Attribute { name, value } => {
                let range = element.1..value.end;
                if let Some(reason) = attribute(bytes, &element.0, name, value) {
                    return Some((reason, range));
                }
            }
        }
    }
    None
}

/// Names count wherever they stand: what looks like a value may be outside of it in the page.
fn by_name(bytes: &[u8]) -> Option<(Reason, Range<usize>)> {
    for open in memchr::memchr_iter(b'<', bytes) {
        let mut start = run(bytes, open + 1, |byte| matches!(byte, 0 | b'%'));
        let mut end = name_end(bytes, start);
        if at(bytes, end) == b':' {
            // A prefix of XML.
            start = end + 1;
            end = name_end(bytes, start);
        }
        let name = plain(bytes, start..end, NAME_BYTES_MAX);
        if name.is_empty() || name == b"xss" {
            continue;
        }
        let behind = at(bytes, end);
        let is_tag = is_space(behind)
            || matches!(
                behind,
                b'>' | b'/' | b'<' | b'+' | b'"' | b'\'' | b'=' | b'(' | b'\\' | b'%' | b'&' | b'?'
            );
        let is_longer = name.starts_with(b"script") && behind != b'-';
        if (is_tag || end == bytes.len()) && is_one_of(&name, &ACTIVE) || is_longer && is_tag {
            if is_bare_word(bytes, &name, end) {
                continue;
            }
            return Some((ELEMENT, open..end));
        }
        if name == b"style" && is_tag && style_block(bytes, end) {
            return Some((STYLE, open..end));
        }
    }
    None
}

fn name_end(bytes: &[u8], start: usize) -> usize {
    run(bytes, start, |byte| byte.is_ascii_alphanumeric() || byte == 0).min(start + NAME_BYTES_MAX)
}

/// `<base>`, `<frame>`, `<object>` and the like without an attribute are words in brackets.
fn is_bare_word(bytes: &[u8], name: &[u8], end: usize) -> bool {
    let is_bare = at(bytes, end) == b'>' || end >= bytes.len();
    let tag = part(bytes, end..(end + 200).min(bytes.len()));
    match name {
        b"base" | b"frame" | b"layer" | b"handler" | b"listener" | b"object" | b"embed" => {
            is_bare || !tag.contains(&b'=')
        }
        _ => false,
    }
}

/// A style sheet that fetches or runs. It ends where the next tag begins, so that no byte is read twice.
fn style_block(bytes: &[u8], from: usize) -> bool {
    let end = run(bytes, from, |byte| byte != b'<').min(from + STYLE_BYTES_MAX);
    let sheet = plain(bytes, from..end, STYLE_BYTES_MAX);
    style::is_active(&sheet) || memchr::memmem::find(&sheet, b"@import").is_some()
}

fn attribute(
    bytes: &[u8],
    element: &[u8],
    name: Range<usize>,
    value: Range<usize>,
) -> Option<Reason> {
    let attribute = plain(bytes, name, NAME_BYTES_MAX);
    let has_value = value.end > value.start;
    if breakout::is_handler(&attribute) && has_value {
        return Some(HANDLER);
    }
    let active_with = ACTIVE_WITH
        .iter()
        .any(|(tag, with)| element == tag.as_bytes() && attribute == with.as_bytes());
    if has_value && active_with {
        return Some(ELEMENT);
    }
    match attribute.as_slice() {
        b"charset" if element == b"meta" => {
            let charset = plain(bytes, value, NAME_BYTES_MAX);
            let is_odd = [&b"utf-7"[..], b"utf7", b"mac-"]
                .iter()
                .any(|odd| memchr::memmem::find(&charset, odd).is_some());
            return is_odd.then_some(ELEMENT);
        }
        b"srcdoc" => return Some(FRAME),
        b"style" => {
            let style = plain(bytes, value, STYLE_BYTES_MAX);
            return style::is_active(&style).then_some(STYLE);
        }
        b"datasrc" | b"http-equiv" | b"implementation" | b"xlink:actuate" | b"ev:event" => {
            return has_value.then_some(ELEMENT);
        }
        b"attributename" => {
            let target = plain(bytes, value, NAME_BYTES_MAX);
            return (target.starts_with(b"on") || target.ends_with(b"href")).then_some(ELEMENT);
        }
        _ => {}
    }
    if has_value && DIRECTIVES.iter().any(|start| attribute.starts_with(start.as_bytes())) {
        return Some(DIRECTIVE);
    }
    let value = part(bytes, value);
    // Inside a value, references are read where it ends, not where they would end it.
    let read = std::str::from_utf8(value).ok().and_then(entity::undo);
    let read = read.as_ref().map_or(value, String::as_bytes);
    // Lists of addresses and refreshes have theirs behind a sign.
    let is_listed = || {
        memchr::memchr2_iter(b';', b'=', read)
            .any(|sign| url::is_script(part(read, sign + 1..read.len().min(sign + 80)), true))
    };
    (url::is_script(read, true) || is_listed()).then_some(ADDRESS)
}
