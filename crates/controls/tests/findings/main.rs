//! What `check` tells of places that the document leaves open, and that it tells nothing of others.

#![expect(clippy::panic, reason = "a set-up that fails must fail its test")]

use std::path::PathBuf;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};

/// The findings about one operation, each as its code and message.
fn findings(operation: &str) -> String {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: v }}\nsecurity: [{{ key: [] }}]\npaths:\n  \
         /things:\n    post:\n      operationId: make\n      {}\ncomponents:\n  securitySchemes: \
         {{ key: {{ type: apiKey, in: header, name: X-Key }} }}\n  schemas:\n    Thing: {{ type: \
         object, properties: {{ id: {{ type: string }} }} }}\n",
        operation.trim().replace('\n', "\n      ")
    );
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", text);
    let input = Input {
        sources,
        contract,
        policy: None,
        folder: PathBuf::new(),
        overrides: Overrides {
            upstream: Some("http://127.0.0.1:1".to_owned()),
            listen: Some("127.0.0.1:0".to_owned()),
        },
        now: UnixMillis(1_800_000_000_000),
    };
    let model = Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics));
    let plan = Plan::compile(model, PlanOptions::default());
    let findings = plan.findings();
    assert!(findings.iter().all(|one| one.span.is_some()), "every finding has a place");
    let lines: Vec<String> =
        findings.iter().map(|one| format!("{}: {}", one.code.name, one.message)).collect();
    lines.join("\n")
}

const FINE: &str = "responses: { '204': { description: done } }";
const THING: &str = "{ schema: { $ref: '#/components/schemas/Thing' } }";

#[test]
fn a_described_operation_has_no_findings() {
    let found = findings(&format!(
        "parameters: [{{ name: q, in: query, schema: {{ type: string }} }}]
requestBody: {{ content: {{ application/json: {THING}, 'image/*': {{}}, text/plain: {{}} }} }}
responses:
  '200': {{ description: ok, content: {{ application/json: {THING}, text/html: {{}}, image/png: {{}} }} }}
  '404': {{ description: none }}
  '500': {{ description: oh, content: {{ application/json: {{}} }} }}"
    ));
    assert_eq!(found, "");
}

#[test]
fn lists_of_anything_and_patterns_of_anything_are_told() {
    let mut out = String::new();
    for schema in [
        "{ type: array }",
        "{ type: array, items: true }",
        "{ type: array, contains: { type: integer } }",
        "{ type: object, patternProperties: { '.': {} } }",
        "{ type: object, properties: { a: { type: array, items: { type: object } } } }",
        "{ type: object, properties: { meta: { type: object } } }",
    ] {
        let content = format!("content: {{ application/json: {{ schema: {schema} }} }}");
        out.push_str(&findings(&format!(
            "requestBody: {{ {content} }}\nresponses: {{ '200': {{ description: ok, {content} }} }}"
        )));
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

#[test]
fn parameters_that_take_anything_are_told() {
    insta::assert_snapshot!(findings(&format!(
        "parameters:
  - {{ name: none, in: query }}
  - {{ name: empty, in: query, schema: {{}} }}
  - {{ name: deep, in: query, style: deepObject, schema: {{ type: object }} }}
  - {{ name: X-Any, in: header, schema: {{ type: object }} }}
  - {{ name: json, in: query, content: {{ application/json: {{ schema: {{ type: array }} }} }} }}
  - {{ name: nothing, in: query, content: {{ application/json: {{}} }} }}
  - {{ name: odd, in: query, style: pipeDelimited, schema: {{ type: object, properties: {{ a: {{}} }} }} }}
  - {{ name: texts, in: query, schema: {{ type: array }} }}
{FINE}"
    )));
}

#[test]
fn bodies_that_only_some_labels_describe_are_told() {
    let mut out = String::new();
    for content in [
        "{ '*/*': {} }".to_owned(),
        "{ application/yaml: {}, application/xml: {}, multipart/form-data: {} }".to_owned(),
        format!("{{ application/json: {THING}, '*/*': {{}} }}"),
        format!("{{ application/json: {THING}, application/merge-patch+json: {{}} }}"),
        format!(
            "{{ application/json: {THING}, application/x-www-form-urlencoded: {{}}, application/xml: {{}} }}"
        ),
        format!("{{ '*/*': {THING} }}"),
        "{ text/plain: { schema: { properties: { a: { type: string } } } } }".to_owned(),
    ] {
        out.push_str(&findings(&format!("requestBody: {{ content: {content} }}\n{FINE}")));
        out.push('\n');
    }
    insta::assert_snapshot!(out);
}

#[test]
fn answers_that_nobody_described_are_told_by_their_status() {
    let mut out = findings(&format!(
        "responses:
  '200': {{ description: ok, content: {{ application/json: {THING}, application/hal+json: {{}} }} }}
  '201': {{ description: ok, content: {{ application/json: {{}} }} }}
  '202': {{ description: ok }}
  '400': {{ description: bad, content: {{ application/json: {THING} }} }}
  '4XX': {{ description: bad, content: {{ application/json: {{}} }} }}
  default: {{ description: else, content: {{ application/json: {{ schema: {{ type: array }} }} }} }}"
    ));
    out.push('\n');
    out.push_str(&findings(&format!(
        "responses:
  '200':
    description: in forms that are not read
    content: {{ application/yaml: {THING}, text/plain: {THING}, text/csv: {{ schema: {{ type: array, items: {{ properties: {{ a: {{}} }} }} }} }}, application/msgpack: {{}}, application/x-www-form-urlencoded: {THING}, application/octet-stream: {THING}, application/xml: {{}} }}
  '201': {{ description: beside JSON, content: {{ application/json: {THING}, text/plain: {THING}, application/yaml: {{}} }} }}
  '202': {{ description: ok, content: {{ '*/*': {{}} }} }}"
    )));
    insta::assert_snapshot!(out);
}
