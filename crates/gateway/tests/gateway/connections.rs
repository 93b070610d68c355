//! Connections that are slow, dead, many, or lie.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use crate::support::{Scene, Setup};
use portcullis_testkit::{Behaviour, leave, send};

const SHOP: &str = include_str!("support/shop.yaml");

const GET: &str = "GET /api/items HTTP/1.1\r\nHost: api\r\n\r\n";

fn limited(limits: &str, behaviour: Behaviour) -> Scene {
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\nlimits: {limits}\n"
    );
    Scene::with(SHOP, behaviour, Setup { policy: Some(&policy), ..Setup::default() })
}

#[test]
fn an_api_that_fails_is_a_neutral_502_or_504() {
    let scene = limited("{ upstream_timeout: 200ms }", Behaviour::Close);
    let cases: [(Behaviour, u16); 9] = [
        (Behaviour::Close, 502),
        (Behaviour::Hang, 504),
        (Behaviour::AnswerAndClose(b"HTTP/1.1 200 X\r\nContent-".to_vec()), 502),
        (Behaviour::AnswerAndClose(b"nonsense\r\n\r\n".to_vec()), 502),
        (
            Behaviour::AnswerAndClose(
                b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[]".to_vec(),
            ),
            502,
        ),
        (
            Behaviour::Answer(
                b"HTTP/1.1 200 X\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n[]".to_vec(),
            ),
            502,
        ),
        (
            Behaviour::Answer(b"HTTP/1.1 200 X\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]".to_vec()),
            502,
        ),
        (
            Behaviour::Answer(
                b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
            ),
            502,
        ),
        (
            Behaviour::Answer(b"HTTP/1.1 101 X\r\nUpgrade: h2c\r\n\r\n".to_vec()),
            502,
        ),
    ];
    for (behaviour, status) in cases {
        scene.api.behave(behaviour.clone());
        let answer = scene.raw(GET);
        assert_eq!(answer.status, status, "{behaviour:?}");
        assert_eq!(answer.field("content-type"), Some("application/problem+json"));
        assert_eq!(scene.last_record()["verdict"], "failed");
    }
    scene.api.behave(Behaviour::json(200, "[]"));
    assert_eq!(scene.raw(GET).status, 200, "and it recovers");
}

#[test]
fn bytes_behind_an_answer_never_reach_the_next_caller() {
    let scene = Scene::new(SHOP, Behaviour::Close);
    let poisoned =
        b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]\
        HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":9}";
    scene.api.behave(Behaviour::Answer(poisoned.to_vec()));
    assert_eq!(scene.raw(GET).text(), "[]");
    scene.api.behave(Behaviour::json(200, r#"{"id":1}"#));
    assert_eq!(scene.get("/api/items/1").text(), r#"{"id":1}"#);
}

#[test]
fn a_kept_connection_that_died_is_replaced_for_reads() {
    let answer = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
    let scene = Scene::new(SHOP, Behaviour::AnswerAndClose(answer.to_vec()));
    for _ in 0..5 {
        assert_eq!(scene.raw(GET).status, 200);
    }
}

#[test]
fn a_slow_head_and_a_slow_body_are_cut_off() {
    let scene =
        limited("{ head_timeout: 100ms, body_idle_timeout: 100ms }", Behaviour::json(200, "[]"));
    for slow in [
        "GET /api/items HTTP/1.1\r\nHost: a\r\nX",
        "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    ] {
        let started = Instant::now();
        let mut stream = send(scene.gateway.address(), slow);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
        assert!(started.elapsed() < Duration::from_secs(5));
        assert_eq!(scene.last_record()["control"], "resource_limits");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn every_size_has_a_limit() {
    let limits = "{ head_bytes: 2KiB, headers: 10, target_bytes: 100B, body_bytes: 1KiB, json_depth: 4, \
                  array_items: 5, string_bytes: 100B, json_nodes: 50 }";
    let scene = limited(limits, Behaviour::json(200, "[]"));
    let many = "X: 1\r\n".repeat(11);
    assert_eq!(scene.get_with("/api/items", &many).status, 431);
    assert_eq!(scene.get_with("/api/items", &format!("X: {}\r\n", "a".repeat(3000))).status, 431);
    assert_eq!(scene.get(&format!("/api/items?q={}", "a".repeat(200))).status, 414);
    let huge = "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Content-Length: 1000000000\r\n\r\n";
    assert_eq!(scene.raw(huge).status, 413, "refused before it is read");
    for body in [
        format!("{{\"name\": \"{}\"}}", "a".repeat(2000)),
        format!("{{\"name\": \"{}\"}}", "a".repeat(101)),
        format!("{{\"name\": \"a\", \"extra\": {{\"a\": {}}}}}", "[".repeat(3) + &"]".repeat(3)),
        "{\"name\": \"a\", \"extra\": {\"a\": [1,2,3,4,5,6]}}".to_owned(),
    ] {
        assert_eq!(scene.post_json("/api/items", &body).status, 413, "{body}");
    }
    let chunk = format!("400\r\n{}\r\n", "a".repeat(1024));
    let chunked = format!(
        "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
        chunk.repeat(5)
    );
    assert_eq!(scene.raw(chunked).status, 413);
    assert_eq!(scene.forwarded(), None);
    assert!(scene.last_record()["detail"].as_str().unwrap().contains("body_bytes: 1KiB"));
}

#[test]
fn more_requests_than_the_api_may_have_are_told_to_come_back() {
    let scene = limited("{ upstream_concurrency: 1, upstream_timeout: 2s }", Behaviour::Hang);
    let _first = send(scene.gateway.address(), GET);
    // The first is in the API once the API has seen it.
    while scene.forwarded().is_none() {
        std::thread::yield_now();
    }
    let answer = scene.raw(GET);
    assert_eq!((answer.status, answer.field("retry-after")), (503, Some("1")));
}

#[test]
fn a_client_that_leaves_ends_its_read_but_not_its_write() {
    let scene = limited("{ upstream_timeout: 400ms }", Behaviour::Hang);
    leave(send(scene.gateway.address(), GET));
    assert_eq!(scene.last_record()["verdict"], "abandoned");
    let post = "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Content-Length: 12\r\n\r\n{\"name\":\"a\"}";
    let started = Instant::now();
    leave(send(scene.gateway.address(), post));
    // A record exists only when the write has run to its end.
    while scene.gateway.counts().requests.load(std::sync::atomic::Ordering::Relaxed) < 2 {
        std::thread::yield_now();
    }
    let mut record = scene.last_record();
    while record["method"] != "POST" && started.elapsed() < Duration::from_secs(5) {
        record = scene.last_record();
    }
    assert_eq!(record["verdict"], "failed", "{record}");
    assert!(record["failure"].as_str().unwrap().contains("in time"), "{record}");
}

#[test]
fn a_client_that_has_said_all_still_gets_its_answer() {
    let scene = limited("{ upstream_timeout: 300ms }", Behaviour::Hang);
    let mut stream = send(scene.gateway.address(), GET);
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
    assert_eq!(scene.last_record()["verdict"], "failed");
    // One that sends a next request early and then leaves is noticed, too.
    let scene = limited("{ upstream_timeout: 5s }", Behaviour::Hang);
    let stream = send(scene.gateway.address(), GET.repeat(2));
    while scene.forwarded().is_none() {
        std::thread::yield_now();
    }
    leave(stream);
    assert_eq!(scene.last_record()["verdict"], "abandoned");
}

#[test]
fn requests_follow_one_another_on_one_connection() {
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    let mut stream = send(scene.gateway.address(), GET.repeat(3));
    stream
        .write_all(GET.replace("Host: api", "Host: api\r\nConnection: close").as_bytes())
        .unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.matches("HTTP/1.1 200 OK").count(), 4, "{all}");
    assert_eq!(all.matches("Connection: close").count(), 1);
    let ids: std::collections::HashSet<String> =
        scene.records().iter().map(|record| record["request_id"].to_string()).collect();
    assert_eq!(ids.len(), 4, "every request has its own id");
}

#[test]
fn stopping_lets_a_request_under_way_end() {
    let scene = limited("{ upstream_timeout: 300ms }", Behaviour::Hang);
    let mut stream = send(scene.gateway.address(), GET);
    while scene.forwarded().is_none() {
        std::thread::yield_now();
    }
    let Scene { gateway, ledger, api, .. } = scene;
    let address = gateway.address();
    let stopper = std::thread::spawn(move || gateway.stop());
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 504"), "{answer}");
    assert_eq!(api.seen().len(), 1);
    stopper.join().unwrap();
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
    assert_eq!(ledger.lost(), 0);
}

#[test]
fn bodies_that_are_sent_slowly_hold_no_place_in_the_api() {
    let scene = limited("{ upstream_concurrency: 1 }", Behaviour::json(200, "[]"));
    let head = "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Content-Length: 900\r\n\r\n{";
    let _slow: Vec<_> = (0..8).map(|_| send(scene.gateway.address(), head)).collect();
    for _ in 0..4 {
        assert_eq!(scene.raw(GET).status, 200);
    }
}

#[test]
fn bodies_beyond_the_common_budget_are_told_to_come_back() {
    let limits = "{ body_bytes: 600KiB, answer_bytes: 400KiB, buffered_bytes: 1MiB, \
                  string_bytes: 600KiB, body_idle_timeout: 5s }";
    let scene = limited(limits, Behaviour::json(201, "{}"));
    let head = "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Content-Length: 600000\r\n\r\n";
    let slow = format!("{head}{}", " ".repeat(450_000));
    let _held = [send(scene.gateway.address(), &slow), send(scene.gateway.address(), &slow)];
    while scene.gateway.buffered_bytes() < 900_000 {
        std::thread::yield_now();
    }
    let body = format!("{{\"name\": \"a\"}}{}", " ".repeat(300_000));
    let answer = scene.post_json("/api/items", &body);
    assert_eq!((answer.status, answer.field("retry-after")), (503, Some("1")));
    assert_eq!(scene.forwarded(), None);
    assert_eq!(scene.post_json("/api/items", "{\"name\": \"a\"}").status, 201, "small ones pass");
}

#[test]
fn an_answer_that_waits_for_its_reader_is_counted_until_it_leaves() {
    // More than the sockets between the two take in.
    const ANSWER_BYTES: usize = 24 << 20;
    let limits = "{ answer_bytes: 25MiB, buffered_bytes: 40MiB }";
    let long = format!("[]{}", " ".repeat(ANSWER_BYTES));
    let scene = limited(limits, Behaviour::json(200, &long));
    let mut slow = send(scene.gateway.address(), GET);
    let mut first = [0; 1];
    // From the first byte on, the answer is being written.
    slow.read_exact(&mut first).unwrap();
    assert!(scene.gateway.buffered_bytes() >= ANSWER_BYTES, "{}", scene.gateway.buffered_bytes());
    let other = scene.raw(GET);
    assert_eq!((other.status, other.field("retry-after")), (503, Some("1")), "two are too many");
    // Whoever gives up gives the room back.
    drop(slow);
    let started = Instant::now();
    while scene.gateway.buffered_bytes() > 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "it is given back");
        std::thread::yield_now();
    }
    assert_eq!(scene.raw(GET).status, 200);
}

#[test]
fn a_connection_too_many_is_closed_and_recorded() {
    let scene = limited("{ connections: 2 }", Behaviour::json(200, "[]"));
    let first = send(scene.gateway.address(), GET);
    let _second = send(scene.gateway.address(), GET);
    // Both are open once both are answered.
    while scene.records().len() < 2 {
        std::thread::yield_now();
    }
    let answer = scene.raw(GET);
    assert_eq!(answer.status, 0, "nobody answers: {}", answer.text());
    let refused = &scene.gateway.counts().connections_refused;
    assert_eq!(refused.load(std::sync::atomic::Ordering::Relaxed), 1);
    drop(first);
    let started = Instant::now();
    while scene.raw(GET).status != 200 {
        assert!(started.elapsed() < Duration::from_secs(5), "a place is free again");
    }
}

/// A connection from another address of this host.
fn from(last: u8, to: std::net::SocketAddr) -> std::io::Result<std::net::TcpStream> {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, last], 0)).into())?;
    socket.connect(&to.into())?;
    Ok(socket.into())
}

#[test]
fn one_address_that_holds_all_connections_keeps_no_other_out() {
    let scene = limited("{ connections: 6 }", Behaviour::json(200, "[]"));
    let address = scene.gateway.address();
    let silent: Vec<_> = (0..9).map(|_| from(9, address).unwrap()).collect();
    let halves: Vec<_> = (0..3)
        .map(|_| {
            let mut stream = from(9, address).unwrap();
            let _ = stream.write_all(b"GET /orders HTTP/1.1\r\nX-A: ");
            stream
        })
        .collect();
    for _ in 0..3 {
        assert_eq!(scene.raw(GET).status, 200);
    }
    drop((silent, halves));
}

#[test]
fn a_connection_that_rests_too_long_is_closed_without_a_word() {
    let scene = limited("{ idle_timeout: 100ms }", Behaviour::json(200, "[]"));
    let mut stream = send(scene.gateway.address(), GET);
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.matches("HTTP/1.1 ").count(), 1, "{all}");
}

#[test]
fn a_stream_reaches_the_client_before_its_first_event_and_holds_its_place() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  limits: { upstream_timeout: 200ms, upstream_concurrency: 1 }\n\
                  operations: { watch: { answer: stream } }\n";
    let contract = "openapi: 3.1.0\ninfo: { title: Watch, version: \"1\" }\npaths:\n  /events:\n    \
                    get:\n      operationId: watch\n      security: []\n      responses:\n        \
                    \"200\": { description: events, content: { text/event-stream: {} } }\n";
    let head = b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\
                 Transfer-Encoding: chunked\r\n\r\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::with(contract, Behaviour::Answer(head.to_vec()), setup);
    let request = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut stream = send(scene.gateway.address(), request);
    let mut seen = Vec::new();
    let mut piece = [0; 1024];
    while !seen.windows(4).any(|four| four == b"\r\n\r\n") {
        let count = stream.read(&mut piece).unwrap();
        assert_ne!(count, 0, "the head must come: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..count]);
    }
    assert!(seen.starts_with(b"HTTP/1.1 200 "));
    assert_eq!(scene.raw(request).status, 503, "a stream is a request in the API");
    // Silent for longer than `upstream_timeout`, and still there.
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let silence = stream.read(&mut piece).unwrap_err();
    assert_eq!(silence.kind(), std::io::ErrorKind::WouldBlock);
    // A client that leaves is noticed although the API says nothing.
    leave(stream);
    scene.api.behave(Behaviour::Answer(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".to_vec()));
    let until = Instant::now() + Duration::from_secs(5);
    while scene.raw(request).status == 503 {
        assert!(Instant::now() < until, "its place is given back");
    }
}

#[test]
fn a_body_that_nobody_looks_at_arrives_whole_whatever_its_size_and_framing() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  operations: { export: { answer: stream } }\n";
    let contract = "openapi: 3.1.0\ninfo: { title: Export, version: \"1\" }\npaths:\n  /export:\n    \
                    get:\n      operationId: export\n      security: []\n      responses:\n        \
                    \"200\": { description: all, content: { application/octet-stream: {} } }\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::with(contract, Behaviour::Close, setup);
    for size in [0, 1, 1_000, 8_000, 300_000] {
        let body: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
        let head = "HTTP/1.1 200 X\r\nContent-Type: application/octet-stream\r\n";
        let stated = [format!("{head}Content-Length: {size}\r\n\r\n").as_bytes(), &body].concat();
        let chunk = [format!("{size:x}\r\n").as_bytes(), &body, b"\r\n"].concat();
        let chunk = if size == 0 { Vec::new() } else { chunk };
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
        let chunked = [chunked.as_bytes(), &chunk, b"0\r\n\r\n"].concat();
        for sent in [stated, chunked] {
            scene.api.behave(Behaviour::Answer(sent));
            let answer = scene.raw("GET /export HTTP/1.1\r\nHost: a\r\n\r\n");
            assert_eq!((answer.status, answer.body.len()), (200, size));
            assert!(answer.body == body, "every byte in its place");
        }
    }
}

#[test]
fn an_undeclared_stream_is_refused_at_its_head() {
    let head = b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\
                 Transfer-Encoding: chunked\r\n\r\n";
    let scene = limited("{ upstream_timeout: 30s }", Behaviour::Answer(head.to_vec()));
    let started = Instant::now();
    assert_eq!(scene.raw(GET).status, 502);
    assert!(started.elapsed() < Duration::from_secs(5));
    let record = scene.last_record();
    assert_eq!(record["reason"], "undeclared_stream");
    assert!(record["detail"].as_str().unwrap().contains("answer: stream"), "{record}");
}

#[test]
fn an_upstream_that_leads_back_to_the_gateway_is_not_spoken_to() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let (listen, policy) = (
        format!("127.0.0.1:{port}"),
        format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://[::ffff:127.0.0.1]:{port}\" }}]\n\
             access: [{{ anyone: \"*\" }}]\n"
        ),
    );
    let setup = Setup {
        policy: Some(&policy),
        listen: Some(&listen),
        is_policy_upstream: true,
        ..Setup::default()
    };
    let scene = Scene::with(SHOP, Behaviour::Close, setup);
    assert_eq!(scene.raw(GET).status, 502);
    let records = scene.records();
    assert_eq!(records.len(), 1, "one request stays one request");
    assert!(records[0]["failure"].as_str().unwrap().contains("back to the gateway"), "{records:?}");
}
