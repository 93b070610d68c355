//! What of an object a caller writes and sees: in front of an API that takes and gives everything.

use std::sync::Arc;

use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Site;
use portcullis_model::Secret;
use portcullis_policy::SecretSource;
use portcullis_testkit::{Answer, Behaviour, ScriptedApi};
use serde_json::{Value, json};

const CUSTOMERS: &str = include_str!("support/customers.yaml");

const POLICY: &str = "roles: { customer: [], staff: [], lead: [] }
resources: { Customer: { owner: /owner } }
access:
  - { role: customer, may: [read, create, update], on: Customer, when: mine, readonly: [/tier, /address/risk] }
  - { role: staff, may: [read, update], on: Customer, writable: [/address, /name], hide: [/secret_word] }
  - { role: lead, may: [read, create, update], on: Customer }
  - { anyone: [getProfile] }
";

/// A gateway before such an API.
struct Open {
    scene: Scene,
    issuer: Issuer,
}

fn customer() -> Value {
    json!({
        "id": "7", "owner": "alice", "name": "Alice", "tier": "basic", "email": "alice@example.com",
        "card_number": "4111111111111111", "date_of_birth": "1990-02-03",
        "password_hash": "$2b$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "secret_word": "plum", "pwd": "not-a-hash", "address": { "city": "Ulm", "risk": "low" },
    })
}

impl Open {
    fn new(policy: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n{policy}",
            issuer.name()
        );
        let behaviour = Behaviour::made(|request| {
            let path = request.split(' ').nth(1).unwrap_or_default();
            let is_list = path.split('?').next() == Some("/api/customers");
            let body = match (is_list && request.starts_with("GET"), path) {
                (true, _) => json!([customer(), customer()]),
                (_, "/api/profiles/me") => json!({
                    "id": "7", "name": "Alice", "bio": customer().get("password_hash"),
                    "date_of_birth": "1990-02-03",
                }),
                _ => customer(),
            };
            let status = if request.starts_with("POST") { 201 } else { 200 };
            match Behaviour::json(status, &body.to_string()) {
                Behaviour::Answer(answer) => answer,
                _ => unreachable!("it answers"),
            }
        });
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(behaviour);
        let model = crate::support::model(CUSTOMERS, api.address(), &setup);
        let site = Site::from(Arc::new(Plan::compile(model, PlanOptions::default())));
        let source = SecretSource::Variable("ANSWERS_KEY".to_owned());
        let key = Secret::new(*b"obviously-fake, and long enough!");
        let site = site.with_secrets(vec![(source, key)]);
        Self { scene: Scene::of_site(api, site), issuer }
    }

    fn send(&self, who: &str, line: &str, label: &str, body: &str) -> Answer {
        let role = if who == "alice" { "customer" } else { who };
        let token = self.issuer.token(who, &format!(r#","role":"{role}""#));
        self.scene.raw(format!(
            "{line} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: {label}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn json(&self, who: &str, line: &str, body: &Value) -> Answer {
        self.send(who, line, "application/json", &body.to_string())
    }

    fn get(&self, who: &str, path: &str) -> Answer {
        let role = if who == "alice" { "customer" } else { who };
        let token = self.issuer.token(who, &format!(r#","role":"{role}""#));
        self.scene.get_with(path, &format!("Authorization: Bearer {token}\r\n"))
    }

    /// The body that the API got last.
    fn got(&self) -> String {
        let sent = self.scene.forwarded().unwrap_or_default();
        sent.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned()
    }
}

fn draft() -> Value {
    json!({ "name": "A", "tier": "gold", "address": { "city": "Ulm", "risk": "none" } })
}

#[test]
fn what_a_rule_does_not_let_a_caller_write_does_not_reach_the_api() {
    let here = Open::new(POLICY);
    let without = json!({ "name": "A", "address": { "city": "Ulm" } });
    for line in ["POST /api/customers", "PUT /api/customers/7"] {
        let answer = here.json("alice", line, &draft());
        assert!(answer.status < 300, "{line}: {}", answer.text());
        assert_eq!(serde_json::from_str::<Value>(&here.got()).unwrap(), without, "{line}");
        let record = here.scene.last_record();
        let edits = record["edits"].to_string();
        assert!(edits.contains("role_property") && edits.contains("/address/risk"), "{record}");
        assert!(edits.contains("writable_properties"), "{record}");
    }
    assert_eq!(here.json("lead", "PUT /api/customers/7", &draft()).status, 200);
    assert_eq!(serde_json::from_str::<Value>(&here.got()).unwrap(), draft());
}

#[test]
fn of_members_that_may_be_written_the_others_are_not() {
    let here = Open::new(POLICY);
    assert_eq!(here.json("staff", "PUT /api/customers/7", &draft()).status, 200);
    let left = json!({ "name": "A", "address": { "city": "Ulm", "risk": "none" } });
    assert_eq!(serde_json::from_str::<Value>(&here.got()).unwrap(), left);
}

#[test]
fn another_kind_of_body_is_no_way_around_a_role() {
    let here = Open::new(POLICY);
    let put = |label: &str, body: &str| {
        let answer = here.send("alice", "PUT /api/customers/7", label, body);
        assert_eq!(answer.status, 200, "{label}: {}", answer.text());
        here.got()
    };
    let form = put("application/x-www-form-urlencoded", "name=A&tier=gold&address[risk]=none");
    assert_eq!(form, "name=A");
    let parts = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nA\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"tier\"\r\n\r\ngold\r\n--b--\r\n";
    let parts = put("multipart/form-data; boundary=b", parts);
    assert!(parts.contains("\"name\"") && !parts.contains("gold"), "{parts}");
    let xml = put("application/xml", "<Draft><name>A</name><tier>gold</tier></Draft>");
    assert_eq!(xml, "<Draft><name>A</name></Draft>");
    let patch = |path: &str| {
        let step = json!([{ "op": "replace", "path": path, "value": "gold" }]).to_string();
        here.send("alice", "PATCH /api/customers/7", "application/json-patch+json", &step);
        here.got()
    };
    for path in ["/tier", "", "/address", "/address/risk", "/Tier"] {
        assert_eq!(patch(path), "[]", "{path}");
    }
    assert!(patch("/name").contains("/name"));
}

#[test]
fn where_the_operation_refuses_a_property_of_a_role_refuses_and_a_required_one_is_missing() {
    let refuse = "operations: { updateCustomer: { undeclared: refuse } }\n";
    let here = Open::new(&format!("{POLICY}{refuse}"));
    assert_eq!(here.json("alice", "PUT /api/customers/7", &draft()).status, 403);
    let record = here.scene.last_record();
    assert_eq!(
        (&record["control"], &record["reason"]),
        (&json!("writable_properties"), &json!("role_property"))
    );
    assert_eq!(here.json("alice", "PUT /api/customers/7", &json!({ "name": "B" })).status, 200);
    let here = Open::new(&POLICY.replace("readonly: [/tier", "readonly: [/name"));
    assert_eq!(here.json("alice", "PUT /api/customers/7", &draft()).status, 400);
}

#[test]
fn a_signed_body_that_would_have_to_be_changed_is_refused() {
    let here = Open::new(&format!("{POLICY}operations: {{ updateCustomer: {{ body: exact }} }}\n"));
    assert_eq!(here.json("alice", "PUT /api/customers/7", &draft()).status, 400);
    assert_eq!(here.scene.last_record()["reason"], "exact_body");
    assert_eq!(here.json("alice", "PUT /api/customers/7", &json!({ "name": "B" })).status, 200);
}

#[test]
fn while_the_control_observes_the_body_goes_on_as_it_came() {
    let relaxed = "relax: [{ control: writable_properties, mode: observe, by: a, reason: b }]\n";
    let here = Open::new(&format!("{POLICY}{relaxed}"));
    assert_eq!(here.json("alice", "PUT /api/customers/7", &draft()).status, 200);
    assert!(here.got().contains("gold"));
    assert!(here.scene.last_record().to_string().contains("role_property"));
}

const ANSWERS: &str = "answers_key: env:ANSWERS_KEY
answers:
  Customer:
    hide: [/secret_word, /address/risk]
    show: [/tier]
    derive:
      over_21: { from: /date_of_birth, age_at_least: 21 }
      card: { from: /card_number, last: 4 }
      email: { from: /email, masked_email: true }
      birth_year: { from: /date_of_birth, year: true }
      has_email: { from: /email, presence: true, keep: true }
      customer_ref: { from: /id, keyed_hash: customer, keep: true }
      currency: { constant: EUR }
  Profile:
    derive: { over_21: { from: /date_of_birth, age_at_least: 21 } }
";

fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text()).unwrap_or_default()
}

#[test]
fn everybody_sees_what_is_derived_and_nobody_its_source() {
    let here = Open::new(&format!("{POLICY}{ANSWERS}"));
    let answer = here.get("lead", "/api/customers/7");
    let seen = body(&answer);
    let expected = json!({
        "id": "7", "owner": "alice", "name": "Alice", "tier": "basic", "email": "a***@example.com",
        "address": { "city": "Ulm" }, "over_21": true, "card": "1111", "birth_year": "1990",
        "has_email": true, "currency": "EUR", "customer_ref": seen["customer_ref"],
    });
    assert_eq!(seen, expected);
    assert_eq!(seen["customer_ref"].as_str().map(str::len), Some(22));
    let record = here.scene.last_record().to_string();
    for reason in ["hidden_property", "derived_property", "hash_shape", "/card_number of Customer"]
    {
        assert!(record.contains(reason), "{reason}: {record}");
    }
    assert!(record.contains("password_name"), "{record}");
    assert!(!record.contains("4111") && !record.contains("plum"), "{record}");
    let list = body(&here.get("lead", "/api/customers"));
    assert_eq!(list, json!([expected, expected]));
}

#[test]
fn what_a_role_does_not_see_is_not_derived_for_it_and_both_masks_hold() {
    let only = POLICY.replace("hide: [/secret_word]", "only: [/name, /date_of_birth]");
    let here = Open::new(&format!("{only}{ANSWERS}"));
    let seen = body(&here.get("staff", "/api/customers/7"));
    let mut names: Vec<&String> = seen.as_object().unwrap().keys().collect();
    names.sort_unstable();
    let expected = ["birth_year", "currency", "customer_ref", "has_email", "id", "name", "over_21"];
    assert_eq!(names, expected, "{seen}");
    assert_eq!(seen["has_email"], false);
}

#[test]
fn operations_that_are_open_to_anyone_are_masked_too() {
    let here = Open::new(&format!("{POLICY}{ANSWERS}"));
    assert_eq!(
        body(&here.scene.get("/api/profiles/me")),
        json!({ "id": "7", "name": "Alice", "over_21": true })
    );
}

#[test]
fn no_hash_of_a_password_leaves_unless_the_policy_says_so() {
    let here = Open::new(POLICY);
    let seen = body(&here.get("lead", "/api/customers/7"));
    assert_eq!(seen.get("password_hash"), None);
    assert_eq!(seen["card_number"], "4111111111111111", "what is no hash waits for the policy");
    assert_eq!(body(&here.scene.get("/api/profiles/me")).get("bio"), None);
    let shown = "answers: { Customer: { show: [/password_hash] } }\n";
    let here = Open::new(&format!("{POLICY}{shown}"));
    let seen = body(&here.get("lead", "/api/customers/7"));
    assert_eq!(seen["password_hash"], customer()["password_hash"]);
}

#[test]
fn while_the_control_observes_answers_leave_as_they_came() {
    let relaxed = "relax: [{ control: response_shape, mode: observe, by: a, reason: b }]\n";
    let here = Open::new(&format!("{POLICY}{ANSWERS}{relaxed}"));
    assert_eq!(body(&here.get("lead", "/api/customers/7")), customer());
    assert!(here.scene.last_record().to_string().contains("derived_property"));
}

#[test]
fn nobody_filters_or_orders_by_what_they_do_not_see() {
    let here = Open::new(POLICY);
    let status = |here: &Open, who, query: &str| {
        let answer = here.get(who, &format!("/api/customers?{query}"));
        (answer.status, here.scene.last_record()["reason"].as_str().map(str::to_owned))
    };
    let refused = (403, Some("hidden_filter".to_owned()));
    for query in ["secret_word=p", "sort=-secret_word", "tier=basic&sort=name,secretWord"] {
        assert_eq!(status(&here, "staff", query), refused, "{query}");
        assert_eq!(status(&here, "lead", query).0, 200, "{query}");
    }
    assert_eq!(status(&here, "staff", "tier=basic&sort=name").0, 200);
    let here = Open::new(&format!("{POLICY}{ANSWERS}"));
    assert_eq!(status(&here, "lead", "min_date_of_birth=1990-01-01"), refused);
    assert_eq!(status(&here, "lead", "secret_word=p"), refused);
}

#[test]
fn what_is_written_does_not_choose_the_rule_by_which_it_may_be() {
    let here = Open::new(
        "roles: { customer: [] }
resources: { Customer: { owner: /owner } }
access:
  - { role: customer, may: [read, update], on: Customer, when: mine, readonly: [/address] }
  - { role: customer, may: update, on: Customer, when: resource./tier == \"gold\" }
",
    );
    let answer = here.json("alice", "PUT /api/customers/7", &draft());
    assert_eq!(answer.status, 200, "{}", here.scene.last_record());
    let left = json!({ "name": "A", "tier": "gold" });
    assert_eq!(serde_json::from_str::<Value>(&here.got()).unwrap(), left);
}

#[test]
fn what_is_called_a_secret_is_told_until_the_policy_decides() {
    let told = |rest: &str| {
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers: {{ jwt: {{ issuer: \"http://127.0.0.1:1\", audience: shop }}, attributes: {{ role: {{ claim: /role }} }} }}\n\
             {rest}"
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let model = crate::support::model(CUSTOMERS, ([127, 0, 0, 1], 1).into(), &setup);
        let findings = Plan::compile(model, PlanOptions::default()).findings();
        let told = findings.iter().filter(|one| one.code.name == "sensitive-answer");
        told.map(|one| one.message.clone()).collect::<Vec<_>>()
    };
    let told = |rest: &str| -> Vec<String> {
        let (passwords, others): (Vec<String>, Vec<String>) =
            told(rest).into_iter().partition(|one| one.ends_with("and does not leave"));
        let [hash, pwd] = &passwords[..] else { panic!("{passwords:?}") };
        assert!(hash.contains("`password_hash`") && pwd.contains("`pwd`"), "{passwords:?}");
        others
    };
    let [one] = &told(POLICY)[..] else { panic!("{:?}", told(POLICY)) };
    assert!(
        one.contains("`card_number` leaves in answers of") && one.contains("and 2 more"),
        "{one}"
    );
    assert!(
        told(&POLICY.replace("/secret_word", "/card_number")).is_empty(),
        "a rule speaks of it"
    );
    let answers = "answers: { Customer: { show: [/card_number] } }\n";
    assert!(told(&format!("{POLICY}{answers}")).is_empty(), "it may leave");
}
