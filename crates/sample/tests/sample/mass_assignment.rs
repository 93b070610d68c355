//! A6: what the client should not be able to write.

use serde_json::{Value, json};

use crate::client::{Api, Reply};

/// A registration with one more field, at the operation and at its twin.
async fn register_with(field: &str, value: Value) -> (Reply, Reply) {
    let api = Api::start().await;
    let body = json!({
        "email": "eve@pharmacy.example", "password": "eve-pass-1", "name": "Eve", field: value,
    });
    let direct = api.call("POST /api/register", &[], body.to_string()).await;
    let other = body.to_string().replace("eve@", "eva@");
    let twin = api.call("POST /api/safe/register", &[], other).await;
    assert_eq!((direct.status, twin.status), (201, 201));
    (direct, twin)
}

#[tokio::test]
async fn a6_register_role() {
    let (direct, twin) = register_with("role", json!("admin")).await;
    assert_eq!(direct.json()["role"], "admin");
    assert_eq!(twin.json()["role"], "customer");
}

#[tokio::test]
async fn a6_register_verified() {
    let (direct, twin) = register_with("verified", json!(true)).await;
    assert_eq!(direct.json()["verified"], true);
    assert_eq!(twin.json()["verified"], false);
}

#[tokio::test]
async fn a6_register_discount() {
    let (direct, twin) = register_with("loyalty_discount_percent", json!(100)).await;
    assert_eq!(direct.json()["loyalty_discount_percent"], 100);
    assert_eq!(twin.json()["loyalty_discount_percent"], 0);
}

#[tokio::test]
async fn a6_register_form() {
    let api = Api::start().await;
    let form = "email=eve%40pharmacy.example&password=eve-pass-1&name=Eve&role=admin";
    let media = "Content-Type: application/x-www-form-urlencoded";
    let direct = api.call("POST /api/register", &[media], form).await;
    assert_eq!((direct.status, &direct.json()["role"]), (201, &json!("admin")));
    assert_eq!(api.call("POST /api/safe/register", &[media], form).await.status, 415);
}

/// Alice changes her profile; what the profile says afterwards, at the operation and at its twin.
async fn profile_after(path: &str, headers: &[&str], body: &str) -> (Value, Value) {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let headers = [headers, &[&alice]].concat();
    let (method, path) = path.split_once(' ').expect("method and path");
    let twin = api.call(&format!("{method} /api/safe{path}"), &headers, body).await;
    assert_eq!(twin.status, 200, "{}", twin.text());
    let after_twin = api.get("/api/profile", &[&alice]).await.json();
    let direct = api.call(&format!("{method} /api{path}"), &headers, body).await;
    assert_eq!(direct.status, 200, "{}", direct.text());
    (api.get("/api/profile", &[&alice]).await.json(), after_twin)
}

#[tokio::test]
async fn a6_profile_role() {
    let (direct, twin) = profile_after("PATCH /profile", &[], r#"{"role":"admin"}"#).await;
    assert_eq!((&direct["role"], &twin["role"]), (&json!("admin"), &json!("customer")));
}

#[tokio::test]
async fn a6_profile_discount() {
    let body = r#"{"loyalty_discount_percent":100}"#;
    let (direct, twin) = profile_after("PATCH /profile", &[], body).await;
    assert_eq!(direct["loyalty_discount_percent"], 100);
    assert_eq!(twin["loyalty_discount_percent"], 5);
}

#[tokio::test]
async fn a6_profile_risk_score() {
    let (direct, twin) = profile_after("PATCH /profile", &[], r#"{"risk_score":0}"#).await;
    assert_eq!((&direct["risk_score"], &twin["risk_score"]), (&json!(0), &json!(71)));
}

#[tokio::test]
async fn a6_profile_branch() {
    let body = r#"{"organisation_id":"harbour"}"#;
    let (direct, twin) = profile_after("PATCH /profile", &[], body).await;
    assert_eq!(direct["organisation_id"], "harbour");
    assert_eq!(twin["organisation_id"], "main");
}

#[tokio::test]
async fn a6_nested_preferences() {
    let body = r#"{"preferences":{"language":"en","free_delivery":true}}"#;
    let (direct, twin) = profile_after("PATCH /profile", &[], body).await;
    assert_eq!(direct["preferences"]["free_delivery"], true);
    assert_eq!(twin["preferences"], json!({ "language": "en" }));
}

#[tokio::test]
async fn a6_profile_form() {
    let media = "Content-Type: application/x-www-form-urlencoded";
    let body = "name=Alice&role=admin";
    let (direct, twin) = profile_after("POST /profile/form", &[media], body).await;
    assert_eq!((&direct["role"], &twin["role"]), (&json!("admin"), &json!("customer")));
}

#[tokio::test]
async fn a6_escaped_name() {
    let (direct, twin) = profile_after("PATCH /profile", &[], r#"{"\u0072ole":"admin"}"#).await;
    assert_eq!((&direct["role"], &twin["role"]), (&json!("admin"), &json!("customer")));
}

/// Alice orders two packs for 998 cents, 5 % off, with more fields in the order or in its line.
async fn order_with(more: &str, in_line: &str) -> (Value, Value) {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = format!(r#"{{"items":[{{"medicine_id":1,"quantity":2{in_line}}}]{more}}}"#);
    let direct = api.call("POST /api/orders", &[&alice], &body).await;
    let twin = api.call("POST /api/safe/orders", &[&alice], &body).await;
    assert_eq!((direct.status, twin.status), (201, 201), "{}{}", direct.text(), twin.text());
    assert_eq!(twin.json()["total_cents"], 948);
    (direct.json(), twin.json())
}

#[tokio::test]
async fn a6_order_total() {
    let (direct, _) = order_with(r#","total_cents":1"#, "").await;
    assert_eq!(direct["total_cents"], 1);
}

#[tokio::test]
async fn a6_order_discount() {
    let (direct, _) = order_with(r#","discount_percent":100"#, "").await;
    assert_eq!(direct["total_cents"], 0);
}

#[tokio::test]
async fn a6_order_paid() {
    let (direct, twin) = order_with(r#","paid":"yes""#, "").await;
    assert_eq!((&direct["paid"], &twin["paid"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn a6_order_owner() {
    let (direct, twin) = order_with(r#","customer_id":2"#, "").await;
    assert_eq!((&direct["customer_id"], &twin["customer_id"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a6_item_price() {
    let (direct, twin) = order_with("", r#","unit_price_cents":1"#).await;
    assert_eq!(direct["total_cents"], 2);
    assert_eq!(direct["items"][0]["unit_price_cents"], 1);
    assert_eq!(twin["items"][0]["unit_price_cents"], 499);
}

#[tokio::test]
async fn a6_update_order() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = r#"{"note":"hi","total_cents":1,"status":"delivered"}"#;
    let twin = api.call("PUT /api/safe/orders/1", &[&alice], body).await.json();
    assert_eq!((&twin["total_cents"], &twin["status"]), (&json!(1297), &json!("new")));
    api.call("PUT /api/orders/1", &[&alice], body).await;
    let after = api.get("/api/orders/1", &[&alice]).await.json();
    assert_eq!((&after["total_cents"], &after["status"]), (&json!(1), &json!("delivered")));
}

#[tokio::test]
async fn a6_payment_status() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let pay = |order: &str, cents: u32| {
        format!(
            r#"{{"order_id":{order},"amount_cents":{cents},"card_number":"4000000000000009",
                "capture":false,"status":"captured"}}"#
        )
    };
    let twin = api.call("POST /api/safe/payments", &[&alice], pay("1", 1297)).await;
    assert_eq!((twin.status, &twin.json()["status"]), (201, &json!("authorized")));
    let direct = api.call("POST /api/payments", &[&alice], pay("1", 1297)).await;
    assert_eq!((direct.status, &direct.json()["status"]), (201, &json!("captured")));
}

#[tokio::test]
async fn a6_prescription_approved() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = r#"{"medicine":"Insulora Pen","status":"approved"}"#;
    let direct = api.call("POST /api/prescriptions", &[&alice], body).await;
    let twin = api.call("POST /api/safe/prescriptions", &[&alice], body).await;
    assert_eq!((direct.status, &direct.json()["status"]), (201, &json!("approved")));
    assert_eq!((twin.status, &twin.json()["status"]), (201, &json!("requested")));
}

#[tokio::test]
async fn a6_prescription_owner() {
    let api = Api::start().await;
    let paula = api.login("paula").await;
    let body = r#"{"status":"approved","customer_id":1}"#;
    let twin = api.call("PATCH /api/safe/prescriptions/RX-1004", &[&paula], body).await;
    assert_eq!((twin.status, &twin.json()["customer_id"]), (200, &json!(2)));
    let direct = api.call("PATCH /api/prescriptions/RX-1004", &[&paula], body).await;
    assert_eq!((direct.status, &direct.json()["customer_id"]), (200, &json!(1)));
}

#[tokio::test]
async fn who_chooses_the_id_of_an_order_keeps_nobody_from_ordering() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let ordered = async |more: &str| {
        let body = format!("{{\"items\":[{{\"medicine_id\":1,\"quantity\":1}}]{more}}}");
        api.call("POST /api/orders", &[&alice], body).await.status
    };
    // One above all others, then one between them: each takes a code.
    for more in [",\"id\":9000", ",\"id\":4217", "", ",\"id\":4218", ""] {
        assert_eq!(ordered(more).await, 201, "{more}");
    }
}
