//! Flaws that later issues close: they are real already.

use serde_json::json;

use crate::client::Api;

#[tokio::test]
async fn the_flaws_of_later_issues_are_there() {
    let api = Api::start().await;
    api.token("bob").await;
    let guessed = "Authorization: Bearer ph-2-000001";
    assert_eq!(api.get("/api/profile", &[guessed]).await.json()["id"], json!(2));
}
