//! Liveness and readiness, on a listener of their own.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::io::Read as _;
use std::sync::Arc;

use crate::support::{Scene, Setup};
use portcullis_testkit::{Answer, Behaviour, exchange, send};

const SHOP: &str = include_str!("support/shop.yaml");
const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                      health: 127.0.0.1:0\naccess: [{ anyone: \"*\" }]\n";

fn scene(policy: &str) -> Scene {
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    Scene::with(SHOP, Behaviour::json(200, "[]"), setup)
}

fn ask(scene: &Scene, request: &str) -> Answer {
    exchange(scene.gateway.health_address().unwrap(), format!("{request}\r\nHost: a\r\n\r\n"))
}

#[test]
fn it_tells_that_it_lives_and_serves_and_which_model() {
    let scene = scene(POLICY);
    let live = ask(&scene, "GET /livez HTTP/1.1");
    assert_eq!((live.status, live.text().as_str()), (200, "alive\n"));
    assert_eq!(live.field("cache-control"), Some("no-store"));
    let version = scene.gateway.site().plans().next().unwrap().version.clone();
    let ready = ask(&scene, "GET /readyz HTTP/1.1");
    assert_eq!(ready.status, 200);
    assert!(ready.text().starts_with(&format!("ready\nmodel: {version}\n")), "{}", ready.text());
    scene.gateway.remark(Some("the last one failed".to_owned()));
    assert!(ask(&scene, "GET /readyz?x HTTP/1.1").text().contains("reload: the last one failed\n"));
    let head = ask(&scene, "HEAD /readyz HTTP/1.1");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn nothing_else_is_there_and_nothing_of_it_reaches_the_api() {
    let scene = scene(POLICY);
    for (request, status) in [
        ("GET / HTTP/1.1", 404),
        ("GET /api/items HTTP/1.1", 404),
        ("GET /livez/ HTTP/1.1", 404),
        ("GET /%6civez HTTP/1.1", 404),
        ("POST /livez HTTP/1.1\r\nContent-Length: 0", 405),
        ("DELETE /readyz HTTP/1.1", 405),
        ("nonsense", 400),
        ("GET /livez HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", 400),
    ] {
        assert_eq!(ask(&scene, request).status, status, "{request}");
    }
    let long = format!("GET /livez HTTP/1.1\r\nX-Long: {}", "x".repeat(8192));
    assert_eq!(ask(&scene, &long).status, 0, "closed, unanswered");
    assert_eq!(scene.api.seen().len(), 0);
    // And the listener of the API knows neither.
    assert_eq!(scene.get("/livez").status, 404);
    assert_eq!(scene.get("/api/readyz").status, 404);
}

#[test]
fn no_page_frames_what_it_says_or_takes_it_for_another_type() {
    let scene = scene(POLICY);
    for request in ["GET /livez HTTP/1.1", "GET /jwks.json HTTP/1.1", "GET /secret HTTP/1.1"] {
        let answer = ask(&scene, request);
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{request}");
        assert_eq!(answer.field("x-frame-options"), Some("DENY"), "{request}");
        let policy = answer.field("content-security-policy");
        assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{request}");
        assert_eq!(answer.field("cross-origin-resource-policy"), Some("same-origin"), "{request}");
    }
}

#[test]
fn silent_connections_keep_nobody_from_asking() {
    let scene = scene(POLICY);
    let address = scene.gateway.health_address().unwrap();
    let mut held: Vec<_> = (0..40).map(|_| send(address, "GET ")).collect();
    assert_eq!(ask(&scene, "GET /livez HTTP/1.1").status, 200);
    assert_eq!(held[0].read(&mut [0; 1]).unwrap_or(0), 0, "the oldest are closed");
    assert_eq!(scene.get("/api/items").status, 200);
}

#[test]
fn it_says_so_while_it_drains() {
    let scene = scene(&format!("{POLICY}limits: {{ drain_timeout: 1s }}\n"));
    scene.api.behave(Behaviour::Hang);
    let address = scene.gateway.health_address().unwrap();
    let client = send(
        scene.gateway.address(),
        "POST /api/items HTTP/1.1\r\nHost: a\r\n\
        Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}",
    );
    while scene.api.seen().is_empty() {
        std::thread::yield_now();
    }
    let gateway = Arc::new(scene.gateway);
    let draining = std::thread::spawn({
        let gateway = gateway.clone();
        move || gateway.stop()
    });
    let ready = loop {
        let answer = exchange(address, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(ready.status, 503);
    assert!(ready.text().starts_with("not ready: draining\n"), "{}", ready.text());
    let live = exchange(address, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(live.status, 200, "whoever drains is not to be killed");
    draining.join().unwrap();
    drop(client);
    assert_eq!(exchange_or_none(address), 0, "it ends with the gateway");
}

fn exchange_or_none(address: std::net::SocketAddr) -> u16 {
    match std::net::TcpStream::connect(address) {
        Ok(_) => exchange(address, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").status,
        Err(_) => 0,
    }
}
