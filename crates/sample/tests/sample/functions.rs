//! A5: what only people who work here should do, done by a customer.

use crate::client::Api;
use crate::trial::Trial;

/// What alice tries, and who may do it.
fn alice<'a>(owner: &'a str, line: &'a str, body: &'a str) -> Trial<'a> {
    Trial { body, refused: 403, ..Trial::of("alice", owner, line) }
}

#[tokio::test]
async fn a5_staff_customer() {
    alice("paula", "GET /api/staff/customers/2", "").shows("Bob Example").await;
}

#[tokio::test]
async fn a5_restock() {
    let restock = alice("paula", "POST /api/staff/medicines/1/restock", r#"{"quantity":1}"#);
    restock.leaves("bob", "/api/medicines/1", r#""stock":121"#).await;
}

#[tokio::test]
async fn a5_approve() {
    let approve = alice("paula", "PATCH /api/prescriptions/RX-1002", r#"{"status":"approved"}"#);
    approve.leaves("alice", "/api/prescriptions/RX-1002", r#""status":"approved""#).await;
}

#[tokio::test]
async fn a5_admin_path() {
    let logins = alice("adam", "GET /api/admin/logins", "");
    logins.shows(r#""email":"alice@pharmacy.example""#).await;
    // Nor is it for everybody who works here.
    Trial { who: "paula", ..logins }.shows(r#""email":"paula@pharmacy.example""#).await;
}

#[tokio::test]
async fn a5_admin_settings() {
    let set = alice("adam", "PUT /api/admin/settings", r#"{"delivery_cents":0}"#);
    set.leaves("bob", "/api/settings", r#""delivery_cents":0"#).await;
    Trial { who: "paula", ..set }.leaves("bob", "/api/settings", r#""delivery_cents":0"#).await;
}

#[tokio::test]
async fn a5_admin_tag() {
    let announce = alice("adam", "POST /api/notices", r#"{"text":"all is free today"}"#);
    announce.leaves("bob", "/api/notices", "all is free today").await;
}

#[tokio::test]
async fn a5_operation_name() {
    let recount = alice("paula", "POST /api/stock/recount", r#"{"medicine_id":1,"stock":0}"#);
    recount.leaves("bob", "/api/medicines/1", r#""stock":0"#).await;
}

#[tokio::test]
async fn a5_catalogue_update() {
    let retitle = alice("paula", "PUT /api/brochures/1", r#"{"title":"Buy elsewhere"}"#);
    retitle.leaves("bob", "/api/brochures/1", "Buy elsewhere").await;
}

#[tokio::test]
async fn a5_catalogue_delete() {
    let withdraw = alice("paula", "DELETE /api/brochures/1", "");
    withdraw.leaves("bob", "/api/brochures/1", "no such brochure").await;
}

#[tokio::test]
async fn a5_role_change() {
    let climb = alice("adam", "PUT /api/staff/customers/1/role", r#"{"role":"admin"}"#);
    climb.leaves("alice", "/api/profile", r#""role":"admin""#).await;
    Trial { who: "paula", ..climb }.leaves("alice", "/api/profile", r#""role":"admin""#).await;
}

#[tokio::test]
async fn a5_role_kept() {
    for (safe, after) in [("", 200), ("/safe", 403)] {
        let api = Api::start().await;
        let (paula, adam) = (api.login("paula").await, api.login("adam").await);
        let takings = format!("/api{safe}/staff/takings");
        assert_eq!(api.get(&takings, &[&paula]).await.status, 200);
        let line = "PUT /api/safe/staff/customers/3/role";
        let demoted = api.call(line, &[&adam], r#"{"role":"customer"}"#).await;
        assert_eq!((demoted.status, &demoted.json()["role"]), (200, &"customer".into()));
        assert_eq!(api.get(&takings, &[&paula]).await.status, after, "{takings}");
    }
}
