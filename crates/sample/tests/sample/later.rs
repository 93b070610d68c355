//! Flaws that later issues close: they are real already.

use serde_json::json;

use crate::client::Api;

#[tokio::test]
async fn the_flaws_of_later_issues_are_there() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    for target in ["orders/4", "orders/by-code/PH-B1"] {
        assert_eq!(api.get(&format!("/api/{target}"), &[&alice]).await.json()["customer_id"], 2);
    }
    assert_eq!(api.get("/api/payments/2", &[&alice]).await.json()["order_id"], 5);
    assert_eq!(api.get("/api/prescriptions/RX-1003", &[&alice]).await.json()["customer_id"], 2);
    let note = r#"{"note":"hello from alice"}"#;
    assert_eq!(api.call("PUT /api/orders/4", &[&alice], note).await.status, 200);
    let pay = r#"{"order_id":4,"amount_cents":2899,"card_number":"4000000000000009"}"#;
    assert_eq!(api.call("POST /api/payments", &[&alice], pay).await.status, 201);
    assert_eq!(api.call("DELETE /api/orders/4", &[&alice], "").await.status, 204);
    assert_eq!(api.get("/api/staff/customers/2", &[&alice]).await.json()["id"], 2);
    let more = r#"{"quantity":1}"#;
    let restock = "POST /api/staff/medicines/1/restock";
    assert_eq!(api.call(restock, &[&alice], more).await.json()["stock"], 121);
    let yes = r#"{"status":"approved"}"#;
    let approve = "PATCH /api/prescriptions/RX-1002";
    assert_eq!(api.call(approve, &[&alice], yes).await.json()["status"], "approved");
    let union = "x' UNION SELECT id, email, role, 0, 0, 0, password_hash, 0 \
                 FROM (SELECT *, 1 AS category FROM customers) WHERE '' LIKE '";
    let union = union.replace(' ', "%20").replace('\'', "%27");
    let stolen = api.get(&format!("/api/medicines?search={union}"), &[]).await;
    assert!(stolen.text().contains("fnv1a$"), "{}", stolen.text());
    api.token("bob").await;
    let guessed = "Authorization: Bearer ph-2-000002";
    assert_eq!(api.get("/api/profile", &[guessed]).await.json()["id"], json!(2));
}
