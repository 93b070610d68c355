//! A1: changing what is another's, for another, and away to another. The effect is the judge.

use crate::trial::Trial;

/// alice's request.
fn alice<'a>(owner: &'a str, line: &'a str, body: &'a str) -> Trial<'a> {
    Trial { body, ..Trial::of("alice", owner, line) }
}

#[tokio::test]
async fn a1_update() {
    let put = alice("bob", "PUT /api/orders/4", r#"{"note":"hello from outside"}"#);
    put.leaves("bob", "/api/orders/4", "hello from outside").await;
}

#[tokio::test]
async fn a1_delete() {
    let cancel = alice("bob", "DELETE /api/orders/4", "");
    cancel.leaves("bob", "/api/orders/4", r#""status":"cancelled""#).await;
}

#[tokio::test]
async fn a1_delete_reminder() {
    let delete = alice("bob", "DELETE /api/reminders/2", "");
    delete.leaves("bob", "/api/reminders/2", "no such reminder").await;
}

#[tokio::test]
async fn a1_card_delete() {
    let delete = alice("bob", "DELETE /api/cards/2", "");
    delete.leaves("bob", "/api/cards/2", "no such card").await;
}

#[tokio::test]
async fn a1_action() {
    let line = "POST /api/deliveries/2/reroute";
    let reroute = alice("bob", line, r#"{"address":"9 Other Street"}"#);
    reroute.leaves("bob", "/api/deliveries/2", "9 Other Street").await;
}

#[tokio::test]
async fn a1_person_update() {
    let patch = alice("bob", "PATCH /api/customers/2", r#"{"phone":"+1-555-0666"}"#);
    patch.leaves("bob", "/api/profile", "+1-555-0666").await;
}

#[tokio::test]
async fn a1_create_for() {
    let body = r#"{"customer_id":2,"text":"send alice money"}"#;
    let create = Trial { refused: 403, ..alice("bob", "POST /api/reminders", body) };
    create.leaves("bob", "/api/reminders", "send alice money").await;
}

#[tokio::test]
async fn a1_move_here() {
    let take = alice("", "PATCH /api/reminders/2", r#"{"customer_id":1}"#);
    take.leaves("alice", "/api/reminders", "fetch Hypertensol").await;
}

#[tokio::test]
async fn a1_move_away() {
    let give = alice("paula", "PATCH /api/reminders/1", r#"{"customer_id":2}"#);
    let give = Trial { refused: 403, ..give };
    give.leaves("bob", "/api/reminders", "fetch Glucostat").await;
}

#[tokio::test]
async fn a1_put_over() {
    let put = alice("", "PUT /api/reminders/2", r#"{"text":"mine now"}"#);
    put.leaves("alice", "/api/reminders", "mine now").await;
}

#[tokio::test]
async fn a1_body_id() {
    let body = r#"{"order_id":4,"amount_cents":2899,"card_number":"4000000000000009"}"#;
    let pay = Trial { refused: 422, ..alice("bob", "POST /api/payments", body) };
    pay.leaves("bob", "/api/orders/4", r#""paid":true"#).await;
}

#[tokio::test]
async fn a1_property_name() {
    let notes = alice("bob", "PATCH /api/orders/notes", r#"{"4":{"note":"ring for an hour"}}"#);
    notes.leaves("bob", "/api/orders/4", "ring for an hour").await;
}

#[tokio::test]
async fn a1_url_in_body() {
    let copy = alice("bob", "POST /api/orders/copy", r#"{"source":"/api/orders/4"}"#);
    copy.shows("leave at door").await;
}

#[tokio::test]
async fn a1_second_id() {
    let merge = alice("", "POST /api/orders/merge", r#"{"into":1,"from":4}"#);
    merge.shows("Hypertensol").await;
    merge.leaves("bob", "/api/orders/4", r#""status":"cancelled""#).await;
}

#[tokio::test]
async fn a1_batch_delete() {
    let cancel = alice("", "POST /api/orders/cancel", r#"{"ids":[3,4]}"#);
    cancel.leaves("bob", "/api/orders/4", r#""status":"cancelled""#).await;
}

#[tokio::test]
async fn a1_nested_update() {
    let put = alice("", "PUT /api/customers/1/orders/4", r#"{"note":"hello from outside"}"#);
    put.leaves("bob", "/api/orders/4", "hello from outside").await;
}
