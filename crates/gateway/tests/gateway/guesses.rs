//! Guessing: wrong ones are counted, every no looks alike, and nobody honest is locked out.

use crate::support::{Scene, Setup};
use portcullis_testkit::{Answer, Behaviour};

const API: &str = include_str!("support/guesses.yaml");
const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                      trusted_proxies: [127.0.0.1]\n\
                      callers:\n  guesses:\n    \
                      - { operation: resetV1, account: body./email, secret: body./pin, failure: answer./status == \"fail\" }\n    \
                      - { operation: resetV2, account: body./email, secret: body./pin, failure: answer./status == \"fail\" }\n";

/// An API whose pin is 4711, and which tells who exists.
fn scene() -> Scene {
    let setup = Setup { policy: Some(POLICY), ..Setup::default() };
    let behaviour = Behaviour::made(|request| {
        let (status, body) =
            if request.contains("Basic YWxpY2U6cmlnaHQ=") || request.contains("4711") {
                (200, r#"{"status":"ok"}"#)
            } else if request.contains("Basic ") {
                (401, r#"{"reason":"wrong password"}"#)
            } else if request.contains("nobody@") {
                (404, r#"{"reason":"no such account"}"#)
            } else if request.starts_with("POST /api/v3") {
                let text =
                    "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nfail";
                return text.as_bytes().to_vec();
            } else if request.starts_with("POST /api/v1") {
                (400, r#"{"reason":"wrong pin"}"#)
            } else {
                (200, r#"{"status":"fail"}"#)
            };
        let Behaviour::Answer(answer) = Behaviour::json(status, body) else { unreachable!() };
        answer
    });
    Scene::with(API, behaviour, setup)
}

fn reset(scene: &Scene, version: &str, email: &str, pin: &str, from: &str) -> Answer {
    let body = format!(r#"{{"email":"{email}","pin":"{pin}"}}"#);
    scene.raw(format!(
        "POST /api/{version}/reset HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: {from}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

#[test]
fn a_pin_is_guessed_five_times_over_all_versions_from_wherever() {
    let scene = scene();
    let mut statuses = Vec::new();
    for number in 0..20 {
        let version = if number % 2 == 0 { "v1" } else { "v2" };
        let email = if number % 3 == 0 { "Alice@shop.example" } else { " alice@shop.example " };
        let from = format!("192.0.{number}.1");
        statuses.push(reset(&scene, version, email, &format!("{number:04}"), &from).status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 5, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 15, "{statuses:?}");
    // The right one is one guess too many, too; and somebody else is not concerned.
    assert_eq!(reset(&scene, "v1", "alice@shop.example", "4711", "198.51.100.1").status, 429);
    assert_eq!(reset(&scene, "v1", "bob@shop.example", "4711", "198.51.100.1").status, 200);
}

/// A third version of the operation says no in a form that nobody looks into.
#[test]
fn who_chooses_the_form_of_the_answer_guesses_no_more_often() {
    let scene = scene();
    let guess = |number: u16| {
        let from = format!("192.0.{number}.1");
        reset(&scene, "v3", "alice@shop.example", &format!("{number:04}"), &from).status
    };
    let statuses: Vec<u16> = (0..9).map(guess).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 4, "{statuses:?}");
}

#[test]
fn every_no_looks_alike() {
    let scene = scene();
    let shape = |answer: Answer| {
        let body = answer.text();
        let body = body.split("request_id").next().unwrap_or_default().to_owned();
        let mut names: Vec<String> =
            answer.fields.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort_unstable();
        (answer.status, names, body)
    };
    let unknown = shape(reset(&scene, "v1", "nobody@shop.example", "0000", "192.0.2.1"));
    let wrong = shape(reset(&scene, "v1", "alice@shop.example", "0000", "192.0.2.1"));
    let told_as_success = shape(reset(&scene, "v2", "alice@shop.example", "0000", "192.0.2.1"));
    assert_eq!(unknown, wrong);
    assert_eq!(told_as_success, wrong);
    assert!(!wrong.2.contains("pin") && !wrong.2.contains("account"), "{}", wrong.2);
}

#[test]
fn a_no_leaves_at_a_time_that_tells_nothing() {
    let scene = scene();
    let started = std::time::Instant::now();
    reset(&scene, "v1", "alice@shop.example", "0000", "192.0.2.1");
    assert!(started.elapsed().as_millis() >= 249, "{:?}", started.elapsed());
}

#[test]
fn three_typing_errors_lock_nobody_out() {
    let scene = scene();
    for pin in ["0000", "0001", "0002"] {
        let answer = reset(&scene, "v1", "alice@shop.example", pin, "192.0.2.1");
        assert_eq!(answer.status, 401);
    }
    assert_eq!(reset(&scene, "v1", "alice@shop.example", "4711", "192.0.2.1").status, 200);
}

#[test]
fn wrong_passwords_of_basic_are_counted_and_malformed_ones_do_not_reach_the_api() {
    let scene = scene();
    let get = |credentials: &str, from: &str| {
        let fields = format!("X-Forwarded-For: {from}\r\nAuthorization: Basic {credentials}\r\n");
        scene.get_with("/api/basic", &fields).status
    };
    assert_eq!(get("YWxpY2U6cmlnaHQ=", "198.51.100.1"), 200);
    let statuses: Vec<u16> = ["YWxpY2U6YQ==", "YWxpY2U6Yg==", "YWxpY2U6Yw==", "YWxpY2U6ZA=="]
        .iter()
        .cycle()
        .take(14)
        .enumerate()
        .map(|(number, credentials)| get(credentials, &format!("192.0.{number}.1")))
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 4, "{statuses:?}");
    // From where it worked before it works on.
    assert_eq!(get("YWxpY2U6cmlnaHQ=", "198.51.100.1"), 200);
    let reached = scene.api.seen().len();
    for malformed in ["YWxpY2U", "YWxpY2U6YQ==,x", "YWxpY2U6YQ== x", "!!!", "YWxpY2U="] {
        assert_eq!(get(malformed, "203.0.113.1"), 401, "{malformed}");
    }
    assert_eq!(scene.api.seen().len(), reached);
}

#[test]
fn an_address_that_goes_on_where_everything_is_refused_is_not_listened_to() {
    let scene = scene();
    // The first five wrong ones of an account are asked of the API, the others are refused.
    for _ in 0..3_500 {
        reset(&scene, "v1", "one@shop.example", "0000", "192.0.2.1");
    }
    let closed = "X-Forwarded-For: 192.0.2.1\r\n";
    let answer = scene.get_with("/api/nowhere", closed);
    assert_eq!(answer.status, 429);
    assert!(answer.field("retry-after").is_some());
    assert_eq!(scene.get_with("/api/nowhere", "X-Forwarded-For: 192.0.2.2\r\n").status, 404);
}
