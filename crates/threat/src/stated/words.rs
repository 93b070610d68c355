//! Values of `threats.yaml`: words and numbers of their own.

use std::borrow::Cow;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Node, Notes, Read, inline_schemas, scalar, shown, word};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Degree, Tier};
use crate::codes;
use crate::system::{DataClass, StoreKind};

/// A degree, in a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct DegreeWord(pub(super) Degree);

/// A tier, in a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct TierWord(pub(super) Tier);

/// A kind of store, in a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct KindWord(pub(super) StoreKind);

/// A class of data, in a word of TM-BOM or of people.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassWord(pub(super) DataClass);

/// The version of the form that is read here.
pub(super) const VERSION: u32 = 1;

/// That version.
#[derive(Debug, Clone, Copy)]
pub(super) struct VersionWord;

/// How likely or how bad, in tenths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score(pub(super) u8);

/// How far a zone is trusted, from 0 to 100.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trust(pub(super) u8);

impl Read for VersionWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("1", Self)], None)
    }
}

impl Read for DegreeWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let all = [Degree::Minimal, Degree::Low, Degree::Moderate, Degree::High, Degree::Maximal];
        word(node, notes, &all.map(|one| (one.name(), Self(one))), None)
    }
}

impl Read for TierWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let all =
            [Tier::MissionCritical, Tier::BusinessCritical, Tier::Important, Tier::NonCritical];
        word(node, notes, &all.map(|one| (one.name(), Self(one))), None)
    }
}

impl Read for KindWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &KINDS.map(|(name, kind)| (name, Self(kind))), None)
    }
}

/// Kinds of stores that people may name; what is not known is left out.
const KINDS: [(&str, StoreKind); 8] = [
    ("sql", StoreKind::Sql),
    ("key_value", StoreKind::KeyValue),
    ("document", StoreKind::Document),
    ("object", StoreKind::Object),
    ("graph", StoreKind::Graph),
    ("time_series", StoreKind::TimeSeries),
    ("log", StoreKind::Log),
    ("files", StoreKind::Files),
];

impl Read for ClassWord {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let words: Vec<_> = class_words().map(|(name, class)| (name, Self(class))).collect();
        word(node, notes, &words, None)
    }
}

/// Both words of each class: what people call it first.
fn class_words() -> impl Iterator<Item = (&'static str, DataClass)> {
    DataClass::ALL.into_iter().flat_map(|one| [(one.title(), one), (one.name(), one)])
}

impl Read for Score {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let found = tenths(text);
        if found.is_none() {
            bad_number(node, notes, text, "from 0 to 9, with at most one digit behind the point");
        }
        found.map(Self)
    }
}

/// `4`, `4.5`: in tenths, at most 90.
pub(crate) fn tenths(text: &str) -> Option<u8> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digit = |text: &str| match text.as_bytes() {
        [digit @ b'0'..=b'9'] => Some(digit - b'0'),
        _ => None,
    };
    Some(digit(whole)? * 10 + digit(part)?).filter(|tenths| *tenths <= 90)
}

impl Read for Trust {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let found = text.parse().ok().filter(|trust: &u8| is_plain && *trust <= 100);
        if found.is_none() {
            bad_number(node, notes, text, "from 0 (anybody) to 100");
        }
        found.map(Self)
    }
}

fn bad_number(node: &Node, notes: &mut Notes, text: &str, help: &str) {
    notes.push(|| {
        Diagnostic::error(&codes::BAD_NUMBER, format!("{} cannot be meant", shown(text)))
            .at(node.span)
            .label("this number")
            .help(format!("write a number {help}"))
    });
}

inline_schemas! {
    VersionWord: { "enum": [1, "1"], "examples": [1] },
    DegreeWord: { "enum": ["minimal", "low", "moderate", "high", "maximal"] },
    TierWord: { "enum": ["mission_critical", "business_critical", "important", "non_critical"] },
    Score: { "type": "number", "minimum": 0, "maximum": 9, "examples": [4.5] },
    Trust: { "type": "integer", "minimum": 0, "maximum": 100, "examples": [80] },
}

impl JsonSchema for KindWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("KindWord")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": KINDS.map(|(name, _)| name) })
    }
}

impl JsonSchema for ClassWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("ClassWord")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = class_words().map(|(name, _)| name).collect();
        json_schema!({ "enum": words })
    }
}

#[cfg(test)]
mod tests {
    use super::tenths;

    #[test]
    fn scores_are_tenths_from_0_to_9() {
        assert_eq!(tenths("4"), Some(40));
        assert_eq!(tenths("4.5"), Some(45));
        assert_eq!(tenths("9.0"), Some(90));
        for text in ["9.1", "10", "-1", "4.55", "4,5", "", ".", "4.", "1e1", "٤"] {
            assert_eq!(tenths(text), None, "{text}");
        }
    }
}
