//! A7 and C6: how the API is set up.

use crate::client::Api;

const EVIL: &str = "Origin: https://evil.example";

#[tokio::test]
async fn a7_verbose_500() {
    let api = Api::start().await;
    let direct = api.get("/api/medicines?search=%27", &[]).await;
    assert_eq!(direct.status, 500);
    for told in ["SELECT * FROM medicines", "rusqlite::Error", "/srv/pharmacy/src/medicines.rs:"] {
        assert!(direct.text().contains(told), "{}", direct.text());
    }
    let twin = api.get("/api/safe/medicines?search=%27", &[]).await;
    assert_eq!((twin.status, twin.json()["total"].as_i64()), (200, Some(0)));
}

#[tokio::test]
async fn a7_verbose_400() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let direct = api.get("/api/orders/x", &[&alice]).await;
    assert_eq!(direct.status, 400);
    assert!(direct.text().contains("ParseIntError") && direct.text().contains("SELECT"));
    assert!(direct.text().contains("/srv/pharmacy/src/orders.rs:"), "{}", direct.text());
    let twin = api.get("/api/safe/orders/x", &[&alice]).await;
    assert_eq!(twin.status, 400);
    assert!(!twin.text().contains("SELECT") && !twin.text().contains("/srv/"));
}

#[tokio::test]
async fn a7_leak_headers() {
    let api = Api::start().await;
    let names = ["server", "x-powered-by", "x-debug-queries", "x-debug-body"];
    let direct = api.get("/api/medicines", &[]).await;
    let twin = api.get("/api/safe/medicines", &[]).await;
    for name in names {
        assert!(!direct.header(name).is_empty(), "{name}");
        assert!(twin.header(name).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a7_no_security_headers() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let direct = api.get("/api/profile", &[&alice]).await;
    let twin = api.get("/api/safe/profile", &[&alice]).await;
    for (name, value) in
        [("cache-control", "private, no-store"), ("x-content-type-options", "nosniff")]
    {
        assert_eq!((direct.header(name), twin.header(name)), ("", value));
    }
}

#[tokio::test]
async fn a7_cors_any_origin() {
    let api = Api::start().await;
    let cookie = format!("Cookie: session={}", api.token("alice").await);
    let direct = api.get("/api/profile", &[EVIL, &cookie]).await;
    assert_eq!((direct.status, direct.json()["id"].as_i64()), (200, Some(1)));
    assert_eq!(direct.header("access-control-allow-origin"), "https://evil.example");
    assert_eq!(direct.header("access-control-allow-credentials"), "true");
    let twin = api.get("/api/safe/profile", &[EVIL, &cookie]).await;
    assert_eq!((twin.status, twin.header("access-control-allow-origin")), (401, ""));
}

#[tokio::test]
async fn a7_cors_preflight() {
    let api = Api::start().await;
    let headers =
        [EVIL, "Access-Control-Request-Method: DELETE", "Access-Control-Request-Headers: x-any"];
    let direct = api.call("OPTIONS /api/orders/1", &headers, "").await;
    assert_eq!(direct.status, 204);
    assert_eq!(direct.header("access-control-allow-origin"), "https://evil.example");
    assert_eq!(direct.header("access-control-allow-headers"), "x-any");
    let twin = api.call("OPTIONS /api/safe/orders/1", &headers, "").await;
    assert_eq!((twin.status, twin.header("access-control-allow-origin")), (405, ""));
}

#[tokio::test]
async fn a7_trace() {
    let api = Api::start().await;
    let cookie = "Cookie: session=secret-of-the-browser";
    let direct = api.call("TRACE /api/medicines", &[cookie], "").await;
    assert_eq!((direct.status, direct.header("content-type")), (200, "message/http"));
    assert!(direct.text().contains("session=secret-of-the-browser"));
    let twin = api.call("TRACE /api/safe/medicines", &[cookie], "").await;
    assert_eq!(twin.status, 405);
    assert!(!twin.text().contains("secret"));
}

#[tokio::test]
async fn a7_method_override() {
    let api = Api::start().await;
    for name in ["X-HTTP-Method-Override", "X-Method-Override"] {
        let header = format!("{name}: DELETE");
        let target = if name.contains("HTTP") { "medicines/3" } else { "medicines/4" };
        assert_eq!(api.get(&format!("/api/safe/{target}"), &[&header]).await.status, 200);
        assert_eq!(api.get(&format!("/api/{target}"), &[&header]).await.status, 204);
        assert_eq!(api.get(&format!("/api/{target}"), &[]).await.status, 404);
    }
}

#[tokio::test]
async fn a7_original_url() {
    let api = Api::start().await;
    let direct = api.get("/api/health", &["X-Original-URL: /admin/users"]).await;
    assert!(direct.json().pointer("/users/0/password_hash").is_some(), "{}", direct.text());
    let twin = api.get("/api/safe/medicines", &["X-Original-URL: /admin/users"]).await;
    assert!(twin.json()["items"].is_array());
}

#[tokio::test]
async fn a7_rewrite_url() {
    let api = Api::start().await;
    let direct = api.get("/api/health", &["X-Rewrite-URL: /debug/env"]).await;
    assert!(direct.json()["SESSION_SECRET"].is_string(), "{}", direct.text());
    let twin = api.get("/api/safe/medicines", &["X-Rewrite-URL: /debug/env"]).await;
    assert!(twin.json()["items"].is_array());
}

#[tokio::test]
async fn a7_open_redirect() {
    let api = Api::start().await;
    let direct = api.get("/api/go?to=https://evil.example/login", &[]).await;
    assert_eq!((direct.status, direct.header("location")), (302, "https://evil.example/login"));
    assert_eq!(api.get("/api/safe/go?to=https://evil.example/login", &[]).await.status, 422);
}

#[tokio::test]
async fn a7_open_redirect_login() {
    let api = Api::start().await;
    let media = "Content-Type: application/x-www-form-urlencoded";
    let form = "email=alice%40pharmacy.example&password=alice-pass&next=//evil.example";
    let direct = api.call("POST /api/login/form", &[media], form).await;
    assert_eq!((direct.status, direct.header("location")), (303, "//evil.example"));
    assert_eq!(api.call("POST /api/safe/login/form", &[media], form).await.status, 422);
}

#[tokio::test]
async fn a7_forwarded_for() {
    let api = Api::start().await;
    let header = "X-Forwarded-For: 10.0.0.7";
    assert_eq!(api.get("/api/staff/customers", &[]).await.status, 401);
    let direct = api.get("/api/staff/customers", &[header]).await;
    assert_eq!((direct.status, direct.json()["total"].as_i64()), (200, Some(4)));
    assert_eq!(api.get("/api/safe/staff/customers", &[header]).await.status, 401);
}

#[tokio::test]
async fn a7_forwarded_chain() {
    let api = Api::start().await;
    let header = "X-Forwarded-For: 10.0.0.7, 203.0.113.5";
    assert_eq!(api.get("/api/staff/customers", &[header]).await.status, 200);
    assert_eq!(
        api.get("/api/staff/customers", &["X-Forwarded-For: 203.0.113.5"]).await.status,
        401
    );
    assert_eq!(api.get("/api/safe/staff/customers", &[header]).await.status, 401);
}

#[tokio::test]
async fn c6_plain_token() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let plain = [alice.as_str(), "X-Forwarded-Proto: http"];
    let direct = api.get("/api/session", &plain).await;
    assert_eq!((direct.status, direct.json()["customer_id"].as_i64()), (200, Some(1)));
    assert_eq!(api.get("/api/safe/session", &plain).await.status, 403);
    let both = [alice.as_str(), "X-Forwarded-Proto: https", "X-Forwarded-Proto: http"];
    assert_eq!(api.get("/api/safe/session", &both).await.status, 403);
    let inside = [alice.as_str(), "X-Forwarded-Proto: https"];
    let twin = api.get("/api/safe/session", &inside).await;
    assert_eq!((twin.status, twin.json()["customer_id"].as_i64()), (200, Some(1)));
}

#[tokio::test]
async fn c6_unsaid_token() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let direct = api.get("/api/session", &[&alice]).await;
    assert_eq!((direct.status, direct.json()["customer_id"].as_i64()), (200, Some(1)));
    assert_eq!(api.get("/api/safe/session", &[&alice]).await.status, 403);
    assert_eq!(api.get("/api/safe/session", &[]).await.status, 401);
}
