//! What shows an API that a request comes through the gateway: it is with each request, nobody else can send it, and it
//! does not come back.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a set-up that fails must fail its test"
)]

use std::net::SocketAddr;
use std::sync::Arc;

use crate::support::{Scene, Setup, model};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::message_signature::MessageSigner;
use portcullis_gateway::{Prover, Site};
use portcullis_model::Secret;
use portcullis_policy::{Instance, UpstreamProof};
use portcullis_testkit::{Behaviour, ScriptedApi, exchange};
use sha2::{Digest as _, Sha256};

const API: &str = r#"
openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: /api }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } }
paths:
  /items:
    get:
      operationId: listItems
      security: []
      responses: { "200": { description: d, content: { application/json: {}, text/plain: {}, text/event-stream: {} } } }
    post:
      operationId: createItem
      security: [{ key: [] }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } }
      responses: { "204": { description: d } }
  /me:
    get:
      operationId: getMe
      security: [{ key: [] }]
      responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } } } }
"#;

const SHARED: &str = "obviously-fake-and-longer-than-32-characters";
const POLICY: &str = "apis:\n- contract: openapi.yaml\n  upstream: http://127.0.0.1:1\n  \
                      upstream_credential: { header: X-Gateway-Key, value: env:NO_SUCH_TEXT }\n  \
                      upstream_signature: { key: env:NO_SUCH_KEY, key_id: gateway }\n\
                      callers: { whoami: { operation: getMe, subject: /id, schemes: [key] }, forward: { headers: { X-Caller: subject } } }\n\
                      access: [{ anyone: [listItems] }, { callers: [createItem, getMe] }]\n";

fn key() -> [u8; 32] {
    std::array::from_fn(|index| index as u8 + 0xd8)
}

fn prover() -> Prover {
    let signer = MessageSigner::new(&key(), "gateway").unwrap();
    Prover::new(Some(Secret::new(SHARED.as_bytes())), Some(Arc::new(signer)))
}

/// An API that answers only what was sent through the gateway.
fn behaviour() -> Behaviour {
    Behaviour::made(|request| {
        if fields(request, "x-gateway-key") != [SHARED] {
            return b"HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n".to_vec();
        }
        if request.starts_with("POST") {
            return b"HTTP/1.1 204 X\r\n\r\n".to_vec();
        }
        let body = if request.contains("/me ") { r#"{"id":"alice"}"# } else { "[]" };
        answer("application/json", body)
    })
}

fn answer(media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 200 X\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn scene_of(
    behaviour: Behaviour,
    others: &[SocketAddr],
    options: PlanOptions,
    prover: Option<Prover>,
) -> Scene {
    let api = ScriptedApi::start(behaviour);
    let mut model = model(API, api.address(), &Setup { policy: Some(POLICY), ..Setup::default() });
    let instance = |address: &SocketAddr| Instance::plain(address.ip().to_string(), address.port());
    model.upstream.others = others.iter().map(instance).collect();
    let proof = model.upstream.proof.clone();
    let site = Site::from(Arc::new(Plan::compile(model, options)));
    let provers: Vec<(UpstreamProof, Prover)> =
        prover.map(|prover| (proof, prover)).into_iter().collect();
    Scene::of_site(api, site.proving(provers))
}

fn scene(behaviour: Behaviour) -> Scene {
    scene_of(behaviour, &[], PlanOptions::default(), Some(prover()))
}

/// The values of a field of a request that reached the API.
fn fields<'r>(request: &'r str, name: &str) -> Vec<&'r str> {
    let head = request.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// What the API of a user would do with a signature (RFC 9421 section 3.2), written here a second time.
fn verified(request: &str) -> Vec<String> {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut line = head.lines().next().unwrap().split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    let input = fields(request, "signature-input")[0].strip_prefix("portcullis=").unwrap();
    let covered: Vec<String> = input[1..input.find(')').unwrap()]
        .split(' ')
        .map(|name| name.trim_matches('"').to_owned())
        .collect();
    let mut base: Vec<String> = Vec::new();
    for name in &covered {
        let value = match name.as_str() {
            "@method" => method.to_owned(),
            "@authority" => fields(request, "host")[0].to_owned(),
            "@path" => target.split('?').next().unwrap().to_owned(),
            "@query" => format!("?{}", target.split_once('?').map_or("", |(_, query)| query)),
            name => fields(request, name).join(", "),
        };
        base.push(format!("\"{name}\": {value}"));
    }
    base.push(format!("\"@signature-params\": {input}"));
    let digest = format!("sha-256=:{}:", BASE64.encode(Sha256::digest(body)));
    assert_eq!(fields(request, "content-digest"), [digest]);
    assert!(covered.iter().any(|name| name == "content-digest"), "{covered:?}");
    let signature = fields(request, "signature");
    assert_eq!(signature.len(), 1, "{request}");
    let signature = signature[0].strip_prefix("portcullis=:").unwrap().trim_end_matches(':');
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key());
    hmac::verify(&key, base.join("\n").as_bytes(), &BASE64.decode(signature).unwrap()).unwrap();
    covered
}

#[test]
fn an_api_that_asks_for_it_answers_what_comes_through_the_gateway_alone() {
    let scene = scene(behaviour());
    let request = "GET /api/items HTTP/1.1\r\nHost: api\r\n\r\n";
    assert_eq!(exchange(scene.api.address(), request).status, 403, "directly");
    assert_eq!(scene.get("/api/items").status, 200);
    assert_eq!(fields(&scene.forwarded().unwrap(), "x-gateway-key"), [SHARED]);
}

#[test]
fn what_a_client_sends_in_its_place_does_not_go_on() {
    let scene = scene(behaviour());
    let forged = "X-Gateway-Key: forged\r\nX_Gateway_Key: forged\r\nSignature: portcullis=:Zm9yZ2Vk:\r\n\
                  Signature-Input: portcullis=(\"@method\")\r\nContent-Digest: sha-256=:Zm9yZ2Vk:\r\n";
    assert_eq!(scene.get_with("/api/items", forged).status, 200);
    let forwarded = scene.forwarded().unwrap();
    assert!(!forwarded.contains("forged") && !forwarded.contains("Zm9yZ2Vk"), "{forwarded}");
    verified(&forwarded);
    assert!(scene.last_record().to_string().contains("identity_header"));
}

#[test]
fn a_signature_covers_what_was_asked_by_whom_and_the_body() {
    let scene = scene(behaviour());
    assert_eq!(scene.get("/api/items?page=2").status, 200);
    let covered = verified(&scene.forwarded().unwrap());
    assert_eq!(
        covered,
        ["@method", "@authority", "@path", "@query", "content-digest", "x-request-id"]
    );
    let fields =
        "Host: api\r\nX-Api-Key: a\r\nContent-Type: application/json\r\nContent-Length: 12\r\n";
    let posted = scene.raw(format!("POST /api/items HTTP/1.1\r\n{fields}\r\n{{\"name\":\"a\"}}"));
    assert_eq!(posted.status, 204);
    let seen = scene.api.seen();
    let covered = verified(seen.last().unwrap());
    for name in ["x-caller", "x-api-key", "content-type", "content-digest"] {
        assert!(covered.iter().any(|known| known == name), "{name}: {covered:?}");
    }
    let asked = seen.iter().find(|request| request.starts_with("GET /api/me ")).unwrap();
    assert!(verified(asked).iter().any(|name| name == "x-api-key"), "the gateway's own question");
}

#[test]
fn each_instance_and_each_attempt_gets_a_signature_of_its_own() {
    let second = ScriptedApi::start(behaviour());
    let scene = scene_of(behaviour(), &[second.address()], PlanOptions::default(), Some(prover()));
    for _ in 0..4 {
        assert_eq!(scene.get("/api/items").status, 200);
    }
    let seen: Vec<String> = scene.api.seen().into_iter().chain(second.seen()).collect();
    assert!(second.seen().len() == 2 && seen.len() == 4);
    let mut signatures: Vec<&str> = seen.iter().map(|one| fields(one, "signature")[0]).collect();
    seen.iter().for_each(|request| drop(verified(request)));
    signatures.sort_unstable();
    signatures.dedup();
    assert_eq!(signatures.len(), 4);
    // The second instance is gone: what was written for it goes to the first.
    drop(second);
    for _ in 0..3 {
        assert_eq!(scene.get("/api/items").status, 200);
        verified(&scene.forwarded().unwrap());
    }
}

#[test]
fn a_request_that_is_sent_once_more_for_a_slash_is_signed_once_more() {
    let scene = scene(Behaviour::made(|request| {
        if request.starts_with("GET /api/items/ ") {
            return answer("application/json", "[]");
        }
        b"HTTP/1.1 307 X\r\nLocation: /api/items/\r\nContent-Length: 0\r\n\r\n".to_vec()
    }));
    assert_eq!(scene.get("/api/items").status, 200);
    let seen = scene.api.seen();
    assert_eq!(seen.len(), 2);
    seen.iter().for_each(|request| drop(verified(request)));
}

#[test]
fn an_api_that_repeats_what_it_was_sent_does_not_give_the_secret_away() {
    let echo = |media_type: &'static str, before: &'static str, behind: &'static str| {
        Behaviour::made(move |request| {
            let key = fields(request, "x-gateway-key").join("");
            answer(media_type, &format!("{before}{key}{behind}"))
        })
    };
    for observe in [false, true] {
        let options = PlanOptions { observe, ..PlanOptions::default() };
        let scene = scene_of(behaviour(), &[], options, Some(prover()));
        for (media_type, before, behind) in [
            ("application/json", "{\"a\":1,\"headers\":{\"X-Gateway-Key\":\"", "\"}}"),
            ("application/json", "[\"", "\",\"b\"]"),
            ("text/plain", "key: ", " is it"),
            ("text/event-stream", "data: ", "\n\n"),
        ] {
            scene.api.behave(echo(media_type, before, behind));
            let answer = scene.raw("GET /api/items HTTP/1.1\r\nHost: api\r\nAccept: */*\r\n\r\n");
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(!text.contains("obviously-fake"), "{media_type}: {} {text}", answer.status);
        }
        scene.api.behave(Behaviour::made(|request| {
            let key = fields(request, "x-gateway-key").join("");
            format!("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nETag: \"{key}\"\r\nContent-Length: 2\r\n\r\n[]")
                .into_bytes()
        }));
        let answer = scene.get("/api/items");
        assert!(!format!("{answer:?}").contains("obviously-fake"), "{answer:?}");
        let records = scene.records();
        assert!(!format!("{records:?}").contains("obviously-fake"));
    }
}

#[test]
fn a_request_that_cannot_show_it_does_not_go() {
    for prover in [None, Some(Prover::default())] {
        let scene = scene_of(behaviour(), &[], PlanOptions::default(), prover);
        assert_eq!(scene.get("/api/items").status, 502);
        assert_eq!(scene.api.seen().len(), 0);
    }
}
