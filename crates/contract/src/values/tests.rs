//! More, less, or the same: each edit of a schema in both directions.

use portcullis_json::{Document, Limits};
use proptest::prelude::*;
use serde_json::{Map, Value as Data, json};

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
        (r#"{"items": {"const": 1}}"#, r#"{"items": {"const": 1}, "prefixItems": [true]}"#),
        (
            r#"{"additionalProperties": false}"#,
            r#"{"additionalProperties": false, "properties": {"a": {}}}"#,
        ),
        (
            r#"{"unevaluatedProperties": false}"#,
            r#"{"unevaluatedProperties": false, "allOf": [{"properties": {"a": {}}}]}"#,
        ),
        (r#"{"never": "heard of"}"#, r#"{"never": "heard"}"#),
    ] {
        assert!(widens(one, other), "{one} -> {other}");
        if !["anyOf", "prefixItems\": [true]", "additionalProperties"]
            .iter()
            .any(|less| other.contains(less) || one.contains(less))
        {
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

/// A document that takes such a body.
fn taking(schema: &Data) -> (Sources, SourceId, crate::Contract) {
    let document = json!({
        "openapi": "3.1.0", "info": { "title": "t", "version": "1" },
        "paths": { "/a": { "post": {
            "requestBody": { "content": { "application/json": { "schema": schema } } },
            "responses": { "204": { "description": "" } },
        } } },
        "components": { "schemas": { "Short": { "maxLength": 1 }, "Long": { "maxLength": 2 } } },
    });
    let mut sources = Sources::default();
    let main = sources.add("openapi.json", document.to_string());
    let contract = crate::read(&mut sources, main, &mut crate::NoFiles).unwrap();
    (sources, main, contract)
}

fn body(contract: &crate::Contract) -> Option<&crate::Schema> {
    contract.operation(0)?.body.as_ref()?.media.first()?.schema.as_ref()
}

fn schemas() -> impl Strategy<Value = Data> {
    let keyword = prop_oneof![
        (0..3_u8).prop_map(|n| ("maxLength", json!(n))),
        (0..3_u8).prop_map(|n| ("minLength", json!(n))),
        (0..3_u8).prop_map(|n| ("maximum", json!(n))),
        (0..3_u8).prop_map(|n| ("exclusiveMinimum", json!(n))),
        (0..3_u8).prop_map(|n| ("maxItems", json!(n))),
        prop::sample::subsequence(
            vec!["string", "integer", "number", "null", "array", "object"],
            1..5
        )
        .prop_map(|types| ("type", json!(types))),
        prop::sample::subsequence(
            vec![json!(0), json!(1), json!("a"), json!("ab"), json!(null)],
            1..4
        )
        .prop_map(|values| ("enum", json!(values))),
        prop::sample::subsequence(vec!["a", "b"], 1..3)
            .prop_map(|names| ("required", json!(names))),
        any::<bool>().prop_map(|is| ("uniqueItems", json!(is))),
        any::<bool>().prop_map(|is| ("additionalProperties", json!(is))),
        Just(("pattern", json!("^a"))),
        prop::sample::select(vec!["Short", "Long"])
            .prop_map(|name| ("not", json!({ "$ref": format!("#/components/schemas/{name}") }))),
    ];
    let flat = prop::collection::vec(keyword, 0..3).prop_map(|keywords| {
        Data::from(
            keywords
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Map<_, _>>(),
        )
    });
    flat.prop_recursive(2, 6, 2, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..3);
        let lists = ["allOf", "anyOf", "oneOf"];
        prop_oneof![
            (prop::sample::select(lists.to_vec()), list)
                .prop_map(|(name, list)| json!({ name: list })),
            inner.clone().prop_map(|schema| json!({ "items": schema })),
            // Undeclared names beside them are taken out before a value is checked, so that it can be
            // narrower not to declare one: here others are always spoken of.
            (inner.clone(), any::<bool>()).prop_map(|(schema, others)| json!({
                "properties": { "a": schema }, "additionalProperties": others,
            })),
            (inner.clone(), inner.clone()).prop_map(|(schema, others)| json!({
                "properties": { "a": schema }, "additionalProperties": others,
            })),
            inner.clone().prop_map(|schema| json!({ "additionalProperties": schema })),
            inner.clone().prop_map(|schema| json!({ "not": schema })),
            (inner.clone(), inner).prop_map(|(when, then)| json!({ "if": when, "then": then })),
        ]
    })
}

/// Another schema that is near the first one: some keyword of it is gone, or of another value.
fn near(schema: &Data, other: &Data, choice: usize) -> Data {
    let (Some(members), Some(others)) = (schema.as_object(), other.as_object()) else {
        return other.clone();
    };
    let mut members = members.clone();
    match choice % 3 {
        0 => members.extend(others.clone()),
        1 => {
            let name = members.keys().nth(choice % members.len().max(1)).cloned();
            name.map(|name| members.remove(&name));
        }
        _ => {
            for (name, value) in &mut members {
                match value {
                    Data::Object(_) => *value = near(value, other, choice / 3),
                    Data::Array(list) if name.ends_with("Of") => {
                        if let Some(first) = list.first_mut() {
                            *first = near(first, other, choice / 3);
                        }
                    }
                    _ => *value = others.get(name).unwrap_or(value).clone(),
                }
            }
        }
    }
    members.into()
}

const VALUES: [&str; 20] = [
    "null",
    "0",
    "1",
    "2",
    "3",
    "1.5",
    "true",
    r#""""#,
    r#""a""#,
    r#""ab""#,
    r#""abc""#,
    r#""b""#,
    "[]",
    "[1]",
    r#"["a", "a"]"#,
    "[0, 1, 2]",
    "{}",
    r#"{"a": 1}"#,
    r#"{"a": "ab", "b": null}"#,
    r#"{"b": [1, 1]}"#,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What is not told as wider takes nothing that was not taken before.
    #[test]
    fn nothing_is_called_narrower_that_takes_more(
        schema in schemas(), other in schemas(), choice in 0_usize..60, is_near in prop::bool::weighted(0.8),
    ) {
        let next = if is_near { near(&schema, &other, choice) } else { other };
        let (before, after) = (taking(&schema), taking(&next));
        let (Some(was), Some(is)) = (body(&before.2), body(&after.2)) else { return Ok(()) };
        let old = Texts { sources: &before.0, main: before.1 };
        let new = Texts { sources: &after.0, main: after.1 };
        let found = compare_values(old, new, &[(was.span, is.span)]).unwrap();
        let is_wider = found.iter().flatten().any(|change| change.is_wider);
        for value in VALUES {
            let document = Document::parse(value.as_bytes().to_vec(), &Limits::default()).unwrap();
            let (was, is) = (was.check(document.root()).is_ok(), is.check(document.root()).is_ok());
            prop_assert!(
                is_wider || was || !is,
                "{schema} -> {next}: {value} is taken now, and nothing is said"
            );
        }
    }
}
