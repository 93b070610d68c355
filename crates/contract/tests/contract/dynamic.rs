//! References that mean what the way to them says.

use std::fmt::Write as _;

use portcullis_contract::codes;
use portcullis_json::{Document, Limits};

use crate::reading::{contract, read};

fn document(schema: &str, schemas: &str) -> String {
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a": {{"post": {{
            "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}},
            "components": {{"schemas": {{{schemas}}}}}}}"#
    )
}

/// A page of anything, and pages of something.
const PAGES: &str = r##"
    "Page": {"$id": "page", "type": "object", "required": ["items"],
        "properties": {"items": {"type": "array", "items": {"$dynamicRef": "#item"}}},
        "$defs": {"item": {"$dynamicAnchor": "item"}}},
    "Orders": {"$id": "orders", "$ref": "page",
        "$defs": {"item": {"$dynamicAnchor": "item", "type": "object", "required": ["id"],
            "properties": {"id": {"type": "integer"}}}}},
    "Names": {"$id": "names", "$ref": "page",
        "$defs": {"item": {"$dynamicAnchor": "item", "type": "string"}}}"##;

fn accepts(schema: &str, value: &str) -> bool {
    let contract = contract("api.json", &document(schema, PAGES));
    let document = Document::parse(value.as_bytes().to_vec(), &Limits::default()).unwrap();
    let body = contract.operations[0].body.as_ref().unwrap();
    body.media[0].schema.as_ref().unwrap().check(document.root()).is_ok()
}

#[test]
fn one_schema_means_another_in_each_scope() {
    let (orders, names) = (r#"{"items": [{"id": 1}]}"#, r#"{"items": ["a"]}"#);
    for (schema, valid, invalid) in [("Orders", orders, names), ("Names", names, orders)] {
        let schema = format!(r##"{{"$ref": "#/components/schemas/{schema}"}}"##);
        assert!(accepts(&schema, valid), "{schema}");
        assert!(!accepts(&schema, invalid), "{schema}");
    }
    let page = r##"{"$ref": "#/components/schemas/Page"}"##;
    assert!(accepts(page, orders) && accepts(page, names));
    let both = r##"{"anyOf": [{"$ref": "#/components/schemas/Orders"}, {"$ref": "#/components/schemas/Names"}]}"##;
    assert!(accepts(both, orders) && accepts(both, names));
    assert!(!accepts(both, r#"{"items": ["a", {"id": 1}]}"#), "one page is of one kind");
}

#[test]
fn what_any_meaning_declares_is_declared() {
    let schema = r##"{"$ref": "#/components/schemas/Orders"}"##;
    let contract = contract("api.json", &document(schema, PAGES));
    let schema = contract.operations[0].body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
    let shape = contract.shapes.describe(schema.shape);
    assert!(shape.contains("id: integer"), "{shape}");
}

#[test]
fn a_dynamic_reference_to_nothing_stops() {
    let (_, result) = read("api.json", &document(r##"{"$dynamicRef": "#gone"}"##, PAGES));
    assert_eq!(result.unwrap_err()[0].code, &codes::DANGLING_REFERENCE);
}

#[test]
fn scopes_that_multiply_are_bounded() {
    // Each name is given by one of two schemas, so that every way to the end is another scope.
    let mut schemas = String::new();
    for level in 0..20 {
        for side in ["l", "r"] {
            let next =
                format!(r#"{{"anyOf": [{{"$ref": "l{0}"}}, {{"$ref": "r{0}"}}]}}"#, level + 1);
            write!(
                schemas,
                r#""{side}{level}": {{"$id": "{side}{level}", "items": {next},
                    "$defs": {{"x": {{"$dynamicAnchor": "n{level}"}}}}}},"#
            )
            .unwrap();
        }
    }
    schemas.push_str(
        r#""l20": {"$id": "l20", "$dynamicRef": "l0#n0"}, "r20": {"$id": "r20", "type": "string"}"#,
    );
    let schema = r##"{"anyOf": [{"$ref": "#/components/schemas/l0"}, {"$ref": "#/components/schemas/r0"}]}"##;
    let (_, result) = read("api.json", &document(schema, &schemas));
    let contract = result.unwrap();
    assert!(contract.operations.is_empty());
    let told = contract.warnings.iter().find(|one| one.code == &codes::NOT_SERVED).unwrap();
    assert!(told.message.contains("in too many ways"), "{}", told.message);
}
