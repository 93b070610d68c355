//! What the phone app uses, and what lies open beside the API: where stories of breaches are played.

use serde_json::json;

use crate::client::Api;
use crate::trial::Trial;

#[tokio::test]
async fn a3_friend_id() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let bob = r#"{"phone":"+1-555-0102"}"#;
    let told = api.call("POST /api/friends", &[&alice], bob).await;
    assert_eq!((told.status, &told.json()["friend"]["customer_id"]), (409, &json!(2)));
    let nobody = r#"{"phone":"+1-555-0999"}"#;
    let kept = api.call("POST /api/safe/friends", &[&alice], bob).await;
    let other = api.call("POST /api/safe/friends", &[&alice], nobody).await;
    assert_eq!((kept.status, other.status), (201, 201), "who is known does not show");
    assert!(kept.json().get("friend").is_none(), "{}", kept.text());
    assert_eq!(api.call("POST /api/friends", &[&alice], nobody).await.status, 201);
}

#[tokio::test]
async fn a1_consent_token() {
    let bob = r#"{"customer_id":2}"#;
    let trial = Trial::of("alice", "bob", "POST /api/app/consent");
    Trial { body: bob, ..trial }.shows(r#""name":"Bob Example""#).await;
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let told = api.call("POST /api/app/consent", &[&alice], bob).await;
    let token = told.json()["token"].as_str().expect("a token").to_owned();
    let is_bob = api.get("/api/profile", &[&format!("Authorization: Bearer {token}")]).await;
    assert_eq!(is_bob.json()["id"], 2);
}

#[tokio::test]
async fn a1_find_by_phone() {
    let line = "GET /api/customers/lookup?phone=%2B1-555-0102";
    Trial::of("alice", "bob", line).shows("Bob Example").await;
}

#[tokio::test]
async fn a3_feed() {
    let api = Api::start().await;
    let told = api.get("/api/feed", &[]).await;
    for name in ["amount_cents", "from_phone", "card_last4"] {
        assert!(told.json()["items"][0].get(name).is_some(), "{name}");
    }
    let public = api.get("/api/safe/feed", &[]).await;
    let mut names: Vec<String> =
        public.json()["items"][0].as_object().expect("a payment").keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["from", "id", "note", "to"]);
}

#[tokio::test]
async fn a4_feed_page() {
    let api = Api::start().await;
    let all = api.get("/api/feed?per_page=500", &[]).await;
    assert_eq!(all.json()["items"].as_array().map(Vec::len), Some(500));
    assert_eq!(api.get("/api/safe/feed?per_page=500", &[]).await.status, 422);
}

#[tokio::test]
async fn a4_feed_harvest() {
    let api = Api::start().await;
    let last = api.get("/api/feed?page=25", &[]).await;
    assert_eq!(last.json()["items"][19]["id"], 1);
    assert_eq!(api.get("/api/feed?page=26", &[]).await.json()["items"], json!([]));
    assert_eq!(api.get("/api/safe/feed?page=5", &[]).await.status, 200);
    assert_eq!(api.get("/api/safe/feed?page=6", &[]).await.status, 422);
}

#[tokio::test]
async fn a7_open_storage() {
    let api = Api::start().await;
    let key = json!({
        "id": "k", "text": "pharm_live_k", "owner": "2", "parent": null, "operations": [], "may": [],
        "orders": [], "addresses": [], "ends": null, "is_revoked": false, "uses_max": null,
    });
    let told = json!({ "keys": [key], "users": [] }).to_string();
    assert_eq!(api.call("PUT /credentials", &[], told).await.status, 204);
    let files = api.get("/storage/pharmacy", &[]).await;
    assert_eq!(files.json()["files"].as_array().map(Vec::len), Some(3));
    for (file, text) in [
        ("deploy/counter-key.json", "pharm_live_k"),
        ("deploy/partner-secret.json", r#""secret":"secret""#),
        ("exports/customers.json", "bob@pharmacy.example"),
    ] {
        let open = api.get(&format!("/storage/pharmacy/{file}"), &[]).await;
        assert!(open.text().contains(text), "{file}: {}", open.text());
        let alice = api.login("alice").await;
        let closed = api.get(&format!("/api/safe/storage/pharmacy/{file}"), &[&alice]).await;
        assert_eq!(closed.status, 403, "{file}");
    }
    assert_eq!(api.get("/storage/pharmacy/deploy/other", &[]).await.status, 404);
    let adam = api.login("adam").await;
    assert_eq!(api.get("/api/safe/storage/pharmacy", &[&adam]).await.status, 200);
    let commit = api.get("/repository/pharmacy-app/latest", &[]).await;
    assert_eq!(commit.json()["files"][0]["added"]["PHARMACY_API_KEY"], "pharm_live_k");
}
