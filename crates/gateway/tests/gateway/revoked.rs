//! Tokens of issuers that the store says are revoked: they open nothing from then on, wherever they are
//! remembered and whatever runs under them.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::support::issuer::Issuer;
use crate::support::secure::on_runtime;
use crate::support::{Scene, Setup, model, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Site};
use portcullis_model::{Secret, UnixMillis};
use portcullis_policy::SecretSource;
use portcullis_store::{Revocation, Revoked, Store};
use portcullis_testkit::{Behaviour, ScriptedApi, read_until, send};

const CONTRACT: &str = include_str!("../login/openapi.yaml");

/// A gateway with a store that believes an issuer.
struct Here {
    issuer: Issuer,
    scene: Scene,
    store: Store,
}

fn api(request: &str) -> Vec<u8> {
    if request.starts_with("GET /events") {
        // One event, and more to come.
        return b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\n".to_vec();
    }
    if request.starts_with("GET /socket") {
        return b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n".to_vec();
    }
    let Behaviour::Answer(answer) = Behaviour::json(200, r#"{"customer_id":1}"#) else {
        unreachable!()
    };
    answer
}

fn passing() -> Store {
    Store::passing(&std::env::temp_dir(), noon()).unwrap()
}

impl Here {
    fn new(behaviour: Behaviour) -> Self {
        Self::believing(behaviour, "")
    }

    fn believing(behaviour: Behaviour, further: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers: {{ jwt: {{ issuer: \"{}\", audience: shop{further} }} }}\n\
             operations: {{ events: {{ answer: stream }}, socket: {{ upgrade: websocket }} }}\n",
            issuer.name()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(behaviour);
        let plan = Plan::compile(model(CONTRACT, api.address(), &setup), PlanOptions::default());
        let store = passing();
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let scene = Scene::of_options(api, Arc::new(plan), options);
        Self { issuer, scene, store }
    }

    fn me(&self, token: &str) -> u16 {
        self.scene.get_with("/me", &bearer(token)).status
    }

    fn revoke(&self, of: Revoked) {
        revoke(&self.store, &self.issuer.name(), of);
    }
}

/// Returns when the store says that it lasts.
fn revoke(store: &Store, issuer: &str, of: Revoked) {
    let until = UnixMillis(noon().0 + 3_600_000);
    let revocation = Revocation { issuer: issuer.to_owned(), of, until };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(store.revoke(revocation, noon())).unwrap();
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

fn later(ms: u64) -> UnixMillis {
    UnixMillis(noon().0 + ms)
}

fn of_alice(before: UnixMillis) -> Revoked {
    Revoked::Subject { subject: "alice".to_owned(), before }
}

#[test]
fn a_token_opens_nothing_from_its_revocation_on_and_others_do() {
    let here = Here::new(Behaviour::Script(api));
    let one = here.issuer.token("alice", r#","jti":"one""#);
    let two = here.issuer.token("alice", r#","jti":"two""#);
    let fresh = here.issuer.token("alice", r#","jti":"one","n":2"#);
    let bob = here.issuer.token("bob", r#","jti":"three""#);
    // All but one are remembered.
    assert_eq!([&one, &two, &bob].map(|token| here.me(token)), [200; 3]);
    here.revoke(Revoked::Token { jti: "one".to_owned() });
    let before = here.scene.api.seen().len();
    assert_eq!([&one, &fresh].map(|token| here.me(token)), [401; 2]);
    assert_eq!(here.scene.api.seen().len(), before, "the API does nothing for it");
    let record = here.scene.last_record().to_string();
    assert!(record.contains("revoked"), "{record}");
    assert_eq!([&two, &bob].map(|token| here.me(token)), [200; 2]);
    // She logged in at noon: what was issued then counts.
    here.revoke(of_alice(noon()));
    assert_eq!(here.me(&two), 200);
    here.revoke(of_alice(later(1)));
    assert_eq!((here.me(&two), here.me(&bob)), (401, 200));
    here.revoke(Revoked::IssuedBefore(later(1)));
    assert_eq!(here.me(&bob), 401);
}

#[test]
fn a_caller_is_revoked_by_the_name_that_records_show() {
    let here = Here::believing(Behaviour::Script(api), ", subject: /name");
    let token = here.issuer.token("7f3a", r#","name":"alice""#);
    assert_eq!(here.me(&token), 200);
    here.revoke(of_alice(later(1)));
    assert_eq!(here.me(&token), 401);
    let other = here.issuer.token("7f3b", r#","name":"bob""#);
    assert_eq!(here.me(&other), 200);
    here.revoke(Revoked::Subject { subject: "7f3b".to_owned(), before: later(1) });
    assert_eq!(here.me(&other), 401);
}

#[test]
fn a_revocation_holds_for_tokens_of_an_issuer_that_is_asked() {
    let expires = noon().0 / 1000 + 300;
    let said = format!(
        r#"{{"active":true,"sub":"alice","aud":"shop","jti":"one","iat":{},"exp":{expires}}}"#,
        noon().0 / 1000
    );
    let server = ScriptedApi::start(Behaviour::json(200, &said));
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         callers:\n  introspection:\n    issuer: https://login.example.com\n    \
         url: \"http://{}/introspect\"\n    audience: shop\n    client: gateway\n    \
         secret: env:NO_SUCH_SECRET\n",
        server.address()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let behind = ScriptedApi::start(Behaviour::Script(api));
    let site = Site::from(Arc::new(Plan::compile(
        model(CONTRACT, behind.address(), &setup),
        PlanOptions::default(),
    )));
    let source = SecretSource::Variable("NO_SUCH_SECRET".to_owned());
    let secret = Secret::new(*b"obviously-fake");
    let store = passing();
    let options = Options { store: Some(store.clone()), ..Options::default() };
    let scene = Scene::of_options(behind, site.with_secrets(vec![(source, secret)]), options);
    let status = || scene.get_with("/me", &bearer("opaque")).status;
    assert_eq!((status(), status()), (200, 200));
    revoke(&store, "https://login.example.com", Revoked::Token { jti: "one".to_owned() });
    assert_eq!((status(), status()), (401, 401));
}

#[test]
fn a_connection_that_stays_open_is_no_way_past_a_revocation() {
    let here = Here::new(Behaviour::Script(api));
    let token = here.issuer.token("alice", "");
    let request = format!("GET /me HTTP/1.1\r\nHost: api\r\n{}\r\n", bearer(&token));
    let mut stream = send(here.scene.gateway.address(), &request);
    assert!(read_until(&mut stream, "customer_id").starts_with("HTTP/1.1 200"));
    here.revoke(of_alice(later(1)));
    stream.write_all(request.as_bytes()).unwrap();
    assert!(read_until(&mut stream, "\r\n\r\n").starts_with("HTTP/1.1 401"));
}

/// Reads until the connection ends; what came, and how long that took.
fn rest(stream: &mut TcpStream) -> (String, Duration) {
    let (mut bytes, begun) = (Vec::new(), Instant::now());
    let _ = stream.read_to_end(&mut bytes);
    (String::from_utf8_lossy(&bytes).into_owned(), begun.elapsed())
}

#[test]
fn a_stream_ends_when_its_token_is_revoked() {
    let here = Here::new(Behaviour::Script(api));
    let token = here.issuer.token("alice", "");
    let request = format!("GET /events HTTP/1.1\r\nHost: api\r\n{}\r\n", bearer(&token));
    let mut stream = send(here.scene.gateway.address(), request);
    read_until(&mut stream, "data: one");
    here.revoke(Revoked::Token { jti: "other".to_owned() });
    here.revoke(of_alice(later(1)));
    let (rest, time) = rest(&mut stream);
    assert!(time < Duration::from_secs(2), "{time:?}");
    assert!(!rest.ends_with("0\r\n\r\n"), "it was cut, and says so: {rest:?}");
}

#[test]
fn one_stream_of_http_2_ends_and_the_others_of_its_connection_do_not() {
    let here = Here::new(Behaviour::Script(api));
    let (alice, bob) = (here.issuer.token("alice", ""), here.issuer.token("bob", ""));
    on_runtime(async {
        let stream = tokio::net::TcpStream::connect(here.scene.gateway.address()).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::task::spawn_local(connection);
        let open = async |token: &str| {
            let request = http::Request::get("http://api/events")
                .header("authorization", format!("Bearer {token}"))
                .body(())
                .unwrap();
            let mut send = send.clone().ready().await.unwrap();
            let answer = send.send_request(request, true).unwrap().0.await.unwrap();
            assert_eq!(answer.status(), 200);
            let mut body = answer.into_body();
            let first = body.data().await.unwrap().unwrap();
            assert!(first.starts_with(b"data: one"), "{first:?}");
            body
        };
        let (mut ends, mut stays) = (open(&alice).await, open(&bob).await);
        let until = later(3_600_000);
        let issuer = here.issuer.name();
        let revocation = Revocation { issuer, of: of_alice(later(1)), until };
        here.store.revoke(revocation, noon()).await.unwrap();
        let end = tokio::time::timeout(Duration::from_secs(2), ends.data()).await.unwrap();
        assert!(end.is_some_and(|end| end.is_err()), "it was cut, and says so");
        let quiet = tokio::time::timeout(Duration::from_millis(50), stays.data()).await;
        assert!(quiet.is_err(), "nobody revoked the other");
    });
}

#[test]
fn a_websocket_ends_when_its_token_is_revoked() {
    let here = Here::new(Behaviour::Script(api));
    let token = here.issuer.token("alice", r#","jti":"one""#);
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: api\r\n{}Connection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        bearer(&token)
    );
    let mut stream = send(here.scene.gateway.address(), request);
    let head = read_until(&mut stream, "\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    here.revoke(Revoked::Token { jti: "one".to_owned() });
    let (_, time) = rest(&mut stream);
    assert!(time < Duration::from_secs(2), "{time:?}");
}

/// Whether the API of the next test may answer.
static MAY_ANSWER: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

#[test]
fn an_answer_does_not_leave_whose_token_was_revoked_while_the_api_worked() {
    fn waits(request: &str) -> Vec<u8> {
        let may = MAY_ANSWER.0.lock().unwrap();
        drop(MAY_ANSWER.1.wait_while(may, |may| !*may).unwrap());
        api(request)
    }
    let here = Here::new(Behaviour::Script(waits));
    let token = here.issuer.token("alice", "");
    std::thread::scope(|scope| {
        let client = scope.spawn(|| here.scene.get_with("/me", &bearer(&token)));
        while here.scene.api.seen().is_empty() {
            std::thread::yield_now();
        }
        here.revoke(of_alice(later(1)));
        *MAY_ANSWER.0.lock().unwrap() = true;
        MAY_ANSWER.1.notify_all();
        let answer = client.join().unwrap();
        assert_eq!(answer.status, 401);
        assert!(!answer.text().contains("customer_id"), "{}", answer.text());
    });
}
