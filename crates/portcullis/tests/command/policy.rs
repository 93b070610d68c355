//! `portcullis policy show`: the rules as a table and as Cedar.

use serde_json::Value;

use crate::support::{Folder, text};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Pharmacy, version: "1" }
security: [{ bearer: [] }]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Order:
      type: object
      properties:
        id: { type: integer }
        customer_id: { type: string }
        status: { type: string }
        notes: { type: string }
        organisation_id: { type: string }
        if: { type: array, items: { type: string } }
        vehicle: { type: object, properties: { email: { type: string } } }
paths:
  /orders:
    get:
      operationId: listOrders
      responses: { "200": { description: d, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Order" } } } } } }
  /orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    delete:
      operationId: deleteOrder
      responses: { "204": { description: d } }
  /medicines:
    get:
      operationId: listMedicines
      security: []
      responses: { "204": { description: d } }
  /logout:
    post:
      operationId: logout
      responses: { "204": { description: d } }
"##;

const POLICY: &str = r#"apis: [{ contract: openapi.yaml, upstream: "http://127.0.0.1:1" }]
callers:
  jwt: { issuer: "https://login.example", audience: shop }
  attributes: { role: { claim: /role }, email: { claim: /email }, tenant: { claim: /tenant }, unit: { claim: /unit } }
roles: { customer: [], staff: [customer], admin: [staff] }
organisation: { berlin: germany, germany: emea }
tenant: /organisation_id
resources:
  Order: { owner: [/customer_id, { at: /vehicle/email, is: email }], relations: { seller: /status } }
access:
  - anyone: [listMedicines]
  - callers: [logout]
  - { role: customer, may: read, on: Order, when: mine, hide: [/notes], readonly: [/status] }
  - { role: staff, may: [read, deleteOrder], on: Order, across_tenants: true, reason: desk, only: [/id] }
  - { may: read, on: Order, scope: audit, when: 'not (resource.seller == caller.id or caller.unit under "emea")' }
  - { role: admin, may: "*" }
  - { forbid: delete, on: Order, when: 'resource./if in ["paid", path.id]' }
"#;

fn folder() -> Folder {
    Folder::with(&[("openapi.yaml", CONTRACT), ("portcullis.yaml", POLICY)])
}

fn shown(arguments: &[&str]) -> String {
    let arguments = [&["policy", "show"], arguments].concat();
    let output = folder().run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn all_rules_are_one_table() {
    insta::assert_snapshot!(shown(&[]));
}

#[test]
fn the_rules_are_printed_as_cedar() {
    insta::assert_snapshot!(shown(&["--cedar"]));
}

#[test]
fn the_schema_is_drawn_from_the_contract() {
    insta::assert_snapshot!(shown(&["--schema"]));
    assert_eq!(shown(&["--schema", "--cedar"]), shown(&["--schema"]));
}

#[test]
fn programs_read_the_same_rules() {
    let report: Value = serde_json::from_str(&shown(&["--format", "json"])).unwrap();
    let rules = report["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 7);
    let own = rules.iter().find(|rule| rule["when"] == "mine").unwrap();
    assert_eq!(own["what"], serde_json::json!(["read", "list"]));
    assert_eq!(own["masks"]["hide"][0], "/notes");
    assert_eq!(own["at"], "portcullis.yaml:13");
    assert_eq!(rules[6]["forbids"], true);
}

#[test]
fn what_cannot_be_read_is_not_shown() {
    let folder = Folder::with(&[("portcullis.yaml", "apis: 7\n")]);
    assert_eq!(folder.run(&["policy", "show"]).status.code(), Some(1));
    assert_eq!(folder.run(&["policy", "show", "-c", "other.yaml"]).status.code(), Some(2));
    let both = ["policy", "show", "--cedar", "--format", "json"];
    assert_eq!(folder.run(&both).status.code(), Some(2));
}
