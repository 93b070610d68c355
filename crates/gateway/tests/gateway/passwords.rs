//! Users and passwords that are kept here: who shows one is known by it until it is exchanged or removed, and whoever
//! guesses learns nothing and keeps nobody from being served.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::{Scene, Setup, model, noon};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::password::{Hashed, Pepper, Salt, Work, prepare};
use portcullis_gateway::{Options, Site};
use portcullis_store::{PasswordFacts, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, exchange, read_until, send};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: /api }]
security: [{ basic: [] }, { key: [] }]
components:
  securitySchemes:
    basic: { type: http, scheme: basic }
    bearer: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: X-Api-Key }
paths:
  /me: { get: { operationId: me, parameters: [{ name: X-Other, in: header, schema: { type: string } }], responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /admin: { get: { operationId: admin, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /events: { get: { operationId: events, responses: { "200": { description: d, content: { text/event-stream: {} } } } } }
  /open: { get: { operationId: open, security: [], responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

const PEPPER: &[u8] = b"00112233445566778899aabbccddeeff00112233445566778899aabbccddee00";
const WEAK: &str = "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$/6p+YkFpf2GfQlacs3MDl9wSIvUacT3Kb6RaBVY5hxk";
const RIGHT: &str = "correct horse battery staple";

struct Here {
    scene: Scene,
    store: Store,
    pepper: Arc<Pepper>,
}

fn api(request: &str) -> Vec<u8> {
    if request.starts_with("GET /api/events") {
        return b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\n".to_vec();
    }
    let Behaviour::Answer(answer) = Behaviour::json(200, r#"{"name":"it"}"#) else {
        unreachable!()
    };
    answer
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn basic(user: &str, password: &str) -> String {
    let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
    format!("Authorization: Basic {pair}\r\n")
}

impl Here {
    fn new(more: &str) -> Self {
        Self::listening(None, more)
    }

    fn listening(listen: Option<&str>, more: &str) -> Self {
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             store: {{ folder: store, key: file:store.key }}\n\
             operations: {{ events: {{ answer: stream }} }}\n\
             callers:\n  passwords: {{ pepper: file:passwords.key, workers: 1 }}\n  \
             forward: {{ headers: {{ X-Caller: subject, X-Vouched: issuer, X-Role: role }} }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n{more}"
        );
        let setup = Setup { policy: Some(&policy), listen, ..Setup::default() };
        let api = ScriptedApi::start(Behaviour::Script(api));
        let plan = Plan::compile(model(CONTRACT, api.address(), &setup), PlanOptions::default());
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let pepper = Arc::new(Pepper::parse(PEPPER).unwrap());
        let site = Site::from(Arc::new(plan)).hashing_with(Some(pepper.clone()));
        Self { scene: Scene::of_options(api, site, options), store, pepper }
    }

    fn set(&self, user: &str, password: &str) {
        let prepared = prepare(password.as_bytes()).unwrap();
        let salt = Salt::draw().unwrap();
        let hash = Hashed::new(&prepared, salt, &self.pepper, &mut Work::default()).unwrap();
        self.set_hash(user, hash);
    }

    fn set_hash(&self, user: &str, hash: Hashed) {
        let attributes = vec![("role".to_owned(), "staff".to_owned())];
        let facts = PasswordFacts { user: user.to_owned(), hash, attributes };
        wait(self.store.set_password(facts, noon())).unwrap();
    }

    fn get(&self, path: &str, user: &str, password: &str) -> Answer {
        self.scene.get_with(&format!("/api{path}"), &basic(user, password))
    }

    fn me(&self, user: &str, password: &str) -> u16 {
        self.get("/me", user, password).status
    }

    fn why(&self) -> String {
        self.scene.last_record().to_string()
    }

    fn texts(&self) -> String {
        self.scene.records().iter().map(ToString::to_string).collect()
    }
}

/// Whatever stands in a text of a password: as it is, in its credential, and its hash.
fn tells(text: &str, password: &str) -> bool {
    text.contains(password)
        || text.contains(basic("ann", password).trim().trim_start_matches("Authorization: Basic "))
        || text.contains("argon2id")
}

#[test]
fn whoever_shows_a_password_is_its_user_and_it_ends_here() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    assert_eq!(here.me("ann", RIGHT), 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(!sent.to_lowercase().contains("authorization") && !tells(&sent, RIGHT), "{sent}");
    for told in ["x-caller: ann", "x-vouched: passwords", "x-role: staff"] {
        assert!(sent.contains(told), "{told} in {sent}");
    }
    let record = here.scene.last_record();
    assert_eq!(record["subject"], "ann", "{record}");
    assert_eq!(record["scheme"], "basic", "{record}");
    assert!(!tells(&here.texts(), RIGHT));
    // Nor does it go on in another field, or with what is open to anyone.
    let other = basic("ann", RIGHT).replace("Authorization", "X-Other");
    let fields = format!("{}{other}", basic("ann", RIGHT));
    assert_eq!(here.scene.get_with("/api/me", &fields).status, 200);
    let sent = here.scene.forwarded().unwrap();
    assert!(!tells(&sent, RIGHT) && !sent.contains("x-other"), "{sent}");
    for password in [RIGHT, "wrong and not known"] {
        assert_eq!(here.get("/open", "ann", password).status, 200);
        let sent = here.scene.forwarded().unwrap();
        assert!(!sent.to_lowercase().contains("authorization"), "{sent}");
    }
}

#[test]
fn a_wrong_password_and_an_unknown_user_are_answered_alike() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    let mut answers = Vec::new();
    for (user, password) in [
        ("ann", "correct horse battery stable"),
        ("nobody", RIGHT),
        ("Ann", RIGHT),
        ("ann\u{200b}", RIGHT),
        ("ann", "a word \u{200b}that can be none"),
        ("ann", ""),
        ("", RIGHT),
    ] {
        let begun = Instant::now();
        let answer = here.get("/me", user, password);
        // Never sooner than the first span ends, whatever was computed.
        assert!(begun.elapsed() >= Duration::from_millis(240), "{user}");
        assert_eq!(answer.status, 401, "{user}: {}", here.why());
        assert!(here.why().contains("password_wrong"), "{}", here.why());
        let head: Vec<_> = answer
            .fields
            .iter()
            .filter(|(name, _)| !["date", "x-request-id"].contains(&name.to_lowercase().as_str()))
            .cloned()
            .collect();
        answers.push(head);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    assert!(here.scene.forwarded().is_none());
    let challenge = here.get("/me", "ann", "wrong again");
    let challenge = challenge.field("www-authenticate").unwrap();
    assert_eq!(challenge, "ApiKey, Basic realm=\"api\", charset=\"UTF-8\"");
    assert!(!tells(&here.texts(), "correct horse battery stable"));
}

#[test]
fn a_pair_with_two_readings_is_none_and_reaches_nobody() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    for field in [
        "Authorization: Basic YTpi YTpi\r\n".to_owned(),
        "Authorization: Basic YW5u\r\n".to_owned(),
        basic("ann", &format!("{RIGHT}\n")),
        basic("ann", RIGHT).replace("\r\n", ",\r\n"),
    ] {
        let answer = here.scene.get_with("/api/me", &field);
        assert!([400, 401].contains(&answer.status), "{field}: {}", answer.status);
    }
    assert!(here.scene.forwarded().is_none());
    // A password may have colons, and be typed on another keyboard.
    here.set("josé", "caf\u{e9} : \u{e9}clair au chocolat");
    assert_eq!(
        here.me("jose\u{301}", "cafe\u{301} : e\u{301}clair au\u{a0}chocolat"),
        200,
        "{}",
        here.why()
    );
}

#[test]
fn a_password_that_was_exchanged_or_removed_opens_nothing_at_once() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    let hash = here.store.password("ann").unwrap();
    assert_eq!((here.me("ann", RIGHT), here.me("ann", RIGHT)), (200, 200));
    here.set("ann", "another horse battery staple");
    assert_eq!(here.me("ann", RIGHT), 401, "also what was remembered");
    assert_eq!(here.me("ann", "another horse battery staple"), 200);
    assert!(wait(here.store.remove_password("ann", noon())).unwrap());
    assert_eq!(here.me("ann", "another horse battery staple"), 401);
    // The same password again, even with the same hash.
    here.set_hash("ann", Hashed::clone(&hash.hash));
    assert_eq!(here.me("ann", RIGHT), 200);
}

#[test]
fn a_stream_ends_when_its_password_does() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    let mut stream = send(
        here.scene.gateway.address(),
        format!("GET /api/events HTTP/1.1\r\nHost: api\r\n{}\r\n", basic("ann", RIGHT)),
    );
    read_until(&mut stream, "data: one");
    here.set("ann", "another horse battery staple");
    let until = Instant::now() + Duration::from_secs(5);
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(Instant::now() < until, "it is over");
}

#[test]
fn a_weaker_hash_is_made_anew_at_the_next_good_login_and_not_at_a_bad_one() {
    let here = Here::new("");
    // 64 KiB, one pass: of the right one, under this pepper.
    let weak = Hashed::parse(WEAK).unwrap();
    here.set_hash("ann", weak.clone());
    assert_eq!(here.me("ann", "wrong horse battery staple"), 401);
    assert_eq!(*here.store.password("ann").unwrap().hash, weak);
    assert_eq!(here.me("ann", RIGHT), 200, "{}", here.why());
    let until = Instant::now() + Duration::from_secs(10);
    while here.store.password("ann").unwrap().hash.is_weaker() {
        assert!(Instant::now() < until);
        std::thread::yield_now();
    }
    assert_eq!(here.me("ann", RIGHT), 200, "{}", here.why());
    assert_eq!(here.me("ann", "wrong horse battery staple"), 401);
}

#[test]
fn who_guesses_is_stopped_and_costs_no_hash_from_then_on() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    let guess = |number: u32| here.me("ann", &format!("guess number {number}"));
    let statuses: Vec<u16> = (0..10).map(guess).collect();
    assert_eq!(statuses, [401; 10]);
    let begun = Instant::now();
    here.set("bob", RIGHT);
    let one_hash = begun.elapsed();
    let begun = Instant::now();
    for number in 10..110 {
        assert_eq!(guess(number), 429);
    }
    assert!(begun.elapsed() < one_hash * 50, "nothing was computed: {:?}", begun.elapsed());
    assert_eq!(here.me("ann", RIGHT), 429, "{}", here.why());
    assert!(here.scene.forwarded().is_none());
}

#[test]
fn many_who_come_at_once_with_a_right_password_are_all_let_in() {
    let here = Here::new("");
    here.set("ann", RIGHT);
    let request = format!("GET /api/me HTTP/1.1\r\nHost: api\r\n{}\r\n", basic("ann", RIGHT));
    let address = here.scene.gateway.address();
    let threads: Vec<_> = (0..40)
        .map(|_| {
            let request = request.clone();
            std::thread::spawn(move || exchange(address, request).status)
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), 200, "{}", here.why());
    }
}

/// The pool has one thread: it needs seconds for all of them, and others are served in the meantime.
#[test]
fn a_flood_of_logins_is_answered_503_and_keeps_nobody_else_waiting() {
    let here = Here::new("trusted_proxies: [127.0.0.1]\n");
    here.set("ann", RIGHT);
    let address = here.scene.gateway.address();
    assert_eq!(here.me("ann", RIGHT), 200);
    let mut flood: Vec<TcpStream> = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(address).unwrap();
        let fields = format!(
            "X-Forwarded-For: 10.{number}.{number}.1\r\n{}",
            basic(&format!("user {number}"), &format!("guess of {number}"))
        );
        let request =
            format!("GET /api/me HTTP/1.1\r\nHost: api\r\nConnection: close\r\n{fields}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        flood.push(stream);
    }
    let mut slowest = Duration::ZERO;
    let mut remembered = Duration::ZERO;
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(here.scene.get("/api/open").status, 200);
        slowest = slowest.max(begun.elapsed());
        let begun = Instant::now();
        let fields = format!("X-Forwarded-For: 192.0.2.1\r\n{}", basic("ann", RIGHT));
        assert_eq!(here.scene.get_with("/api/me", &fields).status, 200, "{}", here.why());
        remembered = remembered.max(begun.elapsed());
    }
    let (mut busy, mut waiting) = (0, 0);
    for mut stream in flood {
        // Whoever does not wait was answered long ago.
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut head = [0; 1024];
        let length = stream.read(&mut head).unwrap_or(0);
        let text = String::from_utf8_lossy(&head[..length]).to_lowercase();
        if text.starts_with("http/1.1 503") {
            assert!(text.contains("retry-after: 2"), "{text}");
            busy += 1;
        } else {
            assert!(length == 0 || text.starts_with("http/1.1 401"), "{text}");
            waiting += 1;
        }
    }
    assert!(busy > 20 && waiting > 20, "{busy} busy, {waiting} not");
    let slow = Duration::from_millis(1_500);
    assert!(slowest < slow && remembered < slow, "{slowest:?}, {remembered:?}");
    let records = here.scene.records_now();
    assert!(records.iter().any(|one| one.to_string().contains("passwords_busy")));
}

#[test]
fn no_password_is_taken_over_a_hop_that_others_can_read() {
    let here = Here::listening(Some("0.0.0.0:0"), "");
    here.set("ann", RIGHT);
    let port = here.scene.gateway.address().port();
    let request = format!("GET /api/me HTTP/1.1\r\nHost: api\r\n{}\r\n", basic("ann", RIGHT));
    let answer = exchange(([127, 0, 0, 1], port).into(), request);
    assert!(answer.status >= 400, "{}", answer.status);
    assert!(here.why().contains("transport_encryption"), "{}", here.why());
    assert!(here.scene.forwarded().is_none() && !tells(&here.texts(), RIGHT));
}
