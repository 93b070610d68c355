//! What the rules of a policy mean for objects: cases that generated APIs found (`generated.rs`), made small.

use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};
use serde_json::{Value, json};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Shops, version: "1" }
servers: [{ url: / }]
security: [{ bearer: [] }]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  parameters:
    id: { name: id, in: path, required: true, schema: { type: integer } }
    shop: { name: shop_id, in: path, required: true, schema: { type: integer } }
  schemas:
    Shop: { type: object, properties: { id: { type: integer } } }
    Order:
      type: object
      properties:
        id: { type: integer }
        customer_id: { type: string }
        shop_id: { type: integer }
        status: { type: string }
        before: { $ref: "#/components/schemas/Order" }
    Orders:
      type: object
      properties:
        byId: { type: object, additionalProperties: { $ref: "#/components/schemas/Order" } }
        count: { type: integer }
        page: { type: object, properties: { totalElements: { type: integer }, number: { type: integer } } }
paths:
  /orders:
    get:
      operationId: listOrders
      responses: { "200": { description: all, content: { application/json: { schema: { $ref: "#/components/schemas/Orders" } } } } }
  /orders/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get:
      operationId: getOrder
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    put:
      operationId: updateOrder
      requestBody: { content: { application/json: { schema: { type: object, properties: { customer_id: { type: string }, status: { type: string } } } } } }
      responses: { "204": { description: done } }
  /orders/{id}/pay:
    parameters: [{ $ref: "#/components/parameters/id" }]
    post: { operationId: payOrder, responses: { "204": { description: done } } }
  /shops/{shop_id}/orders/{id}:
    parameters: [{ $ref: "#/components/parameters/shop" }, { $ref: "#/components/parameters/id" }]
    delete: { operationId: deleteOrder, responses: { "204": { description: done } } }
"##;

/// Orders 1 and 2 are alice's, of shops 1 and 2; order 4 is bob's, of shop 2, and came before order 2.
fn order(id: u64) -> Value {
    let (owner, shop) = if id == 4 { ("bob", 2) } else { ("alice", id) };
    if id == 2 {
        let before = self::order(4);
        return json!({ "id": id, "customer_id": owner, "shop_id": shop, "status": "done", "before": before });
    }
    json!({ "id": id, "customer_id": owner, "shop_id": shop, "status": "done" })
}

fn answer(request: &str) -> Vec<u8> {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let id = target.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
    let body = match (request.starts_with("GET "), id) {
        (false, _) => return b"HTTP/1.1 204 X\r\n\r\n".to_vec(),
        (true, Some(id)) => order(id),
        (true, None) => json!({
            "byId": { "1": order(1), "4": order(4) }, "count": 2,
            "page": { "totalElements": 2, "number": 0 },
        }),
    };
    let Behaviour::Answer(answer) = Behaviour::json(200, &body.to_string()) else { unreachable!() };
    answer
}

struct Shops {
    scene: Scene,
    issuer: Issuer,
}

impl Shops {
    fn new(access: &str) -> Self {
        Self::of(CONTRACT, access)
    }

    fn of(contract: &str, access: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n\
             resources: {{ Order: {{ owner: /customer_id }}, Shop: {{}} }}\naccess:\n{access}",
            issuer.name()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        Self { scene: Scene::with(contract, Behaviour::Script(answer), setup), issuer }
    }

    /// As alice.
    fn ask(&self, method: &str, target: &str, body: &str) -> Answer {
        let token = self.issuer.token("alice", "");
        self.scene.ask(&token, &format!("{method} {target}"), body)
    }

    fn see(&self, target: &str) -> Value {
        let answer = self.ask("GET", target, "");
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_str(&answer.text()).unwrap_or_default()
    }

    /// What reached the API and is no question.
    fn writes(&self) -> usize {
        self.scene.api.seen().iter().filter(|request| !request.starts_with("GET ")).count()
    }
}

#[test]
fn who_reads_all_orders_pays_only_their_own() {
    let own = "  - { may: [payOrder], on: Order, when: mine }\n";
    for word in ["read", "[read, create, update, delete]"] {
        let here = Shops::new(&format!("  - {{ may: {word}, on: Order }}\n{own}"));
        assert_eq!(here.ask("POST", "/orders/4/pay", "").status, 404, "{word}");
        assert_eq!(here.writes(), 0);
        assert_eq!(here.ask("POST", "/orders/1/pay", "").status, 204);
    }
    let here = Shops::new("  - { may: \"*\", on: Order }\n");
    assert_eq!(here.ask("POST", "/orders/4/pay", "").status, 204, "`*` means all that is done");
}

#[test]
fn a_change_is_judged_by_what_it_leaves() {
    let here = Shops::new(
        "  - { may: [read, update], on: Order, when: mine }\n  \
         - { may: update, on: Order, when: resource./status == 'new' }\n",
    );
    let change = |body| here.ask("PUT", "/orders/1", body).status;
    assert_eq!(change(r#"{"status":"done"}"#), 204);
    // The answer that was kept for the other change says nothing of this one.
    assert_eq!(change(r#"{"customer_id":"bob"}"#), 404);
    assert_eq!(here.writes(), 1);
}

#[test]
fn an_object_of_somebody_else_inside_of_ones_own_does_not_leave_and_does_not_hide_it() {
    let here = Shops::new("  - { may: read, on: Order, when: mine }\n");
    let order = here.see("/orders/2");
    assert_eq!((&order["id"], order.get("before")), (&json!(2), None));
}

#[test]
fn what_counts_all_objects_does_not_leave_wherever_it_stands() {
    let here = Shops::new("  - { may: read, on: Order, when: mine }\n");
    let orders = here.see("/orders");
    assert_eq!(orders, json!({ "byId": { "1": order(1) }, "page": { "number": 0 } }));
    let here = Shops::new("  - { may: read, on: Order }\n");
    assert_eq!(here.see("/orders")["page"]["totalElements"], 2);
}

#[test]
fn a_total_that_the_document_requires_says_how_many_are_shown() {
    let contract = CONTRACT
        .replace(
            "Orders:\n      type: object\n",
            "Orders:\n      type: object\n      required: [byId, count]\n",
        )
        .replace("page: { type: object, ", "page: { type: object, required: [totalElements], ");
    assert_eq!(contract.matches("required: [").count(), 2);
    let here = Shops::of(&contract, "  - { may: read, on: Order, when: mine }\n");
    let orders = here.see("/orders");
    let page = json!({ "totalElements": 1, "number": 0 });
    assert_eq!(orders, json!({ "byId": { "1": order(1) }, "count": 1, "page": page }));
    let here =
        Shops::of(&contract, "  - { may: read, on: Order, when: resource./status == 'none' }\n");
    assert_eq!(here.see("/orders")["count"], 0);
    let here = Shops::of(&contract, "  - { may: read, on: Order }\n");
    assert_eq!(here.see("/orders")["count"], 2);
}

#[test]
fn where_the_policy_hides_totals_only_who_sees_all_sees_them() {
    let some = "  - { may: read, on: Order, when: mine }\n  \
                - { may: read, on: Order, when: resource./status == 'done' }\n";
    let hide = "operations: { listOrders: { totals: hide } }\n";
    let counts = |access: &str| {
        let orders = Shops::new(access).see("/orders");
        assert_eq!(orders["byId"].as_object().map(serde_json::Map::len), Some(2));
        (orders.get("count").is_some(), orders["page"].get("totalElements").is_some())
    };
    assert_eq!(counts(some), (true, true));
    assert_eq!(counts(&format!("{some}{hide}")), (false, false));
    assert_eq!(counts(&format!("  - {{ may: read, on: Order }}\n{hide}")), (true, true));
}

#[test]
fn what_is_deleted_belongs_to_the_shop_that_the_path_names() {
    for when in [", when: mine", ""] {
        let here = Shops::new(&format!(
            "  - {{ may: read, on: Shop }}\n  - {{ may: [read, delete], on: Order{when} }}\n"
        ));
        assert_eq!(here.ask("DELETE", "/shops/1/orders/2", "").status, 404, "{when}");
        assert_eq!(here.writes(), 0);
        assert_eq!(here.ask("DELETE", "/shops/2/orders/2", "").status, 204, "{when}");
    }
}

#[test]
fn a_question_about_an_object_is_led_nowhere_else() {
    let other = ScriptedApi::start(Behaviour::json(200, r#"{"id":4,"customer_id":"alice"}"#));
    let here = Shops::new("  - { may: [updateOrder], on: Order, when: mine }\n");
    let moved = format!(
        "HTTP/1.1 307 X\r\nLocation: http://{}/orders/4\r\nContent-Length: 0\r\n\r\n",
        other.address()
    );
    here.scene.api.behave(Behaviour::Answer(moved.into_bytes()));
    assert!(here.ask("PUT", "/orders/4", r#"{"status":"mine"}"#).status >= 400);
    assert_eq!(other.seen(), Vec::<String>::new());
    let asked = here.scene.api.seen();
    assert!(!asked.is_empty() && asked.iter().all(|one| one.starts_with("GET ")), "{asked:?}");
}

#[test]
fn a_read_that_changes_something_is_judged_before_it_is_asked() {
    let access = "  - { may: [getOrder, updateOrder], on: Order, when: mine }\n";
    let reached = |here: &Shops| here.scene.api.seen().iter().any(|one| one.starts_with("GET "));
    let here = Shops::new(access);
    assert_eq!(here.ask("GET", "/orders/4", "").status, 404);
    assert!(reached(&here), "whose it is, the answer says");
    let here = Shops::new(&format!("{access}operations: {{ getOrder: {{ changes: true }} }}\n"));
    assert!(here.ask("GET", "/orders/4", "").status >= 400);
    // Nobody asks it to learn of an object, either.
    assert!(here.ask("PUT", "/orders/4", r#"{"status":"mine"}"#).status >= 400);
    assert!(!reached(&here), "what was done could not be taken back");
}
