//! A slice changes with what concerns its operation, and with nothing else.

use std::path::PathBuf;

use portcullis_model::{Sources, UnixMillis};

use super::*;
use crate::join::{Input, Overrides};

const CONTRACT: &str = r##"
openapi: 3.0.3
info: { title: t, version: "1" }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, customer: { type: string } } }
    Note: { type: object, properties: { id: { type: integer }, author: { type: string } } }
security: [{ key: [] }]
paths:
  /orders/{order_id}:
    parameters: [{ name: order_id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  /notes/{note_id}:
    parameters: [{ name: note_id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getNote
      responses: { "200": { description: x, content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } } } }
  /search:
    get:
      operationId: search
      responses: { "200": { description: x, content: { application/json: { schema: { type: object } } } } }
"##;

const POLICY: &str = r#"
apis: [{ contract: openapi.yaml, upstream: "http://127.0.0.1:3000" }]
listen: 127.0.0.1:8080
resources:
  Order: { owner: { at: /customer, is: subject } }
  Note: { owner: { at: /author, is: subject } }
access:
  - { may: read, on: Order, when: mine }
  - { may: read, on: Note, when: mine }
  - { anyone: [search] }
operations:
  getNote: { body: exact }
rates:
  - { of: ["get*"], per: caller, rate: 10/s }
  - { per: caller, rate: 100/s }
relax:
  - { operation: search, control: hostile_input, mode: observe, by: ops, reason: "a demo" }
"#;

/// What concerns `getOrder`, `getNote` and `search`.
fn slices(policy: &str) -> Vec<Slice> {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", CONTRACT);
    let policy = sources.add("portcullis.yaml", policy);
    let input = Input {
        sources,
        contract,
        policy: Some(policy),
        folder: PathBuf::new(),
        overrides: Overrides::default(),
        now: UnixMillis(1_790_000_000_000),
    };
    let model = Model::join(input).unwrap();
    let slices = model.slices().unwrap();
    let of = |name| slices[model.contract.operation_named(name).unwrap()];
    ["getOrder", "getNote", "search"].map(of).to_vec()
}

/// Which of the three change when the policy does.
fn change(from: &str, to: &str) -> [bool; 3] {
    assert!(POLICY.contains(from), "{from}");
    let (before, after) = (slices(POLICY), slices(&POLICY.replacen(from, to, 1)));
    assert!(before.iter().zip(&after).all(|(before, after)| before.contract == after.contract));
    [0, 1, 2].map(|place| before[place].policy != after[place].policy)
}

#[test]
fn a_slice_changes_with_what_concerns_its_operation_alone() {
    let (order, note, search, no) = (true, true, true, false);
    for (from, to, changes) in [
        // Of a resource, in its own section and in a rule.
        ("/customer, is: subject", "/id, is: subject", [order, no, no]),
        ("on: Note, when: mine", "on: Note", [no, note, no]),
        // Of an operation by its name.
        ("body: exact", "answers: refuse", [no, note, no]),
        ("- { anyone: [search] }", "- { callers: [search] }", [no, no, search]),
        ("by: ops", "by: sec", [no, no, search]),
        // By a pattern, and without any name.
        ("10/s", "20/s", [order, note, no]),
        ("100/s", "200/s", [order, note, search]),
        ("rates:", "limits: { json_depth: 9 }\nrates:", [order, note, search]),
        // A rule that opens a function to all.
        (
            "- { anyone: [search] }",
            "- { anyone: [search] }\n  - { forbid: \"*\", scope: guest }",
            [order, note, search],
        ),
        // Where it listens, and how the file is written.
        ("127.0.0.1:8080", "127.0.0.1:8081", [no; 3]),
        ("access:", "# who may what\naccess:", [no; 3]),
        (
            "{ of: [\"get*\"], per: caller, rate: 10/s }",
            "of: ['get*']\n    per: caller\n    rate: 10/s",
            [no; 3],
        ),
    ] {
        assert_eq!(change(from, to), changes, "{from} -> {to}");
    }
}

#[test]
fn operations_that_wait_for_one_another_change_together() {
    let policy = POLICY.replace("body: exact", "serialize: { by: caller, group: money }");
    let (before, after) = (slices(POLICY), slices(&policy));
    assert!(before.iter().zip(&after).all(|(before, after)| before.policy != after.policy));
}
