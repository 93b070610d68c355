//! Proxies in front: who the client is, and what the API is told of it.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;
use serde_json::Value;

const SHOP: &str = include_str!("support/shop.yaml");

/// Every test calls from loopback.
fn scene(rest: &str) -> Scene {
    let policy =
        format!("apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n{rest}");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    Scene::with(SHOP, Behaviour::json(200, "[]"), setup)
}

fn behind_proxy() -> Scene {
    scene("trusted_proxies: [127.0.0.0/8]\ntls: { terminated_by: trusted_proxies }\n")
}

/// The fields that tell the API of the way, in one line.
fn told(scene: &Scene) -> String {
    let forwarded = scene.forwarded().unwrap();
    let way = forwarded.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        ["x-forwarded-", "forwarded:", "via:", "x-real-ip:"]
            .iter()
            .any(|name| line.starts_with(name))
    });
    way.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_client_cannot_say_who_it_is() {
    let scene = scene("");
    let spoof = "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\nX-Forwarded-Proto: https\r\n\
                 X-Forwarded-Host: evil.example\r\nX-Real-IP: 192.0.2.1\r\nVia: 1.1 a\r\n";
    let answer = scene.get_with("/api/items", spoof);
    assert_eq!(answer.status, 200);
    assert_eq!(told(&scene), "X-Forwarded-For: 127.0.0.1, X-Forwarded-Proto: http");
    assert_eq!(answer.field("strict-transport-security"), None);
    let record = scene.last_record();
    assert_eq!((&record["peer"], &record["client"]), (&"127.0.0.1".into(), &Value::Null));
    assert!(record["edits"].as_array().unwrap().len() >= 6, "what it tried is recorded: {record}");
}

#[test]
fn a_trusted_proxy_says_who_the_client_is() {
    let scene = behind_proxy();
    let fields = "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\
                  X-Forwarded-Port: 443\r\nX-Real-IP: 192.0.2.1\r\nVia: 1.1 a\r\n";
    let answer = scene.get_with("/api/items", fields);
    assert_eq!(told(&scene), "X-Forwarded-For: 192.0.2.1, X-Forwarded-Proto: https");
    assert_eq!(answer.field("strict-transport-security"), Some("max-age=31536000"));
    let record = scene.last_record();
    assert_eq!((&record["peer"], &record["client"]), (&"127.0.0.1".into(), &"192.0.2.1".into()));
    assert_eq!(record["edits"], Value::Null, "what proxies write is nothing to tell: {record}");
    let answer = scene.get_with("/api/items", "Forwarded: for=\"[2001:db8::1]\";proto=http\r\n");
    assert_eq!(told(&scene), "X-Forwarded-For: 2001:db8::1, X-Forwarded-Proto: http");
    assert_eq!(answer.field("strict-transport-security"), None);
}

#[test]
fn two_fields_that_name_two_clients_are_refused() {
    let scene = behind_proxy();
    let fields = "Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n";
    assert_eq!(scene.get_with("/api/items", fields).status, 400);
    assert_eq!(scene.forwarded(), None);
    assert_eq!(scene.last_record()["reason"], "forwarding_disagrees");
}

#[test]
fn a_client_cannot_have_the_proxys_word_left_out() {
    let scene = behind_proxy();
    let named = "Connection: x-forwarded-for\r\nX-Forwarded-For: 192.0.2.1\r\n";
    assert_eq!(scene.get_with("/api/items", named).status, 200);
    assert_eq!(scene.last_record()["client"], "192.0.2.1");
    let bytes = b"GET /api/items HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \xff, 192.0.2.1\r\n\r\n";
    assert_eq!(scene.raw(bytes).status, 400);
}

#[test]
fn overrides_are_hostile_from_a_proxy_too() {
    let scene = behind_proxy();
    scene.get_with("/api/items", "X-Original-URL: /admin\r\nX-HTTP-Method-Override: DELETE\r\n");
    assert_eq!(scene.last_record()["edits"].as_array().unwrap().len(), 2);
}
