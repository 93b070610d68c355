//! Keywords of a schema whose value is of a kind that means nothing: `required: id`,
//! `additionalProperties: flase`. Requests that depend on one are not served; answers are held to
//! the reading that lets less through, and it is told.

use portcullis_json::Kind;

use crate::codes;
use crate::document::{Name, Node};
use crate::notes::{Notes, shown};
use crate::version::Version;

/// Notes what a schema says that is of the wrong kind.
pub(crate) fn doubts(schema: Node<'_>, version: Version, notes: &mut Notes) {
    if version.is_json_schema() && schema.is_true("nullable") {
        let message = "`nullable` is no keyword since OpenAPI 3.1: null is not allowed by it, here \
                       and elsewhere";
        let span = schema.get("nullable").unwrap_or(schema).span();
        notes.warn_once(&codes::SCHEMA, span, message);
    }
    let is_parameter = version.is_swagger() && schema.get_str("in").is_some();
    for (name, value) in schema.members().filter(|(_, value)| !value.is_null()) {
        let wanted = match name.text {
            "properties" | "patternProperties" => {
                value.members().for_each(|(name, one)| declaration(name, one, notes));
                (!value.is_object()).then_some("an object: nothing is declared by it")
            }
            "additionalProperties" | "unevaluatedProperties" => {
                is_no_schema(value).then_some("a schema or a boolean: it is taken as `false`")
            }
            "items" | "unevaluatedItems" => {
                is_no_schema(value).then_some("a schema or a boolean: nothing is declared by it")
            }
            "required" if !is_parameter => {
                (!value.is_array()).then_some("a list of names: here it has no effect")
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                (!value.is_array()).then_some("a list of schemas: nothing is declared by it")
            }
            key if version.nullable_key() == Some(key) => {
                value.as_bool().is_none().then_some("a boolean: null is not allowed by it")
            }
            _ => None,
        };
        if let Some(wanted) = wanted {
            let message = format!("{} must be {wanted}", shown(name.text));
            notes.warn(&codes::SCHEMA, value.span(), message);
        }
    }
}

/// Whether nothing can be read from what should be a schema. Null is what YAML makes of a key
/// without a value.
pub(crate) fn is_no_schema(value: Node<'_>) -> bool {
    matches!(value.kind(), Kind::Number | Kind::String | Kind::Array)
}

fn declaration(name: Name<'_>, value: Node<'_>, notes: &mut Notes) {
    if is_no_schema(value) {
        let message = format!(
            "{} must be a schema, not {}: it counts as undeclared",
            shown(name.text),
            value.kind_name()
        );
        notes.warn(&codes::SCHEMA, value.span(), message);
    }
}
