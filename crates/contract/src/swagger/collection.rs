//! `collectionFormat`: how several values are written.

use portcullis_model::Span;

use crate::codes;
use crate::document::Node;
use crate::notes::shown;
use crate::parameter::{Collection, Delimiter, Place};
use crate::reader::Reader;
use crate::schema::Schema;
use crate::shape::Types;

impl<'a> Reader<'a> {
    /// How the values of a parameter are written. What is not read is noted.
    pub(crate) fn swagger_collection(
        &mut self,
        node: Node<'a>,
        place: Place,
        schema: &Schema,
    ) -> Collection {
        if schema.types == Types::ANY {
            return Collection::Single;
        }
        if schema.types.contains(Types::OBJECT) {
            let message = format!(
                "an object in this {} parameter is not read: it is taken as one text and not \
                 checked",
                place.name()
            );
            self.notes.warn(&codes::PARAMETER_STYLE, node.span(), message);
            return Collection::NotUnderstood;
        }
        if !schema.types.contains(Types::ARRAY) {
            return Collection::Single;
        }
        let reason = match (collection_format(node), place) {
            _ if has_lists_inside(node) => "a list of lists".to_owned(),
            ("multi", Place::Query) => return Collection::Repeated,
            (format, _) => match delimiter(format) {
                Some(delimiter) => return Collection::Joined(delimiter),
                None => format!("the collection format {}", shown(format)),
            },
        };
        let message = format!(
            "{reason} in this {} parameter is not read: it is taken as one text and not checked",
            place.name()
        );
        self.notes.warn(&codes::PARAMETER_STYLE, format_place(node), message);
        Collection::NotUnderstood
    }
}

/// `collectionFormat`, `csv` by default.
pub(super) fn collection_format(node: Node<'_>) -> &str {
    node.get("collectionFormat").map_or(Some("csv"), Node::as_str).unwrap_or("?")
}

/// What stands between values in one text.
pub(super) fn delimiter(format: &str) -> Option<Delimiter> {
    match format {
        "csv" => Some(Delimiter::Comma),
        "ssv" => Some(Delimiter::Space),
        "tsv" => Some(Delimiter::Tab),
        "pipes" => Some(Delimiter::Pipe),
        _ => None,
    }
}

/// Where the collection format stands, or should.
pub(super) fn format_place(node: Node<'_>) -> Span {
    node.get("collectionFormat").or_else(|| node.get("name")).unwrap_or(node).span()
}

/// Lists of lists have two separators.
pub(super) fn has_lists_inside(node: Node<'_>) -> bool {
    node.get("items").is_some_and(|items| items.get_str("type") == Some("array"))
}
