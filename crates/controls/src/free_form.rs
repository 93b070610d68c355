//! Places where a value may hold anything at all: what the document leaves open there, nothing
//! enforces.

use std::collections::HashSet;

use portcullis_contract::{Property, Rest, Shape, ShapeId, Shapes, Types};
use portcullis_model::Pointer;

/// Shapes that are looked at for one value, of those that lead to such a place: real schemas have
/// dozens. What lies behind that many counts as open.
const SHAPES_MAX: usize = 2_000;
/// Places that are named; more are counted.
const PLACES_MAX: usize = 5;

/// In which direction a value goes: what does not go that way leaves nothing open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the API: without what is `readOnly`.
    In,
    /// To the client: without what is `writeOnly`.
    Out,
}

/// Where a value of this shape may hold anything at all. Each shape counts once, at the first
/// place that leads to it; `*` stands for an item, or for any name of a map or a pattern.
pub(crate) fn free_form(shapes: &Shapes, root: ShapeId, way: Way) -> Vec<Pointer> {
    let mut found = Vec::new();
    let beyond = walk(shapes, root, way, |shape, at| {
        if shape.is_any_object(shapes) {
            found.push(at.clone());
        } else if shape.is_any_list(shapes) {
            found.push(inside(at, "*"));
        }
    });
    found.extend(beyond);
    found.sort();
    found.dedup();
    found
}

/// Where a schema says that undeclared properties may stand beside declared ones, which lets none
/// in (rule 18).
pub(crate) fn said_open(shapes: &Shapes, root: ShapeId, way: Way) -> Vec<Pointer> {
    let mut found = Vec::new();
    walk(shapes, root, way, |shape, at| {
        if shape.is_open_in_vain() {
            found.push(at.clone());
        }
    });
    found.sort();
    found
}

/// Visits every shape once; gives the first place that was not looked at, if there are too many.
fn walk(
    shapes: &Shapes,
    root: ShapeId,
    way: Way,
    mut visit: impl FnMut(&Shape, &Pointer),
) -> Option<Pointer> {
    let mut known = HashSet::from([root]);
    let mut waiting = vec![(root, Pointer::root())];
    while let Some((id, at)) = waiting.pop() {
        let shape = shapes.get(id);
        visit(shape, &at);
        for (name, inner) in parts(shape, way) {
            if !shapes.leads_to_open(inner) || known.contains(&inner) {
                continue;
            }
            if known.len() >= SHAPES_MAX {
                return Some(inside(&at, name));
            }
            known.insert(inner);
            waiting.push((inner, inside(&at, name)));
        }
    }
    None
}

/// The places in words: `` `/meta`, `/labels/*` and at 3 more places ``.
pub(crate) fn named(places: &[Pointer]) -> String {
    let name = |at: &'_ Pointer| match at.as_str() {
        "" => "/".to_owned(),
        at => at.to_owned(),
    };
    let named: Vec<String> = places.iter().take(PLACES_MAX).map(name).collect();
    let more = match places.len().saturating_sub(PLACES_MAX) {
        0 => String::new(),
        more => format!(" and at {more} more places"),
    };
    format!("`{}`{more}", named.join("`, `"))
}

/// What a value of this shape holds.
fn parts(shape: &Shape, way: Way) -> impl Iterator<Item = (&str, ShapeId)> {
    let is_object = shape.types.contains(Types::OBJECT);
    let goes = move |one: &Property| match way {
        Way::In => !one.read_only,
        Way::Out => !one.write_only,
    };
    let properties = shape.object.properties().filter(move |(_, one)| goes(one));
    let patterns = shape.object.under_patterns().map(|inner| ("*", inner));
    let rest = match shape.object.rest {
        Rest::Map(inner) => Some(("*", inner)),
        _ => None,
    };
    let members = properties.map(|(name, one)| (name, one.shape)).chain(patterns).chain(rest);
    members.filter(move |_| is_object).chain(shape.items.map(|items| ("*", items)))
}

fn inside(at: &Pointer, name: &str) -> Pointer {
    let mut at = at.clone();
    at.push(name);
    at
}

#[cfg(test)]
mod tests {
    use portcullis_contract::{Contract, NoFiles};
    use portcullis_model::Sources;

    use super::*;

    /// An answer with this schema.
    fn read(schema: &str) -> (Contract, ShapeId) {
        let mut sources = Sources::default();
        let text = format!(
            r##"{{"openapi": "3.1.0", "info": {{"title": "t", "version": "1"}}, "paths": {{"/t":
            {{"get": {{"responses": {{"200": {{"content": {{"application/json":
            {{"schema": {schema}}}}}}}}}}}}}}},
            "components": {{"schemas": {{"Note": {{"properties": {{
                "text": {{"type": "string"}}, "meta": {{"type": "object"}},
                "parent": {{"$ref": "#/components/schemas/Note"}}}}}}}}}}}}"##
        );
        let main = sources.add("t.json", text);
        let contract = portcullis_contract::read(&mut sources, main, &mut NoFiles).unwrap();
        let schema = contract.operations[0].responses[0].media[0].schema.as_ref().unwrap();
        let shape = schema.shape;
        (contract, shape)
    }

    /// Its open places.
    fn places(schema: &str) -> Vec<String> {
        let (contract, shape) = read(schema);
        let found = free_form(&contract.shapes, shape, Way::Out);
        found.iter().map(|at| at.as_str().to_owned()).collect()
    }

    #[test]
    fn a_list_of_anything_is_open() {
        for schema in [
            r#"{"type": "array"}"#,
            r#"{"type": "array", "items": true}"#,
            r#"{"type": "array", "items": {}}"#,
            r#"{"type": "array", "items": {"type": "object"}}"#,
            r#"{"type": "array", "contains": {"type": "integer"}}"#,
        ] {
            assert_eq!(places(schema), ["/*"], "{schema}");
        }
        let nested = r#"{"type": "object", "properties": {"a": {"type": "array"}}}"#;
        assert_eq!(places(nested), ["/a/*"]);
        let both = r#"{"type": ["array", "object"], "properties": {"id": {"type": "string"}}}"#;
        assert_eq!(places(both), ["/*"]);
    }

    #[test]
    fn names_that_a_pattern_lets_in_are_looked_at() {
        for inner in ["{}", r#"{"type": "object"}"#, "true"] {
            let schema = format!(r#"{{"type": "object", "patternProperties": {{".": {inner}}}}}"#);
            assert_eq!(places(&schema), ["/*"], "{schema}");
        }
        let texts = r#"{"type": "object", "patternProperties": {".": {"type": "string"}}}"#;
        assert_eq!(places(texts), [""; 0]);
    }

    #[test]
    fn what_is_filtered_is_not_open() {
        for schema in [
            r#"{"type": "string"}"#,
            r#"{"items": {"properties": {"id": {"type": "string"}}}}"#,
            r#"{"properties": {"id": {"type": "string"}}}"#,
            r#"{"type": "array", "prefixItems": [{"type": "string"}]}"#,
            r#"{"type": "object", "properties": {"pin": {"writeOnly": true}}}"#,
            r#"{"type": "string", "properties": {"id": {}}}"#,
        ] {
            assert_eq!(places(schema), [""; 0], "{schema}");
        }
        assert_eq!(places(r#"{"maxLength": 3}"#), [""], "anything but a long text");
    }

    #[test]
    fn a_shape_that_holds_itself_is_walked_once() {
        assert_eq!(places(r##"{"$ref": "#/components/schemas/Note"}"##), ["/meta"]);
    }

    #[test]
    fn what_lies_too_far_away_counts_as_open() {
        let open = "{\"properties\": {\"a\": ".repeat(120);
        assert_eq!(places(&format!("{open}{{}}{}", "}}".repeat(120))), ["/a".repeat(120)]);
        let inner = r#"{"properties": {"a": {"type": "array", "items": {}}}}"#;
        let members: Vec<String> =
            (0..SHAPES_MAX / 2).map(|n| format!(r#""p{n}": {inner}"#)).collect();
        let found = places(&format!(r#"{{"properties": {{{}}}}}"#, members.join(", ")));
        assert!(found.len() < members.len() && found.len() > SHAPES_MAX / 10, "{}", found.len());
    }

    #[test]
    fn a_schema_that_says_it_is_open_is_known() {
        let said = |schema: &str| {
            let (contract, shape) = read(schema);
            let found = said_open(&contract.shapes, shape, Way::Out);
            found.iter().map(|at| at.as_str().to_owned()).collect::<Vec<_>>()
        };
        for open in ["true", "{}", r#"{"description": "what they like"}"#] {
            let inner = r#""properties": {"id": {"type": "string"}}"#;
            let object = format!(r#"{{{inner}, "additionalProperties": {open}}}"#);
            assert_eq!(said(&object), [""], "{open}");
            assert_eq!(said(&format!(r#"{{"type": "array", "items": {object}}}"#)), ["/*"]);
        }
        for schema in [
            r#"{"properties": {"id": {}}}"#,
            r#"{"properties": {"id": {}}, "additionalProperties": false}"#,
            r#"{"properties": {"id": {}}, "additionalProperties": {"type": "string"}}"#,
            r#"{"type": "object", "additionalProperties": true}"#,
        ] {
            assert_eq!(said(schema), [""; 0], "{schema}");
        }
    }

    #[test]
    fn many_places_are_counted() {
        let places: Vec<Pointer> = (0..7).map(|n| Pointer::from_text(format!("/{n}"))).collect();
        assert_eq!(named(&places), "`/0`, `/1`, `/2`, `/3`, `/4` and at 2 more places");
    }
}
