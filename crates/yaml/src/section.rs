//! How sections are read: a struct per section, a key per field.
//!
//! The field's name is the key and the field's comment is its reference text, so that file,
//! documentation and JSON Schema cannot come apart. Reading goes on behind a problem, so that
//! one run tells all of them.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_model::{Diagnostic, Span, acts, did_you_mean};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::codes::FileCodes;
use crate::notes::{Notes, shown};
use crate::tree::{Content, Key, Node};

/// What can be read from a node.
pub trait Read: Sized {
    /// Reads it. What is wrong is noted; then there may be no value.
    fn read(node: &Node, notes: &mut Notes) -> Option<Self>;
}

/// What can be a field of a section.
pub trait Field: Sized {
    /// The key is there.
    fn present(node: &Node, notes: &mut Notes) -> Self;
    /// The key is not there.
    fn absent() -> Self;
    /// Whether it must be.
    const IS_NEEDED: bool;
}

/// Declares a section: the struct, how it is read, and its schema.
///
/// `later` names keys that a later version will know.
#[macro_export]
macro_rules! section {
    (
        $(#[$meta:meta])*
        struct $name:ident, later $later:expr, {
            $( $(#[$doc:meta])* $field:ident: $kind:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, $crate::schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(crate) struct $name {
            $( $(#[$doc])* pub(crate) $field: $kind, )*
        }

        impl $crate::Read for $name {
            fn read(
                node: &$crate::Node,
                notes: &mut $crate::Notes,
            ) -> Option<Self> {
                let mut section = $crate::Section::open(node, notes)?;
                $( let $field = section.take(stringify!($field)); )*
                section.close(&$later);
                Some(Self { $( $field, )* })
            }
        }
    };
}

/// Gives types the JSON Schema of their text, which stands where it is used.
#[macro_export]
macro_rules! inline_schemas {
    ($($name:ident: $schema:tt),* $(,)?) => { $(
        impl $crate::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut $crate::schemars::SchemaGenerator) -> $crate::schemars::Schema {
                $crate::schemars::json_schema!($schema)
            }
        }
    )* };
}

/// Among keys of a later version: every key whose value is a mapping.
pub const EVERY_MAPPING: &str = "*";

/// A mapping that is being read.
pub struct Section<'a, 'n> {
    entries: HashMap<&'a str, (&'a Key, &'a Node)>,
    /// In the order of the file.
    keys: Vec<&'a Key>,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
    span: Span,
    notes: &'n mut Notes,
}

impl<'a, 'n> Section<'a, 'n> {
    /// Begins to read a mapping; notes when it is something else.
    pub fn open(node: &'a Node, notes: &'n mut Notes) -> Option<Self> {
        let Content::Mapping(entries) = &node.content else {
            wrong_kind(node, notes, "a mapping", "write `key: value` lines here");
            return None;
        };
        Some(Self {
            entries: entries.iter().map(|(key, value)| (key.text.as_str(), (key, value))).collect(),
            keys: entries.iter().map(|(key, _)| key).collect(),
            known: Vec::new(),
            missing: Vec::new(),
            span: node.span,
            notes,
        })
    }

    /// The value of a key.
    pub fn take<T: Field>(&mut self, key: &'static str) -> T {
        self.known.push(key);
        if let Some((_, node)) = self.entries.remove(key) {
            return T::present(node, self.notes);
        }
        if T::IS_NEEDED {
            self.missing.push(key);
        }
        T::absent()
    }

    /// Notes every key that nobody took, and those that are needed and not there.
    pub fn close(self, later: &[&str]) {
        let mut is_from_later = false;
        for key in &self.keys {
            let Some((_, value)) = self.entries.get(key.text.as_str()) else {
                continue;
            };
            let is_mapping = matches!(value.content, Content::Mapping(_));
            let is_later = later.contains(&key.text.as_str())
                || (is_mapping && later.contains(&EVERY_MAPPING));
            is_from_later |= is_later;
            let known = &self.known;
            let codes = self.notes.codes();
            self.notes.push(|| {
                if is_later { later_key(key, codes) } else { unknown_key(key, known, codes) }
            });
        }
        // A rule that a later version reads is complete there.
        if is_from_later {
            return;
        }
        for key in self.missing {
            let code = self.notes.codes().missing_key;
            self.notes.push(|| {
                Diagnostic::error(code, format!("`{key}` is missing"))
                    .at(self.span)
                    .label("in this section")
                    .help(format!("add `{key}: ...`"))
            });
        }
    }
}

fn later_key(key: &Key, codes: &FileCodes) -> Diagnostic {
    Diagnostic::error(
        codes.not_in_this_version,
        format!("{} is not in this version yet", shown(&key.text)),
    )
    .at(key.span)
    .label("a later version reads this")
    .help("remove it; nothing here would act on it")
}

fn unknown_key(key: &Key, known: &[&'static str], codes: &FileCodes) -> Diagnostic {
    let problem = Diagnostic::error(
        codes.unknown_key,
        format!("{} is not a key of this section", shown(&key.text)),
    )
    .at(key.span);
    match did_you_mean(&key.text, known.iter().copied()) {
        Some(near) => problem.label("unknown").help(format!("did you mean `{near}`?")),
        None => problem.label("unknown").help(format!("it knows `{}`", known.join("`, `"))),
    }
}

/// Notes a value of the wrong kind.
pub fn wrong_kind(node: &Node, notes: &mut Notes, expected: &str, help: &str) {
    let code = notes.codes().wrong_kind;
    notes.push(|| {
        let kind = node.content.kind();
        Diagnostic::error(code, format!("{expected} is expected here, and this is {kind}"))
            .at(node.span)
            .help(help)
    });
}

impl<T: Read> Field for Option<T> {
    fn present(node: &Node, notes: &mut Notes) -> Self {
        if node.content == Content::Nothing {
            return None;
        }
        T::read(node, notes)
    }

    fn absent() -> Self {
        None
    }

    const IS_NEEDED: bool = false;
}

/// A value that must be there. It holds nothing only where a problem was noted.
#[derive(Debug)]
pub struct Needed<T>(pub Option<T>);

/// Inside an `Option`: `None` is absent, and what could not be read is not taken for absent.
impl<T: Read> Read for Needed<T> {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        Some(Self(T::read(node, notes)))
    }
}

impl<T: Read> Field for Needed<T> {
    fn present(node: &Node, notes: &mut Notes) -> Self {
        Self(T::read(node, notes))
    }

    fn absent() -> Self {
        Self(None)
    }

    const IS_NEEDED: bool = true;
}

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T: Read> Read for Spanned<T> {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let value = T::read(node, notes)?;
        Some(Self { value, span: node.span })
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let Content::List(items) = &node.content else {
            wrong_kind(node, notes, "a list", "write `[a, b]`, or lines that begin with `- `");
            return None;
        };
        Some(items.iter().filter_map(|item| T::read(item, notes)).collect())
    }
}

/// One section, or a list of them.
#[derive(Debug)]
pub struct Several<T>(pub Vec<T>);

impl<T: Read> Read for Several<T> {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::List(_)) {
            return Read::read(node, notes).map(Self);
        }
        Read::read(node, notes).map(|one| Self(vec![one]))
    }
}

impl<T: JsonSchema> JsonSchema for Several<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("Several{}", T::schema_name()))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

/// A mapping whose keys are names that people chose.
#[derive(Debug)]
pub struct Named<T>(pub Vec<(Key, T)>);

impl<T: Read> Read for Named<T> {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let Content::Mapping(entries) = &node.content else {
            wrong_kind(node, notes, "a mapping", "write `name: { ... }` lines here");
            return None;
        };
        let read = |(key, value): &(Key, Node)| Some((key.clone(), T::read(value, notes)?));
        Some(Self(entries.iter().filter_map(read).collect()))
    }
}

impl Read for String {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        scalar(node, notes).map(str::to_owned)
    }
}

/// Whether somebody who reads a text sees something: a name of spaces, or of signs that nobody sees, is none.
fn is_seen(text: &str) -> bool {
    text.chars().any(|one| !one.is_whitespace() && !acts(one))
}

/// The text of a single value; notes when it is something else, or blank.
pub fn scalar<'a>(node: &'a Node, notes: &mut Notes) -> Option<&'a str> {
    match &node.content {
        Content::Scalar { text, .. } if is_seen(text) => Some(text),
        Content::Scalar { .. } | Content::Nothing => {
            let code = notes.codes().wrong_kind;
            notes.push(|| {
                Diagnostic::error(code, "a value is expected here, and there is none")
                    .at(node.span)
                    .label("blank")
                    .help("write one, or remove the key")
            });
            None
        }
        _ => {
            wrong_kind(node, notes, "a single value", "write one value, without brackets");
            None
        }
    }
}

macro_rules! same_schema {
    ($($outer:ident),*) => { $(
        impl<T: JsonSchema> JsonSchema for $outer<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    )* };
}
same_schema!(Needed, Spanned);

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("Named{}", T::schema_name()))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        schemars::json_schema!({ "type": "object", "additionalProperties": value })
    }
}
