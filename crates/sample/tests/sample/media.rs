//! F2: bodies and answers of a type that nobody declared.

use serde_json::json;

use crate::client::Api;

const ORDER: &str = r#"{"items":[{"medicine_id":1,"quantity":1}]}"#;

#[tokio::test]
async fn f2_text_plain() {
    let api = Api::start().await;
    // What a page of another site can send: a cookie, and a type that needs no preflight.
    let cookie = format!("Cookie: session={}", api.token("alice").await);
    let headers = [cookie.as_str(), "Origin: https://evil.example", "Content-Type: text/plain"];
    let direct = api.call("POST /api/orders", &headers, ORDER).await;
    assert_eq!((direct.status, &direct.json()["customer_id"]), (201, &json!(1)));
    assert_eq!(api.call("POST /api/safe/orders", &headers, ORDER).await.status, 401);
    let bearer = api.login("alice").await;
    let headers = [bearer.as_str(), "Content-Type: text/plain"];
    assert_eq!(api.call("POST /api/safe/orders", &headers, ORDER).await.status, 415);
}

#[tokio::test]
async fn f2_json_suffix() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let headers = [alice.as_str(), "Content-Type: application/evil+json"];
    let body = r#"{"phone":"+1-555-0666"}"#;
    let direct = api.call("PATCH /api/profile", &headers, body).await;
    assert_eq!((direct.status, &direct.json()["phone"]), (200, &json!("+1-555-0666")));
    assert_eq!(api.call("PATCH /api/safe/profile", &headers, body).await.status, 415);
}

#[tokio::test]
async fn f2_form_for_json() {
    let api = Api::start().await;
    let cookie = format!("Cookie: session={}", api.token("alice").await);
    let media = "Content-Type: application/x-www-form-urlencoded";
    let headers = [cookie.as_str(), "Origin: https://evil.example", media];
    let direct = api.call("POST /api/prescriptions", &headers, "medicine=Migranil").await;
    assert_eq!((direct.status, &direct.json()["customer_id"]), (201, &json!(1)));
    let bearer = api.login("alice").await;
    let headers = [bearer.as_str(), media];
    let twin = api.call("POST /api/safe/prescriptions", &headers, "medicine=Migranil").await;
    assert_eq!(twin.status, 415);
}

#[tokio::test]
async fn f2_missing_type() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let headers = [alice.as_str(), "Content-Type:"];
    let direct = api.call("POST /api/orders", &headers, ORDER).await;
    assert_eq!(direct.status, 201);
    assert_eq!(api.call("POST /api/safe/orders", &headers, ORDER).await.status, 415);
}

/// A search for a script, asked for in such a way that the careless one answers a page with it.
async fn reflected(query: &str, headers: &[&str]) {
    let api = Api::start().await;
    let target = format!("search?q=%3Cscript%3Ealert(1)%3C/script%3E{query}");
    let direct = api.get(&format!("/api/{target}"), headers).await;
    assert!(direct.header("content-type").starts_with("text/html"));
    assert!(direct.text().contains("<script>alert(1)</script>"), "{}", direct.text());
    let twin = api.get(&format!("/api/safe/{target}"), headers).await;
    assert_eq!((twin.status, twin.header("content-type")), (200, "application/json"));
    assert_eq!(twin.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn f2_html_by_query() {
    reflected("&format=html", &[]).await;
}

#[tokio::test]
async fn f2_html_by_accept() {
    reflected("", &["Accept: text/html"]).await;
}
