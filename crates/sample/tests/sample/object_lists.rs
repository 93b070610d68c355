//! A1: what is another's in lists of every form, and in batches.

use crate::client::Api;
use crate::trial::Trial;

/// alice asks for a list; the twin answers it without what is bob's.
async fn alice_lists(line: &str, body: &str) {
    Trial { body, refused: 200, ..Trial::of("alice", "bob", line) }.shows("PH-B1").await;
}

#[tokio::test]
async fn a1_list_all() {
    alice_lists("GET /api/orders/recent", "").await;
}

#[tokio::test]
async fn a1_list_filter() {
    let line = "GET /api/orders/search?customer_id=2&status=new";
    Trial { refused: 403, ..Trial::of("alice", "bob", line) }.shows("PH-B1").await;
}

#[tokio::test]
async fn a1_map() {
    alice_lists("GET /api/orders/by-id", "").await;
}

#[tokio::test]
async fn a1_embedded() {
    alice_lists("GET /api/orders/pages", "").await;
}

#[tokio::test]
async fn a1_json_lines() {
    alice_lists("GET /api/orders/export", "").await;
}

#[tokio::test]
async fn a1_batch_query() {
    alice_lists("GET /api/orders/lookup?ids=1&ids=4", "").await;
}

#[tokio::test]
async fn a1_batch_body() {
    alice_lists("POST /api/orders/lookup", r#"{"ids":[1,4]}"#).await;
}

#[tokio::test]
async fn a1_nested_list() {
    Trial::of("alice", "bob", "GET /api/customers/2/orders").shows("PH-B1").await;
}

#[tokio::test]
async fn a1_total() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    for (target, total) in [("/api/reminders", 3), ("/api/safe/reminders", 2)] {
        let list = api.get(target, &[&alice]).await.json();
        assert_eq!(
            (list["items"].as_array().map(Vec::len), &list["total"]),
            (Some(2), &total.into())
        );
    }
}
