//! C7: what stands in addresses, and who sees it.

use crate::client::Api;
use crate::documents::{assert_declared, honest};

/// What everybody sees of what was asked for last.
async fn last(api: &Api, member: &str) -> String {
    let seen = api.get("/api/visits", &[]).await;
    seen.json()["items"][0][member].as_str().expect("a text").to_owned()
}

/// Whether an address that somebody asks for is there for everybody.
async fn is_shown(query: &str, word: &str) {
    for (path, is_shown) in [("/api/shelves", true), ("/api/safe/shelves", false)] {
        let api = Api::start().await;
        let reply = api.get(&format!("{path}?category=pain&{query}"), &[]).await;
        assert_eq!(reply.status, 200);
        assert_declared(&honest(), "GET", path, &reply);
        let asked = last(&api, "asked").await;
        assert_eq!(asked.contains(word), is_shown, "{path}: {asked}");
        assert!(asked.contains("category=pain"), "{path}: {asked}");
    }
}

/// Whether the page before is there for everybody.
async fn is_told(field: &str, word: &str) {
    for (path, is_told) in [("/api/visits", true), ("/api/safe/visits", false)] {
        let api = Api::start().await;
        let reply = api.call(&format!("POST {path}"), &[field], "").await;
        assert_eq!(reply.status, 204);
        let came_from = last(&api, "came_from").await;
        assert_eq!(came_from.contains(word), is_told, "{path}: {came_from}");
    }
}

#[tokio::test]
async fn c7_token_in_query() {
    let api = Api::start().await;
    let token = api.token("alice").await;
    is_shown(&format!("access_token={token}"), &token).await;
}

#[tokio::test]
async fn c7_password_in_query() {
    is_shown("user%5Bpassword%5D=alice-pass", "alice-pass").await;
}

#[tokio::test]
async fn c7_jwt_in_query() {
    let api = Api::start().await;
    let token = api.get("/issuer/token?for=alice", &[]).await.json()["access_token"].clone();
    let token = token.as_str().expect("a token");
    is_shown(&format!("t={token}"), token).await;
}

#[tokio::test]
async fn c7_reset_link_referrer() {
    let field = "Referer: https://pharmacy.example/password/link?token=mailed-once-0001";
    is_told(field, "mailed-once-0001").await;
}

#[tokio::test]
async fn c7_invitation_referrer() {
    let field = "Referer: https://pharmacy.example/api/invitations/invited-once-0001";
    is_told(field, "invited-once-0001").await;
}

#[tokio::test]
async fn c7_callback_referrer() {
    let field = "Referer: https://pharmacy.example/login/callback?code=SplxlOBe&state=xyz";
    is_told(field, "SplxlOBe").await;
}

#[tokio::test]
async fn c7_user_info_referrer() {
    is_told("Referer: https://alice:alice-pass@intern.pharmacy.example/", "alice-pass").await;
}

#[tokio::test]
async fn c7_misspelt_referrer() {
    let field = "Referrer: https://pharmacy.example/password/link?token=mailed-once-0001";
    is_told(field, "mailed-once-0001").await;
}

#[tokio::test]
async fn the_links_of_mails_open() {
    let (api, document) = (Api::start().await, honest());
    for (path, member, value) in [
        ("/api/password/link?token=mailed-once-0001", "is_good", true.into()),
        ("/api/password/link?token=another", "is_good", false.into()),
        ("/api/invitations/invited-once-0001", "is_good", true.into()),
        ("/api/login/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz", "state", "xyz".into()),
        ("/api/visits", "items", serde_json::json!([])),
        ("/api/safe/visits", "items", serde_json::json!([])),
    ] {
        let reply = api.get(path, &[]).await;
        assert_eq!((reply.status, &reply.json()[member]), (200, &value), "{path}");
        assert_declared(&document, "GET", path, &reply);
    }
}

#[tokio::test]
async fn the_twin_keeps_the_site_of_a_page() {
    let api = Api::start().await;
    let field = "Referer: https://shop.example/a/b?c=d";
    assert_eq!(api.call("POST /api/safe/visits", &[field], "").await.status, 204);
    assert_eq!(last(&api, "came_from").await, "https://shop.example");
}
