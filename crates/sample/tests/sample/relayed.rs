//! A13: what others wrote, and this API passes on.

use crate::client::Api;
use crate::documents::{assert_declared, honest};

/// Whether people are led there; by the twin they are not.
async fn is_led(c: &str, location: &str) {
    let api = Api::start().await;
    let reply = api.get(&format!("/api/click?c={c}"), &[]).await;
    assert_eq!((reply.status, reply.header("location")), (302, location));
    let reply = api.get(&format!("/api/safe/click?c={c}"), &[]).await;
    assert_eq!(reply.status, 422);
}

/// Whether an edition of the news holds a text; that of the twin does not.
async fn is_passed_on(edition: u32, text: &str, twin: u16) {
    let api = Api::start().await;
    let reply = api.get(&format!("/api/news?edition={edition}"), &[]).await;
    assert_eq!(reply.status, 200);
    assert!(reply.text().contains(text), "{}", reply.text());
    let reply = api.get(&format!("/api/safe/news?edition={edition}"), &[]).await;
    assert_eq!(reply.status, twin);
    assert!(!reply.text().contains(text), "{}", reply.text());
}

#[tokio::test]
async fn a13_click() {
    is_led("aHR0cHM6Ly9ldmlsLmV4YW1wbGUvbG9naW4", "https://evil.example/login").await;
}

#[tokio::test]
async fn a13_click_slashes() {
    is_led("L1xldmlsLmV4YW1wbGUvbG9naW4", "/\\evil.example/login").await;
}

#[tokio::test]
async fn a13_click_inside() {
    is_led("aHR0cDovLzEwLjAuMC41OjkwMDAvam9icw", "http://10.0.0.5:9000/jobs").await;
}

#[tokio::test]
async fn a13_feed_script() {
    is_passed_on(2, "</script><script>", 200).await;
}

#[tokio::test]
async fn a13_feed_types() {
    is_passed_on(3, "supplier_token", 422).await;
}

#[tokio::test]
async fn a13_feed_twice() {
    is_passed_on(4, "the second one", 422).await;
}

#[tokio::test]
async fn a13_file_name() {
    let api = Api::start().await;
    let reply = api.get("/api/leaflet?number=2", &[]).await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("content-disposition").contains('\u{202e}'));
    let reply = api.get("/api/safe/leaflet?number=2", &[]).await;
    assert_eq!((reply.status, reply.header("content-disposition").is_ascii()), (200, true));
}

#[tokio::test]
async fn news_links_and_leaflets_are_as_declared() {
    let api = Api::start().await;
    for path in ["/api/news", "/api/leaflet", "/api/click?c=L2FwaS9tZWRpY2luZXM"] {
        let safe = path.replace("/api/", "/api/safe/");
        for path in [path, &*safe] {
            let reply = api.get(path, &[]).await;
            assert!(reply.status < 400, "{path}");
            assert_declared(&honest(), "GET", path, &reply);
        }
    }
}
