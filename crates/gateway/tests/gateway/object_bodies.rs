//! Whose objects are, in bodies that are not JSON, and in requests that waited for others.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use crate::support::desk::Desk;
use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Site};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, exchange};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: / }]
security: [{ bearer: [] }]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  parameters:
    id: { name: id, in: path, required: true, schema: { type: integer } }
  schemas:
    Order:
      type: object
      xml: { name: order }
      properties:
        id: { type: integer }
        customer_id: { type: [string, "null"] }
        status: { type: string }
        note: { type: string }
    Card: { type: object, properties: { id: { type: integer } } }
    Orders: { type: array, xml: { name: orders, wrapped: true }, items: { $ref: "#/components/schemas/Order" } }
  requestBodies:
    Draft:
      content:
        application/json: { schema: { $ref: "#/components/schemas/Order" } }
        application/x-www-form-urlencoded: { schema: { $ref: "#/components/schemas/Order" } }
        multipart/form-data: { schema: { $ref: "#/components/schemas/Order" } }
        application/xml: { schema: { $ref: "#/components/schemas/Order" } }
        text/plain: { schema: { type: string } }
paths:
  /orders:
    get:
      operationId: listOrders
      responses: { "200": { description: all, content: { application/xml: { schema: { $ref: "#/components/schemas/Orders" } } } } }
  /orders/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get:
      operationId: getOrder
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
    put:
      operationId: updateOrder
      requestBody: { $ref: "#/components/requestBodies/Draft" }
      responses: { "204": { description: done } }
  /orders/{id}/xml:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get:
      operationId: printOrder
      responses: { "200": { description: one, content: { application/xml: { schema: { $ref: "#/components/schemas/Order" } } } } }
  /orders/{id}/pay:
    parameters: [{ $ref: "#/components/parameters/id" }]
    post: { operationId: payOrder, responses: { "204": { description: done } } }
  /cards:
    get:
      operationId: listMyCards
      responses: { "200": { description: all, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Card" } } } } } }
  /cards/{id}/charge:
    parameters: [{ $ref: "#/components/parameters/id" }]
    post: { operationId: chargeCard, responses: { "204": { description: done } } }
  /orders/pay:
    post:
      operationId: payOrders
      requestBody: { content: { application/json: { schema: { type: object, properties: { order_ids: { type: array, items: { type: integer } } } } } } }
      responses: { "204": { description: done } }
"##;

const ACCESS: &str = "access:
  - { may: [read, update, payOrders], on: Order, when: mine, hide: [/note] }
  - { may: payOrder, on: Order, when: mine and resource./status == 'open' }
  - { may: [read, chargeCard], on: Card, when: mine }
operations: { payOrder: { serialize: path.id }, chargeCard: { serialize: path.id } }
";

/// Order 1 is alice's, order 4 bob's. Once something was paid no order is open.
struct Shop {
    scene: Scene,
    issuer: Issuer,
    paid: Arc<AtomicUsize>,
}

fn owner(id: &str) -> &'static str {
    if id == "1" { "alice" } else { "bob" }
}

fn xml(id: &str) -> String {
    format!(
        "<order><id>{id}</id><customer_id>{}</customer_id><note>n{id}</note></order>",
        owner(id)
    )
}

impl Shop {
    fn new() -> Self {
        Self::with(ACCESS)
    }

    fn with(access: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n\
             resources: {{ Order: {{ owner: /customer_id }}, Card: {{ own_list: listMyCards, trust_list: hers }} }}\n{access}",
            issuer.name()
        );
        let paid = Arc::new(AtomicUsize::new(0));
        let (counted, desk) = (paid.clone(), Desk::default());
        let watch: Option<Arc<dyn portcullis_gateway::Watch>> = Some(Arc::new(desk.clone()));
        let api = ScriptedApi::start(Behaviour::made(move |request| {
            // Whoever pays is served once two have come as far as where they wait.
            if request.starts_with("POST /orders/1/pay") && counted.load(Ordering::SeqCst) == 0 {
                desk.reserving(2);
            }
            answer(request, &counted)
        }));
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let model = model(CONTRACT, api.address(), &setup);
        let site = Site::from(Arc::new(Plan::compile(model, PlanOptions::default())));
        let options = Options { watch, ..Options::default() };
        Self { scene: Scene::of_options(api, site, options), issuer, paid }
    }

    fn request(&self, method: &str, target: &str, label: &str, body: &str) -> String {
        let token = self.issuer.token("alice", "");
        let label =
            if label.is_empty() { String::new() } else { format!("Content-Type: {label}\r\n") };
        format!(
            "{method} {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n{label}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// As alice.
    fn ask(&self, method: &str, target: &str, label: &str, body: &str) -> Answer {
        self.scene.raw(self.request(method, target, label, body))
    }

    fn writes(&self) -> usize {
        self.scene.api.seen().iter().filter(|request| !request.starts_with("GET ")).count()
    }
}

fn answer(request: &str, paid: &AtomicUsize) -> Vec<u8> {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let id = target.split('/').nth(2).unwrap_or_default();
    let of = |kind: &str, body: &str| {
        let Behaviour::Answer(answer) = Behaviour::with_type(200, kind, body) else {
            unreachable!()
        };
        answer
    };
    if !request.starts_with("GET ") {
        if target.ends_with("/pay") {
            paid.fetch_add(1, Ordering::SeqCst);
        }
        return b"HTTP/1.1 204 X\r\n\r\n".to_vec();
    }
    let status = if paid.load(Ordering::SeqCst) == 0 { "open" } else { "paid" };
    match target {
        "/cards" => of("application/json", r#"[{"id":1}]"#),
        "/orders" => of("application/xml", &format!("<orders>{}{}</orders>", xml("1"), xml("4"))),
        _ if target.ends_with("/xml") => of("application/xml", &xml(id)),
        _ => of(
            "application/json",
            &format!(r#"{{"id":{id},"customer_id":"{}","status":"{status}"}}"#, owner(id)),
        ),
    }
}

fn part(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

#[test]
fn nobody_is_given_an_object_by_another_kind_of_body() {
    let here = Shop::new();
    let form = "application/x-www-form-urlencoded";
    let parts = "multipart/form-data; boundary=b";
    let tree = |who: &str| format!("<order><customer_id>{who}</customer_id></order>");
    for (label, theirs, own) in [
        ("application/json", r#"{"customer_id":"bob"}"#.to_owned(), r#"{"status":"x"}"#.to_owned()),
        (form, "customer_id=bob".to_owned(), "status=x".to_owned()),
        (parts, part("customer_id", "bob") + "--b--\r\n", part("status", "x") + "--b--\r\n"),
        ("application/xml", tree("bob"), tree("alice")),
    ] {
        let before = here.writes();
        let refused = here.ask("PUT", "/orders/1", label, &theirs);
        assert_eq!(refused.status, 403, "{label}: {}", refused.text());
        assert_eq!(here.scene.last_record()["reason"], "for_somebody_else", "{label}");
        assert_eq!(here.writes(), before, "{label}");
        assert_eq!(here.ask("PUT", "/orders/1", label, &own).status, 204, "{label}");
        assert_eq!(here.ask("PUT", "/orders/4", label, &own).status, 404, "{label}");
        assert_eq!(here.writes(), before + 1, "{label}");
    }
    // What nobody can read might say anything.
    assert_eq!(here.ask("PUT", "/orders/1", "text/plain", "customer_id=bob").status, 403);
}

#[test]
fn of_a_list_in_xml_everybody_sees_their_own() {
    let here = Shop::new();
    let list = here.ask("GET", "/orders", "", "");
    let own = "<orders><order><id>1</id><customer_id>alice</customer_id></order></orders>";
    assert_eq!((list.status, list.text().as_str()), (200, own));
    assert_eq!(here.ask("GET", "/orders/1/xml", "", "").status, 200);
    let his = here.ask("GET", "/orders/4/xml", "", "");
    assert!(his.status == 404 && !his.text().contains("bob"), "{}", his.text());
}

#[test]
fn an_operation_on_named_objects_is_not_for_all_of_them() {
    let here = Shop::new();
    let pay = |body: &str| here.ask("POST", "/orders/pay", "application/json", body).status;
    assert_eq!(pay(r#"{"order_ids":[1]}"#), 204);
    assert_eq!(
        (pay(r#"{"order_ids":[]}"#), pay("{}"), pay(r#"{"order_ids":[1,4]}"#)),
        (403, 403, 404)
    );
    assert_eq!(here.paid.load(Ordering::SeqCst), 1);
    let here = Shop::with("access: [{ may: [read, payOrders], on: Order }]\n");
    let all = here.ask("POST", "/orders/pay", "application/json", r#"{"order_ids":[]}"#);
    assert_eq!(all.status, 204, "for whom all objects are, none has to be named");
}

#[test]
fn whoever_waited_is_judged_by_what_is_then() {
    let here = Shop::new();
    let address = here.scene.gateway.address();
    let start = Arc::new(Barrier::new(2));
    let payers: Vec<_> = (0..2)
        .map(|_| {
            let (request, start) = (here.request("POST", "/orders/1/pay", "", ""), start.clone());
            std::thread::spawn(move || {
                start.wait();
                exchange(address, request).status
            })
        })
        .collect();
    let mut answers: Vec<u16> = payers.into_iter().map(|payer| payer.join().unwrap()).collect();
    answers.sort_unstable();
    assert_eq!(answers, [204, 404], "both were open when they were asked");
    assert_eq!(here.paid.load(Ordering::SeqCst), 1);
}

#[test]
fn whoever_waited_for_what_only_a_list_shows_is_asked_about_again() {
    let here = Shop::new();
    let address = here.scene.gateway.address();
    let payers: Vec<_> = (0..4)
        .map(|_| {
            let request = here.request("POST", "/cards/1/charge", "", "");
            std::thread::spawn(move || exchange(address, request).status)
        })
        .collect();
    let answers: Vec<u16> = payers.into_iter().map(|payer| payer.join().unwrap()).collect();
    assert_eq!(answers, [204; 4], "it is hers all the time");
    assert_eq!(here.ask("POST", "/cards/2/charge", "", "").status, 404);
}

#[test]
fn an_owner_is_not_named_in_another_spelling_and_an_order_is_not_made_nobodys() {
    // Where undeclared members pass, an API may take them for declared ones.
    let relaxed = format!(
        "{ACCESS}relax: [{{ control: writable_properties, mode: observe, by: shop, reason: in a test }}]\n"
    );
    let here = Shop::with(&relaxed);
    let put = |label: &str, body: &str| here.ask("PUT", "/orders/1", label, body).status;
    let form = "application/x-www-form-urlencoded";
    for (label, body) in [
        ("application/json", r#"{"CUSTOMER_ID":"bob"}"#),
        ("application/json", r#"{"customerId":"bob","status":"x"}"#),
        ("application/json", r#"{"customer_id":null}"#),
        (form, "Customer_id=bob"),
        (form, "customer.id=bob"),
        (form, "customer_id="),
        ("application/xml", "<order customer_id=\"bob\"><status>x</status></order>"),
        ("application/xml", "<order><Customer_id>bob</Customer_id></order>"),
    ] {
        assert_eq!(put(label, body), 403, "{label}: {body}");
    }
    assert_eq!(here.writes(), 0);
    assert_eq!(put("application/json", r#"{"status":"x","customer":"bob"}"#), 204);
}
