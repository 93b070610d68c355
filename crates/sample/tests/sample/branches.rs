//! A1 among people who work here: branches, regions, and whom a prescription is assigned to.

use crate::trial::Trial;

#[tokio::test]
async fn a1_tenant_order() {
    Trial::of("petra", "paula", "GET /api/staff/orders/1").shows("PH-A1").await;
}

#[tokio::test]
async fn a1_tenant_update() {
    let patch = Trial::of("petra", "paula", "PATCH /api/staff/orders/1");
    let patch = Trial { body: r#"{"status":"cancelled"}"#, ..patch };
    patch.leaves("alice", "/api/orders/1", r#""status":"cancelled""#).await;
}

#[tokio::test]
async fn a1_tenant_list() {
    let list = Trial::of("petra", "paula", "GET /api/staff/customers?branch=main");
    Trial { refused: 403, ..list }.shows("Alice Example").await;
}

#[tokio::test]
async fn a1_tenant_create() {
    let report = Trial::of("petra", "paula", "POST /api/staff/incidents");
    let body = r#"{"organisation_id":"main","text":"the safe was open"}"#;
    let report = Trial { body, refused: 403, ..report };
    report.leaves("paula", "/api/staff/incidents", "the safe was open").await;
}

#[tokio::test]
async fn a1_tree() {
    Trial::of("rita", "petra", "GET /api/staff/incidents/2").shows("a parcel went missing").await;
    // What is below her region is hers.
    Trial::of("petra", "rita", "GET /api/staff/incidents/3").shows("a till was short").await;
}

#[tokio::test]
async fn a1_tree_up() {
    Trial::of("paula", "rita", "GET /api/staff/incidents/4").shows("a supplier was late").await;
}

#[tokio::test]
async fn a1_tree_list() {
    let list = Trial { refused: 200, ..Trial::of("rita", "petra", "GET /api/staff/incidents") };
    list.shows("a parcel went missing").await;
}

#[tokio::test]
async fn a1_relation_read() {
    let read = Trial::of("paula", "adam", "GET /api/staff/prescriptions/RX-1003");
    read.shows("made-up high blood pressure").await;
}

#[tokio::test]
async fn a1_relation_list() {
    let list = Trial::of("paula", "adam", "GET /api/staff/prescriptions");
    Trial { refused: 200, ..list }.shows("RX-1003").await;
}

#[tokio::test]
async fn a1_relation_approve() {
    let approve = Trial::of("paula", "adam", "POST /api/staff/prescriptions/RX-1004/approve");
    approve.leaves("bob", "/api/prescriptions/RX-1004", r#""status":"approved""#).await;
}
