//! Numbers and formats: what is compared is what was written.

use std::fmt::Write as _;

use portcullis_contract::Schema;
use portcullis_json::{Document, Limits};

use crate::reading::{contract, read, told};

/// Whether each value is valid, in a document of this version.
fn verdicts(version: &str, schema: &str, values: &[&str]) -> Vec<bool> {
    let contract = contract("api.json", &document(version, schema));
    let body = contract.operations[0].body.as_ref().unwrap();
    let schema = body.media[0].schema.as_ref().unwrap();
    values.iter().map(|value| accepts(schema, value)).collect()
}

fn accepts(schema: &Schema, value: &str) -> bool {
    let document = Document::parse(value.as_bytes().to_vec(), &Limits::default()).unwrap();
    schema.check(document.root()).is_ok()
}

fn document(version: &str, schema: &str) -> String {
    format!(
        r#"{{"openapi": "{version}", "info": {{"title": "T", "version": "1"}}, "paths": {{"/a": {{"post": {{
            "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}}}}}}}}}}"#
    )
}

#[track_caller]
fn assert_verdicts(schema: &str, valid: &[&str], invalid: &[&str]) {
    for (values, expected) in [(valid, true), (invalid, false)] {
        for (value, verdict) in values.iter().zip(verdicts("3.1.0", schema, values)) {
            assert_eq!(verdict, expected, "{value} by {schema}");
        }
    }
}

#[test]
fn bounds_hold_to_the_last_digit() {
    assert_verdicts(
        r#"{"maximum": 100}"#,
        &["100", "100.0", "1e2", "99.99999999999999999999", "-1e300"],
        &["100.00000000000000000001", "101", "1e300"],
    );
    assert_verdicts(
        r#"{"exclusiveMinimum": 0}"#,
        &["1e-999", "0.00000000000000000000001"],
        &["0", "-0", "0e9", "-1e-999"],
    );
    assert_verdicts(
        r#"{"minimum": 9007199254740993, "maximum": 10000000000000000000000000.5}"#,
        &["9007199254740993", "10000000000000000000000000.5"],
        &["9007199254740992", "10000000000000000000000000.50000001"],
    );
    assert_verdicts(
        r#"{"multipleOf": 0.01}"#,
        &["19.99", "0", "1e22", "4.35"],
        &["19.999", "0.010000000000000000001"],
    );
}

#[test]
fn whole_numbers_are_whole_to_the_last_digit() {
    assert_verdicts(
        r#"{"type": "integer"}"#,
        &["1", "1.0", "1e2", "9007199254740993"],
        &["1.00000000000000000001", "0.99999999999999999999", "1e-1"],
    );
}

#[test]
fn values_are_equal_to_the_last_digit() {
    assert_verdicts(
        r#"{"const": 9007199254740992}"#,
        &["9007199254740992", "9007199254740992.0"],
        &["9007199254740993", "9007199254740992.00000001"],
    );
    assert_verdicts(
        r#"{"enum": [0.1, [1, {"a": 1.0}]]}"#,
        &["0.1", "0.10", "1e-1", r#"[1.0, {"a": 1}]"#],
        &["0.1000000000000000055", r#"[1, {"a": 1.00000000000000000001}]"#],
    );
}

#[test]
fn bounds_of_3_0_are_exclusive_to_the_last_digit() {
    let schema = r#"{"minimum": 10000000000000000000000000.5, "exclusiveMinimum": true}"#;
    let values = ["10000000000000000000000000.5", "10000000000000000000000000.500001"];
    assert_eq!(verdicts("3.0.3", schema, &values), [false, true]);
}

#[test]
fn a_number_that_values_cannot_be_compared_with_closes_the_operation() {
    for schema in [
        r#"{"const": 1.00000000000000000001}"#,
        r#"{"enum": ["a", {"b": [18446744073709551617]}]}"#,
        r#"{"multipleOf": 1.2345678901234567890123}"#,
        r#"{"multipleOf": 0}"#,
        r#"{"multipleOf": -2}"#,
    ] {
        let (_, result) = read("api.json", &document("3.1.0", schema));
        assert!(result.unwrap().operations.is_empty(), "{schema}");
    }
}

#[test]
fn formats_of_integers_are_ranges() {
    assert_verdicts(
        r#"{"type": "integer", "format": "int32"}"#,
        &["2147483647", "-2147483648", "7.0"],
        &["2147483648", "-2147483649", "2147483647.00000000000000000001"],
    );
    assert_verdicts(
        r#"{"type": "integer", "format": "int64"}"#,
        &["9223372036854775807", "-9223372036854775808"],
        &["9223372036854775808", "9223372036854775807.5", "-9223372036854775809"],
    );
    assert_verdicts(r#"{"type": "number", "format": "int32"}"#, &["7"], &["7.5", "1e10"]);
    assert_verdicts(r#"{"type": "number", "format": "float"}"#, &["1e38", "-0.1"], &["1e39"]);
    assert_verdicts(
        r#"{"type": ["string", "integer", "null"], "format": "uint64"}"#,
        &["18446744073709551615", r#""18446744073709551615""#, "null"],
        &["18446744073709551616", r#""18446744073709551616""#, "-1", r#""-1""#, r#""07""#],
    );
}

#[test]
fn the_format_that_is_not_met_is_named() {
    let contract = contract(
        "api.json",
        &document("3.1.0", r#"{"items": {"type": "integer", "format": "int32"}}"#),
    );
    let schema = contract.operations[0].body.as_ref().unwrap().media[0].schema.as_ref().unwrap();
    let value = Document::parse(b"[1, 2147483648]".to_vec(), &Limits::default()).unwrap();
    let mismatch = schema.check(value.root()).unwrap_err();
    assert_eq!((mismatch.at.as_str(), mismatch.keyword), ("/1", "format"));
    assert_eq!(mismatch.schema_at.as_str(), "/items/format");
}

#[test]
fn formats_of_texts_are_enforced_in_both_versions() {
    let texts = [
        ("uuid", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "3fa85f64-5717-4562-b3fc-2c963f66afa"),
        ("date", "2024-02-29", "2023-02-29"),
        ("date-time", "2024-02-29T23:59:60Z", "2024-02-29 23:59:59Z"),
        ("time", "10:05:08+01:00", "10:05:08"),
        ("duration", "P4DT12H30M5S", "PT1D"),
        ("email", "joe@example.com", "joe@example.com\\r\\nBcc: x@y.z"),
        ("idn-email", "用户@例え.jp", "用户@例え.jp@evil.example"),
        ("uri", "https://example.com/a?b#c", "/a?b#c"),
        ("uri-reference", "/a?b#c", "\\\\\\\\WINDOWS\\\\share"),
        ("uri-template", "/a/{id}", "/a/{id"),
        ("iri", "http://ƒøø.ßår/?∂éœ=πîx", "http:// space"),
        ("ipv4", "127.0.0.1", "127.0.0.01"),
        ("ipv6", "::1", "::1%eth0"),
        ("hostname", "www.example.com", "www.exa_mple.com"),
        ("idn-hostname", "例え.jp", "例え jp"),
        ("byte", "QUI=", "QU?="),
        ("base64url", "QUI", "QU+I"),
        ("json-pointer", "/a/0", "a/0"),
        ("regex", "^(abc)+$", "^(abc]"),
        ("int64", "-9223372036854775808", "9223372036854775808"),
        ("char", "é", "ab"),
    ];
    for version in ["3.0.3", "3.1.0"] {
        for (format, valid, invalid) in texts {
            let schema = format!(r#"{{"type": "string", "format": "{format}"}}"#);
            let values = [format!("\"{valid}\""), format!("\"{invalid}\"")];
            let values = [values[0].as_str(), values[1].as_str()];
            assert_eq!(verdicts(version, &schema, &values), [true, false], "{version} {format}");
        }
    }
}

#[test]
fn a_format_that_nobody_knows_is_told_once_and_not_enforced() {
    let mut properties = String::new();
    for (index, format) in ["phone", "phone", "password", "binary", "email"].iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(properties, r#"{comma}"p{index}": {{"type": "string", "format": "{format}"}}"#)
            .unwrap();
    }
    let text = document("3.1.0", &format!(r#"{{"properties": {{{properties}}}}}"#));
    let (sources, result) = read("api.json", &text);
    let warnings = told(&sources, &result.unwrap().warnings);
    assert_eq!(warnings.matches("contract-format").count(), 1, "{warnings}");
    assert!(warnings.contains("the format `phone` is not known"), "{warnings}");
}

#[test]
fn dates_are_days_that_there_are_in_one_spelling() {
    assert_verdicts(
        r#"{"format": "date"}"#,
        &[r#""2024-02-29""#, r#""0001-01-01""#, r#""9999-12-31""#],
        &[
            r#""2023-02-29""#,
            r#""999999999-01-01""#,
            r#""+2024-01-01""#,
            r#""-0001-01-01""#,
            r#""2024-1-1""#,
            r#""2024-13-01""#,
            r#""2024-W01-1""#,
            r#""2024-001""#,
            r#""20240101""#,
            r#""２０２４-01-01""#,
            r#""2024-01-01T00:00:00Z""#,
        ],
    );
    assert_verdicts(
        r#"{"format": "date-time"}"#,
        &[
            r#""2024-02-29T23:59:59Z""#,
            r#""2016-12-31T23:59:60Z""#,
            r#""2024-01-01T00:00:00.123456+14:00""#,
        ],
        &[
            r#""999999999-01-01T00:00:00Z""#,
            r#""2024-01-01T00:00:00+99:99""#,
            r#""2024-01-01T00:00:00""#,
            r#""2024-01-01T24:00:00Z""#,
            r#""2024-01-01T12:30:60Z""#,
            r#""2024-01-01T00:00:61Z""#,
            r#""R5/2024-01-01T00:00:00Z/P1D""#,
            r#""2024-01-01T00:00:00Z/P99999999D""#,
            r#""2024-01-01T00:00:00[Europe/Berlin]""#,
        ],
    );
}

#[test]
fn a_long_text_where_a_date_is_declared_is_refused() {
    let long = |piece: &str| format!("\"{}\"", piece.repeat(100_000 / piece.len()));
    for format in
        ["date", "date-time", "time", "duration", "uuid", "email", "hostname", "ipv6", "uri"]
    {
        let fraction = format!("\"2024-01-01T00:00:00.{}Z0\"", "1".repeat(100_000));
        let values = [
            long("9"),
            long("P1D"),
            long("2024-01-01T00:00:00Z"),
            long(":"),
            long("a@"),
            long("a."),
            fraction,
        ];
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let schema = format!(r#"{{"type": "string", "format": "{format}"}}"#);
        let found = verdicts("3.1.0", &schema, &values);
        assert!(!found.contains(&true), "{format}: {found:?}");
    }
}
