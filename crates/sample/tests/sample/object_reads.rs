//! A1: reading what is another's.

use crate::client::Api;
use crate::trial::Trial;

/// alice asks for what is bob's.
async fn alice_reads(line: &str, headers: &[&str], text: &str) {
    Trial { headers, ..Trial::of("alice", "bob", line) }.shows(text).await;
}

#[tokio::test]
async fn a1_read_order() {
    alice_reads("GET /api/orders/4", &[], "PH-B1").await;
}

#[tokio::test]
async fn a1_read_by_code() {
    alice_reads("GET /api/orders/by-code/PH-B1", &[], "PH-B1").await;
}

#[tokio::test]
async fn a1_id_case() {
    // The twin knows the code in its one spelling only.
    Trial::of("alice", "", "GET /api/orders/by-code/ph-b1").shows("PH-B1").await;
}

#[tokio::test]
async fn a1_read_prescription() {
    alice_reads("GET /api/prescriptions/RX-1003", &[], "made-up high blood pressure").await;
}

#[tokio::test]
async fn a1_read_payment() {
    alice_reads("GET /api/payments/2", &[], r#""order_id":5"#).await;
}

#[tokio::test]
async fn a1_person() {
    alice_reads("GET /api/customers/2", &[], "Bob Example").await;
}

#[tokio::test]
async fn a1_card() {
    alice_reads("GET /api/cards/2", &[], r#""last4":"0002""#).await;
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let card = api.get("/api/cards/2", &[&alice]).await;
    assert!(card.json().get("customer_id").is_none(), "{}", card.text());
}

#[tokio::test]
async fn a1_nested_owner() {
    alice_reads("GET /api/deliveries/2", &[], "bob@pharmacy.example").await;
}

#[tokio::test]
async fn a1_no_owner() {
    Trial::of("alice", "", "GET /api/deliveries/3").shows("an envelope without a name").await;
}

#[tokio::test]
async fn a1_nested_object() {
    let voucher = Trial::of("alice", "bob", "GET /api/vouchers/WELCOME");
    Trial { refused: 200, ..voucher }.shows("PH-B1").await;
}

#[tokio::test]
async fn a1_header_id() {
    alice_reads("GET /api/orders/current", &["X-Order-Id: 4"], "PH-B1").await;
}

#[tokio::test]
async fn a1_cookie_id() {
    alice_reads("GET /api/orders/last", &["Cookie: last_order=4"], "PH-B1").await;
}

#[tokio::test]
async fn a1_nested_foreign() {
    alice_reads("GET /api/customers/2/orders/4", &[], "PH-B1").await;
}

#[tokio::test]
async fn a1_nested_mixed() {
    Trial::of("alice", "", "GET /api/customers/1/orders/4").shows("PH-B1").await;
}

#[tokio::test]
async fn a1_receipt() {
    alice_reads("GET /api/orders/4/receipt", &[], "leave at door").await;
}

#[tokio::test]
async fn a1_receipt_range() {
    alice_reads("GET /api/orders/4/receipt", &["Range: bytes=8-12"], "PH-B1").await;
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let part = api.get("/api/orders/4/receipt", &[&alice, "Range: bytes=8-12"]).await;
    assert_eq!((part.status, part.text().as_str()), (206, "PH-B1"));
}

#[tokio::test]
async fn a1_receipt_head() {
    let api = Api::start().await;
    let (alice, bob) = (api.login("alice").await, api.login("bob").await);
    let direct = api.call("HEAD /api/orders/4/receipt", &[&alice], "").await;
    assert_eq!((direct.status, direct.header("etag")), (200, "\"PH-B1-new\""));
    let line = "HEAD /api/safe/orders/4/receipt";
    let twin = api.call(line, &[&alice], "").await;
    assert_eq!((twin.status, twin.header("etag")), (404, ""));
    assert_eq!(api.call(line, &[&bob], "").await.header("etag"), "\"PH-B1-new\"");
}

#[tokio::test]
async fn a1_receipt_conditional() {
    let api = Api::start().await;
    let (alice, bob) = (api.login("alice").await, api.login("bob").await);
    let guess = "If-None-Match: \"PH-B1-new\"";
    assert_eq!(api.get("/api/orders/4/receipt", &[&alice, guess]).await.status, 304);
    assert_eq!(api.get("/api/safe/orders/4/receipt", &[&alice, guess]).await.status, 404);
    assert_eq!(api.get("/api/safe/orders/4/receipt", &[&bob, guess]).await.status, 304);
}

#[tokio::test]
async fn a1_head_order() {
    let api = Api::start().await;
    let (alice, bob) = (api.login("alice").await, api.login("bob").await);
    let status = async |target: &str, who: &str| {
        api.call(&format!("HEAD /api{target}"), &[who], "").await.status
    };
    assert_eq!(
        (status("/orders/4", &alice).await, status("/orders/700", &alice).await),
        (200, 404)
    );
    assert_eq!(status("/safe/orders/4", &alice).await, 404);
    assert_eq!(status("/safe/orders/4", &bob).await, 200);
}

#[tokio::test]
async fn a1_exists() {
    let api = Api::start().await;
    let (alice, bob) = (api.login("alice").await, api.login("bob").await);
    let at = async |target: &str, who: &str| {
        let reply = api.get(&format!("/api{target}"), &[who]).await;
        (reply.status, reply.text())
    };
    assert_eq!(at("/reminders/2", &alice).await.0, 403);
    assert_eq!(at("/reminders/700", &alice).await.0, 404);
    let foreign = at("/safe/reminders/2", &alice).await;
    assert_eq!((foreign.0, &foreign), (404, &at("/safe/reminders/700", &alice).await));
    assert_eq!(at("/safe/reminders/2", &bob).await.0, 200);
}
