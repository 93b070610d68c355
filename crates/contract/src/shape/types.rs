//! The JSON types that the words of one schema allow.

use portcullis_json::Kind;
use portcullis_model::Diagnostic;

use super::{Pointing, Types};
use crate::codes;
use crate::document::Node;
use crate::notes::Notes;
use crate::version::Version;

/// Whether a text is bytes.
pub(super) fn is_binary(schema: Node<'_>, version: Version) -> bool {
    schema.get_str("format") == Some("binary")
        || version.is_swagger() && schema.get_str("type") == Some("file")
        || schema.get("contentMediaType").is_some() && schema.get("contentEncoding").is_none()
}

/// Where a text points. Formats of addresses are not among them: an address that is written down is mostly where
/// somebody came from, and not where somebody is sent.
pub(super) fn pointing(schema: Node<'_>) -> Pointing {
    match schema.get_str("format") {
        Some("uri-reference" | "iri-reference") => Pointing::Reference,
        Some("uri" | "url" | "iri") => Pointing::Url,
        Some("hostname" | "idn-hostname") => Pointing::Host,
        _ => Pointing::Nowhere,
    }
}

/// The types that `type`, `enum` and `const` allow. Where they contradict one another, or where
/// `type` means nothing, no value is valid; what is declared is then what the rest says.
pub(super) fn types(schema: Node<'_>, version: Version, notes: &mut Notes) -> Types {
    let mut types = schema.get("type").map_or(Types::ANY, |keyword| {
        let names = keyword.as_str().into_iter().chain(keyword.items().filter_map(Node::as_str));
        let allowed = |name| match name {
            // The content of a file, as bytes or text.
            "file" if version.is_swagger() => Types::STRING,
            name => type_named(name),
        };
        names.map(allowed).fold(Types::NONE, Types::or)
    });
    if types == Types::NONE {
        let span = schema.get("type").unwrap_or(schema).span();
        notes.warn(
            &codes::SCHEMA,
            span,
            "this is no type of JSON: answers may hold any value here",
        );
        types = Types::ANY;
    }
    let is_null = |values: Types| values == Types::NULL && schema.is_true("nullable");
    for name in ["enum", "const"] {
        let Some(keyword) = schema.get(name) else { continue };
        let values = match name {
            "enum" => keyword.items().map(type_of).fold(Types::NONE, Types::or),
            _ => type_of(keyword),
        };
        if types.intersects(values) {
            types = types.and(values);
        } else if !is_null(values) {
            let message =
                format!("`{name}` holds no value of the declared type: no request is valid here");
            notes.push(
                Diagnostic::warning(&codes::SCHEMA, message)
                    .at(keyword.span())
                    .help("write the values as the type that they are sent as"),
            );
        }
    }
    types
}

fn type_named(name: &str) -> Types {
    match name {
        "null" => Types::NULL,
        "boolean" => Types::BOOLEAN,
        "integer" => Types::INTEGER,
        "number" => Types::NUMBER,
        "string" => Types::STRING,
        "array" => Types::ARRAY,
        "object" => Types::OBJECT,
        _ => Types::NONE,
    }
}

fn type_of(value: Node<'_>) -> Types {
    match value.kind() {
        Kind::Null => Types::NULL,
        Kind::True | Kind::False => Types::BOOLEAN,
        Kind::Number => match value.to_number() {
            Some(number)
                if number.is_f64() && number.as_f64().is_some_and(|f| f.fract() != 0.0) =>
            {
                Types::NUMBER
            }
            _ => Types::INTEGER,
        },
        Kind::String => Types::STRING,
        Kind::Array => Types::ARRAY,
        Kind::Object => Types::OBJECT,
    }
}
