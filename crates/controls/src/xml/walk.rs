//! The walk over a text: from bytes to elements, attributes and texts, or to the first fault.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};
use portcullis_policy::Limits;

use super::characters::{is_char, is_space};
use super::cursor::Cursor;
use super::namespaces::Namespaces;
use super::tree::{Attribute, Element, Tree};
use super::{Fault, FaultKind};
use crate::resource_limits::Breach;

/// Reads a well-formed XML document with one reading.
pub(super) fn walk<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Tree<'a>, Fault> {
    let text = str::from_utf8(bytes)
        .map_err(|error| Fault { kind: FaultKind::NotUtf8, at: error.valid_up_to() })?;
    if has_doubtful_bytes(bytes)
        && let Some((at, _)) = text.char_indices().find(|(_, character)| !is_char(*character))
    {
        return Err(Fault { kind: FaultKind::Syntax("a character that XML does not take"), at });
    }
    let mut walk = Walk {
        cursor: Cursor::new(text),
        limits,
        nodes: 0,
        open: Vec::new(),
        // A leaf with its tags takes some 32 bytes.
        tree: Tree::with_capacity((bytes.len() / 32).clamp(4, 1 << 16)),
        namespaces: Namespaces::default(),
    };
    walk.cursor.take("\u{feff}");
    walk.declaration()?;
    walk.around()?;
    if !walk.cursor.rest.starts_with('<') {
        return Err(walk.cursor.syntax("there is no element"));
    }
    walk.elements()?;
    walk.around()?;
    if !walk.cursor.rest.is_empty() {
        return Err(walk.cursor.syntax("something stands behind the element"));
    }
    walk.tree.namespaces = walk.namespaces.into_names();
    Ok(walk.tree)
}

/// Whether any byte may be part of a character that XML does not take: a control character, or the
/// first byte of U+FFFE. Most texts hold neither.
fn has_doubtful_bytes(bytes: &[u8]) -> bool {
    let is_doubtful =
        |byte: u8| byte == 0xef || byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Without a way out, so that many bytes are looked at in one step.
    bytes.chunks(1 << 12).any(|chunk| chunk.iter().fold(false, |any, one| any | is_doubtful(*one)))
}

struct Walk<'a, 'l> {
    cursor: Cursor<'a>,
    limits: &'l Limits,
    nodes: usize,
    /// The elements around this place.
    open: Vec<Open<'a>>,
    tree: Tree<'a>,
    namespaces: Namespaces<'a>,
}

/// An element that has begun.
struct Open<'a> {
    name: &'a str,
    /// The namespaces before it.
    mark: usize,
    /// Its place in the tree.
    index: usize,
}

impl<'a> Walk<'a, '_> {
    fn count(&mut self) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > self.limits.xml_nodes_max {
            return Err(self.cursor.fault(FaultKind::Breach(Breach::XmlNodes)));
        }
        Ok(())
    }

    fn bounded(&self, text: &str) -> Result<(), Fault> {
        if text.len() > self.limits.string_bytes_max {
            return Err(self.cursor.fault(FaultKind::Breach(Breach::StringBytes)));
        }
        Ok(())
    }

    /// `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`, if it is there.
    fn declaration(&mut self) -> Result<(), Fault> {
        let start = self.cursor;
        if !self.cursor.take("<?xml") || !self.cursor.space() {
            self.cursor = start;
            return Ok(());
        }
        let wrong = || start.fault(FaultKind::Declaration);
        if self.pseudo("version")? != Some("1.0") {
            return Err(wrong());
        }
        let mut is_separate = self.cursor.space();
        if is_separate && let Some(encoding) = self.pseudo("encoding")? {
            if !encoding.eq_ignore_ascii_case("utf-8") {
                return Err(wrong());
            }
            is_separate = self.cursor.space();
        }
        if is_separate && let Some(standalone) = self.pseudo("standalone")? {
            if standalone != "yes" && standalone != "no" {
                return Err(wrong());
            }
            self.cursor.space();
        }
        self.cursor.expect("?>", "the declaration does not end")
    }

    /// `name="value"` in the declaration.
    fn pseudo(&mut self, name: &str) -> Result<Option<&'a str>, Fault> {
        if !self.cursor.take(name) {
            return Ok(None);
        }
        self.cursor.space();
        self.cursor.expect("=", "`=` is missing")?;
        self.cursor.space();
        let quote = if self.cursor.take("\"") {
            "\""
        } else {
            self.cursor.expect("'", "a quote is missing")?;
            "'"
        };
        self.cursor.until(quote, "a quote is missing").map(Some)
    }

    /// What may stand around the one element: white space and comments.
    fn around(&mut self) -> Result<(), Fault> {
        loop {
            self.cursor.space();
            if !self.comment()? {
                break;
            }
        }
        if self.cursor.rest.starts_with("<!DOCTYPE") {
            return Err(self.cursor.fault(FaultKind::Doctype));
        }
        if self.cursor.rest.starts_with("<?") {
            return Err(self.cursor.fault(FaultKind::Instruction));
        }
        Ok(())
    }

    /// `<!-- ... -->`, if one stands here.
    fn comment(&mut self) -> Result<bool, Fault> {
        if !self.cursor.take("<!--") {
            return Ok(false);
        }
        self.count()?;
        let text = self.cursor.until("--", "a comment does not end")?;
        self.bounded(text)?;
        self.cursor.expect(">", "`--` inside a comment")?;
        Ok(true)
    }

    /// The one element, with all inside it.
    fn elements(&mut self) -> Result<(), Fault> {
        self.start_tag()?;
        while !self.open.is_empty() {
            self.content()?;
            if self.cursor.take("</") {
                self.end_tag()?;
            } else if self.cursor.rest.is_empty() {
                return Err(self.cursor.syntax("an element does not end"));
            } else {
                self.start_tag()?;
            }
        }
        Ok(())
    }

    /// Texts, references, comments and CDATA sections, up to the next tag.
    fn content(&mut self) -> Result<(), Fault> {
        let (mut has_text, mut has_comment) = (false, false);
        loop {
            let start = self.cursor;
            match start.rest.as_bytes() {
                [b'<', b'!' | b'?', ..] => {}
                [] | [b'<', ..] => return Ok(()),
                _ => {}
            }
            if !start.rest.starts_with(['<', '&']) {
                has_text |= self.text()?;
            } else if let Some(rest) = start.rest.strip_prefix("<![CDATA[") {
                self.count()?;
                self.cursor.rest = rest;
                let text = self.cursor.until("]]>", "a CDATA section does not end")?;
                self.bounded(text)?;
                self.add(text);
                has_text = true;
            } else if self.comment()? {
                has_comment = true;
            } else if start.rest.starts_with("<!") {
                let is_doctype = start.rest.starts_with("<!DOCTYPE");
                let wrong = FaultKind::Syntax("`<!` without a comment or CDATA section");
                return Err(start.fault(if is_doctype { FaultKind::Doctype } else { wrong }));
            } else if start.rest.starts_with("<?") {
                return Err(start.fault(FaultKind::Instruction));
            } else {
                let character = self.cursor.reference()?;
                self.count()?;
                self.tree.push_character(self.open.last().map(|open| open.index), character);
                has_text = true;
            }
            if has_text && has_comment {
                return Err(start.fault(FaultKind::CommentInText));
            }
        }
    }

    /// Characters up to the next tag or reference; whether they are more than white space.
    fn text(&mut self) -> Result<bool, Fault> {
        let start = self.cursor;
        let end = memchr2(b'<', b'&', start.rest.as_bytes()).unwrap_or(start.rest.len());
        let (text, behind) = start.rest.split_at_checked(end).unwrap_or((start.rest, ""));
        self.cursor.rest = behind;
        self.count()?;
        self.bounded(text)?;
        if memchr(b']', text.as_bytes()).is_some() && text.contains("]]>") {
            return Err(start.syntax("`]]>` outside a CDATA section"));
        }
        self.add(text);
        Ok(!text.trim_matches(is_space).is_empty())
    }

    /// Adds a text to the innermost element.
    fn add(&mut self, text: &'a str) {
        self.tree.push_text(self.open.last().map(|open| open.index), text);
    }

    fn end_tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor;
        let name = self.cursor.name()?;
        self.cursor.space();
        self.cursor.expect(">", "an end tag does not end")?;
        match self.open.pop() {
            Some(Open { name: known, mark, index }) if known == name.whole => {
                self.namespaces.forget(mark);
                let content_end = start.at().saturating_sub("</".len());
                self.tree.close(index, content_end, self.cursor.at());
                Ok(())
            }
            _ => Err(start.syntax("an end tag that does not match")),
        }
    }

    fn start_tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor;
        self.cursor.expect("<", "a tag is missing")?;
        self.count()?;
        let name = self.cursor.name()?;
        self.bounded(name.whole)?;
        let mark = self.namespaces.mark();
        let attributes = self.attributes()?;
        let undeclared = || start.syntax("a prefix that is not declared");
        let namespace = self.namespaces.of(name).ok_or_else(undeclared)?;
        self.resolve(attributes.clone(), start)?;
        let index = self.tree.open(Element {
            start: start.at(),
            end: self.cursor.at(),
            content: 0..0,
            local: name.local,
            namespace,
            attributes,
            text: Cow::Borrowed(""),
            next: 0,
        });
        if self.cursor.take("/>") {
            self.tree.begin_content(index, self.cursor.at());
            self.tree.close(index, self.cursor.at(), self.cursor.at());
            self.namespaces.forget(mark);
            return Ok(());
        }
        self.cursor.expect(">", "a start tag does not end")?;
        self.tree.begin_content(index, self.cursor.at());
        if self.open.len() >= self.limits.xml_depth_max {
            return Err(start.fault(FaultKind::Breach(Breach::XmlDepth)));
        }
        self.open.push(Open { name: name.whole, mark, index });
        self.tree.depth = self.tree.depth.max(self.open.len());
        Ok(())
    }

    /// The attributes of a tag; those that declare namespaces are taken in.
    fn attributes(&mut self) -> Result<Range<usize>, Fault> {
        let first = self.tree.attributes.len();
        loop {
            let from = self.cursor.at();
            let is_separate = self.cursor.space();
            if self.cursor.rest.starts_with(['>', '/']) {
                return Ok(first..self.tree.attributes.len());
            }
            let start = self.cursor;
            if !is_separate {
                return Err(start.syntax("a tag does not end"));
            }
            self.count()?;
            let names = self.tree.attributes.get(first..).unwrap_or_default();
            if names.len() >= self.limits.xml_attributes_max {
                return Err(start.fault(FaultKind::Breach(Breach::XmlAttributes)));
            }
            let name = self.cursor.name()?;
            self.bounded(name.whole)?;
            if names.iter().any(|known| known.name.whole == name.whole) {
                return Err(start.fault(FaultKind::RepeatedAttribute));
            }
            self.cursor.space();
            self.cursor.expect("=", "`=` is missing")?;
            self.cursor.space();
            let value = self.value()?;
            let declared = match (name.prefix, name.local) {
                ("xmlns", prefix) => Some(prefix),
                ("", "xmlns") => Some(""),
                _ => None,
            };
            if let Some(prefix) = declared
                && !self.namespaces.declare(prefix, value.clone())
            {
                return Err(start.syntax("a namespace that cannot be declared so"));
            }
            self.tree.attributes.push(Attribute {
                start: from,
                end: self.cursor.at(),
                name,
                namespace: declared.is_none().then_some(0),
                value,
            });
        }
    }

    /// A value in quotes, its references undone.
    fn value(&mut self) -> Result<Cow<'a, str>, Fault> {
        let (mark, quote) = match self.cursor.rest.bytes().next() {
            Some(mark @ b'"') => (mark, "\""),
            Some(mark @ b'\'') => (mark, "'"),
            _ => return Err(self.cursor.syntax("a quote is missing")),
        };
        self.cursor.take(quote);
        let mut value = Cow::Borrowed("");
        loop {
            let rest = self.cursor.rest;
            let end = memchr3(mark, b'<', b'&', rest.as_bytes());
            let end = end.ok_or_else(|| self.cursor.syntax("a value does not end"))?;
            let (text, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.cursor.rest = behind;
            if text.contains(['\t', '\n', '\r']) {
                // XML 1.0 section 3.3.3, after the ends of lines of section 2.11.
                let text = text.replace("\r\n", "\n").replace(['\t', '\n', '\r'], " ");
                value.to_mut().push_str(&text);
            } else {
                value += text;
            }
            self.bounded(&value)?;
            if behind.starts_with('&') {
                value.to_mut().push(self.cursor.reference()?);
            } else if behind.starts_with('<') {
                return Err(self.cursor.syntax("`<` in a value"));
            } else {
                self.cursor.take(quote);
                return Ok(value);
            }
        }
    }

    /// Finds the namespaces of attributes: prefixes are declared, and no two attributes are one under
    /// two prefixes.
    fn resolve(&mut self, attributes: Range<usize>, start: Cursor<'a>) -> Result<(), Fault> {
        let attributes = self.tree.attributes.get_mut(attributes).unwrap_or_default();
        let mut seen: Vec<(u32, &str)> = Vec::new();
        for attribute in attributes.iter_mut() {
            let name = attribute.name;
            if attribute.namespace.is_none() || name.prefix.is_empty() {
                continue;
            }
            let Some(namespace) = self.namespaces.of(name) else {
                return Err(start.syntax("a prefix that is not declared"));
            };
            if seen.contains(&(namespace, name.local)) {
                return Err(start.fault(FaultKind::RepeatedAttribute));
            }
            seen.push((namespace, name.local));
            attribute.namespace = Some(namespace);
        }
        Ok(())
    }
}
