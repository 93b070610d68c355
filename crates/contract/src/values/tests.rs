//! More, less, or the same: each edit of a schema in both directions.

use super::*;

/// A document with this schema, and where it stands.
fn document(schema: &str) -> (Sources, SourceId, Span) {
    let mut sources = Sources::default();
    let text = format!(
        "{{\"openapi\": \"3.1.0\", \"info\": {{}}, \"paths\": {{}}, \"components\": {{\"schemas\": \
         {{\"Text\": {{\"type\": \"string\", \"maxLength\": 5}}, \
         \"Tree\": {{\"items\": {{\"$ref\": \"#/components/schemas/Tree\"}}}}, \"It\": {schema}}}}}}}"
    );
    let start = text.find("\"It\": ").unwrap() as u32 + 6;
    let main = sources.add("api/openapi.json", text);
    let end = if schema.starts_with('{') { start + 1 } else { start + schema.len() as u32 };
    (sources, main, Span { source: main, start, end })
}

fn compare(before: &str, after: &str) -> Vec<(bool, String)> {
    let (before, after) = (document(before), document(after));
    let texts = |side: &'_ (Sources, SourceId, Span)| (side.1, side.2);
    let ((old, was), (new, is)) = (texts(&before), texts(&after));
    let before = Texts { sources: &before.0, main: old };
    let after = Texts { sources: &after.0, main: new };
    let found = compare_values(before, after, &[(was, is)]).unwrap();
    let told = |change: ValueChange| (change.is_wider, format!("{} {}", change.at, change.what));
    found.into_iter().flatten().map(told).collect()
}

fn widens(before: &str, after: &str) -> bool {
    compare(before, after).iter().any(|(is_wider, _)| *is_wider)
}

#[test]
fn each_keyword_widens_in_one_direction_only() {
    for (less, more) in [
        (r#"{"maxLength": 3}"#, r#"{"maxLength": 4}"#),
        (r#"{"maximum": 3}"#, r#"{"maximum": 3.5}"#),
        (r#"{"minItems": 3}"#, r#"{"minItems": 2}"#),
        (r#"{"exclusiveMinimum": 3}"#, r#"{"exclusiveMinimum": 2}"#),
        (r#"{"type": "integer"}"#, r#"{"type": "number"}"#),
        (r#"{"type": "integer"}"#, r#"{"type": ["integer", "null"]}"#),
        (r#"{"enum": [1, 2]}"#, r#"{"enum": [2, 3, 1]}"#),
        (r#"{"required": ["a", "b"]}"#, r#"{"required": ["a"]}"#),
        (r#"{"pattern": "a"}"#, "{}"),
        (r#"{"format": "date", "type": "string"}"#, r#"{"type": "string"}"#),
        (r#"{"uniqueItems": true}"#, r#"{"uniqueItems": false}"#),
        (r#"{"type": "array", "items": {"minimum": 1}}"#, r#"{"type": "array"}"#),
        (r#"{"items": {"minimum": 1}}"#, r#"{"items": {"minimum": 0}}"#),
        (r#"{"additionalProperties": {"minimum": 1}}"#, r#"{"additionalProperties": true}"#),
        (r#"{"additionalProperties": false}"#, r#"{"additionalProperties": {"minimum": 1}}"#),
        (
            r#"{"properties": {"a": {"maxLength": 1}}}"#,
            r#"{"properties": {"a": {"maxLength": 2}}}"#,
        ),
        (r##"{"$ref": "#/components/schemas/Text"}"##, r#"{"type": "string", "maxLength": 6}"#),
        (r#"{"allOf": [{"maxLength": 1}, {"minLength": 1}]}"#, r#"{"allOf": [{"maxLength": 1}]}"#),
        (r#"{"anyOf": [{"maxLength": 1}]}"#, r#"{"anyOf": [{"maxLength": 1}, {"type": "null"}]}"#),
        (r#"{"not": {"const": 1}, "type": "integer"}"#, r#"{"type": "integer"}"#),
        ("false", r#"{"type": "string"}"#),
        (r#"{"type": "string"}"#, "true"),
        (r#"{"type": "string"}"#, r#"{"type": "string", "nullable": true}"#),
    ] {
        assert!(widens(less, more), "{less} -> {more}");
        let back = compare(more, less);
        assert!(!back.is_empty() && back.iter().all(|one| !one.0), "{more} -> {less}: {back:?}");
    }
}

#[test]
fn what_is_only_different_widens_in_both() {
    for (one, other) in [
        (r#"{"pattern": "a"}"#, r#"{"pattern": "b"}"#),
        (r#"{"format": "date"}"#, r#"{"format": "uri"}"#),
        (r#"{"const": 1}"#, r#"{"const": 2}"#),
        (r#"{"multipleOf": 2}"#, r#"{"multipleOf": 3}"#),
        (r#"{"enum": [1, 2]}"#, r#"{"enum": [2, 3]}"#),
        // Less of what must not be is more, and one of several must be exactly one.
        (r#"{"not": {"maxLength": 1}}"#, r#"{"not": {"maxLength": 2}}"#),
        (
            r#"{"oneOf": [{"maxLength": 1}, {"minLength": 3}]}"#,
            r#"{"oneOf": [{"maxLength": 4}, {"minLength": 3}]}"#,
        ),
        (
            r#"{"if": {"maxLength": 1}, "then": false}"#,
            r#"{"if": {"maxLength": 2}, "then": false}"#,
        ),
        (r#"{"$id": "urn:a", "maxLength": 2}"#, r#"{"$id": "urn:a", "maxLength": 1}"#),
        (r#"{"anyOf": [{"const": 1}, {"const": 2}]}"#, r#"{"anyOf": [{"const": 2}]}"#),
        (r#"{"dependentRequired": {"a": ["b"]}}"#, r#"{"dependentRequired": {"a": ["c"]}}"#),
        (r#"{"prefixItems": [{"const": 1}]}"#, r#"{"prefixItems": [{"const": 2}]}"#),
        (
            r#"{"dependentSchemas": {"a": {"maxLength": 1}}}"#,
            r#"{"dependentSchemas": {"a": {"maxLength": 2}}}"#,
        ),
        (r#"{"never": "heard of"}"#, r#"{"never": "heard"}"#),
    ] {
        assert!(widens(one, other), "{one} -> {other}");
        if !one.contains("anyOf") {
            assert!(widens(other, one), "{other} -> {one}");
        }
    }
}

#[test]
fn the_same_in_other_words_is_no_change() {
    for (one, other) in [
        (r#"{"description": "a", "maxLength": 10}"#, r#"{"maxLength": 1e1, "title": "b"}"#),
        (r##"{"$ref": "#/components/schemas/Text"}"##, r#"{"maxLength": 5, "type": "string"}"#),
        (
            r##"{"$ref": "#/components/schemas/Tree"}"##,
            r##"{"$ref": "#/components/schemas/Tree", "description": "x"}"##,
        ),
        (r#"{"required": ["a", "b"]}"#, r#"{"required": ["b", "a"]}"#),
        (r#"{"type": "string"}"#, r#"{"type": ["string"]}"#),
    ] {
        assert_eq!(compare(one, other), [], "{one} -> {other}");
        assert_eq!(compare(other, one), [], "{other} -> {one}");
    }
}
