//! What is valid.

use std::borrow::Cow;

use portcullis_contract::{Contract, Scalar};
use portcullis_json::{Document, Limits};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::reading::{clinic, contract, operation, pharmacy};

#[test]
fn a_read_only_property_need_not_be_sent() {
    let contract = pharmacy();
    let order = r#"{"items": [{"medicine": 1, "quantity": 2}]}"#;
    assert_eq!(body(&contract, "createOrder", order), Ok(()));
    let empty = body(&contract, "createOrder", "{}");
    assert_eq!(empty, Err(" required /components/schemas/Order/allOf/1/required".to_owned()));
}

#[test]
fn schemas_of_3_0_keep_their_meaning() {
    let contract = pharmacy();
    let check = |json: &str| body(&contract, "createOrder", json);
    let with =
        |member: &str| format!(r#"{{"items": [{{"medicine": 1, "quantity": 2}}], {member}}}"#);
    assert_eq!(check(&with(r#""address": null"#)), Ok(()));
    assert_eq!(check(&with(r#""address": {"city": "Ulm"}"#)), Ok(()));
    assert!(check(&with(r#""address": {"street": "x"}"#)).is_err());
    assert!(check(&with(r#""note": null"#)).unwrap_err().starts_with("/note type"));
    assert_eq!(
        check(&with(r#""unknown": 1"#)),
        Ok(()),
        "nothing is closed that the document leaves open"
    );
    let item = r#"{"items": [{"medicine": 1, "quantity": 101}]}"#;
    assert_eq!(
        check(item).unwrap_err(),
        "/items/0/quantity maximum /components/schemas/Item/properties/quantity/maximum"
    );
    let item = r#"{"items": [{"medicine": 9223372036854775808, "quantity": 1}]}"#;
    assert!(check(item).unwrap_err().starts_with("/items/0/medicine format"), "int64 is a range");
    assert!(check(&with(r#""card": "4111-1111""#)).unwrap_err().starts_with("/card pattern"));
}

#[test]
fn the_mismatch_never_holds_the_value() {
    let told =
        body(&pharmacy(), "createOrder", r#"{"items": [], "note": {"secret": 1}}"#).unwrap_err();
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn schemas_of_3_1_keep_their_meaning() {
    let contract = clinic();
    let check = |json: &str| body(&contract, "pay", json);
    let card = r#""method": {"kind": "card", "number": "4111"}"#;
    assert_eq!(check(&format!(r#"{{"amount": null, {card}}}"#)), Ok(()));
    assert_eq!(check(&format!(r#"{{"amount": 0, "reason": "x", {card}}}"#)), Ok(()));
    assert!(
        check(&format!(r#"{{"amount": 1, "reason": "x", {card}}}"#)).is_err(),
        "only evaluated if the amount is 0"
    );
    assert!(check(r#"{"amount": 1, "method": {"kind": "card", "account": "x"}}"#).is_err());
    assert!(check(&format!(r#"{{"amount": 1.5, {card}}}"#)).is_err());
}

#[test]
fn recursive_schemas_are_checked_to_the_bottom() {
    let contract = clinic();
    let note = |inner: &str| format!(r#"{{"text": "a", "replies": [{inner}]}}"#);
    let deep = note(&note(&note(r#"{"text": "b"}"#)));
    assert_eq!(body(&contract, "putNote", &deep), Ok(()));
    let bad = note(&note(&note(r#"{"text": ""}"#)));
    let told = body(&contract, "putNote", &bad).unwrap_err();
    assert_eq!(
        told,
        "/replies/0/replies/0/replies/0/text minLength \
         /components/schemas/Note/properties/text/minLength"
    );
    let author = r#"{"text": "a", "author": {"friend": {"name": "administrator"}}}"#;
    assert!(body(&contract, "putNote", author).is_err(), "a pattern with look-ahead is enforced");
}

#[test]
fn parameters_are_read_as_their_type() {
    let contract = pharmacy();
    let id = |text| parameter(&contract, "getOrder", "order_id", text);
    assert_eq!(id("7"), Ok(()));
    assert_eq!(id("0"), Err("minimum".to_owned()));
    for (text, fault) in [
        ("07", "OtherSpelling"),
        ("+7", "OtherSpelling"),
        (" 7", "OtherSpelling"),
        ("7.0", "NotAnInteger"),
        ("1e5", "NotAnInteger"),
        ("seven", "NotAnInteger"),
        ("7,8", "Several"),
        ("", "Empty"),
    ] {
        assert_eq!(id(text), Err(fault.to_owned()), "{text}");
    }
    assert_eq!(id("9223372036854775808"), Err("format".to_owned()));
    assert_eq!(parameter(&contract, "getOrder", "Trace", "yes"), Err("NotABoolean".to_owned()));
    let list = |values: &[&'static str]| {
        let parameters = &operation(&contract, "listMedicines").parameters;
        let ids = parameters.iter().find(|known| known.name == "ids").unwrap();
        let scalars: Vec<Scalar<'_>> =
            values.iter().map(|text| ids.scalar(Cow::Borrowed(*text)).unwrap()).collect();
        ids.schema
            .as_ref()
            .unwrap()
            .check_list(&scalars)
            .map_err(|mismatch| format!("{} {}", mismatch.at, mismatch.keyword))
    };
    assert_eq!(list(&["1", "2"]), Ok(()));
    assert_eq!(list(&["1", "2147483648"]), Err("/1 format".to_owned()));
    assert_eq!(list(&["1"; 51]), Err(" maxItems".to_owned()));
}

#[test]
fn answers_have_no_validator_and_nothing_is_valid() {
    let contract = pharmacy();
    let response = operation(&contract, "getOrder").response(200).unwrap();
    let document = Document::parse(b"{}".to_vec(), &Limits::default()).unwrap();
    let media = response.media.iter().find(|media| media.schema.is_some()).unwrap();
    assert!(media.schema.as_ref().unwrap().check(document.root()).is_err());
}

#[test]
fn a_failure_in_a_union_inside_itself_is_located() {
    let text = r##"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"post": {
        "operationId": "put", "requestBody": {"content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Filter"}}}}}}},
        "components": {"schemas": {
            "Filter": {"anyOf": [{"$ref": "#/components/schemas/Group"}, {"$ref": "#/components/schemas/Test"}]},
            "Group": {"type": "object", "required": ["all"], "additionalProperties": false, "properties": {
                "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Filter"}}}},
            "Test": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"},
                "value": {"oneOf": [{"type": "integer"}, {"type": "object", "properties": {
                    "max": {"type": "integer"}}}]}}}}}}"##;
    let contract = contract("api.json", text);
    let check = |json: &str| body(&contract, "put", json);
    assert_eq!(check(r#"{"all": [{"name": "a", "value": 1}, {"all": [{"name": "b"}]}]}"#), Ok(()));
    for (json, told) in [
        (
            r#"{"all": [{"name": "a"}, {"all": [{"name": "b"}, {"name": 7}]}]}"#,
            "/all/1/all/1/name type /components/schemas/Test/properties/name/type",
        ),
        (
            r#"{"all": [{"name": "a", "value": {"max": "x"}}]}"#,
            "/all/0/value/max type /components/schemas/Test/properties/value/oneOf/1/properties/max/type",
        ),
        (
            r#"{"all": [{"name": "a", "value": true}]}"#,
            "/all/0/value oneOf /components/schemas/Test/properties/value/oneOf",
        ),
        (r#"{"all": []}"#, "/all minItems /components/schemas/Group/properties/all/minItems"),
        ("7", " anyOf /components/schemas/Filter/anyOf"),
    ] {
        assert_eq!(check(json), Err(told.to_owned()), "{json}");
    }
}

/// Checks a JSON body; gives the place and keyword of the first mismatch.
fn body(contract: &Contract, name: &str, json: &str) -> Result<(), String> {
    let document = Document::parse(json.as_bytes().to_vec(), &Limits::default()).unwrap();
    let media = &operation(contract, name).body.as_ref().unwrap().media[0];
    let result = media.schema.as_ref().unwrap().check(document.root());
    result
        .map_err(|mismatch| format!("{} {} {}", mismatch.at, mismatch.keyword, mismatch.schema_at))
}

/// Checks one text as the value of a parameter.
fn parameter(
    contract: &Contract,
    operation_name: &str,
    name: &str,
    text: &str,
) -> Result<(), String> {
    let parameters = &operation(contract, operation_name).parameters;
    let parameter = parameters.iter().find(|known| known.name == name).unwrap();
    let scalar = parameter.scalar(Cow::Borrowed(text)).map_err(|fault| format!("{fault:?}"))?;
    let result = parameter.schema.as_ref().unwrap().check_scalar(&scalar);
    result.map_err(|mismatch| mismatch.keyword.to_owned())
}

/// Schemas whose verdicts are compared with those of `jsonschema` on its own values.
const SCHEMAS: [&str; 8] = [
    r#"{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}, "additionalProperties": false}"#,
    r#"{"type": "array", "uniqueItems": true, "items": {"type": ["number", "string", "array"]}}"#,
    r#"{"oneOf": [{"type": "string", "maxLength": 2}, {"type": "number", "multipleOf": 2}, {"const": [1, {"a": 1}]}]}"#,
    r#"{"enum": [1, "a", null, [], {"a": 1.0}, true]}"#,
    r#"{"type": "object", "propertyNames": {"pattern": "^[ab]$"}, "minProperties": 1, "patternProperties": {"^a": {"minimum": 0, "exclusiveMaximum": 10}}}"#,
    r#"{"allOf": [{"properties": {"a": true}}, {"properties": {"b": {"type": "null"}}}], "unevaluatedProperties": false}"#,
    r#"{"if": {"type": "object"}, "then": {"required": ["b"]}, "else": {"not": {"type": "boolean"}}}"#,
    r#"{"type": "array", "prefixItems": [{"type": "integer"}], "items": {"contains": {"const": 1}, "maxItems": 2}}"#,
];

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-3_i64..12).prop_map(Into::into),
        prop_oneof![Just(1.0), Just(0.5), Just(-0.0), Just(1e30)].prop_map(serde_json::Value::from),
        prop_oneof![Just(u64::MAX), Just(1)].prop_map(Into::into),
        "[abé]{0,3}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|members| members.into_iter().collect::<serde_json::Value>()),
        ]
    })
}

fn all_schemas() -> Contract {
    let operations: Vec<String> = SCHEMAS
        .iter()
        .enumerate()
        .map(|(index, schema)| {
            format!(
                r#""/{index}": {{"post": {{"operationId": "s{index}", "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {{{}}}}}"#,
        operations.join(",")
    );
    contract("api.json", &text)
}

#[test]
fn verdicts_are_those_of_the_schema_alone() {
    let contract = all_schemas();
    let validators: Vec<jsonschema::Validator> = SCHEMAS
        .iter()
        .map(|schema| jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap())
        .collect();
    let verdicts = std::cell::Cell::new((0, 0));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(400));
    let result = runner.run(&(0..SCHEMAS.len(), value()), |(index, value)| {
        let ours = body(&contract, &format!("s{index}"), &value.to_string()).is_ok();
        prop_assert_eq!(ours, validators[index].is_valid(&value), "{}", SCHEMAS[index]);
        let (valid, invalid) = verdicts.get();
        verdicts.set((valid + usize::from(ours), invalid + usize::from(!ours)));
        Ok(())
    });
    result.unwrap();
    let (valid, invalid) = verdicts.get();
    assert!(valid > 20 && invalid > 20, "{valid} valid, {invalid} invalid: nothing was compared");
}
