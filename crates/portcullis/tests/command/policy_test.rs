//! `portcullis policy test`: cases beside a policy say what they promise, and what is otherwise.

use serde_json::Value;

use crate::resources::DOCUMENT;
use crate::support::{Folder, text};

const POLICY: &str = r#"apis: [{ contract: openapi.yaml, upstream: "http://127.0.0.1:9" }]
callers:
  jwt: { issuer: "https://login.example.com", audience: shop }
  attributes: { customer_id: { claim: /customer_id }, role: { claim: /role } }
  id: customer_id
roles: { customer: [], staff: [customer] }
resources: { Order: { owner: /customer_id, own_list: listMyOrders } }
access:
  - { role: customer, may: [read, create], on: Order, when: mine, hide: [/account] }
  - { role: staff, may: [trackParcel] }
operations: { trackParcel: { objects: none, reason: "anybody's parcel" } }
"#;

/// With an operation that makes orders.
fn document() -> String {
    let post = "  /orders:\n    post:\n      operationId: createOrder\n      requestBody: { content: { application/json: { \
                schema: { $ref: \"#/components/schemas/Order\" } } } }\n      responses: { \"201\": { description: made } }\n";
    DOCUMENT.to_owned() + post
}

const CASES: &str = r"cases:
  - name: alice reads her order without its account
    caller: { subject: alice, role: customer, customer_id: 1 }
    request: { path: /orders/1 }
    api: { GET /orders/1: { body: { id: 1, customer_id: 1, account: A } } }
    expect: { verdict: allowed, status: 200, body: { customer_id: 1, id: 1 } }
  - name: bob's order is not there for alice
    caller: { subject: alice, role: customer, customer_id: 1 }
    request: { path: /orders/4 }
    api: { GET /orders/4: { body: { id: 4, customer_id: 2 } } }
    expect: not_found
  - name: a customer tracks no parcels
    caller: { subject: alice, role: customer, customer_id: 1 }
    request: { path: /parcels/p }
    expect: { verdict: refused, control: function_access, reason: function_not_granted, status: 403 }
  - name: whoever makes an order sends no price along
    caller: { subject: alice, role: customer, customer_id: 1 }
    request: { method: POST, path: /orders, body: { price: 9, customer_id: 1 } }
    expect: { verdict: allowed, sent: { customer_id: 1 } }
  - name: nobody reads orders
    request: { path: /orders/1 }
    expect: { verdict: refused, control: caller_identity }
";

fn folder(cases: &str) -> Folder {
    Folder::with(&[
        ("openapi.yaml", &document()),
        ("portcullis.yaml", POLICY),
        ("portcullis-tests.yaml", cases),
    ])
}

#[test]
fn cases_walk_through_the_real_gateway_with_what_the_api_would_say() {
    let folder = folder(CASES);
    let output = folder.run(&["policy", "test"]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
    assert!(
        printed.contains("ok      bob's order is not there for alice  (not_found, 404)\n"),
        "{printed}"
    );
    assert!(printed.ends_with("5 cases, 0 failed\n"), "{printed}");
}

#[test]
fn what_is_otherwise_is_shown_and_fails() {
    let cases = CASES
        .replace("customer_id: 1, id: 1 } }", "customer_id: 1, id: 1, account: A } }")
        .replace("expect: not_found", "expect: allowed")
        .replace("control: caller_identity", "control: input_shape");
    let folder = folder(&cases);
    let output = folder.run(&["policy", "test", "-c", "portcullis.yaml", "portcullis-tests.yaml"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));

    let json = folder.run(&["policy", "test", "--format", "json"]);
    let told: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&told["total"], &told["failed"]), (&5.into(), &3.into()));
    let second = &told["cases"][1];
    assert_eq!(second["refusal"]["control"], "object_ownership", "{second}");
    assert_eq!(second["differences"][0]["found"], "not_found", "{second}");
}

#[test]
fn a_read_of_which_nobody_says_what_the_api_answers_is_not_taken_for_allowed() {
    let cases = "cases: [{ name: a, caller: { subject: a, role: customer, customer_id: 1 }, request: { path: \
                 /orders/1 }, expect: allowed }]\n";
    let output = folder(cases).run(&["policy", "test"]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(printed.contains("api: { GET /orders/1: ... }"), "{printed}");
}

#[test]
fn a_wrong_file_is_said_with_its_place_and_a_missing_one_by_name() {
    for (cases, parts) in [
        (
            "cases: [{ name: a, reqest: { path: /a }, expect: allowed }]\n",
            ["`request`?", "portcullis-tests.yaml:1:20"],
        ),
        ("cases: [{ name: a, request: { path: a }, expect: allowed }]\n", ["is no path", "1:37"]),
        ("cases: [{ name: a, request: { path: /a }, expect: alowed }]\n", ["`allowed`?", "1:51"]),
        (
            "cases: [{ name: a, caller: { subject: a, rol: b }, request: { path: /a }, expect: refused }]\n",
            ["`role`?", "1:42"],
        ),
        (
            "cases: [{ name: a, request: { path: /a }, api: { /a: { status: 200 } }, expect: allowed }]\n",
            ["is no request", "1:50"],
        ),
    ] {
        let output = folder(cases).run(&["policy", "test"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{cases}: {said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{cases}: {said}");
    }
    let output = folder("").run(&["policy", "test", "missing.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let output = folder("cases: []\n").run(&["policy", "test"]);
    assert_eq!(output.status.code(), Some(1), "no case promises nothing");
}
