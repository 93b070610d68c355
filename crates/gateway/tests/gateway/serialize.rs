//! Requests of one value reach the API one after the other.
//!
//! That somebody waits is shown by somebody who comes later and does not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::desk::Desk;
use crate::support::gate::Gate;
use crate::support::issuer::Issuer;
use crate::support::secure::on_runtime;
use crate::support::{Scene, Setup, model, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Site};
use portcullis_model::UnixMillis;
use portcullis_store::{Revocation, Revoked, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, exchange, leave, send};

const BANK: &str = include_str!("support/bank.yaml");
const GROUP: &str = "operations:\n  \
                     transfer: { serialize: { by: body./from_account, group: money } }\n  \
                     withdraw: { serialize: { by: path.account, group: money } }\n  \
                     close: { serialize: caller }\n";

fn policy(rest: &str) -> String {
    format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         access: [{{ anyone: \"*\" }}]\n{rest}"
    )
}

/// A bank whose API waits at a desk.
struct Bank {
    scene: Scene,
    desk: Desk,
}

impl Bank {
    fn new(rest: &str) -> Self {
        Self::with(rest, PlanOptions::default(), 1)
    }

    fn with(rest: &str, plan: PlanOptions, workers: usize) -> Self {
        Self::of(rest, plan, Options { workers, ..Options::default() })
    }

    fn of(rest: &str, plan: PlanOptions, options: Options) -> Self {
        let desk = Desk::default();
        let api = ScriptedApi::start(desk.behaviour());
        let site = site(rest, api.address(), plan);
        let watch: Option<Arc<dyn portcullis_gateway::Watch>> = Some(Arc::new(desk.clone()));
        let options = Options { watch, ..options };
        Self { scene: Scene::of_options(api, site, options), desk }
    }

    fn address(&self) -> SocketAddr {
        self.scene.gateway.address()
    }

    /// Whether the gateway has seen that somebody left; not for ever.
    fn has_abandoned(&self, since: Instant) -> bool {
        assert!(since.elapsed() < Duration::from_secs(10), "nobody has left");
        self.scene.records_now().iter().any(|one| one["verdict"] == "abandoned")
    }

    /// Somebody who asks and waits for the answer.
    fn ask(&self, request: String) -> JoinHandle<Answer> {
        let address = self.address();
        std::thread::spawn(move || exchange(address, request))
    }

    /// The same; it is known to have come as far as where it may wait: as the `count`th one.
    fn nth(&self, count: usize, request: String) -> JoinHandle<Answer> {
        let asked = self.ask(request);
        self.desk.reserving(count);
        asked
    }
}

fn site(rest: &str, api: SocketAddr, options: PlanOptions) -> Site {
    let policy = policy(rest);
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    Site::from(Arc::new(Plan::compile(model(BANK, api, &setup), options)))
}

fn transfer(account: &str, mark: &str) -> String {
    let body = format!(r#"{{"from_account":{account},"mark":"{mark}"}}"#);
    post("transfer", "", &body)
}

fn post(target: &str, fields: &str, body: &str) -> String {
    format!(
        "POST /{target} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n{fields}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn withdraw(account: &str, mark: &str) -> String {
    format!("GET /withdraw/{account}?mark={mark} HTTP/1.1\r\nHost: api\r\n\r\n")
}

fn close(mark: &str, token: Option<&str>) -> String {
    let field = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    format!(
        "POST /close?mark={mark} HTTP/1.1\r\nHost: api\r\n{}Content-Length: 0\r\n\r\n",
        field.unwrap_or_default()
    )
}

#[test]
fn requests_of_one_value_go_one_after_the_other_in_the_order_in_which_they_came() {
    let bank = Bank::new(GROUP);
    let mut asked = vec![bank.nth(1, transfer("7", "a"))];
    bank.desk.has(&["a"]);
    // However it is spelt, and in whichever operation of the group.
    asked.push(bank.nth(2, transfer("7.0", "b")));
    asked.push(bank.nth(3, transfer("\" 7\"", "c")));
    asked.push(bank.nth(4, withdraw("007", "d")));
    // Another value does not wait, and so shows that the others do.
    asked.push(bank.nth(5, transfer("8", "x")));
    bank.desk.has(&["a", "x"]);
    bank.desk.let_go("x");
    bank.desk.let_go("a");
    bank.desk.has(&["a", "x", "b"]);
    bank.desk.let_go("b");
    bank.desk.has(&["a", "x", "b", "c"]);
    bank.desk.let_go("c");
    bank.desk.has(&["a", "x", "b", "c", "d"]);
    bank.desk.let_go("d");
    for one in asked {
        assert_eq!(one.join().unwrap().status, 200);
    }
}

#[test]
fn workers_share_what_is_held() {
    let bank = Bank::with(GROUP, PlanOptions::default(), 4);
    let first = bank.nth(1, transfer("7", "a"));
    bank.desk.has(&["a"]);
    let others: Vec<_> =
        (0..8).map(|index| bank.nth(index + 2, transfer("7", &format!("b{index}")))).collect();
    let stranger = bank.nth(10, transfer("8", "x"));
    bank.desk.has(&["a", "x"]);
    for mark in ["a", "x"].into_iter().map(str::to_owned).chain((0..8).map(|i| format!("b{i}"))) {
        bank.desk.let_go(&mark);
    }
    for one in others.into_iter().chain([first, stranger]) {
        assert_eq!(one.join().unwrap().status, 200);
    }
}

#[test]
fn streams_of_one_connection_wait_for_one_another() {
    let bank = Bank::new(GROUP);
    on_runtime(async {
        let stream = tokio::net::TcpStream::connect(bank.address()).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::task::spawn_local(connection);
        let ask = |account: &str, mark: &str| {
            let request =
                http::Request::get(format!("http://localhost/withdraw/{account}?mark={mark}"));
            let send = send.clone();
            tokio::task::spawn_local(async move {
                let mut send = send.ready().await.unwrap();
                send.send_request(request.body(()).unwrap(), true).unwrap().0.await
            })
        };
        // The desk is waited for on another thread: this one drives the connection.
        let wait = async |marks: &'static [&'static str]| {
            let desk = bank.desk.clone();
            tokio::task::spawn_blocking(move || desk.has(marks)).await.unwrap();
        };
        let first = ask("7", "a");
        wait(&["a"]).await;
        let second = ask("7", "b");
        let third = ask("7", "c");
        let other = ask("8", "x");
        wait(&["a", "x"]).await;
        // Whoever resets a stream that waits gives the place up.
        second.abort();
        assert!(second.await.is_err());
        let since = Instant::now();
        while !bank.has_abandoned(since) {
            tokio::task::yield_now().await;
        }
        ["a", "x", "c"].into_iter().for_each(|mark| bank.desk.let_go(mark));
        wait(&["a", "x", "c"]).await;
        for one in [first, other, third] {
            assert_eq!(one.await.unwrap().unwrap().status(), 200);
        }
    });
}

#[test]
fn a_client_that_leaves_gives_its_place_up() {
    let bank = Bank::new(GROUP);
    let first = bank.nth(1, transfer("7", "a"));
    bank.desk.has(&["a"]);
    let second = send(bank.address(), transfer("7", "b"));
    bank.desk.reserving(2);
    leave(second);
    let since = Instant::now();
    while !bank.has_abandoned(since) {
        std::thread::yield_now();
    }
    let third = bank.nth(3, transfer("7", "c"));
    ["a", "c"].into_iter().for_each(|mark| bank.desk.let_go(mark));
    assert_eq!((first.join().unwrap().status, third.join().unwrap().status), (200, 200));
    bank.desk.has(&["a", "c"]);
}

#[test]
fn a_client_that_leaves_while_the_api_works_lets_nobody_in() {
    for request in [transfer("7", "a"), withdraw("7", "a")] {
        let bank = Bank::new(GROUP);
        let first = send(bank.address(), &request);
        bank.desk.has(&["a"]);
        leave(first);
        let second = bank.nth(2, transfer("7", "b"));
        let other = bank.nth(3, transfer("8", "x"));
        bank.desk.has(&["a", "x"]);
        ["a", "x", "b"].into_iter().for_each(|mark| bank.desk.let_go(mark));
        assert_eq!((second.join().unwrap().status, other.join().unwrap().status), (200, 200));
        bank.desk.has(&["a", "x", "b"]);
    }
}

#[test]
fn sixteen_wait_and_no_more() {
    let bank = Bank::new(GROUP);
    let mut asked = vec![bank.nth(1, transfer("7", "a"))];
    bank.desk.has(&["a"]);
    for index in 0..16 {
        asked.push(bank.nth(index + 2, transfer("7", &format!("b{index}"))));
        bank.desk.let_go(&format!("b{index}"));
    }
    let refused = exchange(bank.address(), transfer("7", "c"));
    assert_eq!((refused.status, refused.field("retry-after")), (429, Some("1")));
    let record = loop {
        // It is written just after the answer.
        if let Some(record) = bank.scene.records_now().pop() {
            break record;
        }
        std::thread::yield_now();
    };
    assert_eq!(record["control"], "resource_limits", "{record}");
    assert!(record.to_string().contains("too_many_wait"), "{record}");
    bank.desk.let_go("a");
    for one in asked {
        assert_eq!(one.join().unwrap().status, 200);
    }
    bank.desk.let_go("d");
    assert_eq!(exchange(bank.address(), transfer("7", "d")).status, 200);
}

#[test]
fn whoever_waits_too_long_is_told_so_and_who_is_served_has_the_apis_whole_time() {
    let bank = Bank::new(&format!("{GROUP}limits: {{ total_timeout: 1s }}\n"));
    let first = bank.nth(1, transfer("7", "a"));
    bank.desk.has(&["a"]);
    // Before this one gives up, all the time of the first one is over, too.
    let refused = exchange(bank.address(), transfer("7", "b"));
    assert_eq!((refused.status, refused.field("retry-after")), (503, Some("1")));
    let third = bank.nth(3, transfer("7", "c"));
    let other = bank.nth(4, transfer("8", "x"));
    bank.desk.has(&["a", "x"]);
    ["a", "x", "c"].into_iter().for_each(|mark| bank.desk.let_go(mark));
    for one in [first, third, other] {
        assert_eq!(one.join().unwrap().status, 200);
    }
}

#[test]
fn a_reload_lets_nobody_in() {
    let bank = Bank::new(GROUP);
    let first = bank.nth(1, transfer("7", "a"));
    bank.desk.has(&["a"]);
    let waits = bank.nth(2, transfer("7", "b"));
    let rest = format!("{GROUP}limits: {{ json_depth: 9 }}\n");
    let api = bank.scene.api.address();
    bank.scene.gateway.reload(site(&rest, api, PlanOptions::default())).unwrap();
    let second = bank.nth(3, transfer("7", "c"));
    let other = bank.nth(4, transfer("8", "x"));
    bank.desk.has(&["a", "x"]);
    ["a", "x", "b", "c"].into_iter().for_each(|mark| bank.desk.let_go(mark));
    for one in [first, waits, second, other] {
        assert_eq!(one.join().unwrap().status, 200);
    }
    bank.desk.has(&["a", "x", "b", "c"]);
}

#[test]
fn requests_without_the_value_wait_for_one_another() {
    let bank = Bank::new(GROUP);
    let without = |mark: &str| post("transfer", "", &format!(r#"{{"mark":"{mark}"}}"#));
    let first = bank.nth(1, without("a"));
    bank.desk.has(&["a"]);
    let second = bank.nth(2, transfer("\" - \"", "b"));
    let other = bank.nth(3, transfer("8", "x"));
    bank.desk.has(&["a", "x"]);
    ["a", "x", "b"].into_iter().for_each(|mark| bank.desk.let_go(mark));
    for one in [first, second, other] {
        assert_eq!(one.join().unwrap().status, 200);
    }
}

#[test]
fn callers_wait_for_themselves_and_strangers_for_one_another() {
    let issuer = Issuer::start();
    let rest =
        format!("callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n{GROUP}", issuer.name());
    let bank = Bank::new(&rest);
    let (alice, bob) = (issuer.token("alice", ""), issuer.token("bob", ""));
    let other_of_alice = issuer.token("alice", r#","jti":"2""#);
    let mut asked = vec![bank.nth(1, close("a", Some(&alice)))];
    bank.desk.has(&["a"]);
    asked.push(bank.nth(2, close("a2", Some(&other_of_alice))));
    asked.push(bank.nth(3, close("b", Some(&bob))));
    bank.desk.has(&["a", "b"]);
    asked.push(bank.nth(4, close("s", None)));
    bank.desk.has(&["a", "b", "s"]);
    asked.push(bank.nth(5, close("s2", None)));
    asked.push(bank.nth(6, transfer("8", "x")));
    bank.desk.has(&["a", "b", "s", "x"]);
    for mark in ["a", "a2", "b", "s", "s2", "x"] {
        bank.desk.let_go(mark);
    }
    for one in asked {
        assert_eq!(one.join().unwrap().status, 200);
    }
}

#[test]
fn whoever_was_logged_out_while_waiting_does_not_reach_the_api() {
    let issuer = Issuer::start();
    let rest =
        format!("callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n{GROUP}", issuer.name());
    let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
    let options = Options { store: Some(store.clone()), ..Options::default() };
    let bank = Bank::of(&rest, PlanOptions::default(), options);
    let (first, second) = (issuer.token("alice", ""), issuer.token("alice", r#","jti":"2""#));
    let held = bank.nth(1, close("a", Some(&first)));
    bank.desk.has(&["a"]);
    let waits = bank.nth(2, close("b", Some(&second)));
    let (of, until) = (Revoked::Token { jti: "2".to_owned() }, UnixMillis(noon().0 + 3_600_000));
    let revocation = Revocation { issuer: issuer.name(), of, until };
    on_runtime(store.revoke(revocation, noon())).unwrap();
    bank.desk.let_go("a");
    bank.desk.let_go("b");
    assert_eq!((held.join().unwrap().status, waits.join().unwrap().status), (200, 401));
    bank.desk.has(&["a"]);
}

#[test]
fn whoever_only_watches_makes_nobody_wait_and_a_relaxation_does_not_end_it() {
    let watching = Bank::with(GROUP, PlanOptions { observe: true, ..PlanOptions::default() }, 1);
    let both = [watching.ask(transfer("7", "a")), watching.ask(transfer("7", "a"))];
    watching.desk.has(&["a", "a"]);
    watching.desk.let_go("a");
    both.into_iter().for_each(|one| assert_eq!(one.join().unwrap().status, 200));

    let relaxed = "relax: [{ control: resource_limits, mode: observe, by: ops, reason: why }]\n";
    let bank = Bank::new(&format!("{GROUP}{relaxed}"));
    let first = bank.nth(1, transfer("7", "a"));
    bank.desk.has(&["a"]);
    let second = bank.nth(2, transfer("7", "b"));
    let other = bank.nth(3, transfer("8", "x"));
    bank.desk.has(&["a", "x"]);
    ["a", "x", "b"].into_iter().for_each(|mark| bank.desk.let_go(mark));
    for one in [first, second, other] {
        assert_eq!(one.join().unwrap().status, 200);
    }
}

#[test]
fn an_api_that_fails_gives_the_value_back() {
    let bank = Bank::new(GROUP);
    for (behaviour, status) in [
        (Behaviour::Close, 502),
        (Behaviour::AnswerAndClose(b"nonsense\r\n\r\n".to_vec()), 502),
        (Behaviour::json(500, "{}"), 500),
        (Behaviour::json(200, "not json"), 502),
        (Behaviour::json(200, "{}"), 200),
    ] {
        bank.scene.api.behave(behaviour);
        assert_eq!(exchange(bank.address(), transfer("7", "a")).status, status);
    }
}

/// The status and type decide what becomes of the answer, and the API still works.
#[test]
fn an_answer_whose_head_came_early_is_waited_for_to_its_end() {
    let (listener, gate) = (TcpListener::bind("127.0.0.1:0").unwrap(), Gate::default());
    gate.close();
    let desk = Desk::default();
    let (api, passes, counts) = (listener.local_addr().unwrap(), gate.clone(), desk.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, gate, desk) = (stream.unwrap(), passes.clone(), counts.clone());
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                let read = stream.read(&mut bytes).unwrap();
                desk.note(&String::from_utf8_lossy(&bytes[..read]));
                let head = "HTTP/1.1 500 X\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n";
                stream.write_all(head.as_bytes()).unwrap();
                gate.pass();
                let _ = stream.write_all(b"0\r\n\r\n");
            });
        }
    });
    let watch: Option<Arc<dyn portcullis_gateway::Watch>> = Some(Arc::new(desk.clone()));
    let options = Options { watch, ..Options::default() };
    let unused = ScriptedApi::start(Behaviour::Hang);
    let site = site(GROUP, api, PlanOptions::default());
    let bank = Bank { scene: Scene::of_options(unused, site, options), desk };
    let first = bank.nth(1, transfer("7", "a"));
    bank.desk.has(&["a"]);
    let second = bank.nth(2, transfer("7", "b"));
    let other = bank.nth(3, transfer("8", "x"));
    bank.desk.has(&["a", "x"]);
    gate.open_after(0, &bank.scene);
    for one in [first, second, other] {
        assert_eq!(one.join().unwrap().status, 500);
    }
    bank.desk.has(&["a", "x", "b"]);
}
