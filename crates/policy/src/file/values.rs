//! `values`: what values of an operation's requests must be, beside what the contract says.

use std::borrow::Cow;
use std::sync::Arc;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Content, Named, Node, Notes, Read, Spanned, scalar, shown};
use regex::RegexBuilder;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::authorization::InputPlace;
use crate::codes;
use crate::login_place::input_place;

/// Bytes of one rule.
const BYTES_MAX: usize = 1024;
/// Values of one list.
const WORDS_MAX: usize = 1_000;
/// Bytes of a compiled pattern.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Places, and what stands there.
#[derive(Debug)]
pub(crate) struct ValuesSection(pub(crate) Named<Spanned<ValueWritten>>);

impl Read for ValuesSection {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        Read::read(node, notes).map(Self)
    }
}

impl JsonSchema for ValuesSection {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    { "type": "string" },
                    { "type": "array", "items": { "type": ["string", "number", "boolean"] }, "minItems": 1 },
                ],
            },
            "examples": [{ "body./items/*/quantity": "1..20", "body./website": "empty" }],
        })
    }
}

/// One rule, before anybody knows what its names mean.
#[derive(Debug, Clone)]
pub(crate) struct ValueWritten {
    /// As it is written.
    pub(crate) text: Arc<str>,
    pub(crate) must: MustWritten,
}

/// What a value must be, as it is written.
#[derive(Debug, Clone)]
pub(crate) enum MustWritten {
    Between(Option<Arc<str>>, Option<Arc<str>>),
    Fit(regex::Regex),
    In(Vec<Arc<str>>),
    Empty,
    /// An attribute of the caller; `true`: the same, `false`: anything else.
    Caller(String, bool),
    Place(InputPlace, bool),
}

impl Read for ValueWritten {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if let Content::List(items) = &node.content {
            return list(items, node, notes);
        }
        let text = scalar(node, notes)?;
        match must(text) {
            Ok(must) => Some(Self { text: text.into(), must }),
            Err(problem) => {
                notes.push(|| problem.at(node.span));
                None
            }
        }
    }
}

fn list(items: &[Node], node: &Node, notes: &mut Notes) -> Option<ValueWritten> {
    if items.is_empty() || items.len() > WORDS_MAX {
        notes.push(|| {
            Diagnostic::error(&codes::WRONG_KIND, "this list of values is empty, or too long")
                .at(node.span)
                .help(format!("name from one to {WORDS_MAX} values"))
        });
        return None;
    }
    let words: Vec<Arc<str>> =
        items.iter().filter_map(|item| scalar(item, notes).map(Arc::from)).collect();
    if words.len() < items.len() {
        return None;
    }
    let text = format!("[{}]", words.join(", "));
    Some(ValueWritten { text: text.into(), must: MustWritten::In(words) })
}

fn must(text: &str) -> Result<MustWritten, Diagnostic> {
    if text.len() > BYTES_MAX {
        return Err(Diagnostic::error(&codes::BAD_FLOW, "this rule is too long")
            .help(format!("write at most {BYTES_MAX} bytes")));
    }
    if text == "empty" {
        return Ok(MustWritten::Empty);
    }
    if text.starts_with('^') {
        let built = RegexBuilder::new(text).size_limit(PATTERN_BYTES_MAX).build();
        return built.map(MustWritten::Fit).map_err(|_| {
            let message = format!("{} is no pattern, or one that is too large", shown(text));
            Diagnostic::error(&codes::BAD_FLOW, message).help(
                "patterns have no look-around and no back references, so that each ends in time",
            )
        });
    }
    if let Some((least, most)) = text.split_once("..") {
        return between(text, least.trim(), most.trim());
    }
    let (is_equal, name) = match text.strip_prefix("not ") {
        Some(rest) => (false, rest.trim()),
        None => (true, text),
    };
    if let Some(attribute) = name.strip_prefix("caller.").filter(|name| !name.is_empty()) {
        return Ok(MustWritten::Caller(attribute.to_owned(), is_equal));
    }
    if let Some(place) = input_place(name).filter(|place| !matches!(place, InputPlace::Names(_))) {
        return Ok(MustWritten::Place(place, is_equal));
    }
    let message = format!("{} says nothing of a value", shown(text));
    Err(Diagnostic::error(&codes::BAD_FLOW, message).help(
        "write `1..100`, a pattern as `^[a-z]+$`, a list of values, `empty`, `not caller.email`, \
         or `not body./from`",
    ))
}

fn between(text: &str, least: &str, most: &str) -> Result<MustWritten, Diagnostic> {
    let is_number = |one: &str| {
        let digits = one.strip_prefix('-').unwrap_or(one);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        are_digits(whole) && are_digits(fraction)
    };
    let side = |one: &str| if one.is_empty() { None } else { Some(Arc::from(one)) };
    let are_numbers = [least, most].iter().all(|one| one.is_empty() || is_number(one));
    if !are_numbers || (least.is_empty() && most.is_empty()) {
        let message = format!("{} is no span of numbers", shown(text));
        return Err(Diagnostic::error(&codes::BAD_FLOW, message)
            .help("write `1..100`, `0..`, `..99.95`: both ends are included"));
    }
    Ok(MustWritten::Between(side(least), side(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_people_write_them() {
        let read = |text: &str| must(text).ok();
        assert!(
            matches!(read("1..100"), Some(MustWritten::Between(Some(a), Some(b))) if *a == *"1" && *b == *"100")
        );
        assert!(matches!(read("0.."), Some(MustWritten::Between(Some(_), None))));
        assert!(matches!(read("..-99.95"), Some(MustWritten::Between(None, Some(_)))));
        assert!(matches!(read("^[a-z]+$"), Some(MustWritten::Fit(_))));
        assert!(matches!(read("empty"), Some(MustWritten::Empty)));
        assert!(
            matches!(read("not caller.referral_code"), Some(MustWritten::Caller(name, false)) if name == "referral_code")
        );
        assert!(matches!(read("caller.email"), Some(MustWritten::Caller(_, true))));
        assert!(matches!(read("not body./from"), Some(MustWritten::Place(_, false))));
        for text in [
            "..", "1...2", "a..b", "1..1e3", "^(", "^(?=a)", "not", "not me", "caller.",
            "names./a", "7",
        ] {
            assert!(must(text).is_err(), "{text}");
        }
    }
}
