//! Connections that become WebSockets.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

const CHAT: &str = "
openapi: 3.1.0
info: { title: Chat, version: \"1\" }
paths:
  /chat:
    get:
      operationId: chat
      security: []
      parameters: [{ name: room, in: query, schema: { type: integer } }]
      responses: { \"200\": { description: the last words, content: { application/json: { schema: { type: array, items: { type: string } } } } } }
";
const NAMED: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                     origins: [https://shop.example]\n\
                     operations: { chat: { upgrade: websocket } }\n";
const UNNAMED: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n";
const ASK: &str = "GET /chat?room=1 HTTP/1.1\r\nHost: api\r\nConnection: keep-alive, Upgrade\r\n\
                   Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
const YES: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nServer: chat/1\r\n\r\n";

fn scene(policy: &str, answer: &str) -> Scene {
    let behaviour = Behaviour::Answer(answer.as_bytes().to_vec());
    Scene::with(CHAT, behaviour, Setup { policy: Some(policy), ..Setup::default() })
}

#[test]
fn what_is_said_goes_both_ways_and_the_record_says_that_nobody_looked() {
    // The API's first words come together with its answer.
    let scene = scene(NAMED, &format!("{YES}\u{81}\u{2}hi"));
    let mut stream = TcpStream::connect(scene.gateway.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(ASK.as_bytes()).unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).ends_with("hi") {
        let mut buffer = [0; 512];
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..read]);
    }
    let text = String::from_utf8_lossy(&seen);
    assert!(text.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{text}");
    assert!(text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{text}");
    assert!(!text.contains("Server"), "{text}");
    let forwarded = scene.forwarded().unwrap();
    assert!(
        forwarded.contains("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
        "{forwarded}"
    );
    assert!(forwarded.contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"), "{forwarded}");
    assert!(!forwarded.contains("permessage"), "{forwarded}");
    drop(stream);
    let record = scene.last_record();
    assert_eq!(record["verdict"], "allowed");
    assert_eq!(record["status"], 101);
    assert_eq!(record["body_not_inspected"], true);
    assert!(record["answer_bytes"].as_u64().unwrap() >= 4, "{record}");
}

#[test]
fn a_connection_becomes_one_only_where_the_policy_says_so_and_the_request_is_checked_as_any() {
    let scene = scene(UNNAMED, YES);
    let answer = scene.raw(ASK);
    assert_eq!(answer.status, 403);
    assert_eq!(scene.last_record()["reason"], "undecided_upgrade");
    let scene = self::scene(NAMED, YES);
    assert_eq!(scene.raw(ASK.replace("room=1", "room=x")).status, 400);
    let evil =
        ASK.replace("Upgrade: websocket", "Origin: https://evil.example\r\nUpgrade: websocket");
    assert_eq!(scene.raw(evil).status, 403);
    assert_eq!(scene.last_record()["reason"], "unknown_origin");
    let old = scene.raw(ASK.replace("Version: 13", "Version: 8"));
    assert_eq!((old.status, old.field("sec-websocket-version")), (426, Some("13")));
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn an_answer_that_does_not_complete_the_handshake_opens_no_tunnel() {
    for answer in [
        YES.replace("s3pP", "AAAA"),
        YES.replace("Upgrade: websocket", "Upgrade: h2c"),
        YES.replace("Server: chat/1", "Sec-WebSocket-Extensions: permessage-deflate"),
        YES.replace("Server: chat/1", "Sec-WebSocket-Protocol: other"),
    ] {
        let scene = scene(NAMED, &answer);
        assert_eq!(scene.raw(ASK).status, 502, "{answer}");
        assert_eq!(scene.last_record()["verdict"], "failed");
    }
}

#[test]
fn an_api_that_answers_otherwise_is_inspected_as_ever_and_other_protocols_are_not_offered() {
    let plain = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
    let scene = scene(NAMED, plain);
    assert_eq!(scene.raw(ASK).text(), "[]");
    let h2c = ASK.replace("Upgrade: websocket", "Upgrade: h2c");
    assert_eq!(scene.raw(h2c).status, 200);
    assert!(!scene.forwarded().unwrap().contains("Upgrade"), "an offer may be ignored");
    // Nobody asked: a switch is no answer.
    scene.api.behave(Behaviour::Answer(YES.as_bytes().to_vec()));
    assert_eq!(scene.get("/chat").status, 502);
}

#[test]
fn a_drain_ends_it() {
    let scene = scene(NAMED, YES);
    let mut stream = TcpStream::connect(scene.gateway.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(ASK.as_bytes()).unwrap();
    assert_ne!(stream.read(&mut [0; 1024]).unwrap(), 0);
    scene.gateway.stop();
    let mut rest = Vec::new();
    // Ended, or cut: in any case over.
    let _ = stream.read_to_end(&mut rest);
}
