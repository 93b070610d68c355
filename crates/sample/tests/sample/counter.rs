//! Keys and passwords that somebody else gives out: the counter believes whoever knows the id of one.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::client::{Api, Reply};

/// What was given out, at an instance.
struct Counter {
    api: Api,
}

/// The text of the key of an id.
fn text(id: &str) -> String {
    format!("pharm_live_{id}_secret-of-{id}")
}

/// A key, with what it is told to be for.
fn key(id: &str, owner: &str, rules: &Value) -> Value {
    let mut key = json!({
        "id": id, "text": text(id), "owner": owner, "parent": null, "operations": [], "may": [], "orders": [],
        "addresses": [], "ends": null, "is_revoked": false, "uses_max": null,
    });
    for (name, value) in rules.as_object().expect("rules") {
        key[name] = value.clone();
    }
    key
}

fn shown(text: &str) -> String {
    format!("X-Api-Key: {text}")
}

fn basic(user: &str, password: &str) -> String {
    format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

impl Counter {
    /// An instance that knows the key `KA` of alice, for this, `KB` of bob, and `KC` below `KA`.
    async fn of(rules: Value) -> Self {
        let api = Api::start().await;
        let below = key("KC", "1", &json!({ "parent": "KA" }));
        let keys = [key("KA", "1", &rules), key("KB", "bob@pharmacy.example", &json!({})), below];
        let users = [json!({ "name": "alice@pharmacy.example", "password": "now" })];
        let body = json!({ "keys": keys, "users": users }).to_string();
        assert_eq!(api.call("PUT /credentials", &[], body).await.status, 204);
        Self { api }
    }

    async fn both(&self, line: &str, headers: &[&str]) -> (Reply, Reply) {
        let safe = line.replacen("/api/", "/api/safe/", 1);
        (self.api.call(line, headers, "").await, self.api.call(&safe, headers, "").await)
    }

    /// The careless one takes it for this customer, and the twin does not answer.
    async fn is_taken_for(&self, customer: u64, target: &str, headers: &[&str]) {
        let (direct, twin) = self.both(&format!("GET /api/counter/{target}"), headers).await;
        assert_eq!(direct.json()["customer_id"], customer, "{}", direct.text());
        assert_eq!(twin.status, 401, "{}", twin.text());
    }

    /// The twin lets what is good in.
    async fn is_good(&self, customer: u64, target: &str, headers: &[&str]) {
        let (direct, twin) = self.both(&format!("GET /api/counter/{target}"), headers).await;
        assert_eq!(direct.json()["customer_id"], customer, "{}", direct.text());
        assert_eq!(twin.json()["customer_id"], customer, "{}", twin.text());
    }

    /// Order 3 is cancelled with a key that is for reading, but not at the twin.
    async fn cancels(rules: Value, id: &str) {
        let (careless, careful) = (Self::of(rules.clone()).await, Self::of(rules).await);
        let field = shown(&text(id));
        let read = careful.api.get("/api/safe/counter/orders/3", &[&field]).await;
        assert_eq!(read.status, 200, "{}", read.text());
        let direct = careless.api.call("DELETE /api/counter/orders/3", &[&field], "").await;
        assert_eq!(direct.status, 204, "{}", direct.text());
        let twin = careful.api.call("DELETE /api/safe/counter/orders/3", &[&field], "").await;
        assert_eq!(twin.status, 403, "{}", twin.text());
        for (counter, is_cancelled) in [(careless, true), (careful, false)] {
            let alice = counter.api.login("alice").await;
            let order = counter.api.get("/api/orders/3", &[&alice]).await;
            assert_eq!(order.json()["status"] == "cancelled", is_cancelled);
        }
    }
}

#[tokio::test]
async fn good_keys_and_users_are_let_in_and_what_is_known_is_replaced() {
    let counter = Counter::of(json!({ "ends": 99_999_999_999_u64, "addresses": ["127."] })).await;
    counter.is_good(1, "me", &[&shown(&text("KA"))]).await;
    counter.is_good(1, "me", &[&shown(&text("KC"))]).await;
    counter.is_good(2, "me", &[&shown(&text("KB"))]).await;
    counter.is_good(1, "till", &[&basic("alice@pharmacy.example", "now")]).await;
    counter.api.call("PUT /credentials", &[], r#"{"keys":[],"users":[]}"#).await;
    let (direct, twin) = counter.both("GET /api/counter/me", &[&shown(&text("KA"))]).await;
    assert_eq!((direct.status, twin.status), (401, 401));
}

#[tokio::test]
async fn a2_key_secret() {
    let counter = Counter::of(json!({})).await;
    counter.is_taken_for(1, "me", &[&shown("pharm_live_KA_guessed")]).await;
}

#[tokio::test]
async fn a2_key_checksum() {
    let counter = Counter::of(json!({})).await;
    counter.is_taken_for(1, "me", &[&shown(&format!("{}x", text("KA")))]).await;
}

#[tokio::test]
async fn a2_key_environment() {
    let counter = Counter::of(json!({})).await;
    counter.is_taken_for(1, "me", &[&shown(&text("KA").replace("live", "test"))]).await;
}

#[tokio::test]
async fn a2_key_expired() {
    let counter = Counter::of(json!({ "ends": 1000 })).await;
    counter.is_taken_for(1, "me", &[&shown(&text("KA"))]).await;
}

#[tokio::test]
async fn a2_key_revoked() {
    let counter = Counter::of(json!({ "is_revoked": true })).await;
    counter.is_taken_for(1, "me", &[&shown(&text("KA"))]).await;
}

#[tokio::test]
async fn a2_key_parent_revoked() {
    let counter = Counter::of(json!({ "is_revoked": true })).await;
    counter.is_taken_for(1, "me", &[&shown(&text("KC"))]).await;
}

#[tokio::test]
async fn a2_key_network() {
    let counter = Counter::of(json!({ "addresses": ["203.0.113."] })).await;
    let (key, near) = (shown(&text("KA")), "X-Forwarded-For: 203.0.113.7");
    counter.is_good(1, "me", &[&key, near]).await;
    counter.is_taken_for(1, "me", &[&key, "X-Forwarded-For: 198.51.100.7"]).await;
}

#[tokio::test]
async fn a2_caller_field() {
    let counter = Counter::of(json!({})).await;
    let headers = [&*shown(&text("KB")), "X-Caller: 1"];
    let (direct, twin) = counter.both("GET /api/counter/me", &headers).await;
    assert_eq!(
        (&direct.json()["customer_id"], &twin.json()["customer_id"]),
        (&json!(1), &json!(2))
    );
}

#[tokio::test]
async fn a2_own_password_wrong() {
    let counter = Counter::of(json!({})).await;
    counter.is_taken_for(1, "till", &[&basic("alice@pharmacy.example", "guessed")]).await;
}

#[tokio::test]
async fn a2_own_password_changed() {
    let counter = Counter::of(json!({})).await;
    let told = r#"{"keys":[],"users":[{"name":"alice@pharmacy.example","password":"new"}]}"#;
    counter.api.call("PUT /credentials", &[], told).await;
    counter.is_good(1, "till", &[&basic("alice@pharmacy.example", "new")]).await;
    counter.is_taken_for(1, "till", &[&basic("alice@pharmacy.example", "now")]).await;
}

#[tokio::test]
async fn a2_own_user_unknown() {
    let counter = Counter::of(json!({})).await;
    counter.is_taken_for(2, "till", &[&basic("bob@pharmacy.example", "any")]).await;
}

#[tokio::test]
async fn c6_plain_key() {
    let counter = Counter::of(json!({})).await;
    let key = shown(&text("KA"));
    counter.is_good(1, "me", &[&key, "X-Forwarded-Proto: https"]).await;
    counter.is_taken_for(1, "me", &[&key, "X-Forwarded-Proto: http"]).await;
}

#[tokio::test]
async fn a4_key_rate() {
    let counter = Counter::of(json!({ "uses_max": 3 })).await;
    let key = shown(&text("KA"));
    for _ in 0..3 {
        counter.is_good(1, "me", &[&key]).await;
    }
    let (direct, twin) = counter.both("GET /api/counter/me", &[&key]).await;
    assert_eq!((direct.status, twin.status), (200, 429));
}

#[tokio::test]
async fn a5_key_operation() {
    Counter::cancels(json!({ "operations": ["counterOrder"] }), "KA").await;
}

#[tokio::test]
async fn a5_key_verb() {
    Counter::cancels(json!({ "may": ["read", "list"] }), "KA").await;
}

#[tokio::test]
async fn a5_key_child() {
    Counter::cancels(json!({ "operations": ["counterOrder"] }), "KC").await;
}

#[tokio::test]
async fn a1_key_object() {
    let counter = Counter::of(json!({ "orders": ["1"] })).await;
    let key = shown(&text("KA"));
    let (_, own) = counter.both("GET /api/counter/orders/1", &[&key]).await;
    assert_eq!(own.json()["id"], 1, "{}", own.text());
    let (direct, twin) = counter.both("GET /api/counter/orders/3", &[&key]).await;
    assert_eq!((&direct.json()["id"], twin.status), (&json!(3), 404));
}
