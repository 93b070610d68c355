//! Nothing undeclared leaves or enters, on schemas and values by chance, judged by an oracle that
//! reads the schemas for itself; and nothing that is declared is lost.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where its promise breaks"
)]

use portcullis_contract::{Contract, Schema};
use portcullis_controls::response_shape::{OtherType, project};
use portcullis_controls::writable_properties::{self, Outcome};
use portcullis_corpus::declared::{Way, undeclared};
use portcullis_corpus::{Chance, Generator, Source, compile};
use portcullis_json::{Document, Limits};
use portcullis_policy::Undeclared;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const NAMES: [&str; 6] = ["a", "b", "c", "x-1", "x-2", "id"];

/// A schema: properties, patterns, maps, lists, combinations, conditions, references to `A`, `B`
/// and `C`, which refer to one another and to themselves.
fn schema() -> impl Strategy<Value = Value> {
    let reference = prop::sample::select(vec!["A", "B", "C"])
        .prop_map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
    let leaf = prop_oneof![
        4 => Just(json!({ "type": "string" })),
        2 => Just(json!({ "type": "integer" })),
        1 => Just(json!({ "type": "string", "writeOnly": true })),
        1 => Just(json!({ "type": "string", "readOnly": true })),
        1 => Just(json!({})),
        1 => Just(json!({ "type": "object" })),
        3 => reference,
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let name = || prop::sample::select(NAMES.to_vec()).prop_map(String::from);
        let properties = prop::collection::hash_map(name(), inner.clone(), 1..4)
            .prop_map(|all| Value::Object(Map::from_iter(all)));
        let many = |word: &'static str| {
            prop::collection::vec(inner.clone(), 1..3).prop_map(move |all| json!({ word: all }))
        };
        prop_oneof![
            4 => properties.clone().prop_map(|all| json!({ "type": "object", "properties": all })),
            2 => properties.clone().prop_map(|all| json!({ "properties": all })),
            1 => properties.clone().prop_map(|all| json!({
                "type": "object", "properties": all, "additionalProperties": false
            })),
            1 => (properties.clone(), inner.clone()).prop_map(|(all, rest)| json!({
                "type": "object", "properties": all, "additionalProperties": rest
            })),
            1 => (properties.clone(), inner.clone()).prop_map(|(all, rest)| json!({
                "properties": all, "patternProperties": { "^x-": rest }
            })),
            1 => inner.clone().prop_map(|rest| json!({
                "type": "object", "additionalProperties": rest
            })),
            1 => (inner.clone(), name()).prop_map(|(rest, name)| json!({
                "type": "object", "required": [name], "additionalProperties": rest
            })),
            1 => (inner.clone(), name()).prop_map(|(rest, name)| json!({
                "required": [name], "patternProperties": { "^x-": rest }
            })),
            2 => inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            2 => many("allOf"),
            2 => many("oneOf"),
            2 => many("anyOf"),
            1 => (properties, inner.clone(), inner).prop_map(|(all, then, other)| json!({
                "properties": all, "if": { "required": ["a"] }, "then": then, "else": other
            })),
        ]
    })
}

/// A schema with a name; some are nothing but themselves.
fn component() -> impl Strategy<Value = Value> {
    let loops = json!({ "anyOf": [{ "$ref": "#/components/schemas/B" }] });
    prop_oneof![12 => schema(), 1 => Just(loops)]
}

/// Any value, of names that schemas know and of others.
fn value() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(json!("text")), Just(json!(7)), Just(json!(null)), Just(json!(true))];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let name = prop::sample::select(vec!["a", "b", "c", "x-1", "x-2", "id", "role", "y"]);
        let name = name.prop_map(String::from);
        prop_oneof![
            3 => prop::collection::hash_map(name, inner.clone(), 0..5)
                .prop_map(|all| Value::Object(Map::from_iter(all))),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::Array),
        ]
    })
}

fn document(version: &str, components: &[Value], schema: &Value) -> Value {
    json!({
        "openapi": version,
        "info": { "title": "t", "version": "1" },
        "components": { "schemas": {
            "A": components[0], "B": components[1], "C": components[2]
        } },
        "paths": { "/t": { "post": {
            "requestBody": { "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "content": { "application/json": { "schema": schema } } } },
        } } },
    })
}

fn answer_schema(contract: &Contract) -> Option<&Schema> {
    contract.operations[0].responses[0].media[0].schema.as_ref()
}

/// What leaves of an answer; `None`: nothing.
fn left(contract: &Contract, value: &Value) -> Option<Value> {
    let text = value.to_string().into_bytes();
    let mut document = Document::parse(text, &Limits::GENEROUS).unwrap();
    let shape = answer_schema(contract).map(|schema| schema.shape);
    let found = project(&document, &contract.shapes, shape, OtherType::Removed);
    if found.is_root_undeclared {
        return None;
    }
    found.drop.iter().for_each(|index| document.drop_value(*index));
    let mut out = Vec::new();
    document.write(&mut out);
    Some(serde_json::from_slice(&out).unwrap())
}

/// Whether the schema allows a value; it takes and answers the same.
fn is_valid(contract: &Contract, value: &Value) -> bool {
    let document = Document::parse(value.to_string().into_bytes(), &Limits::GENEROUS).unwrap();
    let schema = contract.operations[0].body.as_ref().unwrap().media[0].schema.as_ref();
    schema.is_none_or(|schema| schema.check(document.root()).is_ok())
}

/// What enters of a body; `None`: it is refused.
fn entered(contract: &Contract, value: &Value) -> Option<Value> {
    let text = value.to_string().into_bytes();
    let mut document = Document::parse(text, &Limits::GENEROUS).unwrap();
    let schema = contract.operations[0].body.as_ref().unwrap().media[0].schema.as_ref();
    let shape = schema.map(|schema| schema.shape);
    let judged =
        writable_properties::judge(&document, &contract.shapes, shape, Undeclared::Drop, false);
    let Outcome::Drop(dropped) = judged else { return None };
    dropped.iter().for_each(|one| document.drop_value(one.index));
    if schema.is_some_and(|schema| schema.check(document.root()).is_err()) {
        return None;
    }
    let mut out = Vec::new();
    document.write(&mut out);
    Some(serde_json::from_slice(&out).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_undeclared_leaves_or_enters(
        version in prop::sample::select(vec!["3.0.3", "3.1.0"]),
        schema in schema(),
        components in prop::collection::vec(component(), 3),
        values in prop::collection::vec(value(), 12),
        seed in any::<u64>(),
    ) {
        let root = document(version, &components, &schema);
        let source = Source::new(&root);
        let result = compile("test.json", root.to_string()).result;
        let Ok(contract) = result else { return Ok(()) };
        if contract.operations.is_empty() || answer_schema(&contract).is_none() {
            return Ok(());
        }
        if contract.warnings.iter().any(|told| told.code.name == "contract-free-form") {
            // What a map among alternatives would say of a required name is not honoured either.
            return Ok(());
        }
        let made = Generator::new(source, Way::Out, Chance::new(seed)).value(&schema);
        for value in values.iter().chain(&made) {
            if let Some(left) = left(&contract, value) {
                let told = undeclared(source, &schema, &left, Way::Out);
                prop_assert!(told.is_empty(), "{told:?} left, of {value} as {left}, {root}");
            }
            if let Some(entered) = entered(&contract, value) {
                let told = undeclared(source, &schema, &entered, Way::In);
                prop_assert!(told.is_empty(), "{told:?} entered, of {value} as {entered}, {root}");
            }
        }
    }

    #[test]
    fn an_answer_made_from_its_schema_leaves_whole(
        version in prop::sample::select(vec!["3.0.3", "3.1.0"]),
        schema in schema(),
        components in prop::collection::vec(component(), 3),
        seed in any::<u64>(),
    ) {
        let root = document(version, &components, &schema);
        let source = Source::new(&root);
        if root.to_string().contains("writeOnly") {
            // What one alternative hides is hidden, though it is valid by another one.
            return Ok(());
        }
        let Ok(contract) = compile("test.json", root.to_string()).result else { return Ok(()) };
        if contract.operations.is_empty() || answer_schema(&contract).is_none() {
            return Ok(());
        }
        if contract.warnings.iter().any(|told| told.code.name == "contract-free-form") {
            // An alternative that allows any names is not honoured beside others, and that is told.
            return Ok(());
        }
        let made = Generator::new(source, Way::Out, Chance::new(seed)).value(&schema);
        let Some(made) = made.filter(|made| undeclared(source, &schema, made, Way::Out).is_empty())
        else {
            return Ok(());
        };
        if !is_valid(&contract, &made) {
            // Parts that contradict one another, such as a map and a closed object.
            return Ok(());
        }
        prop_assert_eq!(left(&contract, &made), Some(made.clone()), "{} in {}", made, root);
    }
}
