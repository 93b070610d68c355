//! A3 and A6 by role: properties that the document declares, so that only the role decides.

use crate::trial::Trial;

/// Somebody reads what the twin shows to adam only.
async fn reads(who: &str, line: &str, text: &str) {
    Trial { refused: 200, ..Trial::of(who, "adam", line) }.shows(text).await;
}

#[tokio::test]
async fn a3_role_credit_score() {
    reads("alice", "GET /api/customers/1", r#""credit_score":640"#).await;
}

#[tokio::test]
async fn a3_role_remarks() {
    reads("alice", "GET /api/customers/1", "asked for a discount").await;
}

#[tokio::test]
async fn a3_role_card_number() {
    reads("paula", "GET /api/customers/1", "4000000000000101").await;
}

#[tokio::test]
async fn a3_role_date_of_birth() {
    reads("paula", "GET /api/customers/1", "1990-04-01").await;
    // A customer's own is not hidden from them.
    Trial::of("bob", "alice", "GET /api/customers/1").shows("1990-04-01").await;
}

#[tokio::test]
async fn a3_role_list() {
    reads("paula", "GET /api/customers", r#""credit_score":640"#).await;
}

#[tokio::test]
async fn a3_role_nested() {
    let order = Trial::of("paula", "", "GET /api/staff/orders/1");
    Trial { refused: 200, ..order }.shows(r#""credit_score":640"#).await;
}

/// alice writes what the twin lets only that person write.
async fn alice_writes(owner: &str, line: &str, body: &str, target: &str, text: &str) {
    let write = Trial { body, refused: 403, ..Trial::of("alice", owner, line) };
    write.leaves("adam", target, text).await;
}

#[tokio::test]
async fn a6_role_status() {
    let (body, text) = (r#"{"status":"delivered"}"#, r#""status":"delivered""#);
    alice_writes("paula", "PATCH /api/orders/1", body, "/api/orders/1", text).await;
}

#[tokio::test]
async fn a6_role_discount() {
    let (body, text) = (r#"{"discount_percent":100}"#, r#""discount_percent":100"#);
    alice_writes("paula", "PATCH /api/orders/1", body, "/api/orders/1", text).await;
}

#[tokio::test]
async fn a6_role_price() {
    let (body, text) = (r#"{"note":"hi","total_cents":1}"#, r#""total_cents":1,"#);
    alice_writes("paula", "PATCH /api/orders/1", body, "/api/orders/1", text).await;
}

#[tokio::test]
async fn a6_role_credit_score() {
    let (body, text) = (r#"{"credit_score":999}"#, r#""credit_score":999"#);
    alice_writes("adam", "PATCH /api/customers/1", body, "/api/customers/1", text).await;
}

#[tokio::test]
async fn a6_role_remarks() {
    let body = r#"{"phone":"+1-555-0101","remarks":"pays at once"}"#;
    alice_writes("adam", "PATCH /api/customers/1", body, "/api/customers/1", "pays at once").await;
}
