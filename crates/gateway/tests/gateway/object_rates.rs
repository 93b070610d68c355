//! How often objects are asked for, wherever requests name them.

use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup, model};
use portcullis_controls::PlanOptions;
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: / }]
security: [{ bearer: [] }]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  parameters:
    id: { name: id, in: path, required: true, schema: { type: integer } }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, customer_id: { type: string } } }
paths:
  /me: { get: { operationId: getMe, responses: { "204": { description: done } } } }
  /orders/{id}:
    parameters: [{ $ref: "#/components/parameters/id" }]
    get:
      operationId: getOrder
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  /orders/{id}/remind:
    parameters: [{ $ref: "#/components/parameters/id" }]
    post: { operationId: remindOrder, responses: { "204": { description: done } } }
  /reminders:
    post:
      operationId: remind
      requestBody: { content: { application/json: { schema: { type: object, properties: { orders: { type: array, items: { type: integer } } } } } } }
      responses: { "204": { description: done } }
"##;

struct Shop {
    scene: Scene,
    issuer: Issuer,
}

/// Orders below 10 are alice's, the others bob's.
fn api(request: &str) -> Vec<u8> {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let Some(id) = target.strip_prefix("/orders/").filter(|id| !id.contains('/')) else {
        return b"HTTP/1.1 204 X\r\n\r\n".to_vec();
    };
    let owner = if id.len() == 1 { "alice" } else { "bob" };
    let body = format!(r#"{{"id":{id},"customer_id":"{owner}"}}"#);
    let Behaviour::Answer(answer) = Behaviour::json(200, &body) else { unreachable!() };
    answer
}

impl Shop {
    fn new(rates: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n\
             resources: {{ Order: {{ owner: /customer_id }} }}\n\
             access:\n  - {{ callers: [getMe] }}\n  - {{ may: [read, remindOrder, remind], on: Order, when: mine }}\n\
             operations: {{ remind: {{ objects: {{ \"body./orders/*\": Order }} }} }}\n\
             trusted_proxies: []\nrates: [{rates}]\n",
            issuer.name()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let upstream = ScriptedApi::start(Behaviour::Script(api));
        let model = model(CONTRACT, upstream.address(), &setup);
        Self { scene: Scene::of(upstream, model, PlanOptions::default()), issuer }
    }

    fn ask(&self, who: &str, line: &str, body: &str) -> Answer {
        self.scene.ask(&self.issuer.token(who, ""), line, body)
    }

    fn remind(&self, who: &str, id: u32) -> u16 {
        self.ask(who, &format!("POST /orders/{id}/remind"), "").status
    }

    fn remind_all(&self, who: &str, ids: &str) -> u16 {
        self.ask(who, "POST /reminders", &format!(r#"{{"orders":[{ids}]}}"#)).status
    }

    fn why(&self) -> String {
        self.scene.last_record().to_string()
    }
}

#[test]
fn an_object_is_one_count_wherever_its_id_stands() {
    let shop = Shop::new("{ of: [remindOrder, remind], per: Order, rate: 2/h }");
    assert_eq!(shop.remind("alice", 1), 204, "{}", shop.why());
    assert_eq!(shop.remind_all("alice", "1"), 204, "{}", shop.why());
    assert_eq!([shop.remind("alice", 1), shop.remind_all("alice", "1, 1")], [429, 429]);
    assert!(shop.why().contains("per: Order, rate: 2/h }`"), "{}", shop.why());
    assert_eq!([shop.remind("alice", 2), shop.remind_all("alice", "3")], [204, 204], "others");
    // Several are one count of their own: naming more is no way past for long.
    let several = ["1, 2", "1, 3", "1, 4"].map(|ids| shop.remind_all("alice", ids));
    assert_eq!(several, [204, 204, 429]);
    assert_eq!(shop.ask("alice", "GET /orders/1", "").status, 200, "reading is not counted");
}

#[test]
fn nobody_uses_up_what_is_anothers() {
    let shop = Shop::new("{ of: remindOrder, per: Order, rate: 2/h }");
    assert!((0..5).all(|_| shop.remind("bob", 1) == 404), "{}", shop.why());
    assert_eq!([1, 1, 1].map(|id| shop.remind("alice", id)), [204, 204, 429]);
}

#[test]
fn whatever_names_an_object_is_counted_where_nobody_says_which_operations() {
    let shop = Shop::new("{ per: [caller, Order], rate: 2/h }");
    assert_eq!(shop.ask("alice", "GET /orders/1", "").status, 200, "{}", shop.why());
    assert_eq!([shop.remind("alice", 1), shop.remind("alice", 1)], [204, 429]);
    assert_eq!(shop.remind("bob", 11), 204);
    assert!((0..5).all(|_| shop.ask("alice", "GET /me", "").status == 204), "{}", shop.why());
}
