//! What ends sessions: the API's own operations, its 401, and what runs under them meanwhile.

use std::io::{Read as _, Write as _};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use portcullis_controls::PlanOptions;
use portcullis_store::Which;
use portcullis_testkit::{Behaviour, read_until, send};

use crate::scene::{Kept, bearer, empty, json, kept, kept_with};
use crate::support::gate::Gate;
use crate::support::noon;
use crate::swapped::CALLERS;
use crate::weak::api;

/// Ends all sessions of alice, as another process of the owner would.
fn end_alice(kept: &Kept) {
    let account = kept.store.account("", "alice@shop.example");
    let which = Which::Account { api: String::new(), account };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(kept.store.end(which, noon())).unwrap(), 1);
}

#[test]
fn a_logout_ends_its_session_before_it_is_answered_and_no_other() {
    let kept = kept(CALLERS, api);
    let (one, other) = (kept.token("alice"), kept.token("alice"));
    assert_eq!(kept.post("/logout", &bearer(&one), "").status, 204);
    let before = kept.scene.api.seen().len();
    assert_eq!(kept.me(&one).status, 401);
    assert_eq!(kept.scene.api.seen().len(), before);
    assert_eq!(kept.me(&other).status, 200);
}

#[test]
fn a_change_of_the_password_ends_all_sessions_of_the_account_and_of_no_other() {
    let kept = kept(CALLERS, api);
    let (one, other, bob) = (kept.token("alice"), kept.token("alice"), kept.token("bob"));
    assert_eq!(kept.post("/password", &bearer(&one), r#"{"new":"x"}"#).status, 204);
    assert_eq!((kept.me(&one).status, kept.me(&other).status), (401, 401));
    assert_eq!(kept.me(&bob).status, 200);
}

#[test]
fn what_the_api_refuses_ends_nothing() {
    fn refuses(request: &str) -> Vec<u8> {
        if request.starts_with("POST /logout") {
            return empty(403, "");
        }
        if request.starts_with("POST /password") {
            return empty(500, "");
        }
        api(request)
    }
    let kept = kept(CALLERS, refuses);
    let ours = kept.token("alice");
    assert_eq!(kept.post("/logout", &bearer(&ours), "").status, 403);
    kept.post("/password", &bearer(&ours), r#"{"new":"x"}"#);
    assert_eq!(kept.me(&ours).status, 200);
}

#[test]
fn a_reset_ends_the_sessions_of_the_account_that_it_names_if_the_api_agrees() {
    fn resets(request: &str) -> Vec<u8> {
        if request.contains("/reset") {
            let is_right = request.contains("X-Code: right") || request.contains("x-code: right");
            let status = if is_right || !request.contains("bob") { "ok" } else { "fail" };
            return json(200, "", &format!(r#"{{"status":"{status}"}}"#));
        }
        api(request)
    }
    let callers = "callers:\n  login: { operation: login, account: body./email, token: answer./token }\n  ends_sessions: [{ operation: resetPassword, of: path.username, failure: answer./status == \"fail\" }]\n";
    let kept = kept(callers, resets);
    let (alice, again, bob) = (kept.token("alice"), kept.token("alice"), kept.token("bob"));
    // A stranger who asks for bob's reset with a wrong code locks nobody out.
    assert_eq!(kept.post("/users/bob@shop.example/reset", "", "").status, 200);
    assert_eq!(kept.me(&bob).status, 200);
    // However the name is written.
    let answer = kept.post("/users/%20ALICE@Shop.example/reset", "", "");
    assert_eq!(answer.status, 200, "{}", kept.record());
    assert_eq!((kept.me(&alice).status, kept.me(&again).status), (401, 401));
    assert_eq!(kept.me(&bob).status, 200);
}

#[test]
fn the_api_s_401_ends_the_session() {
    let kept = kept(CALLERS, api);
    let ours = kept.token("alice");
    assert_eq!(kept.me(&ours).status, 200);
    kept.scene.api.behave(Behaviour::Answer(json(401, "", r#"{"error":"expired"}"#)));
    assert_eq!(kept.me(&ours).status, 401);
    kept.scene.api.behave(Behaviour::Script(api));
    let before = kept.scene.api.seen().len();
    assert_eq!(kept.me(&ours).status, 401);
    assert_eq!(kept.scene.api.seen().len(), before, "and it is not asked again");
}

/// Whether the API of the next test may answer.
static MAY_ANSWER: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

#[test]
fn an_answer_does_not_leave_whose_session_ended_while_the_api_worked() {
    fn waits(request: &str) -> Vec<u8> {
        if request.starts_with("GET /me") {
            let may = MAY_ANSWER.0.lock().unwrap();
            drop(MAY_ANSWER.1.wait_while(may, |may| !*may).unwrap());
        }
        api(request)
    }
    let kept = kept(CALLERS, waits);
    let ours = kept.token("alice");
    std::thread::scope(|scope| {
        let before = kept.scene.api.seen().len();
        let client = scope.spawn(|| kept.me(&ours));
        while kept.scene.api.seen().len() == before {
            std::thread::yield_now();
        }
        end_alice(&kept);
        *MAY_ANSWER.0.lock().unwrap() = true;
        MAY_ANSWER.1.notify_all();
        let answer = client.join().unwrap();
        assert_eq!(answer.status, 401);
        assert!(!answer.text().contains("customer_id"), "{}", answer.text());
    });
}

/// Reads until the connection ends; what came, and how long that took.
fn rest(stream: &mut std::net::TcpStream) -> (String, Duration) {
    let (mut bytes, begun) = (Vec::new(), Instant::now());
    let _ = stream.read_to_end(&mut bytes);
    (String::from_utf8_lossy(&bytes).into_owned(), begun.elapsed())
}

const STREAMS: &str = "callers: { login: { operation: login, account: body./email, token: answer./token, lifetime: 1h } }\noperations: { events: { answer: stream }, socket: { upgrade: websocket } }\n";

fn streams(request: &str) -> Vec<u8> {
    if request.starts_with("GET /events") {
        // One event, and more to come.
        return b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\n".to_vec();
    }
    if request.starts_with("GET /socket") {
        return b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n".to_vec();
    }
    api(request)
}

#[test]
fn a_stream_ends_when_its_session_does() {
    let kept = kept(STREAMS, streams);
    let ours = kept.token("alice");
    let request = format!("GET /events HTTP/1.1\r\nHost: api\r\n{}\r\n", bearer(&ours));
    let mut stream = send(kept.scene.gateway.address(), request);
    read_until(&mut stream, "data: one");
    end_alice(&kept);
    let (rest, time) = rest(&mut stream);
    assert!(time < Duration::from_secs(2), "{time:?}");
    assert!(!rest.ends_with("0\r\n\r\n"), "it was cut, and says so: {rest:?}");
}

#[test]
fn a_websocket_ends_when_its_session_does() {
    let kept = kept(STREAMS, streams);
    let ours = kept.token("alice");
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: api\r\n{}Connection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        bearer(&ours)
    );
    let mut stream = send(kept.scene.gateway.address(), request);
    let head = read_until(&mut stream, "\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stream.write_all(b"\x81\x80\0\0\0\0").unwrap();
    end_alice(&kept);
    let (_, time) = rest(&mut stream);
    assert!(time < Duration::from_secs(2), "{time:?}");
}

#[test]
fn an_end_survives_a_restart() {
    let first = kept(CALLERS, api);
    let ours = first.token("alice");
    assert_eq!(first.post("/logout", &bearer(&ours), "").status, 204);
    let Kept { scene, store, folder } = first;
    scene.gateway.stop();
    drop((scene, store));
    let again = crate::scene::kept_in(
        folder,
        portcullis_testkit::ScriptedApi::start(Behaviour::Script(api)),
        CALLERS,
        portcullis_controls::PlanOptions::default(),
    );
    assert_eq!(again.me(&ours).status, 401);
}

#[test]
fn a_second_login_with_a_session_leaves_the_first_one() {
    let kept = kept(CALLERS, api);
    let ours = kept.token("alice");
    let body = r#"{"email":"bob@shop.example","password":"bob-pass"}"#;
    let answer = kept.post("/login", &bearer(&ours), body);
    assert_eq!(answer.status, 200);
    assert_eq!(kept.me(&ours).status, 401);
    assert_eq!(kept.me(&crate::scene::member(&answer, "token")).text(), r#"{"customer_id":2}"#);
}

/// Somebody who knows the old password begins a login while the API still changes it.
#[test]
fn a_login_that_began_while_the_password_was_changed_opens_nothing() {
    let (changing, entering) = (Gate::default(), Gate::default());
    let (change, enter) = (changing.clone(), entering.clone());
    let behaviour = Behaviour::made(move |request| {
        if request.starts_with("POST /password") {
            change.pass();
        }
        if request.starts_with("POST /login") {
            enter.pass();
        }
        api(request)
    });
    let kept = kept_with(CALLERS, behaviour, PlanOptions::default());
    let ours = kept.token("alice");
    changing.close();
    entering.close();
    let has_come = |what: &str| {
        let until = Instant::now() + Duration::from_secs(10);
        let count = || kept.scene.api.seen().iter().filter(|one| one.starts_with(what)).count();
        while count() < if what.contains("login") { 2 } else { 1 } {
            assert!(Instant::now() < until, "{what}");
            std::thread::yield_now();
        }
    };
    let late = std::thread::scope(|scope| {
        let owner = scope.spawn(|| kept.post("/password", &bearer(&ours), r#"{"new":"x"}"#));
        has_come("POST /password");
        kept.scene.clock.advance_ms(50);
        let thief = scope.spawn(|| kept.login("alice"));
        has_come("POST /login");
        kept.scene.clock.advance_ms(50);
        changing.open_after(0, &kept.scene);
        assert_eq!(owner.join().unwrap().status, 204);
        entering.open_after(0, &kept.scene);
        thief.join().unwrap()
    });
    assert_ne!(late.status, 200, "{}", late.text());
    kept.scene.clock.advance_ms(50);
    assert_eq!(kept.me(&kept.token("alice")).status, 200, "a login from now on");
}
