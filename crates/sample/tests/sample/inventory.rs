//! A9: what no document mentions, and its many spellings.

use crate::client::{Api, Reply};

/// What the careless part answers there; below `/api/safe` there is nothing.
async fn hidden(target: &str) -> Reply {
    let api = Api::start().await;
    let twin = api.get(&format!("/api/safe{target}"), &[]).await;
    assert_eq!(twin.status, 404, "{}", twin.text());
    let direct = api.get(target, &[]).await;
    assert_eq!(direct.status, 200, "{target}: {}", direct.text());
    direct
}

#[tokio::test]
async fn a9_debug_env() {
    assert!(hidden("/debug/env").await.text().contains("fake_live_key"));
}

#[tokio::test]
async fn a9_old_version() {
    assert!(hidden("/v0/customers").await.json()["customers"][1]["password_hash"].is_string());
}

#[tokio::test]
async fn a9_git_config() {
    assert!(hidden("/.git/config").await.text().contains("deploy:fake-token@"));
}

#[tokio::test]
async fn a9_actuator() {
    assert_eq!(hidden("/actuator").await.json()["_links"]["dump"], "/backup.sql");
}

#[tokio::test]
async fn a9_backup() {
    assert!(hidden("/backup.sql").await.text().contains("'bob@pharmacy.example', 'fnv1a$"));
}

#[tokio::test]
async fn a9_admin_users() {
    assert_eq!(hidden("/admin/users").await.json()["users"][3]["role"], "admin");
}

#[tokio::test]
async fn a9_internal_metrics() {
    assert!(hidden("/internal/metrics").await.text().contains("revenue_cents 13694"));
}

/// Another spelling of `/debug/env`.
async fn spelled(target: &str) {
    assert!(hidden(target).await.json()["SESSION_SECRET"].is_string());
}

#[tokio::test]
async fn a9_encoded_path() {
    spelled("/api/%64ebug/env").await;
}

#[tokio::test]
async fn a9_double_encoded_path() {
    spelled("/api/%2564ebug/env").await;
}

#[tokio::test]
async fn a9_case_folding() {
    spelled("/api/Debug/ENV").await;
}

#[tokio::test]
async fn a9_matrix_parameter() {
    spelled("/api/debug;v=1/env;x").await;
}

#[tokio::test]
async fn a9_double_slash() {
    spelled("//debug/env").await;
}

#[tokio::test]
async fn a9_dot_segments() {
    spelled("/api/medicines/..%2f..%2fdebug/env").await;
}

#[tokio::test]
async fn a9_backslash() {
    spelled("/api/medicines/..%5c..%5cdebug%5cenv").await;
}

#[tokio::test]
async fn a9_trailing_slash() {
    spelled("/api/debug/env/").await;
}

#[tokio::test]
async fn a9_no_base_path() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    assert_eq!(api.get("/profile", &[&alice]).await.json()["id"], 1);
    assert_eq!(api.get("/safe/profile", &[&alice]).await.status, 404);
}

#[tokio::test]
async fn a9_undeclared_put() {
    let api = Api::start().await;
    let body = r#"{"price_cents":1}"#;
    assert_eq!(api.call("PUT /api/safe/medicines/9", &[], body).await.status, 405);
    assert_eq!(api.get("/api/medicines/9", &[]).await.json()["price_cents"], 8900);
    assert_eq!(api.call("PUT /api/medicines/9", &[], body).await.status, 200);
    assert_eq!(api.get("/api/medicines/9", &[]).await.json()["price_cents"], 1);
}

#[tokio::test]
async fn a9_undeclared_delete() {
    let api = Api::start().await;
    assert_eq!(api.call("DELETE /api/safe/medicines/9", &[], "").await.status, 405);
    assert_eq!(api.get("/api/medicines/9", &[]).await.status, 200);
    assert_eq!(api.call("DELETE /api/medicines/9", &[], "").await.status, 204);
    assert_eq!(api.get("/api/medicines/9", &[]).await.status, 404);
}

/// The answer with its debug part, which the twin does not have.
async fn debugged(query: &str, headers: &[&str]) {
    let api = Api::start().await;
    let direct = api.get(&format!("/api/medicines{query}"), headers).await;
    let sql = direct.json()["_debug"]["sql"][0].as_str().map(str::to_owned);
    assert!(sql.is_some_and(|sql| sql.starts_with("SELECT * FROM medicines")));
    let twin = api.get(&format!("/api/safe/medicines{query}"), headers).await;
    assert!(twin.json().get("_debug").is_none());
}

#[tokio::test]
async fn a9_debug_query() {
    debugged("?debug=1", &[]).await;
}

#[tokio::test]
async fn a9_debug_header() {
    debugged("", &["X-Debug: 1"]).await;
}

#[tokio::test]
async fn a9_debug_cookie() {
    debugged("", &["Cookie: theme=dark; debug=1"]).await;
}

#[tokio::test]
async fn a9_sunset_passed() {
    let api = Api::start().await;
    let direct = api.get("/api/v1/prices", &[]).await;
    assert_eq!(direct.status, 200);
    assert_eq!(direct.json()["prices"][0]["supplier_cost_cents"], 88);
    assert_eq!(api.get("/api/safe/v1/prices", &[]).await.status, 404);
}
