//! Keys that are for some resources, or for single objects, in front of an API that never asks. The owner of all of
//! them may everything.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a set-up that fails must fail its test"
)]

use crate::support::keyed::Keyed;
use portcullis_model::{KeyRules, Verb, Verbs};
use portcullis_testkit::{Answer, Behaviour};
use serde_json::{Value, json};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } }
  parameters:
    id: { name: id, in: path, required: true, schema: { type: integer } }
  schemas:
    Customer: { type: object, properties: { id: { type: integer }, name: { type: string } } }
    Order:
      type: object
      properties:
        id: { type: integer }
        status: { type: string }
        customer: { $ref: "#/components/schemas/Customer" }
        before: { $ref: "#/components/schemas/Order" }
    Orders:
      type: object
      properties:
        items: { type: array, items: { $ref: "#/components/schemas/Order" } }
        total: { type: integer }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /customers/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get: { operationId: getCustomer, responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Customer" } } } } } }
  /orders:
    get:
      operationId: listOrders
      responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Orders" } } } } }
    post:
      operationId: createOrder
      requestBody: { content: { application/json: { schema: { type: object, properties: { status: { type: string } } } } } }
      responses: { "201": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    delete:
      operationId: deleteOrders
      requestBody: { content: { application/json: { schema: { type: object, properties: { order_ids: { type: array, items: { type: integer } } } } } } }
      responses: { "204": { description: done } }
  /orders/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get:
      operationId: getOrder
      responses: { "200": { description: d, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    put:
      operationId: updateOrder
      requestBody: { content: { application/json: { schema: { type: object, properties: { id: { type: integer }, status: { type: string } } } } } }
      responses: { "204": { description: done } }
    delete: { operationId: deleteOrder, responses: { "204": { description: done } } }
  /orders/{id}/pay:
    parameters: [{ $ref: "#/components/parameters/id" }]
    post: { operationId: payOrder, responses: { "204": { description: done } } }
"##;

const POLICY: &str = "roles: { partner: [] }
resources: { Order: {}, Customer: {} }
access:
  - { role: partner, may: \"*\" }
";

fn order(id: u64) -> Value {
    let customer = json!({ "id": 1, "name": "alice" });
    let before = if id == 7 { json!({ "id": 6, "status": "old" }) } else { json!(null) };
    let mut order = json!({ "id": id, "status": "new", "customer": customer });
    if id == 7 {
        order["before"] = before;
    }
    order
}

fn api(request: &str) -> Vec<u8> {
    let line = request.lines().next().unwrap_or_default();
    let path = line.split(' ').nth(1).unwrap_or_default();
    let id = path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
    let body = match (line.split(' ').next(), path, id) {
        (Some("GET"), "/orders", _) => json!({ "items": [order(6), order(7)], "total": 2 }),
        (Some("GET"), _, Some(id)) if path.starts_with("/orders/") => order(id),
        (Some("GET"), _, Some(id)) => json!({ "id": id, "name": "alice" }),
        (Some("GET"), ..) => json!({ "name": "it" }),
        (Some("POST"), "/orders", _) => order(9),
        _ => return b"HTTP/1.1 204 X\r\n\r\n".to_vec(),
    };
    let status = if line.starts_with("POST") { 201 } else { 200 };
    let Behaviour::Answer(answer) = Behaviour::json(status, &body.to_string()) else {
        unreachable!()
    };
    answer
}

fn here() -> Keyed {
    Keyed::new(CONTRACT, Behaviour::Script(api), POLICY)
}

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text()).unwrap()
}

fn verbs(words: &str) -> Verbs {
    Verbs::of_words(words.split(',')).unwrap()
}

fn may(said: &[(&str, &str)]) -> KeyRules {
    let may = said.iter().map(|(name, words)| ((*name).to_owned(), verbs(words))).collect();
    KeyRules { may, ..KeyRules::default() }
}

fn objects(said: &[(&str, &str)]) -> Vec<(String, String)> {
    said.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect()
}

fn order_7() -> KeyRules {
    KeyRules { objects: objects(&[("Order", "7")]), ..KeyRules::default() }
}

/// Each request of the API, with what it answers to this key.
fn statuses(here: &Keyed, key: &str) -> Vec<u16> {
    let lines = [
        ("GET /me", ""),
        ("GET /customers/1", ""),
        ("GET /orders", ""),
        ("POST /orders", r#"{"status":"new"}"#),
        ("GET /orders/7", ""),
        ("GET /orders/6", ""),
        ("PUT /orders/7", r#"{"status":"new"}"#),
        ("DELETE /orders/7", ""),
        ("POST /orders/7/pay", ""),
        ("DELETE /orders", r#"{"order_ids":[7]}"#),
    ];
    lines.iter().map(|(line, body)| here.ask(key, line, "", body).status).collect()
}

#[test]
fn a_key_does_to_objects_what_it_is_for_and_no_more() {
    let here = here();
    let (_, all) = here.key(KeyRules::default());
    assert_eq!(statuses(&here, &all), [200, 200, 200, 201, 200, 200, 204, 204, 204, 204]);
    let (_, reads) = here.key(may(&[("Order", "read")]));
    assert_eq!(statuses(&here, &reads), [403, 403, 200, 403, 200, 200, 403, 403, 403, 403]);
    assert!(here.why().contains("key_not_for_function"), "{}", here.why());
    let (_, changes) = here.key(may(&[("Order", "update,delete"), ("Customer", "read")]));
    assert_eq!(statuses(&here, &changes), [403, 200, 403, 403, 403, 403, 204, 204, 403, 204]);
    // What has a name of its own needs the key to name it, or to be for everything with such objects.
    let (_, whole) = here.key(may(&[("Order", "*")]));
    assert_eq!(statuses(&here, &whole)[8], 204);
    let operations = vec!["payOrder".to_owned(), "getMe".to_owned(), "getCustomer".to_owned()];
    let (_, names) = here.key(KeyRules { operations, ..may(&[("Order", "read")]) });
    assert_eq!(statuses(&here, &names), [200, 403, 403, 403, 403, 403, 403, 403, 204, 403]);
}

#[test]
fn what_an_answer_shows_beside_is_taken_out() {
    let here = here();
    let (_, reads) = here.key(may(&[("Order", "read")]));
    let shown = body(&here.get(&reads, "/orders/7"));
    assert!(shown.get("customer").is_none() && shown["before"]["id"] == 6, "{shown}");
    let (_, both) = here.key(may(&[("Order", "read"), ("Customer", "read")]));
    assert_eq!(body(&here.get(&both, "/orders/7"))["customer"]["id"], 1);
}

#[test]
fn a_key_for_one_object_opens_no_other_one() {
    let here = here();
    let (_, key) = here.key(order_7());
    assert_eq!(statuses(&here, &key), [403, 403, 200, 403, 200, 404, 204, 204, 204, 204]);
    let listed = body(&here.get(&key, "/orders"));
    let ids: Vec<u64> =
        listed["items"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [7]);
    assert!(listed.get("total").is_none(), "it would tell of others: {listed}");
    let one = body(&here.get(&key, "/orders/7"));
    assert!(one.get("before").is_none() && one.get("customer").is_none(), "{one}");
    // Refused as if it did not exist, before the API was asked.
    let forwarded = here.scene.forwarded();
    for (line, body) in [
        ("PUT /orders/6", r#"{"status":"x"}"#),
        ("DELETE /orders/6", ""),
        ("POST /orders/6/pay", ""),
        ("DELETE /orders", r#"{"order_ids":[7,6]}"#),
    ] {
        assert_eq!(here.ask(&key, line, "", body).status, 404, "{line}: {}", here.why());
        assert!(here.why().contains("object_not_of_key"), "{line}: {}", here.why());
    }
    // What names none may mean all; what is said inside may be what is meant.
    assert_eq!(here.ask(&key, "DELETE /orders", "", r#"{"order_ids":[]}"#).status, 403);
    assert_eq!(here.ask(&key, "DELETE /orders", "", "{}").status, 403);
    assert_eq!(here.ask(&key, "PUT /orders/7", "", r#"{"id":6,"status":"x"}"#).status, 403);
    assert_eq!(here.scene.forwarded(), forwarded, "nothing of that went on");
    assert_eq!(here.ask(&key, "PUT /orders/7", "", r#"{"id":7,"status":"x"}"#).status, 204);
}

#[test]
fn what_the_key_above_is_not_for_no_key_below_opens() {
    let here = here();
    let (root, _) = here.key(KeyRules { may: may(&[("Order", "read")]).may, ..order_7() });
    let wide =
        KeyRules { may: may(&[("Order", "*"), ("Customer", "*")]).may, ..KeyRules::default() };
    for rules in [KeyRules::default(), wide] {
        let (_, child) = here.below(root, rules);
        assert_eq!(statuses(&here, &child), [403, 403, 200, 403, 200, 404, 403, 403, 403, 403]);
    }
    let (_, other) =
        here.below(root, KeyRules { objects: objects(&[("Order", "6")]), ..KeyRules::default() });
    assert_eq!(statuses(&here, &other)[4..6], [404, 404], "each is closed to one of both");
    let listed = body(&here.get(&other, "/orders"));
    assert_eq!(listed["items"], json!([]), "{listed}");
}

#[test]
fn two_keys_of_one_owner_share_no_answer_to_a_question() {
    // Only the object itself says what its first id is: it is asked for, and the answer is kept for a moment.
    let by_code = CONTRACT.replace(
        "status: { type: string }\n        customer",
        "code: { type: string }\n        customer",
    );
    let contract = by_code.replace(
        "  /orders/{id}/pay:\n    parameters: [{ $ref: \"#/components/parameters/id\" }]",
        "  /orders/by-code/{code}:\n    parameters: [{ name: code, in: path, required: true, schema: { type: string } }]\n    \
         get: { operationId: getByCode, responses: { \"200\": { description: d, content: { application/json: { schema: { $ref: \"#/components/schemas/Order\" } } } } } }\n  \
         /orders/by-code/{code}/pay:\n    parameters: [{ name: code, in: path, required: true, schema: { type: string } }]",
    );
    let policy = "roles: { partner: [] }\nresources: { Order: { id: [/id, /code] }, Customer: {} }\naccess:\n  - { role: partner, may: \"*\" }\n";
    let here = Keyed::new(&contract, Behaviour::Script(coded), policy);
    let (_, seven) = here.key(order_7());
    let (_, six) =
        here.key(KeyRules { objects: objects(&[("Order", "6")]), ..KeyRules::default() });
    let pay = |key: &str| here.ask(key, "POST /orders/by-code/c7/pay", "", "").status;
    assert_eq!((pay(&seven), pay(&six)), (204, 404), "{}", here.why());
    assert_eq!((pay(&six), pay(&seven)), (404, 204));
    // Somebody's order may have the code 7.
    let read = |key: &str, code: &str| here.get(key, &format!("/orders/by-code/{code}")).status;
    assert_eq!((read(&seven, "c7"), read(&seven, "7"), read(&six, "7")), (200, 404, 404));
}

fn coded(request: &str) -> Vec<u8> {
    let line = request.lines().next().unwrap_or_default();
    let id = if line.contains("/c7") { 7 } else { 5 };
    if line.starts_with("POST") {
        return b"HTTP/1.1 204 X\r\n\r\n".to_vec();
    }
    let code = line.split(' ').nth(1).and_then(|path| path.rsplit('/').next());
    let Behaviour::Answer(answer) =
        Behaviour::json(200, &json!({ "id": id, "code": code }).to_string())
    else {
        unreachable!()
    };
    answer
}

#[test]
fn a_key_that_names_resources_is_for_nothing_that_is_no_operation() {
    let relaxed = "relax: [{ control: api_inventory, mode: observe, by: ops, reason: a test }]\n";
    let here = Keyed::new(CONTRACT, Behaviour::Script(api), &format!("{POLICY}{relaxed}"));
    let (_, key) = here.key(may(&[("Order", "*")]));
    assert_eq!(here.get(&key, "/undeclared").status, 403, "{}", here.why());
    let (_, free) = here.key(KeyRules::default());
    assert_eq!(here.get(&free, "/undeclared").status, 200, "{}", here.why());
}

#[test]
fn a_verb_means_what_it_means_in_rules() {
    assert!(verbs("read").has(Verb::List) && !verbs("list").has(Verb::Read));
}
