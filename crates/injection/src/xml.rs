//! XML inside a text: document types, entities, inclusions, stylesheets that read files (CWE-611, CWE-776).
//!
//! A body that is XML is read, and refused, elsewhere; this is about texts that somebody else will read as
//! XML. `<!DOCTYPE html>` and documents without any of these pass.

use std::ops::Range;

use crate::bytes::{at, is_space, part, run, span, stands};
use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;

const ENTITY: Reason = Reason {
    name: "xml-entity",
    text: "declares an entity, which a reader of XML may fetch or multiply",
};
const DOCTYPE: Reason = Reason {
    name: "xml-document-type",
    text: "has a document type with a part outside or inside, which a reader of XML obeys",
};
const INCLUSION: Reason =
    Reason { name: "xml-inclusion", text: "makes a reader of XML fetch another document" };
const STYLESHEET: Reason =
    Reason { name: "xml-stylesheet", text: "is a stylesheet, which is a program" };
const HIDDEN_TAG: Reason = Reason {
    name: "xml-hidden-tag",
    text: "hides a tag from filters in a section of character data",
};

/// The longest declaration or tag that is read.
const TAG_BYTES_MAX: usize = 2048;

pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    if !classes.have(b'<') {
        return Ok(None);
    }
    let bytes = text.as_bytes();
    // A tag ends where the next begins, so that no byte is read in more than one.
    fuel.burn(text.len() * 3)?;
    let mut places = memchr::memchr_iter(b'<', bytes).peekable();
    while let Some(start) = places.next() {
        let end = places.peek().copied().unwrap_or(bytes.len()).min(start + TAG_BYTES_MAX);
        if let Some(reason) = tag(bytes, start..end) {
            return Ok(Some((reason, span(text, start..end))));
        }
    }
    Ok(None)
}

fn tag(bytes: &[u8], tag: Range<usize>) -> Option<Reason> {
    let start = tag.start;
    if stands(bytes, start, b"<!entity") {
        return is_space(at(bytes, start + 8)).then_some(ENTITY);
    }
    if stands(bytes, start, b"<!doctype") {
        return document_type(part(bytes, start + 9..tag.end)).then_some(DOCTYPE);
    }
    if stands(bytes, start, b"<![cdata[") {
        let content = part(bytes, start + 9..tag.end);
        // Nothing, and then the section's own `<` or `>`: characters of a tag, one by one.
        let is_angle = matches!(content, [b'<' | b'>', b']', b']', b'>', ..]);
        let is_tag = content.is_empty()
            && (stands(bytes, tag.end, b"<]]>")
                || stands(bytes, tag.end, b"<script")
                || stands(bytes, tag.end, b"<img "));
        return (is_angle || is_tag).then_some(HIDDEN_TAG);
    }
    let name_end = run(bytes, start + 1, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'?' | b'-')
    });
    let name = part(bytes, start + 1..name_end).to_ascii_lowercase();
    let attributes = part(bytes, name_end..tag.end);
    match name.as_slice() {
        b"?xml-stylesheet" | b"xsl:stylesheet" | b"xsl:transform" => Some(STYLESHEET),
        b"?import" | b"xi:include" => Some(INCLUSION),
        b"xs:include" | b"xs:import" | b"xsd:include" | b"xsd:import" => {
            has(attributes, b"://").then_some(INCLUSION)
        }
        b"xml" => (has(attributes, b"src=") || has(attributes, b"version=")).then_some(INCLUSION),
        _ => lone_schema(attributes).then_some(INCLUSION),
    }
}

/// With a part outside (`SYSTEM`, `PUBLIC` of other than HTML) or inside (`[`).
fn document_type(declaration: &[u8]) -> bool {
    let end = memchr::memchr2(b'>', b'[', declaration).unwrap_or(declaration.len());
    if at(declaration, end) == b'[' {
        return true;
    }
    let declaration = part(declaration, 0..end);
    let is_outside = has(declaration, b"system") || has(declaration, b"public");
    let is_of_html = has(declaration, b"-//w3c//dtd")
        && (has(declaration, b"://www.w3.org/") || !has(declaration, b"://"));
    is_outside && !is_of_html && !has(declaration, b"about:legacy-compat")
}

/// `schemaLocation` names pairs of a namespace and a place. A place alone is for whoever fetches it.
fn lone_schema(attributes: &[u8]) -> bool {
    let Some(start) = position(attributes, b"schemalocation") else { return false };
    let value = start + b"schemalocation".len();
    let value = run(attributes, value, |byte| is_space(byte) || byte == b'=');
    if !matches!(at(attributes, value), b'"' | b'\'') {
        return false;
    }
    let end = run(attributes, value + 1, |byte| !matches!(byte, b'"' | b'\''));
    let value = part(attributes, value + 1..end);
    let words = value.split(|byte| is_space(*byte)).filter(|word| !word.is_empty()).count();
    words == 1 && has(value, b"://")
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    position(bytes, word).is_some()
}

/// The first place of a word in lower case, in any case.
fn position(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_found(text: &str) -> bool {
        look(text, Classes::of(text), &mut Fuel::new(1 << 20)).expect("fuel").is_some()
    }

    #[test]
    fn what_a_reader_of_xml_would_fetch_or_run_is_found() {
        for text in [
            r#"<!DOCTYPE x SYSTEM "//x/x" > <x>a</x>"#,
            r#"<!DOCTYPE foo [<!ENTITY x "y">]><foo>&x;</foo>"#,
            r#"<!DOCTYPE r PUBLIC "-//W3C//DTD" "http://evil/x.dtd">"#,
            r#"<!ENTITY x SYSTEM "file:///etc/passwd">"#,
            r#"<xs:schema><xs:include namespace="http://evil/"/></xs:schema>"#,
            r#"<x xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://evil/"/>"#,
            "<![CDATA[<]]>SCRIPT<![CDATA[>]]>",
            r#"<xi:include href="x"/>"#,
        ] {
            assert!(is_found(text), "{text}");
        }
    }

    #[test]
    fn documents_pass() {
        for text in [
            "<!DOCTYPE html><p>x",
            r#"<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">"#,
            r#"<?xml version="1.0"?><a>b</a>"#,
            r#"<project xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 http://maven.apache.org/xsd/maven-4.0.0.xsd">"#,
            "a < b and an <entity>",
            "<![CDATA[plain]]>",
        ] {
            assert!(!is_found(text), "{text}");
        }
    }
}
