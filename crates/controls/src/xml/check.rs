//! The walk over a text.

use std::borrow::Cow;

use portcullis_policy::Limits;

use super::characters::{is_char, is_space};
use super::cursor::{Cursor, Name};
use super::namespaces::Namespaces;
use super::{Fault, FaultKind};
use crate::resource_limits::Breach;

/// Whether bytes are a well-formed XML document with one reading.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), Fault> {
    let text = str::from_utf8(bytes)
        .map_err(|error| Fault { kind: FaultKind::NotUtf8, at: error.valid_up_to() })?;
    if let Some((at, _)) = text.char_indices().find(|(_, character)| !is_char(*character)) {
        return Err(Fault { kind: FaultKind::Syntax("a character that XML does not take"), at });
    }
    let mut walk = Walk {
        cursor: Cursor::new(text),
        limits,
        nodes: 0,
        open: Vec::new(),
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
    if walk.cursor.rest.is_empty() {
        Ok(())
    } else {
        Err(walk.cursor.syntax("something stands behind the element"))
    }
}

struct Walk<'a> {
    cursor: Cursor<'a>,
    limits: &'a Limits,
    nodes: usize,
    /// The elements around this place: their names, and the namespaces before them.
    open: Vec<(&'a str, usize)>,
    namespaces: Namespaces<'a>,
}

impl<'a> Walk<'a> {
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
            if let Some(rest) = start.rest.strip_prefix("<![CDATA[") {
                self.count()?;
                self.cursor.rest = rest;
                let text = self.cursor.until("]]>", "a CDATA section does not end")?;
                self.bounded(text)?;
                has_text = true;
            } else if self.comment()? {
                has_comment = true;
            } else if start.rest.starts_with("<!") {
                let is_doctype = start.rest.starts_with("<!DOCTYPE");
                let wrong = FaultKind::Syntax("`<!` without a comment or CDATA section");
                return Err(start.fault(if is_doctype { FaultKind::Doctype } else { wrong }));
            } else if start.rest.starts_with("<?") {
                return Err(start.fault(FaultKind::Instruction));
            } else if start.rest.starts_with('&') {
                self.cursor.reference()?;
                self.count()?;
                has_text = true;
            } else if start.rest.is_empty() || start.rest.starts_with('<') {
                return Ok(());
            } else {
                has_text |= self.text()?;
            }
            if has_text && has_comment {
                return Err(start.fault(FaultKind::CommentInText));
            }
        }
    }

    /// Characters up to the next tag or reference; whether they are more than white space.
    fn text(&mut self) -> Result<bool, Fault> {
        let start = self.cursor;
        let end = start.rest.find(['<', '&']).unwrap_or(start.rest.len());
        let (text, behind) = start.rest.split_at_checked(end).unwrap_or((start.rest, ""));
        self.cursor.rest = behind;
        self.count()?;
        self.bounded(text)?;
        if text.contains("]]>") {
            return Err(start.syntax("`]]>` outside a CDATA section"));
        }
        Ok(!text.trim_matches(is_space).is_empty())
    }

    fn end_tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor;
        let name = self.cursor.name()?;
        self.cursor.space();
        self.cursor.expect(">", "an end tag does not end")?;
        match self.open.pop() {
            Some((known, mark)) if known == name.whole => {
                self.namespaces.forget(mark);
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
        let is_known = |name: Name<'_>| self.namespaces.of(name).is_some();
        if !name.prefix.is_empty() && !is_known(name) {
            return Err(start.syntax("a prefix that is not declared"));
        }
        self.check_attributes(&attributes, start)?;
        if self.cursor.take("/>") {
            self.namespaces.forget(mark);
            return Ok(());
        }
        self.cursor.expect(">", "a start tag does not end")?;
        if self.open.len() >= self.limits.xml_depth_max {
            return Err(start.fault(FaultKind::Breach(Breach::XmlDepth)));
        }
        self.open.push((name.whole, mark));
        Ok(())
    }

    /// The attributes of a tag; those that declare namespaces are taken in.
    fn attributes(&mut self) -> Result<Vec<Name<'a>>, Fault> {
        let mut names: Vec<Name<'a>> = Vec::new();
        loop {
            let is_separate = self.cursor.space();
            if self.cursor.rest.starts_with(['>', '/']) {
                return Ok(names);
            }
            let start = self.cursor;
            if !is_separate {
                return Err(start.syntax("a tag does not end"));
            }
            self.count()?;
            if names.len() >= self.limits.xml_attributes_max {
                return Err(start.fault(FaultKind::Breach(Breach::XmlAttributes)));
            }
            let name = self.cursor.name()?;
            self.bounded(name.whole)?;
            if names.iter().any(|known| known.whole == name.whole) {
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
                && !self.namespaces.declare(prefix, value)
            {
                return Err(start.syntax("a namespace that cannot be declared so"));
            }
            names.push(name);
        }
    }

    /// A value in quotes, its references undone.
    fn value(&mut self) -> Result<Cow<'a, str>, Fault> {
        let Some(quote @ ('"' | '\'')) = self.cursor.rest.chars().next() else {
            return Err(self.cursor.syntax("a quote is missing"));
        };
        self.cursor.take(quote.encode_utf8(&mut [0; 4]));
        let mut value = Cow::Borrowed("");
        loop {
            let rest = self.cursor.rest;
            let end = rest.find([quote, '<', '&']);
            let end = end.ok_or_else(|| self.cursor.syntax("a value does not end"))?;
            let (text, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.cursor.rest = behind;
            value += text;
            self.bounded(&value)?;
            if behind.starts_with('&') {
                value.to_mut().push(self.cursor.reference()?);
            } else if behind.starts_with('<') {
                return Err(self.cursor.syntax("`<` in a value"));
            } else {
                self.cursor.take(quote.encode_utf8(&mut [0; 4]));
                return Ok(value);
            }
        }
    }

    /// Prefixes are declared, and no two attributes are one under two prefixes.
    fn check_attributes(&self, names: &[Name<'a>], start: Cursor<'a>) -> Result<(), Fault> {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for name in names.iter().filter(|name| !matches!(name.prefix, "" | "xmlns")) {
            let Some(namespace) = self.namespaces.of(*name) else {
                return Err(start.syntax("a prefix that is not declared"));
            };
            if seen.contains(&(namespace, name.local)) {
                return Err(start.fault(FaultKind::RepeatedAttribute));
            }
            seen.push((namespace, name.local));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(text: &str) -> Result<(), FaultKind> {
        check(text.as_bytes(), &Limits::default()).map_err(|fault| fault.kind)
    }

    #[test]
    fn well_formed_documents_pass() {
        for text in [
            "<a/>",
            "<a></a >",
            "\u{feff}<?xml version=\"1.0\" encoding='utf-8' standalone=\"no\" ?>\n<a/>\n",
            "<!-- x --><a b=\"1\" c='&lt;&#65;&#x1F600;\"'>t&amp;<![CDATA[<b>]]>u</a><!-- y -->",
            "<a>\n  <!-- between elements -->\n  <b/>\n</a>",
            "<p:a xmlns:p=\"urn:x\" p:b=\"\" b=\"\"><p:c xmlns:p=\"urn:y\"/><p:d/></p:a>",
            "<a xmlns=\"urn:x\"><b xmlns=\"\"/></a>",
            "<élan xml:lang=\"fr\">à ]] > &gt;</élan>",
            "<a>\u{10ffff}\t\r\n</a>",
        ] {
            assert_eq!(kind(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_a_fault() {
        for text in [
            "",
            " ",
            "a",
            "{}",
            "<a>",
            "<a",
            "</a>",
            "<a></b>",
            "<a><b></a></b>",
            "<a/><b/>",
            "<a/>x",
            "x<a/>",
            "<a b/>",
            "<a b=1/>",
            "<a b=\"1\"c=\"2\"/>",
            "<a b=\"<\"/>",
            "<a b=\"1/>",
            "<a>&</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&#x;</a>",
            "<a>&#1114112;</a>",
            "<a>&amp</a>",
            "<a>]]></a>",
            "<a><![CDATA[x</a>",
            "<a><!-- -- --></a>",
            "<a><!-- x ---></a>",
            "<a>\u{1}</a>",
            "<a>\u{ffff}</a>",
            "<1a/>",
            "<-a/>",
            "<a:b/>",
            "<a:b:c/>",
            "<:a/>",
            "<a:/>",
            "<a p:b=\"\"/>",
            "<xmlns:a/>",
            "<a xmlns:p=\"\"/>",
            "<a xmlns:xmlns=\"x\"/>",
            "<a xmlns:xml=\"x\"/>",
            "<a xmlns:p=\"http://www.w3.org/2000/xmlns/\"/>",
            "< a/>",
            "<a><b xmlns:p=\"x\"/><p:c/></a>",
            "<a><!ELEMENT a ANY></a>",
            "<a / >",
            "<a></ a>",
            "<?xml version=\"1.0\"?",
            "<?xml version=\"1.0\"?><?xml version=\"1.0\"?>",
            "<a>&#x+41;</a>",
        ] {
            assert!(kind(text).is_err(), "{text}");
        }
        assert_eq!(check(b"<a>\xff</a>", &Limits::default()).unwrap_err().at, 3);
    }

    #[test]
    fn what_readers_differ_on_or_fetch_is_a_fault() {
        use FaultKind::{
            CommentInText, Declaration, Doctype, Entity, Instruction, RepeatedAttribute,
        };
        for (text, expected) in [
            ("<!DOCTYPE a><a/>", Doctype),
            ("<!DOCTYPE a SYSTEM \"http://x/\"><a/>", Doctype),
            ("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", Doctype),
            ("<a><!DOCTYPE a></a>", Doctype),
            ("<a>&x;</a>", Entity),
            ("<a b=\"&x;\"/>", Entity),
            ("<a>&nbsp;</a>", Entity),
            ("<?php x ?><a/>", Instruction),
            ("<a><?x?></a>", Instruction),
            ("<a/><?x?>", Instruction),
            (" <?xml version=\"1.0\"?><a/>", Instruction),
            ("<?xml version=\"1.1\"?><a/>", Declaration),
            ("<?xml version=\"1.0\" encoding=\"utf-7\"?><a/>", Declaration),
            ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", Declaration),
            ("<a>admin<!-- -->@evil</a>", CommentInText),
            ("<a><!-- -->admin</a>", CommentInText),
            ("<a>&lt;<!-- --></a>", CommentInText),
            ("<a b=\"1\" b=\"2\"/>", RepeatedAttribute),
            ("<a xmlns:p=\"x\" xmlns:q=\"&#x78;\" p:b=\"\" q:b=\"\"/>", RepeatedAttribute),
        ] {
            assert_eq!(kind(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn the_walk_stops_at_its_limits() {
        let limits = Limits {
            xml_depth_max: 3,
            xml_nodes_max: 6,
            xml_attributes_max: 2,
            string_bytes_max: 8,
            ..Limits::default()
        };
        let kind = |text: &str| check(text.as_bytes(), &limits).map_err(|fault| fault.kind);
        let breach = |breach| Err(FaultKind::Breach(breach));
        assert_eq!(kind("<a><a><a/></a></a>"), Ok(()));
        assert_eq!(kind("<a><a><a><a/></a></a></a>"), Ok(()));
        assert_eq!(kind("<a><a><a><a></a></a></a></a>"), breach(Breach::XmlDepth));
        assert_eq!(kind("<a><b/><b/><b/><b/><b/></a>"), Ok(()));
        assert_eq!(kind("<a><b/><b/><b/><b/><b/><b/></a>"), breach(Breach::XmlNodes));
        assert_eq!(kind("<a b='' c='' d=''/>"), breach(Breach::XmlAttributes));
        assert_eq!(kind("<a>123456789</a>"), breach(Breach::StringBytes));
        assert_eq!(kind("<a b='1234&#53;6789'/>"), breach(Breach::StringBytes));
        assert_eq!(kind("<a23456789/>"), breach(Breach::StringBytes));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_walk_panic(bytes in prop::collection::vec(any::<u8>(), 0..128)) {
            let _ = check(&bytes, &Limits::default());
        }

        #[test]
        fn no_markup_makes_the_walk_panic(
            text in "(<|>|/|a|p:|xmlns|=|\"|'|&|;|#|x|!|-|\\[|\\]|CDATA|\\?|xml| |é){0,40}",
        ) {
            let _ = check(text.as_bytes(), &Limits::default());
        }

        #[test]
        fn a_cut_document_is_never_whole(at in 0_usize..60) {
            let text = "<a xmlns:p=\"urn:x\"><p:b c='&lt;'>t</p:b><![CDATA[x]]><d/></a>";
            prop_assume!(at < text.len());
            prop_assert!(kind(&text[..at]).is_err());
        }
    }
}
