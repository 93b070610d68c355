//! `serialize`: which requests of an operation wait for one another. One word, or a section.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use portcullis_yaml::{Content, Needed, Node, Notes, Read, Spanned, section};

use crate::serialized::SerializedBy;

section! {
    /// Requests that have the same value wait for one another, until the API has answered.
    struct SerializeSection, later [], {
        /// What such requests have in common: a value, as `body./from_account`, `path.account`,
        /// `query.account` or `cookie.account`, their `caller`, or `everybody`.
        by: Needed<Spanned<SerializedBy>>,
        /// A word of your choice: operations with the same word wait for one another, too. Default:
        /// the operation waits for itself alone.
        group: Option<Spanned<String>>,
    }
}

/// The value alone, or the section.
#[derive(Debug)]
pub(crate) struct Serialize(pub(crate) SerializeSection);

impl Read for Serialize {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        if matches!(node.content, Content::Mapping(_)) {
            return Read::read(node, notes).map(Self);
        }
        let by = Needed(Some(Read::read(node, notes)?));
        Some(Self(SerializeSection { by, group: None }))
    }
}

impl JsonSchema for Serialize {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Serialize".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let section = generator.subschema_for::<SerializeSection>();
        let word = generator.subschema_for::<SerializedBy>();
        schemars::json_schema!({ "anyOf": [section, word] })
    }
}
