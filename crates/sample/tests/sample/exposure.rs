//! A3: what the answer should not hold.

use crate::client::Api;

/// One person asks the careless operation and its twin (the same path below `/api/safe`): the
/// pointer leads somewhere in the first answer, and nowhere in the second.
async fn shown_and_withheld(
    who: &str,
    line: &str,
    body: &str,
    pointer: &str,
    statuses: (u16, u16),
) {
    let api = Api::start().await;
    let person = api.login(who).await;
    let direct = api.call(line, &[&person], body).await;
    let twin = api.call(&line.replace("/api/", "/api/safe/"), &[&person], body).await;
    assert_eq!((direct.status, twin.status), statuses, "{}{}", direct.text(), twin.text());
    assert!(direct.json().pointer(pointer).is_some(), "{}", direct.text());
    assert!(twin.json().is_object());
    assert!(twin.json().pointer(pointer).is_none(), "{}", twin.text());
}

#[tokio::test]
async fn a3_profile() {
    for pointer in ["/password_hash", "/internal_notes", "/risk_score"] {
        shown_and_withheld("alice", "GET /api/profile", "", pointer, (200, 200)).await;
    }
}

#[tokio::test]
async fn a3_medicines_list() {
    let pointer = "/items/0/supplier_cost_cents";
    shown_and_withheld("alice", "GET /api/medicines", "", pointer, (200, 200)).await;
}

#[tokio::test]
async fn a3_medicine() {
    for pointer in ["/supplier_cost_cents", "/recalled"] {
        shown_and_withheld("alice", "GET /api/medicines/1", "", pointer, (200, 200)).await;
    }
}

#[tokio::test]
async fn a3_order() {
    shown_and_withheld("alice", "GET /api/orders/1", "", "/staff_note", (200, 200)).await;
}

#[tokio::test]
async fn a3_order_items() {
    let pointer = "/items/0/supplier_cost_cents";
    shown_and_withheld("alice", "GET /api/orders/1", "", pointer, (200, 200)).await;
}

#[tokio::test]
async fn a3_order_customer() {
    let pointer = "/customer/password_hash";
    shown_and_withheld("alice", "GET /api/orders/1", "", pointer, (200, 200)).await;
}

#[tokio::test]
async fn a3_orders_list() {
    shown_and_withheld("alice", "GET /api/orders", "", "/items/0/staff_note", (200, 200)).await;
}

#[tokio::test]
async fn a3_payment() {
    for pointer in ["/card_number", "/gateway_token"] {
        shown_and_withheld("alice", "GET /api/payments/1", "", pointer, (200, 200)).await;
    }
}

#[tokio::test]
async fn a3_prescriptions_list() {
    let pointer = "/items/0/reviewer_note";
    shown_and_withheld("alice", "GET /api/prescriptions", "", pointer, (200, 200)).await;
}

#[tokio::test]
async fn a3_prescriptions_export() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let direct = api.call("GET /api/prescriptions/export", &[alice.as_str()], "").await;
    let twin = api.call("GET /api/safe/prescriptions/export", &[alice.as_str()], "").await;
    assert_eq!((direct.status, twin.status), (200, 200));
    assert!(direct.text().contains("<reviewer_note>"), "{}", direct.text());
    assert!(!twin.text().contains("reviewer_note") && twin.text().contains("<number>RX-"));
}

#[tokio::test]
async fn a3_staff_list() {
    let pointer = "/items/0/password_hash";
    shown_and_withheld("paula", "GET /api/staff/customers", "", pointer, (200, 200)).await;
}

#[tokio::test]
async fn a3_register_conflict() {
    let body = r#"{"email":"bob@pharmacy.example","password":"eve-pass-1","name":"Eve"}"#;
    let pointer = "/existing/password_hash";
    shown_and_withheld("alice", "POST /api/register", body, pointer, (409, 409)).await;
}

#[tokio::test]
async fn a3_stock_conflict() {
    let body = r#"{"items":[{"medicine_id":9,"quantity":99}]}"#;
    let pointer = "/medicine/supplier_cost_cents";
    shown_and_withheld("alice", "POST /api/orders", body, pointer, (409, 409)).await;
}

#[tokio::test]
async fn a3_order_conflict() {
    let body = r#"{"note":"too late"}"#;
    let pointer = "/order/staff_note";
    shown_and_withheld("alice", "PUT /api/orders/2", body, pointer, (409, 409)).await;
}
