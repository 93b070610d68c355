//! Which bounds a schema sets: on how large a number is, and on how many items a list has.

use super::Types;
use crate::document::Node;

/// The bounds that hold for every value that is as declared. What they are is left to the schema; this says where
/// nothing but the limits of the gateway would hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// No number is larger than `maximum` or `exclusiveMaximum` say, or all are told one by one.
    pub has_most: bool,
    /// The same at the other end.
    pub has_least: bool,
    /// No list has more items than `maxItems` says.
    pub has_most_items: bool,
}

impl Bounds {
    /// Nothing is said.
    pub(super) const NONE: Self = Self { has_most: false, has_least: false, has_most_items: false };

    /// What a schema of these types says without its parts.
    pub(super) fn of(schema: Node<'_>, types: Types) -> Self {
        let is_told = schema.get("enum").or_else(|| schema.get("const")).is_some();
        // A `maximum` beside `type: string` bounds nothing.
        let is_number = types.intersects(Types::NUMBER);
        let says = |key: &str| schema.get(key).and_then(Node::as_number).is_some();
        Self {
            has_most: is_told || is_number && (says("maximum") || says("exclusiveMaximum")),
            has_least: is_told || is_number && (says("minimum") || says("exclusiveMinimum")),
            has_most_items: is_told || says("maxItems"),
        }
    }

    /// Both hold.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            has_most: self.has_most || other.has_most,
            has_least: self.has_least || other.has_least,
            has_most_items: self.has_most_items || other.has_most_items,
        }
    }

    /// One of these holds: of numbers, of those that may be one, and of lists likewise.
    pub(super) fn any_of(alternatives: &[(Types, Self)]) -> Self {
        let all = |types: Types, says: fn(Self) -> bool| {
            let mut such = alternatives.iter().filter(|(known, _)| known.intersects(types));
            let mut is_some = false;
            such.all(|(_, bounds)| {
                is_some = true;
                says(*bounds)
            }) && is_some
        };
        Self {
            has_most: all(Types::NUMBER, |bounds| bounds.has_most),
            has_least: all(Types::NUMBER, |bounds| bounds.has_least),
            has_most_items: all(Types::ARRAY, |bounds| bounds.has_most_items),
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::Sources;

    use super::*;
    use crate::{Contract, NoFiles, read};

    /// What is said of `a` in the body.
    fn said(schema: &str) -> Bounds {
        let text = format!(
            r#"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{"/t": {{"post":
            {{"requestBody": {{"content": {{"application/json": {{"schema": {{"properties": {{"a": {schema}}}}}}}}}}},
            "responses": {{"204": {{"description": ""}}}}}}}}}},
            "components": {{"schemas": {{
                "Page": {{"type": "integer", "minimum": 1, "maximum": 100}}}}}}}}"#
        );
        let mut sources = Sources::default();
        let main = sources.add("t.json", text);
        let contract: Contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let body = contract.operations[0].body.as_ref().unwrap();
        let root = contract.shapes.get(body.media[0].schema.as_ref().unwrap().shape);
        let shape = root.object.property("a", &mut 0).unwrap().shape;
        contract.shapes.get(shape).bounds
    }

    #[test]
    fn a_bound_that_not_every_alternative_sets_is_none() {
        for (schema, has_most, has_least) in [
            (r#"{"type": "integer"}"#, false, false),
            (r#"{"type": "integer", "format": "int32"}"#, false, false),
            (r#"{"type": "integer", "maximum": 5}"#, true, false),
            (r#"{"type": "integer", "exclusiveMaximum": 5, "minimum": 0}"#, true, true),
            (r#"{"maximum": 5}"#, true, false),
            (r#"{"type": "string", "maximum": 5}"#, false, false),
            (r#"{"enum": [10, 20]}"#, true, true),
            (r##"{"$ref": "#/components/schemas/Page"}"##, true, true),
            (r##"{"allOf": [{"$ref": "#/components/schemas/Page"}, {"maximum": 3}]}"##, true, true),
            (
                r##"{"oneOf": [{"$ref": "#/components/schemas/Page"}, {"type": "integer"}]}"##,
                false,
                false,
            ),
            (
                r##"{"oneOf": [{"$ref": "#/components/schemas/Page"}, {"type": "string"}]}"##,
                true,
                true,
            ),
            (r#"{"if": {"maximum": 5}, "then": {"maximum": 5}}"#, false, false),
        ] {
            let bounds = said(schema);
            assert_eq!((bounds.has_most, bounds.has_least), (has_most, has_least), "{schema}");
        }
    }

    #[test]
    fn lists_are_bounded_by_their_own_word_only() {
        for (schema, has_most_items) in [
            (r#"{"type": "array", "items": {}}"#, false),
            (r#"{"type": "array", "maxItems": 3}"#, true),
            (r#"{"type": "array", "items": {"maxItems": 3}}"#, false),
            (r#"{"anyOf": [{"type": "array", "maxItems": 3}, {"type": "object"}]}"#, true),
            (r#"{"anyOf": [{"type": "array", "maxItems": 3}, {"type": "array"}]}"#, false),
        ] {
            assert_eq!(said(schema).has_most_items, has_most_items, "{schema}");
        }
    }
}
