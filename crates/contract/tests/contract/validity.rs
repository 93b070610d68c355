//! What is valid.

use std::borrow::Cow;

use portcullis_contract::{Contract, Scalar};
use portcullis_json::{Document, Limits};

use crate::reading::{clinic, operation, pharmacy};

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
    assert!(check(item).unwrap_err().starts_with("/items/0/medicine maximum"), "int64 is a range");
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
    assert!(told.starts_with("/replies/0/replies/0/replies/0/text minLength"), "{told}");
    let author = r#"{"text": "a", "author": {"friend": {"name": "administrator"}}}"#;
    assert!(body(&contract, "putNote", author).is_err(), "a pattern with look-ahead is enforced");
}

#[test]
fn parameters_are_read_as_their_type() {
    let contract = pharmacy();
    let id = |text| parameter(&contract, "getOrder", "order_id", text);
    assert_eq!(id("7"), Ok(()));
    assert_eq!(id("0"), Err("minimum".to_owned()));
    for text in ["07", "+7", " 7", "7.0", "7.", "0x7", "1e5", "", "seven"] {
        assert_eq!(id(text), Err("NotANumber".to_owned()), "{text}");
    }
    assert_eq!(id("9223372036854775808"), Err("maximum".to_owned()));
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
    assert_eq!(list(&["1", "2147483648"]), Err("/1 maximum".to_owned()));
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
