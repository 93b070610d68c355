//! What a schema says of a text: what it may hold, and what it is meant to be (`x-text`, `x-sink`).

mod confined;

use std::collections::HashMap;

use portcullis_injection::{Language, Sinks, TextKind};
use portcullis_model::{Diagnostic, did_you_mean};

use crate::codes;
use crate::document::Node;
use crate::notes::{Notes, shown};

/// What a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextShape {
    /// The languages that are looked for in it, as far as `x-text`, `x-sink` and `format: password` say it.
    pub sinks: Sinks,
    /// Every text that is as declared is harmless: it is one of a list, or of a format or a pattern that leaves
    /// no room for more. That holds only where values are held to their schemas.
    pub is_confined: bool,
}

impl TextShape {
    /// Nothing is said.
    pub(super) const ANY: Self = Self { sinks: Sinks::ALL, is_confined: false };

    /// Both hold.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            sinks: self.sinks.and(other.sinks),
            is_confined: self.is_confined || other.is_confined,
        }
    }

    /// One of these holds.
    pub(super) const fn or(self, other: Self) -> Self {
        Self {
            sinks: self.sinks.or(other.sinks),
            is_confined: self.is_confined && other.is_confined,
        }
    }
}

impl Default for TextShape {
    fn default() -> Self {
        Self::ANY
    }
}

/// What schemas say of texts, one by one; a pattern is looked at once.
#[derive(Debug, Default)]
pub(super) struct Patterns<'a> {
    known: HashMap<&'a str, bool>,
}

impl<'a> Patterns<'a> {
    /// What a schema says without its parts.
    pub(super) fn of(&mut self, schema: Node<'a>, notes: &mut Notes) -> TextShape {
        let format = schema.get_str("format");
        let pattern = schema.get_str("pattern");
        let is_confined = schema.get("enum").or_else(|| schema.get("const")).is_some()
            || format.is_some_and(confined::by_format)
            || pattern.is_some_and(|pattern| self.is_confined(pattern));
        TextShape { sinks: sinks(schema, format, notes), is_confined }
    }

    fn is_confined(&mut self, pattern: &'a str) -> bool {
        *self.known.entry(pattern).or_insert_with(|| confined::by_pattern(pattern))
    }
}

fn sinks(schema: Node<'_>, format: Option<&str>, notes: &mut Notes) -> Sinks {
    let narrowed = schema.get("x-sink").map_or(Sinks::ALL, |keyword| x_sink(keyword, notes));
    let kind = match schema.get("x-text") {
        Some(keyword) => x_text(keyword, notes),
        // A good password has every sign, and a hash of it is all that an API should ever write anywhere.
        None if format == Some("password") => return Sinks::NONE,
        None => TextKind::Plain,
    };
    kind.sinks().and(narrowed)
}

/// What is misspelt narrows nothing.
fn x_text(keyword: Node<'_>, notes: &mut Notes) -> TextKind {
    let word = keyword.as_str().unwrap_or_default();
    TextKind::from_word(word).unwrap_or_else(|| {
        unknown("x-text", keyword, TextKind::ALL.map(TextKind::word).as_slice(), notes);
        TextKind::default()
    })
}

fn x_sink(keyword: Node<'_>, notes: &mut Notes) -> Sinks {
    let words = Language::ALL.map(Language::word);
    let mut sinks = Sinks::NONE;
    // One word is a list of one.
    let is_list = keyword.kind() == portcullis_json::Kind::Array;
    let mut is_understood = is_list || keyword.as_str().is_some();
    if !is_understood {
        unknown("x-sink", keyword, &words, notes);
    }
    let alone = (!is_list && is_understood).then_some(keyword);
    for item in keyword.items().chain(alone) {
        if let Some(language) = item.as_str().and_then(Language::from_word) {
            sinks = sinks.with(language);
        } else {
            is_understood = false;
            unknown("x-sink", item, &words, notes);
        }
    }
    if is_understood { sinks } else { Sinks::ALL }
}

fn unknown(key: &str, keyword: Node<'_>, words: &[&'static str], notes: &mut Notes) {
    let word = keyword.as_str().unwrap_or_default();
    let message = format!("{} is no word of `{key}`: everything is looked for", shown(word));
    let help = match did_you_mean(word, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if key == "x-sink" => format!("write a list of some of `{}`", words.join("`, `")),
        None => format!("write one of `{}`", words.join("`, `")),
    };
    notes.push(Diagnostic::warning(&codes::SCHEMA, message).at(keyword.span()).help(help));
}

#[cfg(test)]
mod tests {
    use portcullis_model::Sources;

    use super::*;
    use crate::{Contract, NoFiles, read};

    /// What is said of `a` in the body, and the warnings of the whole.
    fn said(schema: &str) -> (TextShape, Vec<String>) {
        let text = format!(
            r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{"/t": {{"post":
            {{"requestBody": {{"content": {{"application/json": {{"schema": {{"properties": {{"a": {schema}}}}}}}}}}},
            "responses": {{"204": {{"description": ""}}}}}}}}}},
            "components": {{"schemas": {{
                "Code": {{"type": "string", "pattern": "^[a-z]+$"}},
                "Comment": {{"type": "string", "x-text": "markdown"}}}}}}}}"#
        );
        let mut sources = Sources::default();
        let main = sources.add("t.json", text);
        let contract: Contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let body = contract.operations[0].body.as_ref().unwrap();
        let root = contract.shapes.get(body.media[0].schema.as_ref().unwrap().shape);
        let shape = root.object.property("a", &mut 0).unwrap().shape;
        let warnings = contract.warnings.iter().map(|one| format!("{one:?}")).collect();
        (contract.shapes.get(shape).text, warnings)
    }

    #[test]
    fn what_leaves_no_room_in_every_alternative_is_confined() {
        for (schema, is_confined) in [
            (r#"{"type": "string"}"#, false),
            (r#"{"enum": ["a", "b"]}"#, true),
            (r#"{"const": "a"}"#, true),
            (r#"{"type": "string", "format": "date"}"#, true),
            (r#"{"type": "string", "format": "email"}"#, false),
            (r##"{"$ref": "#/components/schemas/Code"}"##, true),
            (r##"{"allOf": [{"$ref": "#/components/schemas/Code"}, {"maxLength": 3}]}"##, true),
            (r##"{"oneOf": [{"$ref": "#/components/schemas/Code"}, {"type": "string"}]}"##, false),
            (r##"{"oneOf": [{"$ref": "#/components/schemas/Code"}, {"type": "integer"}]}"##, true),
            (r#"{"if": {"const": "a"}, "then": {"const": "a"}}"#, false),
        ] {
            assert_eq!(said(schema).0.is_confined, is_confined, "{schema}");
        }
    }

    #[test]
    fn words_narrow_what_is_looked_for() {
        let markdown = TextKind::Markdown.sinks();
        let html = Sinks::NONE.with(Language::Html);
        for (schema, sinks) in [
            (r#"{"type": "string"}"#, Sinks::ALL),
            (r#"{"type": "string", "x-sink": "html"}"#, html),
            (r#"{"type": "string", "format": "password"}"#, Sinks::NONE),
            (r#"{"type": "string", "format": "password", "x-text": "plain"}"#, Sinks::ALL),
            (r##"{"$ref": "#/components/schemas/Comment"}"##, markdown),
            (r##"{"$ref": "#/components/schemas/Comment", "x-sink": ["html", "sql"]}"##, html),
            (
                r##"{"anyOf": [{"$ref": "#/components/schemas/Comment"}, {"type": "string"}]}"##,
                Sinks::ALL,
            ),
            (
                r##"{"anyOf": [{"$ref": "#/components/schemas/Comment"}, {"type": "null"}]}"##,
                markdown,
            ),
        ] {
            assert_eq!(said(schema).0.sinks, sinks, "{schema}");
        }
    }

    #[test]
    fn a_misspelt_word_is_told_and_narrows_nothing() {
        for (schema, told) in [
            (r#"{"type": "string", "x-text": "markdwon"}"#, "did you mean `markdown`?"),
            (r#"{"type": "string", "x-sink": ["html", "sqll"]}"#, "did you mean `sql`?"),
            (r#"{"type": "string", "x-sink": "htm"}"#, "did you mean `html`?"),
            (r#"{"type": "string", "x-sink": 7}"#, "write a list of some of"),
        ] {
            let (text, warnings) = said(schema);
            assert_eq!(text.sinks, Sinks::ALL, "{schema}");
            assert!(warnings.iter().any(|one| one.contains(told)), "{warnings:?}");
        }
    }
}
