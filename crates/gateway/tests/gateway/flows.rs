//! Flows: what comes out of order, too fast, or with other values than were told does not reach the API.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a set-up that fails must fail its test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Options;
use portcullis_model::ControlId;
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};

const CONTRACT: &str = r"
openapi: 3.1.0
info: { title: t, version: '1' }
security: []
paths:
  /orders:
    post:
      operationId: createOrder
      security: []
      parameters: [{ name: X-Who, in: header, schema: { type: string } }, { name: cart, in: cookie, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { quantity: { type: number }, coupon: { type: string }, website: { type: string } } } } } }
      responses: { '201': { description: made, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
  /orders/{id}/address:
    put:
      operationId: setAddress
      security: []
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }, { name: X-Who, in: header, schema: { type: string } }, { name: cart, in: cookie, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { city: { type: string } } } } } }
      responses: { '204': { description: set } }
  /orders/{id}/pay:
    post:
      operationId: pay
      security: []
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }, { name: X-Who, in: header, schema: { type: string } }, { name: cart, in: cookie, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { amount: { type: number } } } } } }
      responses: { '200': { description: paid, content: { application/json: { schema: { type: object, properties: { paid: { type: number } } } } } } }
components:
  schemas:
    Order: { type: object, properties: { id: { type: integer }, total: { type: number } } }
";

const FLOW: &str = "flows:\n  checkout:\n    per: header.x-who\n    steps:\n      \
    - { step: createOrder, of: answer./id, shows: { total: answer./total } }\n      \
    - { step: setAddress, of: path.id }\n      \
    - { step: pay, of: path.id, equal: { body./amount: total } }\n";

/// A shop that does whatever it is told, and counts what it did.
struct Shop {
    scene: Scene,
    asked: Arc<AtomicU32>,
    refuses: Arc<AtomicBool>,
}

impl Shop {
    fn of(policy: &str, options: PlanOptions) -> Self {
        let (asked, refuses) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, no, orders) = (asked.clone(), refuses.clone(), AtomicU32::new(0));
        let api = ScriptedApi::start(Behaviour::made(move |request| {
            count.fetch_add(1, Ordering::SeqCst);
            if no.load(Ordering::SeqCst) {
                return json(409, "{\"error\":\"not now\"}");
            }
            if request.starts_with("POST /orders ") {
                let id = orders.fetch_add(1, Ordering::SeqCst) + 7;
                json(201, &format!("{{\"id\":{id},\"total\":12.97}}"))
            } else if request.starts_with("PUT") {
                b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()
            } else {
                json(200, "{\"paid\":1}")
            }
        }));
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\" }}]\n\
             access: [{{ anyone: [\"*\"] }}]\n{policy}",
            api.address()
        );
        let setup = Setup { policy: Some(&policy), is_policy_upstream: true, ..Setup::default() };
        let plan = Arc::new(Plan::compile(model(CONTRACT, api.address(), &setup), options));
        Self { scene: Scene::of_options(api, plan, Options::default()), asked, refuses }
    }

    fn new() -> Self {
        Self::of(FLOW, PlanOptions::default())
    }

    fn ask(&self, who: &str, method: &str, path: &str, body: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: api\r\nX-Who: {who}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.scene.raw(request.as_bytes())
    }

    fn orders(&self, who: &str) -> u16 {
        self.ask(who, "POST", "/orders", "{}").status
    }

    fn address(&self, who: &str, id: u32) -> u16 {
        self.ask(who, "PUT", &format!("/orders/{id}/address"), "{\"city\":\"Ulm\"}").status
    }

    fn pays(&self, who: &str, id: u32, amount: &str) -> u16 {
        let body = format!("{{\"amount\":{amount}}}");
        self.ask(who, "POST", &format!("/orders/{id}/pay"), &body).status
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Why the last request was refused.
    fn reason(&self) -> String {
        let record = self.scene.last_record();
        assert_eq!(record["control"], "business_flow", "{record}");
        assert_eq!(record["room"], "reserve");
        record["reason"].as_str().unwrap().to_owned()
    }
}

fn json(status: u16, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} It\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[test]
fn whoever_walks_in_order_gets_there_and_pays_once() {
    let shop = Shop::new();
    assert_eq!((shop.orders("alice"), shop.address("alice", 7)), (201, 204));
    assert_eq!(shop.pays("alice", 7, "12.97"), 200);
    assert_eq!((shop.pays("alice", 7, "12.97"), shop.reason().as_str()), (409, "flow_order"));
    assert_eq!(shop.asked(), 3);
}

#[test]
fn a_step_that_is_jumped_never_reaches_the_api() {
    let shop = Shop::new();
    assert_eq!((shop.pays("alice", 7, "12.97"), shop.reason().as_str()), (409, "flow_order"));
    assert_eq!(shop.address("alice", 7), 409);
    assert_eq!(shop.asked(), 0);
    shop.orders("alice");
    assert_eq!(shop.pays("alice", 7, "12.97"), 409, "the address is missing");
    assert_eq!(shop.asked(), 1);
    let detail = shop.scene.last_record()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("`pay` comes behind `setAddress`"), "{detail}");
}

#[test]
fn nobody_goes_on_with_anothers_order_or_with_another_order() {
    let shop = Shop::new();
    shop.orders("alice");
    shop.address("alice", 7);
    shop.orders("alice");
    for (who, id) in [("bob", 7), ("alice", 8), ("alice", 9)] {
        assert_eq!(shop.pays(who, id, "12.97"), 409, "{who} {id}");
    }
    assert_eq!(shop.pays("alice", 7, "12.97"), 200, "her own goes on beside the other");
}

#[test]
fn only_the_amount_that_was_told_is_paid_however_it_is_spelt() {
    let shop = Shop::new();
    shop.orders("alice");
    shop.address("alice", 7);
    for amount in ["0.01", "-12.97", "1297", "12.96", "12.970000000000000000001", "null"] {
        let expected = if amount == "null" { 400 } else { 409 };
        assert_eq!(shop.pays("alice", 7, amount), expected, "{amount}");
    }
    assert_eq!(shop.pays("alice", 7, "0.01"), 409);
    assert_eq!(shop.reason(), "flow_value");
    assert_eq!(shop.asked(), 2);
    assert_eq!(shop.pays("alice", 7, "1297e-2"), 200);
}

#[test]
fn what_the_api_refused_is_not_done_and_may_be_tried_again() {
    let shop = Shop::new();
    shop.orders("alice");
    shop.refuses.store(true, Ordering::SeqCst);
    assert_eq!(shop.ask("alice", "PUT", "/orders/7/address", "{}").status, 409);
    assert_eq!((shop.pays("alice", 7, "12.97"), shop.reason().as_str()), (409, "flow_order"));
    shop.refuses.store(false, Ordering::SeqCst);
    shop.address("alice", 7);
    shop.refuses.store(true, Ordering::SeqCst);
    assert_eq!(shop.pays("alice", 7, "12.97"), 409, "the card is refused");
    shop.refuses.store(false, Ordering::SeqCst);
    assert_eq!(shop.pays("alice", 7, "12.97"), 200, "another card");
}

#[test]
fn nobody_is_faster_than_people() {
    let flow = FLOW.replace(
        "step: setAddress, of: path.id",
        "step: setAddress, of: path.id, after: 1h, within: 2h",
    );
    let shop = Shop::of(&flow, PlanOptions::default());
    shop.orders("alice");
    let answer = shop.ask("alice", "PUT", "/orders/7/address", "{}");
    assert_eq!((answer.status, shop.reason().as_str()), (429, "flow_pace"));
    let wait: u32 = answer.field("retry-after").unwrap().parse().unwrap();
    assert!((3590..=3600).contains(&wait), "{wait}");
}

#[test]
fn values_are_what_the_policy_asks_for_and_decoys_stay_empty() {
    let values = "operations:\n  createOrder: { values: { body./quantity: \"1..20\", body./coupon: \"^[A-Z]{4}$\", \
                  body./website: empty } }\n";
    let shop = Shop::of(values, PlanOptions::default());
    let order = |body: &str| shop.ask("alice", "POST", "/orders", body).status;
    for good in
        ["{}", "{\"quantity\":20}", "{\"quantity\":1.0,\"coupon\":\"SALE\",\"website\":\"\"}"]
    {
        assert_eq!(order(good), 201, "{good}");
    }
    let passed = shop.asked();
    for bad in [
        "{\"quantity\":-1}",
        "{\"quantity\":0}",
        "{\"quantity\":20.0000000000000000000000001}",
        "{\"coupon\":\"SALE1\"}",
        "{\"website\":\"best shop\"}",
    ] {
        assert_eq!((order(bad), shop.reason().as_str()), (400, "value"), "{bad}");
    }
    assert_eq!(shop.asked(), passed);
}

#[test]
fn whoever_only_watches_refuses_nothing_and_says_what_would_have_been() {
    let shop = Shop::of(FLOW, PlanOptions { observe: true, ..PlanOptions::default() });
    assert_eq!(shop.pays("alice", 7, "0.01"), 200);
    let record = shop.scene.last_record();
    assert_eq!(record["would_refuse"][0]["reason"], "flow_order", "{record}");
    let shop = Shop::of(
        FLOW,
        PlanOptions { not_asked: vec![ControlId::BusinessFlow], ..PlanOptions::default() },
    );
    assert_eq!(shop.pays("alice", 7, "0.01"), 200, "without the control it goes through");
}

#[test]
fn of_twenty_payments_at_once_one_reaches_the_api() {
    let shop = Shop::new();
    shop.orders("alice");
    shop.address("alice", 7);
    let before = shop.asked();
    let paid = std::thread::scope(|scope| {
        let all: Vec<_> = (0..20).map(|_| scope.spawn(|| shop.pays("alice", 7, "12.97"))).collect();
        all.into_iter().map(|one| one.join().unwrap()).filter(|status| *status == 200).count()
    });
    assert_eq!((paid, shop.asked() - before), (1, 1));
}

#[test]
fn a_relaxation_of_something_else_opens_no_flow_and_breaks_none() {
    let relaxed = format!(
        "{FLOW}relax:\n  - {{ control: response_shape, mode: observe, by: ops, reason: a trial, until: 2027-01-31 }}\n  \
         - {{ control: writable_properties, mode: observe, by: ops, reason: a trial, until: 2027-01-31 }}\n"
    );
    let shop = Shop::of(&relaxed, PlanOptions::default());
    let order = shop.ask("alice", "POST", "/orders", "{\"debug\":1}");
    assert_eq!(order.status, 201);
    assert!(
        shop.scene.last_record()["would_refuse"].is_array()
            || shop.scene.last_record()["edits"].is_array()
    );
    assert_eq!(shop.address("alice", 7), 204, "an old client goes on");
    let pay =
        || shop.ask("alice", "POST", "/orders/7/pay", "{\"amount\":12.97,\"debug\":1}").status;
    assert_eq!((pay(), pay()), (200, 409), "and pays once");
}

#[test]
fn two_carts_are_two_however_alike_and_whoever_has_none_walks_nowhere() {
    let flow = FLOW.replace("header.x-who", "cookie.cart");
    let shop = Shop::of(
        &flow.replace("of: answer./id, ", "").replace(", of: path.id", ""),
        PlanOptions::default(),
    );
    let ask = |cookie: &str, method: &str, path: &str, body: &str| {
        let cookie =
            if cookie.is_empty() { String::new() } else { format!("Cookie: cart={cookie}\r\n") };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: api\r\n{cookie}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        shop.scene.raw(request.as_bytes()).status
    };
    assert_eq!(ask("aaa", "POST", "/orders", "{}"), 201);
    for other in ["AAA", "aaa.", "\"aab\"", "5"] {
        assert_eq!(ask(other, "PUT", "/orders/7/address", "{}"), 409, "{other}");
    }
    assert_eq!(ask("\"aaa\"", "PUT", "/orders/7/address", "{}"), 204, "quotes are no other cart");
    assert_eq!(ask("", "POST", "/orders", "{}"), 201, "a first step may give the cart");
    assert_eq!(
        (ask("", "PUT", "/orders/7/address", "{}"), shop.reason().as_str()),
        (409, "flow_unnamed")
    );
}
