//! Documents that want to hurt whoever looks at them.

use std::time::{Duration, Instant};

use portcullis_contract::{NoFiles, read};
use portcullis_model::{Sources, UnixMillis};
use serde_json::{Value, json};

use super::*;
use crate::finding::At;

/// A debug build on a busy machine takes a tenth of it.
const LONG: Duration = Duration::from_mins(1);

fn audited(text: String) -> (Sources, DocumentAudit) {
    let mut sources = Sources::default();
    let main = sources.add("t.json", text);
    let contract = read(&mut sources, main, &mut NoFiles).unwrap();
    let (plan, evidence, now) = (None, None, UnixMillis(0));
    let began = Instant::now();
    let found = audit(&Audited {
        contract: &contract,
        sources: &sources,
        main,
        warnings: &[],
        plan,
        evidence,
        now,
    });
    assert!(began.elapsed() < LONG);
    (sources, found.unwrap())
}

fn document(paths: &Value, schemas: &Value) -> String {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
    .to_string()
}

fn post(schema: &Value) -> Value {
    json!({"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}})
}

fn every_place_is_in_the_text(sources: &Sources, found: &DocumentAudit) {
    for finding in found.plain() {
        assert!(!finding.places.is_empty() && finding.places.len() <= PLACES_MAX);
        for place in &finding.places {
            let At::Span(span) = &place.at else { panic!("{place:?}") };
            assert!(span.end as usize <= sources.text(span.source).len());
        }
    }
}

#[test]
fn schemas_that_are_deep_and_lead_in_circles_end() {
    let mut deep = json!({"type": "string"});
    for _ in 0..150 {
        deep = json!({"type": "object", "properties": {"a": deep}});
    }
    let circle = json!({
        "A": {"allOf": [{"$ref": "#/components/schemas/B"}]},
        "B": {"allOf": [{"$ref": "#/components/schemas/A"}], "anyOf": [{"$ref": "#/components/schemas/C"}]},
        "C": {"$ref": "#/components/schemas/C"},
        "D": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/D"}},
    });
    let paths = json!({
        "/deep": post(&deep),
        "/circle": post(&json!({"$ref": "#/components/schemas/A"})),
        "/map": post(&json!({"$ref": "#/components/schemas/D"})),
        "/nowhere": post(&json!({"$ref": "#/components/schemas/E"})),
    });
    let mut sources = Sources::default();
    let main = sources.add("t.json", document(&paths, &circle));
    // What cannot be compiled is told by the contract, and there is nothing to audit.
    if let Ok(contract) = read(&mut sources, main, &mut NoFiles) {
        let (plan, evidence, now) = (None, None, UnixMillis(0));
        let audited = Audited {
            contract: &contract,
            sources: &sources,
            main,
            warnings: &[],
            plan,
            evidence,
            now,
        };
        every_place_is_in_the_text(&sources, &audit(&audited).unwrap());
    }
}

#[test]
fn schemas_that_are_all_parts_of_one_another_end() {
    const COUNT: usize = 60;
    let schemas: serde_json::Map<String, Value> = (0..COUNT)
        .map(|number| {
            let others: Vec<Value> = (0..COUNT)
                .filter(|other| *other > number)
                .map(|other| json!({"$ref": format!("#/components/schemas/S{other}")}))
                .collect();
            let bound = match number % 3 {
                0 => json!({"type": "string", "maxLength": 3}),
                1 => json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/S0"}}}),
                _ => json!({"type": "integer", "minimum": 0}),
            };
            let mut schema = bound;
            schema["anyOf"] = Value::Array(others.clone());
            if others.is_empty() {
                schema.as_object_mut().unwrap().remove("anyOf");
            }
            (format!("S{number}"), schema)
        })
        .collect();
    let paths = json!({"/a": post(&json!({"$ref": "#/components/schemas/S0"}))});
    let mut sources = Sources::default();
    let main = sources.add("t.json", document(&paths, &Value::Object(schemas)));
    if let Ok(contract) = read(&mut sources, main, &mut NoFiles) {
        let (plan, evidence, now) = (None, None, UnixMillis(0));
        let began = Instant::now();
        let audited = Audited {
            contract: &contract,
            sources: &sources,
            main,
            warnings: &[],
            plan,
            evidence,
            now,
        };
        every_place_is_in_the_text(&sources, &audit(&audited).unwrap());
        assert!(began.elapsed() < LONG);
    }
}

#[test]
fn names_are_escaped_wherever_they_go() {
    let odd = "a~b/c'd\\e\n\u{7f}\u{85}\u{2028}\"f";
    let schemas = json!({odd: {"type": "object", "properties": {odd: {"type": "string", "format": "email"}}}});
    let pointer = odd.replace('~', "~0").replace('/', "~1");
    let schema = json!({"$ref": format!("#/components/schemas/{pointer}")});
    let (sources, found) = audited(document(&json!({"/a'~b\\": post(&schema)}), &schemas));
    every_place_is_in_the_text(&sources, &found);
    for finding in found.plain() {
        assert!(!finding.message.contains(['\n', '\u{7f}', '\u{85}', '\u{2028}']), "{finding:?}");
    }
    let yaml = found.overlay.to_yaml().unwrap();
    let mut read_again = Sources::default();
    let source = read_again.add("overlay.yaml", yaml.as_str());
    let overlay = portcullis_contract::as_json(&read_again, source).unwrap();
    let overlay: Value = serde_json::from_str(&overlay).unwrap();
    let targets: Vec<&str> = overlay["actions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["target"].as_str())
        .collect();
    assert!(targets.iter().any(|target| target.contains(r"a~b/c\'d\\e\n")), "{targets:?}");
}

#[test]
fn thousands_of_operations_are_told_in_few_words() {
    let paths: serde_json::Map<String, Value> = (0..3_000)
        .map(|number| {
            (format!("/p{number}"), json!({"get": {"responses": {}}, "post": {"responses": {}}}))
        })
        .collect();
    let (sources, found) = audited(document(&Value::Object(paths), &json!({})));
    every_place_is_in_the_text(&sources, &found);
    assert_eq!(found.operations, 6_000);
    assert!(found.findings.len() < 20, "{}", found.findings.len());
    assert!(found.is_whole);
}

#[test]
fn more_findings_than_anybody_reads_are_counted_and_weigh() {
    let schemas: serde_json::Map<String, Value> = (0..FINDINGS_MAX + 10)
        .map(|number| (format!("S{number}"), json!({"type": "string"})))
        .collect();
    let all: Vec<Value> = schemas
        .keys()
        .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
        .collect();
    let properties: serde_json::Map<String, Value> = all
        .into_iter()
        .enumerate()
        .map(|(number, schema)| (format!("p{number}"), schema))
        .collect();
    let body = json!({"type": "object", "properties": properties});
    let (_, found) = audited(document(&json!({"/a": post(&body)}), &Value::Object(schemas)));
    assert_eq!(found.findings.len(), FINDINGS_MAX);
    assert!(found.untold >= 10);
}
