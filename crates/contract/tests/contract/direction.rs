//! What a request must hold, and what stands in a schema without effect.

use portcullis_json::{Document, Limits};

use crate::reading::{contract, read, told};

fn document(version: &str, schema: &str, schemas: &str) -> String {
    format!(
        r#"{{"openapi": "{version}", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a": {{"post": {{
            "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}},
            "components": {{"schemas": {{{schemas}}}}}}}"#
    )
}

#[track_caller]
fn assert_verdicts(text: &str, valid: &[&str], invalid: &[&str]) {
    let contract = contract("api.json", text);
    let body = contract.operations[0].body.as_ref().unwrap();
    let schema = body.media[0].schema.as_ref().unwrap();
    for (values, expected) in [(valid, true), (invalid, false)] {
        for value in values {
            let document = Document::parse(value.as_bytes().to_vec(), &Limits::default()).unwrap();
            assert_eq!(schema.check(document.root()).is_ok(), expected, "{value} by {text}");
        }
    }
}

fn warnings(version: &str, schema: &str, schemas: &str) -> String {
    let (sources, result) = read("api.json", &document(version, schema, schemas));
    told(&sources, &result.unwrap().warnings)
}

#[test]
fn what_only_answers_hold_is_not_required_wherever_that_is_said() {
    let id = r#""properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string", "writeOnly": true}}"#;
    for schema in [
        format!(r#"{{"required": ["id", "name"], {id}}}"#),
        format!(r#"{{"allOf": [{{"required": ["id", "name"]}}, {{{id}}}]}}"#),
        format!(r#"{{"allOf": [{{"required": ["id"]}}], "required": ["name"], {id}}}"#),
        format!(r#"{{"oneOf": [{{"required": ["id", "name"], {id}}}, {{"type": "string"}}]}}"#),
        format!(r#"{{"anyOf": [{{"required": ["id", "name"]}}, {{"type": "string"}}], {id}}}"#),
        format!(r#"{{"if": {{"type": "object"}}, "then": {{"required": ["id", "name"]}}, {id}}}"#),
        format!(
            r#"{{"dependentSchemas": {{"a": {{"required": ["id"]}}}}, "required": ["name"], {id}}}"#
        ),
        format!(r#"{{"dependentRequired": {{"a": ["id", "name"]}}, "required": ["name"], {id}}}"#),
        format!(
            r#"{{"required": ["id", "name"], {id}, "unevaluatedProperties": {{"type": "integer"}}}}"#
        ),
    ] {
        let text = document("3.1.0", &schema, "");
        assert_verdicts(&text, &[r#"{"name": "x"}"#, r#"{"name": "x", "a": 1}"#], &[r#"{"a": 1}"#]);
        let nested = format!(r#"{{"items": {{"properties": {{"in": {schema}}}}}}}"#);
        let text = document("3.1.0", &nested, "");
        assert_verdicts(&text, &[r#"[{"in": {"name": "x"}}]"#], &[r#"[{"in": {"a": 1}}]"#]);
    }
}

#[test]
fn an_alternative_that_no_request_can_meet_is_told() {
    let schema = r#"{"oneOf": [{"required": ["a"], "properties": {"a": {}}},
        {"required": ["b"], "properties": {"b": {}, "a": {"readOnly": true}}}]}"#;
    assert_verdicts(&document("3.1.0", schema, ""), &[r#"{"b": 1}"#], &["{}"]);
    let told = warnings("3.1.0", schema, "");
    assert!(told.contains("another alternative calls it read-only"), "{told}");
}

#[test]
fn what_is_forbidden_and_read_only_stays_forbidden_and_nothing_else() {
    let schema =
        r#"{"properties": {"id": {"readOnly": true}, "n": {}}, "not": {"required": ["id"]}}"#;
    assert_verdicts(&document("3.1.0", schema, ""), &[r#"{"n": 1}"#, "{}"], &[r#"{"id": 1}"#]);
    let asked = r#"{"properties": {"id": {"readOnly": true}, "n": {}},
        "if": {"required": ["id"]}, "then": {"required": ["n"]}}"#;
    assert_verdicts(
        &document("3.1.0", asked, ""),
        &["{}", r#"{"id": 1, "n": 1}"#],
        &[r#"{"id": 1}"#],
    );
}

#[test]
fn null_is_allowed_where_3_0_says_so() {
    let other = r#""Other": {"type": "object", "required": ["a"]}"#;
    let cases: [(&str, &[&str], &[&str]); 5] = [
        (
            r#"{"type": "string", "nullable": true, "minLength": 2}"#,
            &["null", r#""ab""#],
            &[r#""a""#, "1"],
        ),
        (
            r#"{"type": "string", "nullable": true, "enum": ["a"]}"#,
            &["null", r#""a""#],
            &[r#""b""#],
        ),
        (r#"{"type": "string", "nullable": false}"#, &[r#""a""#], &["null"]),
        (
            r##"{"nullable": true, "allOf": [{"$ref": "#/components/schemas/Other"}]}"##,
            &["null", r#"{"a": 1}"#],
            &["{}", "1"],
        ),
        (
            r##"{"nullable": true, "$ref": "#/components/schemas/Other"}"##,
            &[r#"{"a": 1}"#],
            &["null", "{}"],
        ),
    ];
    for (schema, valid, invalid) in cases {
        assert_verdicts(&document("3.0.3", schema, other), valid, invalid);
    }
    let text = document("3.1.0", r#"{"type": "string", "nullable": true}"#, "");
    assert_verdicts(&text, &[r#""a""#], &["null"]);
}

#[test]
fn what_stands_beside_a_reference_counts_in_3_1_and_is_told_in_3_0() {
    let schema =
        r##"{"$ref": "#/components/schemas/Name", "maxLength": 2, "description": "short"}"##;
    let name = r#""Name": {"type": "string"}"#;
    assert_verdicts(&document("3.1.0", schema, name), &[r#""ab""#], &[r#""abc""#, "1"]);
    assert_verdicts(&document("3.0.3", schema, name), &[r#""ab""#, r#""abc""#], &["1"]);
    assert_eq!(warnings("3.1.0", schema, name), "");
    assert!(warnings("3.0.3", schema, name).contains("`maxLength` has no effect beside `$ref`"));
}

#[test]
fn bounds_of_3_0_are_exclusive_by_a_boolean() {
    let text = document(
        "3.0.3",
        r#"{"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}"#,
        "",
    );
    assert_verdicts(&text, &["0.1", "9"], &["0", "9.1"]);
    let text = document("3.1.0", r#"{"exclusiveMinimum": 0, "exclusiveMaximum": 9}"#, "");
    assert_verdicts(&text, &["0.1", "8.9"], &["0", "9"]);
}

#[test]
fn a_keyword_that_nobody_knows_is_told_once() {
    let schema =
        r#"{"maxlength": 1, "items": {"maxlength": 2}, "dependencies": {"a": ["b"]}, "x-mine": 1}"#;
    let told = warnings("3.1.0", schema, "");
    assert_eq!(told.matches("`maxlength` means nothing in a schema").count(), 1, "{told}");
    assert!(told.contains("did you mean `maxLength`?"), "{told}");
    assert!(told.contains("did you mean `dependentRequired`?"), "{told}");
    assert_eq!(told.lines().count(), 4, "{told}");
}

#[test]
fn a_tag_that_binds_nothing_is_told() {
    let animals = |cat: &str, dog: &str| {
        format!(
            r##""Base": {{"properties": {{"kind": {{"type": "string"}}}}}},
            "Cat": {{"allOf": [{{"$ref": "#/components/schemas/Base"}}, {{"properties": {{"kind": {cat}}}}}]}},
            "Dog": {{"properties": {{"kind": {dog}}}}}"##
        )
    };
    let schema = r##"{"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}}}"##;
    let bound = animals(r#"{"const": "cat"}"#, r#"{"enum": ["dog"]}"#);
    assert_eq!(warnings("3.1.0", schema, &bound), "");
    assert_verdicts(
        &document("3.1.0", schema, &bound),
        &[r#"{"kind": "cat"}"#, r#"{"kind": "dog"}"#],
        &[r#"{"kind": "bird"}"#],
    );
    let loose = animals(r#"{"const": "cat"}"#, r#"{"type": "string"}"#);
    assert!(warnings("3.1.0", schema, &loose).contains("do not say which `kind` each has"));
    let alone = r#"{"properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}}"#;
    assert!(warnings("3.0.3", alone, "").contains("values are held to this schema alone"));
}
