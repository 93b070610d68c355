//! A12: where URLs point, and what is read or who is sent there.

use serde_json::json;

use crate::client::Api;
use crate::documents::{assert_declared, honest};

/// Whether what answers at a URL is shown; by the twin it is not.
async fn is_fetched(url: &str, word: &str) {
    let body = json!({ "url": url }).to_string();
    for (path, is_fetched) in [("/api/pictures", true), ("/api/safe/pictures", false)] {
        let api = Api::start().await;
        let reply =
            api.call(&format!("POST {path}"), &["Content-Type: application/json"], &body).await;
        assert_eq!(reply.status, if is_fetched { 200 } else { 422 }, "{path}");
        assert_eq!(reply.text().contains(word), is_fetched, "{path}: {}", reply.text());
        assert_declared(&honest(), "POST", path, &reply);
    }
}

/// Whether people are sent there; by the twin they are not.
async fn is_led(to: &str, location: &str) {
    let api = Api::start().await;
    let reply = api.get(&format!("/api/leave?to={to}"), &[]).await;
    assert_eq!((reply.status, reply.header("location")), (302, location));
    let reply = api.get(&format!("/api/safe/leave?to={to}"), &[]).await;
    assert_eq!(reply.status, 422);
}

#[tokio::test]
async fn a12_metadata() {
    is_fetched("http://169.254.169.254/latest/meta-data/", "not-a-real-token").await;
}

#[tokio::test]
async fn a12_local_name() {
    is_fetched("http://localhost:9000/jobs", "db.internal").await;
}

#[tokio::test]
async fn a12_decimal() {
    is_fetched("http://2852039166/latest/", "not-a-real-token").await;
}

#[tokio::test]
async fn a12_octal() {
    is_fetched("http://0251.0376.0251.0376/latest/", "not-a-real-token").await;
}

#[tokio::test]
async fn a12_mapped() {
    is_fetched("http://[::ffff:169.254.169.254]/latest/", "not-a-real-token").await;
}

#[tokio::test]
async fn a12_user_info() {
    is_fetched("http://images.pharmacy.example@169.254.169.254/latest/", "not-a-real-token").await;
}

#[tokio::test]
async fn a12_backslash() {
    is_fetched("http://localhost\\@images.pharmacy.example/", "db.internal").await;
}

#[tokio::test]
async fn a12_bare() {
    is_fetched("127.0.0.1:9000/jobs", "db.internal").await;
}

#[tokio::test]
async fn a12_wide_digits() {
    is_fetched("http://１６９。２５４。１６９。２５４/latest/", "not-a-real-token").await;
}

#[tokio::test]
async fn a12_file() {
    is_fetched("file:///etc/passwd", "root:x:0").await;
}

#[tokio::test]
async fn a12_name_inside() {
    is_fetched("https://inner.pharmacy.example/jobs", "db.internal").await;
}

#[tokio::test]
async fn a12_redirect() {
    is_led("https://evil.example/login", "https://evil.example/login").await;
}

#[tokio::test]
async fn a12_redirect_slashes() {
    is_led("/%5Cevil.example/login", "/\\evil.example/login").await;
}

#[tokio::test]
async fn pictures_of_ours_are_fetched_and_paths_are_led_to() {
    let body = json!({ "url": "https://images.pharmacy.example/a.png", "note": "a" }).to_string();
    for path in ["/api/pictures", "/api/safe/pictures"] {
        let api = Api::start().await;
        let reply =
            api.call(&format!("POST {path}"), &["Content-Type: application/json"], &body).await;
        assert_eq!((reply.status, &reply.json()["start"]), (200, &json!("a picture")), "{path}");
        assert_declared(&honest(), "POST", path, &reply);
    }
    let api = Api::start().await;
    for path in ["/api/leave", "/api/safe/leave"] {
        for to in ["/api/medicines", "https://shop.pharmacy.example/sale"] {
            assert_eq!(api.get(&format!("{path}?to={to}"), &[]).await.status, 302, "{path} {to}");
        }
    }
}
