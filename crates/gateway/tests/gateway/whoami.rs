//! The API's own word about who calls: asked once, kept for seconds, and never guessed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::gate::Gate;
use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup};
use portcullis_testkit::{Answer, Behaviour};

const API: &str = include_str!("support/whoami.yaml");

/// A gateway that asks the API, and what the API says.
struct Telling {
    scene: Scene,
    asked: Arc<AtomicUsize>,
    /// Status and body of the answer of `/me`.
    me: Arc<Mutex<(u16, String)>>,
    issuer: Issuer,
    gate: Gate,
}

impl Telling {
    fn new() -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             trusted_proxies: [127.0.0.1]\n\
             callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n  \
             whoami: {{ operation: getMe, subject: /id, schemes: [key, basic], fresh: [deleteThings] }}\n  \
             attributes: {{ role: {{ whoami: /role }} }}\n  \
             changes_roles: [setRole]\n  \
             forward: {{ headers: {{ X-Role: role, X-Caller: subject }} }}\n",
            issuer.name()
        );
        let asked = Arc::new(AtomicUsize::new(0));
        let me = Arc::new(Mutex::new((200, r#"{"id":"alice","role":"customer"}"#.to_owned())));
        let gate = Gate::default();
        let (count, told, waits) = (asked.clone(), me.clone(), gate.clone());
        let behaviour = Behaviour::made(move |request| {
            if request.starts_with("GET /api/me ") {
                count.fetch_add(1, Ordering::Relaxed);
                waits.pass();
                let (status, body) = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let is_wrong = request.contains("wrong") || request.contains("d3Jvbmc=");
                let status = if is_wrong { 401 } else { status };
                return answer(status, &body);
            }
            if request.starts_with("POST /api/roles ") {
                return b"HTTP/1.1 204 X\r\n\r\n".to_vec();
            }
            answer(if request.contains("X-Forbid") { 403 } else { 200 }, "{}")
        });
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        Self { scene: Scene::with(API, behaviour, setup), asked, me, issuer, gate }
    }

    fn get(&self, fields: &str) -> Answer {
        self.scene.get_with("/api/things", &format!("X-Forwarded-For: 192.0.2.1\r\n{fields}"))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn says(&self, status: u16, body: &str) {
        *self.me.lock().unwrap_or_else(PoisonError::into_inner) = (status, body.to_owned());
    }
}

fn answer(status: u16, body: &str) -> Vec<u8> {
    let Behaviour::Answer(answer) = Behaviour::json(status, body) else { unreachable!() };
    answer
}

const KEY: &str = "X-Key: obviously-fake\r\n";

#[test]
fn a_key_of_the_api_is_whose_the_api_says_and_asked_about_once() {
    let here = Telling::new();
    for _ in 0..3 {
        assert_eq!(here.get(KEY).status, 200);
    }
    assert_eq!(here.asked(), 1);
    let record = &here.scene.records()[0];
    assert_eq!(
        (record["subject"].as_str(), record["issuer"].as_str()),
        (Some("alice"), Some("getMe"))
    );
    assert_eq!(record["asked"][0]["operation"], "getMe");
    assert!(here.scene.last_record().get("asked").is_none());
    let sent = here.scene.forwarded().unwrap().to_lowercase();
    assert!(
        sent.contains("x-role: customer\r\n") && sent.contains("x-caller: alice\r\n"),
        "{sent}"
    );
}

#[test]
fn twenty_calls_at_a_time_are_one_question() {
    let here = Telling::new();
    here.gate.close();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            let here = &here;
            scope.spawn(move || assert_eq!(here.get(KEY).status, 200));
        }
        here.gate.open_after(20, &here.scene);
    });
    assert_eq!(here.asked(), 1);
}

#[test]
fn what_the_api_does_not_know_is_nobody_and_what_it_cannot_say_is_503() {
    let here = Telling::new();
    assert_eq!(here.get("X-Key: wrong\r\n").status, 401);
    for (status, body) in [
        (500, "{}"),
        (200, "[]"),
        (200, "{}"),
        (200, r#"{"id":""}"#),
        (200, r#"{"id":null}"#),
        (200, r#"{"id":{"a":1}}"#),
        (200, r#"{"id":"alice","id":"adam"}"#),
        (200, "not json"),
        (302, "{}"),
        (404, "{}"),
    ] {
        here.says(status, body);
        assert_eq!(here.get(KEY).status, 503, "{status} {body}");
    }
    assert!(here.scene.api.seen().iter().all(|request| request.starts_with("GET /api/me ")));
    here.says(200, r#"{"id":7}"#);
    assert_eq!(here.get(KEY).status, 200);
    assert_eq!(here.scene.last_record()["subject"], "7");
}

#[test]
fn a_token_must_mean_whom_the_api_means() {
    let here = Telling::new();
    let with = |subject: &str| {
        let token = here.issuer.token(subject, "");
        here.get(&format!("Authorization: Bearer {token}\r\n"))
    };
    assert_eq!(with("alice").status, 200);
    let record = here.scene.last_record();
    assert_eq!(
        (record["subject"].as_str(), record["issuer"].as_str()),
        (Some("alice"), Some(here.issuer.name().as_str()))
    );
    assert!(here.scene.forwarded().unwrap().to_lowercase().contains("x-role: customer\r\n"));
    assert_eq!(with("bob").status, 401);
}

#[test]
fn roles_are_asked_again_after_one_was_changed_and_after_a_403() {
    let here = Telling::new();
    assert_eq!(here.get(KEY).status, 200);
    here.says(200, r#"{"id":"alice","role":"admin"}"#);
    assert_eq!(here.get(KEY).status, 200);
    assert!(here.scene.forwarded().unwrap().to_lowercase().contains("x-role: customer"));
    let change = format!(
        "POST /api/roles HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: 192.0.2.1\r\n{KEY}Content-Length: 0\r\n\r\n"
    );
    assert_eq!(here.scene.raw(change).status, 204);
    assert_eq!(here.get(KEY).status, 200);
    assert!(here.scene.forwarded().unwrap().to_lowercase().contains("x-role: admin"));
    assert_eq!(here.asked(), 2);
    // The user agent is what this API looks at.
    assert_eq!(here.get(&format!("{KEY}User-Agent: X-Forbid\r\n")).status, 403);
    assert_eq!(here.get(KEY).status, 200);
    assert_eq!(here.asked(), 3);
}

#[test]
fn before_an_operation_that_wants_it_fresh_the_api_is_asked_anew() {
    let here = Telling::new();
    assert_eq!(here.get(KEY).status, 200);
    here.says(200, r#"{"id":"alice","role":"nobody"}"#);
    for asked in 2..4 {
        let delete = format!(
            "DELETE /api/things HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: 192.0.2.1\r\n{KEY}\r\n"
        );
        assert_eq!(here.scene.raw(delete).status, 200);
        assert_eq!(here.asked(), asked);
        assert!(here.scene.forwarded().unwrap().to_lowercase().contains("x-role: nobody"));
    }
    assert_eq!(here.get(KEY).status, 200);
    assert_eq!(here.asked(), 3);
}

#[test]
fn a_password_that_only_the_api_knows_is_guessed_ten_times() {
    let here = Telling::new();
    let statuses: Vec<u16> = (0..14)
        .map(|number| {
            // alice:wrong0, alice:wrong1 ... in the API's eyes all wrong.
            let pair = format!("alice{}:wrong", " ".repeat(number % 2));
            let encoded = base64(&format!("{pair}{number}"));
            let fields = format!("Authorization: Basic {encoded}\r\nUser-Agent: wrong\r\n");
            let address = format!("X-Forwarded-For: 192.0.{number}.1\r\n");
            here.says(401, "{}");
            here.scene.get_with("/api/things", &format!("{address}{fields}")).status
        })
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 4, "{statuses:?}");
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(text)
}

/// Who calls is told by an operation that answers anybody: with a name, where the credential is somebody's.
const OPEN: &str = r#"
openapi: 3.1.0
info: { title: open, version: "1" }
components: { securitySchemes: { basic: { type: http, scheme: basic } } }
paths:
  /: { get: { operationId: getServer, security: [], responses: { "200": { description: the server, and who asks } } } }
  /things: { get: { operationId: getThings, security: [{ basic: [] }], responses: { "200": { description: ok } } } }
"#;

#[test]
fn whom_an_open_operation_does_not_name_is_nobody() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  callers: { whoami: { operation: getServer, subject: /user/id, schemes: [basic] } }\n\
                  access: [{ anyone: [getServer] }, { callers: [getThings] }]\n";
    let says = Arc::new(Mutex::new(r#"{"project":"open","user":{"id":"alice"}}"#.to_owned()));
    let said = says.clone();
    let behaviour = Behaviour::made(move |request| {
        let body = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        answer(200, if request.starts_with("GET / ") { &body } else { "{}" })
    });
    let scene = Scene::with(OPEN, behaviour, Setup { policy: Some(policy), ..Setup::default() });
    let with = |pair: &str| {
        let pair = STANDARD.encode(pair);
        scene.get_with("/things", &format!("Authorization: Basic {pair}\r\n")).status
    };
    assert_eq!(with("alice:right"), 200);
    for (number, nobody) in
        [r#"{"project":"open"}"#, r#"{"user":{}}"#, r#"{"user":{"id":null}}"#].iter().enumerate()
    {
        *says.lock().unwrap_or_else(PoisonError::into_inner) = (*nobody).to_owned();
        assert_eq!(with(&format!("alice:wrong{number}")), 401, "{nobody}");
        let record = scene.last_record();
        assert!(record["detail"].to_string().contains("whoami_nobody"), "{record}");
    }
    // What says something else is no answer to the question.
    for (number, broken) in
        ["[]", r#"{"user":{"id":""}}"#, r#"{"user":{"id":[1]}}"#, "<html>"].iter().enumerate()
    {
        *says.lock().unwrap_or_else(PoisonError::into_inner) = (*broken).to_owned();
        assert_eq!(with(&format!("alice:other{number}")), 503, "{broken}");
    }
}
