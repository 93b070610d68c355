//! What is said of a value that is refused: what would have been right, and nothing of the value.

use portcullis_contract::{Contract, Mismatch};
use portcullis_json::{Document, Limits};

use crate::reading::{contract, operation};

/// A document whose only operation has a body of this schema.
fn with_schema(schema: &str) -> Contract {
    let text = format!(
        r##"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a": {{"post": {{
        "operationId": "put", "requestBody": {{"content": {{"application/json": {{
        "schema": {schema}}}}}}}}}}}}},
        "components": {{"schemas": {{"Tree": {{"type": "object", "required": ["n"], "properties": {{
        "n": {{"type": "integer"}},
        "next": {{"anyOf": [{{"$ref": "#/components/schemas/Tree"}}, {{"type": "null"}}]}}}}}}}}}}}}"##
    );
    contract("api.json", &text)
}

fn mismatch(schema: &str, json: &str) -> Mismatch {
    let contract = with_schema(schema);
    let document = Document::parse(json.as_bytes().to_vec(), &Limits::default()).unwrap();
    let media = &operation(&contract, "put").body.as_ref().unwrap().media[0];
    media.schema.as_ref().unwrap().check(document.root()).unwrap_err()
}

#[test]
fn a_mismatch_says_what_would_have_been_right() {
    for (schema, json, wanted) in [
        (r#"{"required": ["id", "name"]}"#, r#"{"id": 1}"#, r#"the property "name" is missing"#),
        (r#"{"type": "integer"}"#, r#""x""#, "declared is integer"),
        (r#"{"type": ["string", "null"]}"#, "7", "declared is null or string"),
        (r#"{"enum": ["a", 1, null]}"#, r#""secret""#, r#"one of "a", 1, null"#),
        (r#"{"const": "a"}"#, r#""secret""#, r#"only "a""#),
        (r#"{"maximum": 100}"#, "101", "at most 100"),
        (r#"{"minimum": 0.5}"#, "0", "at least 0.5"),
        (r#"{"exclusiveMaximum": 9007199254740993}"#, "1e300", "less than 9007199254740993"),
        (r#"{"multipleOf": 0.01}"#, "0.001", "a multiple of 0.01"),
        (r#"{"type": "string", "pattern": "^[a-z]+$"}"#, r#""7""#, r#"the pattern "^[a-z]+$""#),
        (r#"{"type": "string", "pattern": "^(?!a)"}"#, r#""a""#, r#"the pattern "^(?!a)""#),
        (r#"{"maxLength": 3}"#, r#""secret""#, "at most 3 long"),
        (r#"{"minItems": 1}"#, "[]", "at least 1 of them"),
        (r#"{"uniqueItems": true}"#, "[1, 1]", "each item once"),
        (r#"{"minProperties": 1}"#, "{}", "at least 1 properties"),
        (
            r#"{"type": "integer", "format": "int32"}"#,
            "2147483648",
            "an integer from -2147483648 to 2147483647",
        ),
        (r#"{"format": "uuid"}"#, r#""secret""#, r#"declared is "uuid""#),
        (r#"{"format": "date-time"}"#, r#""secret""#, r#"declared is "date-time""#),
        (
            r#"{"format": "date-time"}"#,
            r#""2024-01-02T03:04:05""#,
            r#"declared is "date-time": the offset is missing, `Z` or one such as `+01:00`"#,
        ),
        (r#"{"anyOf": [{"type": "string"}, {"type": "integer"}]}"#, "[]", "no alternative fits"),
    ] {
        let told = mismatch(schema, json);
        assert_eq!(told.wanted, wanted, "{schema} {json}");
        assert!(!format!("{told:?}").contains("secret"), "{told:?}");
    }
}

#[test]
fn of_an_optional_value_the_alternative_that_is_not_null_is_told() {
    for (schema, json, keyword, at, wanted) in [
        (
            r#"{"properties": {"n": {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]}}}"#,
            r#"{"n": 10}"#,
            "maximum",
            "/properties/n/anyOf/0/maximum",
            "at most 9",
        ),
        (
            r#"{"oneOf": [{"type": "null"}, {"required": ["a"]}]}"#,
            "{}",
            "required",
            "/oneOf/1/required",
            r#"the property "a" is missing"#,
        ),
        (
            r##"{"$ref": "#/components/schemas/Tree"}"##,
            r#"{"n": 1, "next": {"n": 2, "next": {}}}"#,
            "required",
            "/components/schemas/Tree/required",
            r#"the property "n" is missing"#,
        ),
        (
            r##"{"$ref": "#/components/schemas/Tree"}"##,
            r#"{"n": 1, "next": 7}"#,
            "type",
            "/components/schemas/Tree/type",
            "declared is object",
        ),
    ] {
        let told = mismatch(schema, json);
        let found = (told.keyword, told.schema_at.as_str(), told.wanted.as_str());
        assert_eq!(found, (keyword, at, wanted), "{schema} {json}");
    }
}
