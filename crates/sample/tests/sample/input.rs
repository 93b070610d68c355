//! F1: what does not look as it should.

use serde_json::json;

use crate::client::Api;

/// Alice orders with this quantity: the total at the careless operation; the twin refuses.
async fn total_with_quantity(quantity: &str) -> i64 {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = format!(r#"{{"items":[{{"medicine_id":1,"quantity":{quantity}}}]}}"#);
    assert_eq!(api.call("POST /api/safe/orders", &[&alice], &body).await.status, 422);
    let direct = api.call("POST /api/orders", &[&alice], &body).await;
    assert_eq!(direct.status, 201, "{}", direct.text());
    direct.json()["total_cents"].as_i64().expect("a total")
}

#[tokio::test]
async fn f1_negative_quantity() {
    assert_eq!(total_with_quantity("-5").await, -2370);
}

#[tokio::test]
async fn f1_fractional_quantity() {
    assert_eq!(total_with_quantity("0.5").await, 237);
}

#[tokio::test]
async fn f1_array_for_scalar() {
    assert_eq!(total_with_quantity("[-5]").await, -2370);
}

#[tokio::test]
async fn f1_type_confusion() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = r#"{"order_id":1,"amount_cents":"free","card_number":"4000000000000009"}"#;
    assert_eq!(api.call("POST /api/safe/payments", &[&alice], body).await.status, 422);
    assert_eq!(api.get("/api/orders/1", &[&alice]).await.json()["paid"], false);
    assert_eq!(api.call("POST /api/payments", &[&alice], body).await.status, 201);
    assert_eq!(api.get("/api/orders/1", &[&alice]).await.json()["paid"], true);
}

#[tokio::test]
async fn f1_truthy_boolean() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let body = r#"{"order_id":1,"amount_cents":1297,"card_number":"4000000000000009",
                   "capture":"false"}"#;
    assert_eq!(api.call("POST /api/safe/payments", &[&alice], body).await.status, 422);
    let direct = api.call("POST /api/payments", &[&alice], body).await;
    assert_eq!((direct.status, &direct.json()["status"]), (201, &json!("captured")));
}

/// How many medicines the list gives; the twin answers `refusal`.
async fn listed(query: &str, refusal: u16) -> usize {
    let api = Api::start().await;
    let twin = api.get(&format!("/api/safe/medicines?{query}"), &[]).await;
    assert_eq!(twin.status, refusal, "{}", twin.text());
    let direct = api.get(&format!("/api/medicines?{query}"), &[]).await;
    assert_eq!(direct.status, 200, "{}", direct.text());
    direct.json()["items"].as_array().map(Vec::len).expect("a list")
}

#[tokio::test]
async fn f1_negative_limit() {
    assert_eq!(listed("per_page=-1", 400).await, 14);
}

#[tokio::test]
async fn a4_unbounded_page() {
    assert_eq!(listed("per_page=1000000000", 400).await, 14);
}

#[tokio::test]
async fn f1_duplicate_query_key() {
    assert_eq!(listed("per_page=5&per_page=-1", 400).await, 14);
}

#[tokio::test]
async fn f1_sort_column() {
    let api = Api::start().await;
    let query = "sort=supplier_cost_cents%20DESC";
    let direct = api.get(&format!("/api/medicines?{query}"), &[]).await;
    assert_eq!(direct.json()["items"][0]["name"], "Insulora Pen");
    assert_eq!(api.get(&format!("/api/safe/medicines?{query}"), &[]).await.status, 400);
}

#[tokio::test]
async fn f1_filter_pipes() {
    let api = Api::start().await;
    let honest = "where=category%7Callergy";
    let query = "where=category%7Callergy%7Crecalled%7C1";
    let direct = api.get(&format!("/api/medicines/filter?{query}"), &[]).await;
    assert_eq!(direct.json()["items"][0]["name"], "Nasoclear (recalled lot)");
    assert_eq!(api.get(&format!("/api/safe/medicines/filter?{query}"), &[]).await.status, 422);
    for target in ["/api/medicines/filter", "/api/safe/medicines/filter"] {
        let reply = api.get(&format!("{target}?{honest}"), &[]).await;
        assert_eq!(reply.json()["items"].as_array().map(Vec::len), Some(2), "{target}");
    }
}

#[tokio::test]
async fn f1_filter_brackets() {
    let api = Api::start().await;
    let honest = "between%5Bprice_cents%5D%5Bgte%5D=8000";
    let query = "between%5Bsupplier_cost_cents%5D%5Bgte%5D=3000";
    let direct = api.get(&format!("/api/medicines/filter?{query}"), &[]).await;
    assert_eq!(direct.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(api.get(&format!("/api/safe/medicines/filter?{query}"), &[]).await.status, 422);
    for target in ["/api/medicines/filter", "/api/safe/medicines/filter"] {
        let reply = api.get(&format!("{target}?{honest}"), &[]).await;
        assert_eq!(reply.json()["items"][0]["name"], "Insulora Pen", "{target}");
    }
}

#[tokio::test]
async fn f1_id_spelling() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    for spelling in ["01", "%201", "+1"] {
        let direct = api.get(&format!("/api/orders/{spelling}"), &[&alice]).await;
        assert_eq!((direct.status, &direct.json()["id"]), (200, &json!(1)), "{spelling}");
        let twin = api.get(&format!("/api/safe/orders/{spelling}"), &[&alice]).await;
        assert_eq!(twin.status, 400, "{spelling}");
    }
}

/// Alice changes her profile at the twin, which answers `refusal`, and at the careless operation:
/// the profile afterwards.
async fn profile_after(headers: &[&str], body: &[u8], refusal: u16) -> serde_json::Value {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let headers = [headers, &[&alice]].concat();
    let twin = api.call("PATCH /api/safe/profile", &headers, body).await;
    assert_eq!(twin.status, refusal, "{}", twin.text());
    let direct = api.call("PATCH /api/profile", &headers, body).await;
    assert_eq!(direct.status, 200, "{}", direct.text());
    api.get("/api/profile", &[&alice]).await.json()
}

#[tokio::test]
async fn f1_oversized_text() {
    let body = json!({ "name": "x".repeat(50_000) }).to_string();
    let after = profile_after(&[], body.as_bytes(), 422).await;
    assert_eq!(after["name"].as_str().map(str::len), Some(50_000));
}

#[tokio::test]
async fn f1_null_byte() {
    let after = profile_after(&[], br#"{"name":"Alice\u0000Admin"}"#, 422).await;
    assert_eq!(after["name"], "Alice\0Admin");
}

#[tokio::test]
async fn f1_duplicate_member() {
    let body = br#"{"phone":"+1-555-0101","phone":"<img src=x>"}"#;
    assert_eq!(profile_after(&[], body, 422).await["phone"], "<img src=x>");
}

#[tokio::test]
async fn f1_trailing_text() {
    let body = br#"{"phone":"+1-555-0123"}{"phone":"+1-555-0999"}"#;
    assert_eq!(profile_after(&[], body, 400).await["phone"], "+1-555-0123");
}

#[tokio::test]
async fn f1_utf16_body() {
    let text = r#"{"role":"admin"}"#;
    let body: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // A text of ASCII letters and zero bytes is valid UTF-8, but not JSON.
    assert_eq!(profile_after(&[], &body, 400).await["role"], "admin");
}

#[tokio::test]
async fn f1_utf7_body() {
    let media = "Content-Type: application/json; charset=utf-7";
    let body = b"{+ACI-role+ACI-:+ACI-admin+ACI-}";
    assert_eq!(profile_after(&[media], body, 400).await["role"], "admin");
}

#[tokio::test]
async fn f1_header_and_cookie() {
    let api = Api::start().await;
    let headers = ["X-Postcode: <script>", "Cookie: store=../../etc"];
    let direct = api.get("/api/delivery-slots", &headers).await;
    assert_eq!((&direct.json()["postcode"], direct.status), (&json!("<script>"), 200));
    assert_eq!(direct.json()["store"], "../../etc");
    assert_eq!(api.get("/api/safe/delivery-slots", &headers).await.status, 422);
}
