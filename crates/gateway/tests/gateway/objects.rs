//! Whose objects are: in front of an API that never asks.

use crate::support::careless::{Careless, ORDERS};
use portcullis_testkit::{Answer, Behaviour};
use serde_json::{Value, json};

const POLICY: &str = "roles: { customer: [], staff: [] }
resources:
  Order: { owner: /customer_id }
  Card: { own_list: listMyCards }
  Customer: { schema: none, id: /customer_id, owner: /customer_id }
access:
  - { role: customer, may: [read, create, update, delete, cancelOrders, exportOrders], on: Order, when: mine }
  - { role: customer, may: [getOrderOfCustomer], on: [Order, Customer], when: mine }
  - { role: staff, may: [read, update], on: Order, hide: [/note], readonly: [/customer_id] }
  - { role: staff, may: [restock] }
  - { role: customer, may: [read, create, delete], on: Card, when: mine }
";

/// What is the same in every refusal, but for the request's name.
fn plain(answer: &Answer) -> Value {
    let mut body: Value = serde_json::from_str(&answer.text()).unwrap_or(Value::Null);
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
    }
    body
}

#[test]
fn alice_reads_her_order_and_bobs_looks_like_one_that_does_not_exist() {
    let here = Careless::new(POLICY);
    let alices = here.get("alice", "/api/orders/1");
    assert_eq!((alices.status, plain(&alices)["note"].as_str()), (200, Some("hers")));
    let (his, none) = (here.get("alice", "/api/orders/4"), here.get("alice", "/api/orders/77"));
    assert_eq!((his.status, none.status), (404, 404));
    assert_eq!(plain(&his), plain(&none));
    let names = |answer: &Answer| {
        let mut names: Vec<String> = answer.fields.iter().map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(&his), names(&none));
    assert_eq!(his.body.len(), none.body.len());
    let records = here.scene.records();
    assert_eq!(records[1]["control"], "object_ownership");
    assert_eq!(records[1]["reason"], "not_their_object");
    assert!(records.iter().all(|record| record.get("asked").is_none()), "reads cost no call");
    assert_eq!(here.get("bob", "/api/orders/4").status, 200);
}

#[test]
fn what_the_api_keeps_back_itself_looks_like_what_does_not_exist() {
    let here = Careless::new(POLICY);
    let (kept, none) = (here.get("alice", "/api/orders/5"), here.get("alice", "/api/orders/77"));
    assert_eq!((kept.status, none.status), (404, 404));
    assert_eq!(plain(&kept), plain(&none));
    assert_eq!(here.get("sam", "/api/orders/5").status, 403, "staff may read every order");
}

#[test]
fn a_head_a_condition_and_a_range_tell_no_more() {
    let here = Careless::new(POLICY);
    assert_eq!(here.ask("alice", "HEAD", "/api/orders/4", None).status, 404);
    let token = here.issuer.token("alice", r#","role":"customer""#);
    let fields =
        format!("Authorization: Bearer {token}\r\nIf-None-Match: *\r\nRange: bytes=0-1\r\n");
    assert_eq!(here.scene.get_with("/api/orders/4", &fields).status, 404);
    let sent = here.scene.forwarded().unwrap().to_lowercase();
    assert!(!sent.contains("if-none-match") && !sent.contains("range:"), "{sent}");
}

#[test]
fn of_a_list_everybody_sees_their_own_and_no_total_tells_of_the_rest() {
    let here = Careless::new(POLICY);
    let answer = here.get("alice", "/api/orders");
    assert_eq!((answer.field("x-total-count"), answer.field("link")), (None, None));
    let list = plain(&answer);
    let ids: Vec<u64> =
        list["items"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [1, 2]);
    assert_eq!(list.get("total"), None);
    let answer = here.get("sam", "/api/orders");
    assert_eq!(answer.field("x-total-count"), Some("3"));
    let list = plain(&answer);
    assert_eq!(list["total"], 3);
    assert_eq!(list["items"][2]["id"], 4);
    assert_eq!(list["items"][2].get("note"), None, "staff does not see notes");
}

#[test]
fn what_is_done_to_bobs_order_does_not_reach_the_api() {
    let here = Careless::new(POLICY);
    assert_eq!(here.ask("alice", "DELETE", "/api/orders/4", None).status, 404);
    assert_eq!(
        here.ask("alice", "PUT", "/api/orders/4", Some(json!({ "note": "mine now" }))).status,
        404
    );
    assert_eq!(here.owner(4).as_deref(), Some("bob"));
    let record = here.scene.last_record();
    assert_eq!(record["asked"].as_array().map(Vec::len), Some(1), "one question: {record}");
    assert_eq!(record["asked"][0]["operation"], "getOrder");
    assert_eq!(
        here.ask("alice", "PUT", "/api/orders/1", Some(json!({ "note": "changed" }))).status,
        200
    );
    assert_eq!(here.ask("alice", "DELETE", "/api/orders/2", None).status, 204);
    assert_eq!(here.owner(2), None);
}

#[test]
fn nothing_is_made_for_others_or_given_to_them() {
    let here = Careless::new(POLICY);
    let made = here.ask("alice", "POST", "/api/orders", Some(json!({ "customer_id": "bob" })));
    assert_eq!(made.status, 403, "{}", made.text());
    assert_eq!(here.owner(9), None);
    let moved = here.ask("alice", "PUT", "/api/orders/1", Some(json!({ "customer_id": "bob" })));
    assert_eq!(moved.status, 403);
    assert_eq!(here.owner(1).as_deref(), Some("alice"));
    let own = here.ask("alice", "POST", "/api/orders", Some(json!({ "note": "x" })));
    assert_eq!(own.status, 201, "{}", here.scene.last_record());
}

#[test]
fn every_id_of_a_batch_is_asked() {
    let here = Careless::new(POLICY);
    let batch = |ids: Value| {
        here.ask("alice", "POST", "/api/orders/batch", Some(json!({ "order_ids": ids }))).status
    };
    assert_eq!(batch(json!([1, 4])), 404);
    assert_eq!((here.owner(1), here.owner(4)), (Some("alice".into()), Some("bob".into())));
    assert_eq!(batch(json!([1, 2])), 204, "{}", here.scene.last_record());
    assert_eq!(here.owner(1), None);
}

#[test]
fn an_order_belongs_to_the_customer_whom_the_path_names() {
    let here = Careless::new(POLICY);
    assert_eq!(here.get("alice", "/api/customers/alice/orders/1").status, 200);
    assert_eq!(here.get("alice", "/api/customers/alice/orders/4").status, 404);
    assert_eq!(here.get("alice", "/api/customers/bob/orders/1").status, 404);
    assert_eq!(here.get("alice", "/api/customers/bob/orders/4").status, 404);
}

#[test]
fn functions_are_for_whom_a_rule_opens_them_to() {
    let here = Careless::new(POLICY);
    let restock = |who| here.ask(who, "POST", "/api/restock", None).status;
    assert_eq!((restock("alice"), restock("sam")), (403, 204));
    assert_eq!(here.scene.records()[0]["control"], "function_access");
    assert_eq!(here.ask("sam", "DELETE", "/api/orders/4", None).status, 403);
    assert_eq!(here.owner(4).as_deref(), Some("bob"));
}

#[test]
fn what_takes_an_id_of_nobody_knows_what_is_closed() {
    let here = Careless::new("resources: { Order: { owner: /customer_id } }\n");
    let closed = here.get("alice", "/api/parcels/X1");
    assert_eq!(closed.status, 403);
    assert_eq!(here.scene.last_record()["reason"], "no_object_rule");
    let decided = "operations: { trackParcel: { objects: none, reason: anybody tracks } }\n";
    let here = Careless::new(decided);
    assert_eq!(here.get("alice", "/api/parcels/X1").status, 200);
}

#[test]
fn an_object_is_read_by_what_takes_the_credential_that_came() {
    let kiosk = "\npaths:
  /kiosk/orders/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrderAtKiosk
      security: [{ machine: [] }]
      responses: { \"200\": { $ref: \"#/components/responses/Order\" } }\n";
    let scheme = "securitySchemes:\n    machine: { type: apiKey, in: header, name: X-Machine }\n";
    let contract = ORDERS.replace("\npaths:\n", kiosk).replacen("securitySchemes:\n", scheme, 1);
    let here = Careless::described(&contract, "published: false", POLICY);
    let note = || Some(json!({ "note": "again" }));
    assert_eq!(here.ask("alice", "PUT", "/api/orders/1", note()).status, 200);
    let record = here.scene.last_record();
    assert_eq!(record["asked"][0]["operation"], "getOrder", "{record}");
    assert_eq!(here.ask("alice", "PUT", "/api/orders/4", note()).status, 404);
}

#[test]
fn what_somebody_made_is_known_and_asked_about_no_more_until_it_is_gone() {
    let here = Careless::new(POLICY);
    let made = here.ask("alice", "POST", "/api/orders", Some(json!({ "note": "new" })));
    assert_eq!(made.status, 201);
    let note = || Some(json!({ "note": "again" }));
    assert_eq!(here.ask("alice", "PUT", "/api/orders/9", note()).status, 200);
    assert_eq!(here.questions(), 0, "she made it");
    assert_eq!(here.ask("bob", "PUT", "/api/orders/9", note()).status, 404);
    assert_eq!(here.questions(), 1);
    assert_eq!(here.ask("alice", "DELETE", "/api/orders/9", None).status, 204);
    // The id is given to somebody else: what was known died with the order.
    here.orders.lock().unwrap().push((9, "bob".to_owned(), "his".to_owned()));
    assert_eq!(here.ask("alice", "PUT", "/api/orders/9", note()).status, 404);
}

#[test]
fn an_answer_that_names_somebody_else_beats_what_was_known() {
    let here = Careless::new(POLICY);
    here.ask("alice", "POST", "/api/orders", Some(json!({ "note": "new" })));
    here.orders.lock().unwrap().iter_mut().for_each(|one| one.1 = "bob".to_owned());
    assert_eq!(here.get("alice", "/api/orders/9").status, 404);
    let note = Some(json!({ "note": "still hers?" }));
    assert_eq!(here.ask("alice", "PUT", "/api/orders/9", note).status, 404);
}

#[test]
fn what_names_no_owner_is_whose_own_list_shows_it_once_lists_are_known_to_be_apart() {
    let here = Careless::new(POLICY);
    let list = |who| plain(&here.get(who, "/api/cards")).as_array().map(Vec::len);
    assert_eq!(list("alice"), Some(0), "nobody knows yet whether the list is hers");
    assert_eq!(list("bob"), Some(2), "nothing in common with hers");
    assert_eq!(list("alice"), Some(2));
    assert_eq!(here.get("alice", "/api/cards/1").status, 200);
    assert_eq!(here.get("alice", "/api/cards/3").status, 404);
    assert_eq!(here.ask("alice", "DELETE", "/api/cards/3", None).status, 404);
    assert_eq!(here.ask("alice", "DELETE", "/api/cards/2", None).status, 204);
    // A list that is filtered teaches nothing.
    assert_eq!(plain(&here.get("bob", "/api/cards?q=all")).as_array().map(Vec::len), Some(2));
    assert_eq!(here.get("bob", "/api/cards/1").status, 404);
}

#[test]
fn pages_that_callers_chose_prove_nothing_of_a_list() {
    let here = Careless::new(POLICY);
    here.get("alice", "/api/cards?page=1");
    assert_eq!(plain(&here.get("bob", "/api/cards?page=1")).as_array().map(Vec::len), Some(0));
    here.get("alice", "/api/cards");
    assert_eq!(plain(&here.get("bob", "/api/cards")).as_array().map(Vec::len), Some(2));
}

#[test]
fn a_list_of_everybodys_is_no_list_of_the_callers_own() {
    let here = Careless::new(POLICY);
    here.get("alice", "/api/cards");
    here.get("bob", "/api/cards");
    assert_eq!(plain(&here.get("mallory", "/api/cards")).as_array().map(Vec::len), Some(0));
    assert_eq!(here.get("mallory", "/api/cards/1").status, 404);
    assert_eq!(here.ask("mallory", "DELETE", "/api/cards/1", None).status, 404);
}

#[test]
fn an_unknown_object_without_an_owner_is_looked_for_in_the_own_list() {
    let trusted =
        POLICY.replace("own_list: listMyCards", "own_list: listMyCards, trust_list: it is");
    let here = Careless::new(&trusted);
    assert_eq!(here.ask("alice", "DELETE", "/api/cards/2", None).status, 204);
    assert!(here.questions() <= 3, "{}", here.scene.last_record());
    assert_eq!(here.get("alice", "/api/cards/1").status, 200);
    assert_eq!(here.ask("alice", "DELETE", "/api/cards/4", None).status, 404);
}

#[test]
fn the_api_is_told_who_calls_with_the_gateways_own_questions_too() {
    let trusted =
        POLICY.replace("own_list: listMyCards", "own_list: listMyCards, trust_list: it is");
    let policy =
        format!("  forward: {{ headers: {{ X-Caller: subject }}, credential: drop }}\n{trusted}");
    let here = Careless::new(&policy);
    assert_eq!(here.ask("alice", "DELETE", "/api/cards/4", None).status, 404);
    assert_eq!(here.ask("alice", "DELETE", "/api/cards/2", None).status, 204);
}

#[test]
fn an_answer_shows_whoever_made_it_an_object_that_names_nobody() {
    let decided =
        "operations: { createCard: { objects: { body./id: none }, reason: in a test } }\n";
    let here = Careless::new(&format!("{POLICY}{decided}"));
    let card = |who, body| {
        let answer = here.ask(who, "POST", "/api/cards", Some(body));
        (answer.status, answer.body.len())
    };
    let alices = card("alice", json!({ "last4": "0008" }));
    assert!(alices.0 == 201 && alices.1 > 0, "{}", here.scene.last_record());
    assert_eq!(here.get("alice", "/api/cards/8").status, 200, "she made it");
    assert_eq!(here.get("bob", "/api/cards/8").status, 404);
    // The API gives bob alice's card as if he had made it, or he says which one it shall be. Something was done,
    // and nobody is told to do it again.
    assert_eq!(card("bob", json!({ "last4": "0008" })), (201, 0));
    assert_eq!(card("bob", json!({ "id": 3, "last4": "0003" })), (201, 0));
    assert!(here.scene.last_record()["edits"].to_string().contains("object_ownership"));
}

#[test]
fn reading_an_object_without_an_owner_asks_the_own_list_too() {
    let trusted =
        POLICY.replace("own_list: listMyCards", "own_list: listMyCards, trust_list: it is");
    let here = Careless::new(&trusted);
    assert_eq!(here.get("alice", "/api/cards/1").status, 200, "{}", here.scene.last_record());
    assert_eq!(here.get("alice", "/api/cards/4").status, 404);
}

#[test]
fn a_word_of_a_few_is_no_id_though_it_is_called_like_a_resource() {
    let here = Careless::new(POLICY);
    let order = Some(json!({ "note": "for her", "card": "birthday" }));
    assert_eq!(here.ask("alice", "POST", "/api/orders", order).status, 201);
    assert_eq!(here.questions(), 0, "{}", here.scene.last_record());
}

#[test]
fn what_callers_make_may_be_theirs_though_nothing_names_its_owner() {
    let policy = POLICY.replace("  Card: { own_list: listMyCards }\n", "  Card: {}\n");
    let policy = format!(
        "{policy}operations: {{ createCard: {{ objects: {{ body./id: none }}, reason: in a test }} }}\n"
    );
    let here = Careless::new(&policy);
    let card = Some(json!({ "last4": "0008" }));
    assert_eq!(
        here.ask("alice", "POST", "/api/cards", card).status,
        201,
        "{}",
        here.scene.last_record()
    );
    assert_eq!(here.get("alice", "/api/cards/8").status, 200);
    assert_eq!(here.get("bob", "/api/cards/8").status, 404);
    assert_eq!(here.get("alice", "/api/cards/1").status, 404);
}

#[test]
fn of_lines_everybody_sees_their_own() {
    let here = Careless::new(POLICY);
    let text = here.get("alice", "/api/orders/export").text();
    assert!(text.contains("hers") && text.contains("hers too"), "{text}");
    assert!(!text.contains("bob") && text.ends_with("}\n"), "{text}");
    assert_eq!(text.lines().count(), 2);
    // Nobody looks for objects in text.
    assert_eq!(here.get("alice", "/api/orders/export?format=csv").status, 404);
    assert!(here.get("sam", "/api/orders/export").text().contains("bob"));
}

#[test]
fn what_is_missing_looks_as_the_policy_says() {
    let template = r#"not_found: { body: '{"error":"no such thing"}' }"#;
    let here = Careless::of(template, POLICY);
    let (his, none) = (here.get("alice", "/api/orders/4"), here.get("alice", "/api/orders/77"));
    assert_eq!((his.status, none.status), (404, 404));
    assert_eq!(his.text(), none.text());
    assert_eq!(his.text(), r#"{"error":"no such thing"}"#);
    assert_eq!(his.field("content-type"), Some("application/json"));
}

#[test]
fn a_condition_is_asked_of_what_is_and_not_of_what_shall_be() {
    let policy = POLICY.replace(
        "  - { role: customer, may: [read, create, update, delete, cancelOrders, exportOrders], on: Order, when: mine }\n",
        "  - { role: customer, may: read, on: Order, when: mine }\n  - { role: customer, may: update, on: Order, when: 'mine and resource./status == \"new\"' }\n  - { forbid: update, on: Order, when: 'resource./status == \"paid\"' }\n",
    );
    let here = Careless::new(&policy);
    let put = |who, id: u32, body| here.ask(who, "PUT", &format!("/api/orders/{id}"), Some(body));
    // It is new, and shall be paid.
    assert_eq!(put("alice", 1, json!({ "status": "paid" })).status, 200);
    assert_eq!(put("alice", 4, json!({ "status": "paid" })).status, 404);
    assert_eq!(put("alice", 1, json!({ "customer_id": "bob" })).status, 403);
    assert_eq!(here.owner(1).as_deref(), Some("alice"));
}

#[test]
fn a_function_with_a_condition_on_the_body_opens_only_where_it_holds() {
    let here = Careless::new(
        "roles: { customer: [], staff: [] }
resources: { Order: { owner: /customer_id } }
access:
  - { role: customer, may: [createOrder], when: body./note == 'small' }
  - { role: customer, may: read, on: Order, when: mine }
  - { may: [updateOrder] }
  - { forbid: [updateOrder], when: body./note == 'secret' }
operations:
  createOrder: { objects: none, reason: anybody orders }
  updateOrder: { objects: none, reason: anybody changes }
",
    );
    let create = |body| here.ask("alice", "POST", "/api/orders", Some(body)).status;
    assert_eq!(create(json!({ "note": "small" })), 201, "{}", here.scene.last_record());
    assert_eq!(create(json!({ "note": "large" })), 403);
    assert_eq!(here.scene.last_record()["control"], "function_access");
    assert_eq!(create(json!({})), 403, "what is not said opens nothing");
    let update = |body| here.ask("alice", "PUT", "/api/orders/1", Some(body)).status;
    assert_eq!(update(json!({ "note": "plain" })), 200, "{}", here.scene.last_record());
    assert_eq!(update(json!({ "note": "secret" })), 403);
    assert_eq!(update(json!({})), 403, "what is not said may be what is forbidden");
}

#[test]
fn the_question_for_an_own_list_is_led_nowhere_else() {
    let other = portcullis_testkit::ScriptedApi::start(Behaviour::json(200, r#"[{"id":3}]"#));
    let here = Careless::new(POLICY);
    let moved = format!(
        "HTTP/1.1 307 X\r\nLocation: http://{}/api/cards\r\nContent-Length: 0\r\n\r\n",
        other.address()
    );
    here.scene.api.behave(Behaviour::Answer(moved.into_bytes()));
    assert!(here.ask("alice", "DELETE", "/api/cards/3", None).status >= 400);
    assert_eq!(other.seen(), Vec::<String>::new());
    assert!(here.scene.api.seen().iter().all(|one| one.starts_with("GET /api/cards")));
}
