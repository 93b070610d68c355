//! A4: what costs the API more than it costs the caller.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::client::{Api, Reply};

/// What the careless API says about the body it read.
fn read_by(reply: &Reply, what: &str) -> usize {
    let parts = reply.header("x-debug-body").split("; ");
    let mut values = parts.filter_map(|part| part.strip_prefix(what)?.strip_prefix('='));
    values.next().and_then(|value| value.parse().ok()).expect("a count")
}

fn queries(reply: &Reply) -> usize {
    reply.header("x-debug-queries").parse().expect("a count")
}

#[tokio::test]
async fn a4_huge_body() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let note = "x".repeat(8_000_000);
    let body = format!(r#"{{"items":[{{"medicine_id":1,"quantity":1}}],"note":"{note}"}}"#);
    let direct = api.call("POST /api/orders", &[&alice], &body).await;
    assert_eq!(direct.status, 201);
    assert!(read_by(&direct, "bytes") > 8_000_000);
    assert_eq!(api.call("POST /api/safe/orders", &[&alice], &body).await.status, 413);
}

#[tokio::test]
async fn a4_gzip_bomb() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(br#"{"phone":"+1-555-0101""#).expect("memory");
    bomb.write_all(&vec![b' '; 32 * 1024 * 1024]).expect("memory");
    bomb.write_all(b"}").expect("memory");
    let bomb = bomb.finish().expect("memory");
    assert!(bomb.len() < 40_000);
    let headers = [alice.as_str(), "Content-Encoding: gzip"];
    let direct = api.call("PATCH /api/profile", &headers, &bomb).await;
    assert_eq!(direct.status, 200);
    assert!(read_by(&direct, "bytes") > 32 * 1024 * 1024);
    assert_eq!(api.call("PATCH /api/safe/profile", &headers, &bomb).await.status, 415);
}

#[tokio::test]
async fn a4_deep_json() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"preferences":{{"x":{open}{close}}}}}"#)
    };
    let direct = api.call("PATCH /api/profile", &[&alice], nested(90_000)).await;
    assert_eq!((direct.status, read_by(&direct, "depth")), (200, 90_002));
    // The twin skips what it does not know, without building a tree.
    let twin = api.call("PATCH /api/safe/profile", &[&alice], nested(20_000)).await;
    assert_eq!((twin.status, &twin.json()["preferences"]), (200, &json!({})));
    // Beyond this the process itself would die, so the sample stops.
    let direct = api.call("PATCH /api/profile", &[&alice], nested(200_000)).await;
    assert_eq!(direct.status, 400);
}

#[tokio::test]
async fn a4_many_items() {
    let api = Api::start().await;
    let alice = api.login("alice").await;
    let items = vec![r#"{"medicine_id":1,"quantity":0}"#; 2000].join(",");
    let body = format!(r#"{{"items":[{items}]}}"#);
    let direct = api.call("POST /api/orders", &[&alice], &body).await;
    assert_eq!(direct.status, 201);
    assert!(queries(&direct) > 6000);
    assert_eq!(api.call("POST /api/safe/orders", &[&alice], &body).await.status, 422);
}

#[tokio::test]
async fn a4_many_ids() {
    let api = Api::start().await;
    let query = vec!["ids=1"; 2000].join("&");
    let direct = api.get(&format!("/api/medicines/lookup?{query}"), &[]).await;
    assert_eq!((direct.status, queries(&direct)), (200, 2000));
    let twin = api.get(&format!("/api/safe/medicines/lookup?{query}"), &[]).await;
    assert_eq!(twin.status, 422);
}

#[tokio::test]
async fn a4_huge_answer() {
    let api = Api::start().await;
    let paula = api.login("paula").await;
    let direct = api.get("/api/staff/export?rows=300000", &[&paula]).await;
    assert_eq!(direct.status, 200);
    assert!(direct.body.len() > 20_000_000, "{}", direct.body.len());
    let twin = api.get("/api/safe/staff/export?rows=300000", &[&paula]).await;
    assert_eq!(twin.status, 422);
}

#[tokio::test]
async fn a4_slow_head() {
    let api = Api::start().await;
    let mut slow = TcpStream::connect(api.address()).await.expect("a connection");
    slow.write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("sent");
    for _ in 0..50 {
        slow.write_all(b"z").await.expect("sent");
        assert_eq!(api.get("/api/health", &[]).await.status, 200);
    }
    slow.write_all(b"\r\nConnection: close\r\n\r\n").await.expect("sent");
    assert_eq!(Reply::read(slow).await.status, 200);
}

#[tokio::test]
async fn a4_rate_search() {
    let api = Api::start().await;
    let from = ["X-Forwarded-For: 203.0.113.7"];
    for count in 0..20 {
        assert_eq!(api.get("/api/search?q=a", &from).await.status, 200);
        let twin = api.get("/api/safe/search?q=a", &from).await;
        assert_eq!(twin.status, if count < 10 { 200 } else { 429 }, "{count}");
    }
    let other = ["X-Forwarded-For: 203.0.113.8"];
    assert_eq!(api.get("/api/safe/search?q=a", &other).await.status, 200);
}

#[tokio::test]
async fn a4_export_bytes() {
    let api = Api::start().await;
    let paula = api.login("paula").await;
    for count in 0..12 {
        let direct = api.get("/api/staff/export?rows=1000", &[&paula]).await;
        assert_eq!(direct.status, 200);
        assert!(direct.json()["items"][999].is_object(), "{count}");
        let twin = api.get("/api/safe/staff/export?rows=1000", &[&paula]).await;
        assert_eq!(twin.status, if count < 5 { 200 } else { 429 }, "{count}");
    }
}
