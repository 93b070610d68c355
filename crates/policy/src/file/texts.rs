//! `texts`: what texts of requests are meant to be, by their places.

use std::borrow::Cow;

use portcullis_injection::TextKind;
use portcullis_yaml::{Named, Node, Notes, Read, word};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Places, and what stands there.
#[derive(Debug)]
pub(crate) struct TextsSection(pub(crate) Named<TextWord>);

/// What a text is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextWord(pub(crate) TextKind);

impl Read for TextsSection {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        Read::read(node, notes).map(Self)
    }
}

impl Read for TextWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let words = TextKind::ALL.map(|kind| (kind.word(), kind));
        word(node, notes, &words, None).map(Self)
    }
}

impl JsonSchema for TextsSection {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("TextsSection")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": { "enum": TextKind::ALL.map(TextKind::word) },
            "examples": [{ "body./text": "markdown", "query.q": "prose" }],
        })
    }
}
