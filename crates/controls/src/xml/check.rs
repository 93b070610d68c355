//! Whether a text is XML with one reading, whatever it holds.

use portcullis_policy::Limits;

use super::Fault;
use super::walk::walk;

/// Whether bytes are a well-formed XML document with one reading.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), Fault> {
    walk(bytes, limits).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource_limits::Breach;
    use crate::xml::FaultKind;
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
