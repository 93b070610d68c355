//! Any value, as JSON.

use serde_json::Value;

use portcullis_yaml::{Content, Node, Notes, Read, inline_schemas};

/// Any value.
#[derive(Debug)]
pub(super) struct Free(pub(super) Value);

inline_schemas! { Free: {} }

impl Read for Free {
    fn read(node: &Node, _: &mut Notes) -> Option<Self> {
        Some(Self(value(node)))
    }
}

/// What stands in quotes is text; a plain word that JSON would read as something else is that.
fn value(node: &Node) -> Value {
    match &node.content {
        Content::Nothing => Value::Null,
        Content::Scalar { text, quoted: true } => Value::String(text.clone()),
        Content::Scalar { text, quoted: false } => {
            let read = serde_json::from_str::<Value>(text).ok();
            let is_plain = |value: &Value| value.is_number() || value.is_boolean();
            read.filter(is_plain).unwrap_or_else(|| Value::String(text.clone()))
        }
        Content::List(items) => Value::Array(items.iter().map(value).collect()),
        Content::Mapping(entries) => {
            let members = entries.iter().map(|(key, node)| (key.text.clone(), value(node)));
            Value::Object(members.collect())
        }
    }
}
