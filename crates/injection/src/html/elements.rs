//! Tags that run something: by their name, by an attribute, by an attribute's value.

use std::ops::Range;

use super::tokens::{Token, Tokens, plain};
use super::{breakout, url};
use crate::bytes::{at, is_one_of, is_space, part, run};
use crate::found::Reason;

const ELEMENT: Reason = Reason { name: "html-active-element", text: "opens a tag that runs or embeds what it names" };
const HANDLER: Reason = Reason { name: "html-event-handler", text: "has a tag with a handler of an event" };
const ADDRESS: Reason = Reason { name: "html-script-address", text: "has a tag whose address is script" };
const STYLE: Reason = Reason { name: "html-active-style", text: "has a style that runs script" };
const FRAME: Reason = Reason { name: "html-inner-document", text: "has a tag with a whole document inside" };
const DIRECTIVE: Reason =
    Reason { name: "html-active-directive", text: "has a directive with which a page's framework runs an expression" };

/// Tags that run or embed by being there.
const ACTIVE: [&str; 18] = [
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "bgsound", "isindex", "layer", "ilayer",
    "listener", "handler", "xss", "plaintext", "noembed",
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
            Token::Element(name) => element = (plain(bytes, name.clone(), NAME_BYTES_MAX), name.start),
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
        let start = run(bytes, open + 1, |byte| matches!(byte, 0 | b'%'));
        let end = run(bytes, start, |byte| byte.is_ascii_alphanumeric() || byte == 0).min(start + NAME_BYTES_MAX);
        let name = plain(bytes, start..end, NAME_BYTES_MAX);
        if name.is_empty() || name == b"xss" {
            continue;
        }
        let behind = at(bytes, end);
        let is_tag = is_space(behind) || matches!(behind, b'>' | b'/' | b'<' | b'+' | b'"' | b'\'' | b'=' | b'(' | b'\\' | b'%' | b'&' | b'?');
        let is_longer = name.starts_with(b"script") && behind != b'-';
        if (is_tag || end == bytes.len()) && is_one_of(&name, &ACTIVE) || is_longer && is_tag {
            if is_harmless_meta(bytes, &name, end) {
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

/// `<base>`, `<frame>`, `<object>` and the like without an attribute are words in brackets.
fn is_harmless_meta(bytes: &[u8], name: &[u8], end: usize) -> bool {
    let is_bare = at(bytes, end) == b'>' || end >= bytes.len();
    let tag = part(bytes, end..(end + 200).min(bytes.len()));
    match name {
        b"base" | b"frame" | b"layer" | b"handler" | b"listener" | b"meta" | b"object" | b"embed" => {
            is_bare || !tag.contains(&b'=')
        }
        _ => false,
    }
}

/// A style sheet that fetches or runs.
fn style_block(bytes: &[u8], from: usize) -> bool {
    let sheet = plain(bytes, from..(from + STYLE_BYTES_MAX).min(bytes.len()), STYLE_BYTES_MAX);
    is_active_style(&sheet) || memchr::memmem::find(&sheet, b"@import").is_some()
}

fn attribute(bytes: &[u8], element: &[u8], name: Range<usize>, value: Range<usize>) -> Option<Reason> {
    let attribute = plain(bytes, name, NAME_BYTES_MAX);
    let has_value = value.end > value.start;
    if breakout::is_handler(&attribute) && has_value {
        return Some(HANDLER);
    }
    let active_with = ACTIVE_WITH.iter().any(|(tag, with)| element == tag.as_bytes() && attribute == with.as_bytes());
    if has_value && active_with {
        return Some(ELEMENT);
    }
    match attribute.as_slice() {
        b"srcdoc" => return Some(FRAME),
        b"style" => {
            let style = plain(bytes, value, STYLE_BYTES_MAX);
            return is_active_style(&style).then_some(STYLE);
        }
        b"datasrc" | b"http-equiv" | b"implementation" | b"xlink:actuate" | b"ev:event" => return has_value.then_some(ELEMENT),
        b"attributename" => {
            let target = plain(bytes, value, NAME_BYTES_MAX);
            return (target.starts_with(b"on") || target.ends_with(b"href")).then_some(ELEMENT);
        }
        _ => {}
    }
    if attribute.starts_with(b"v-on:") || attribute.starts_with(b"ng-") || attribute.starts_with(b"x-on:") || attribute.starts_with(b"v-html") {
        return has_value.then_some(DIRECTIVE);
    }
    url::is_script(part(bytes, value.clone()), true).then_some(ADDRESS).or_else(|| {
        let list = part(bytes, value);
        // Lists of addresses and refreshes have theirs behind a sign.
        memchr::memchr2_iter(b';', b'=', list).any(|sign| url::is_script(part(list, sign + 1..list.len().min(sign + 80)), true)).then_some(ADDRESS)
    })
}

/// Declarations with which old browsers ran script, whatever comments and escapes hide them.
fn is_active_style(style: &[u8]) -> bool {
    let mut bare = Vec::with_capacity(style.len());
    let mut position = 0;
    while position < style.len() {
        if at(style, position) == b'/' && at(style, position + 1) == b'*' {
            let end = memchr::memmem::find(part(style, position + 2..style.len()), b"*/");
            position = end.map_or(style.len(), |end| position + end + 4);
            continue;
        }
        if at(style, position) != b'\\' {
            bare.push(at(style, position));
        }
        position += 1;
    }
    [&b"expression("[..], b"javascript:", b"vbscript:", b"-moz-binding", b"behavior:", b"behaviour:", b"-o-link", b"user-modify", b"data:text/html"]
        .iter()
        .any(|word| memchr::memmem::find(&bare, word).is_some())
}
