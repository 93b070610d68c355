//! The reference follows the types, and the types follow the reference.

use std::fmt::Write as _;

use portcullis_policy::{Limits, json_schema, reference_page};
use serde_json::Value;

use crate::good::FULL;
use crate::pharmacy::{API, join};

fn json(policy: &str) -> Value {
    serde_saphyr::from_str(policy).unwrap()
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    for policy in
        [API, FULL, &format!("{API}ledger: {{ stdout: true }}\naccess: [{{ anyone: \"*\" }}]\n")]
    {
        assert!(join(policy).is_ok());
        let errors: Vec<_> = schema.iter_errors(&json(policy)).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0]);
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    for policy in [
        "listen: 127.0.0.1:8080\n",
        "apis: []\n",
        &format!("{API}orgins: []\n"),
        &format!("{API}origins: [https://shop.example.com/]\n"),
        &format!("{API}limits: {{ body_bytes: 1048576 }}\n"),
        &format!("{API}operations: {{ createOrder: {{ undeclared: allow }} }}\n"),
        &format!("{API}relax: [{{ control: nothing, mode: observe, by: a, reason: b }}]\n"),
        &format!("{API}relax: [{{ mode: observe, by: a }}]\n"),
    ] {
        assert!(join(policy).is_err(), "{policy}");
        assert!(!schema.is_valid(&json(policy)), "{policy}");
    }
}

#[test]
fn the_defaults_of_limits_are_the_documented_ones() {
    let schema = json_schema();
    let limits = schema.pointer("/$defs/LimitsSection/properties").unwrap().as_object().unwrap();
    let mut policy = format!("{API}limits:\n");
    for (key, value) in limits {
        let text = value.get("description").and_then(Value::as_str).unwrap().replace('\n', " ");
        let default = text.split("Default: `").nth(1).and_then(|rest| rest.split('`').next());
        let default = default.expect("every limit names its default");
        let _ = writeln!(policy, "  {key}: {default}");
    }
    assert_eq!(join(&policy).unwrap().limits, Limits::default());
    assert_eq!(limits.len(), 34);
}

#[test]
fn every_key_of_the_reference_says_what_it_means() {
    let schema = json_schema();
    let sections = schema.pointer("/$defs").unwrap().as_object().unwrap();
    for (name, section) in sections.iter().chain([(&"file".to_owned(), &schema)]) {
        for (key, value) in section.get("properties").unwrap().as_object().unwrap() {
            let text = value.get("description").and_then(Value::as_str);
            assert!(text.is_some_and(|text| text.len() > 10), "{name}.{key}");
        }
    }
}

#[test]
fn the_reference_page() {
    insta::assert_snapshot!(reference_page());
}
