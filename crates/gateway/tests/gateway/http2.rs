//! HTTP/2 towards clients: the same rooms, and the floods that are its own.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails in a client's own words must fail its test"
)]

use std::task::Poll;

use crate::support::secure::{Identity, exchange, http2, on_runtime};
use crate::support::{Scene, Setup};
use bytes::Bytes;
use http::{Method, Request};
use portcullis_testkit::Behaviour;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const SHOP: &str = include_str!("support/shop.yaml");

fn secure(identity: &Identity, behaviour: Behaviour) -> Scene {
    Scene::secure(SHOP, behaviour, Setup::default(), identity.server())
}

fn get(path: &str) -> Request<()> {
    Request::get(format!("https://localhost{path}")).body(()).unwrap()
}

#[test]
fn a_stream_walks_the_rooms_as_a_request_does() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, r#"[{"id":1,"secret":"x"}]"#));
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let (parts, body) = exchange(&send, get("/api/items"), b"").await.unwrap();
        assert_eq!(parts.status, 200);
        assert_eq!(body, br#"[{"id":1}]"#, "undeclared properties stay behind");
        assert!(parts.headers.contains_key("strict-transport-security"));
        assert!(parts.headers.contains_key("x-request-id"));
        assert!(!parts.headers.contains_key("connection"));
        let (parts, body) = exchange(&send, get("/api/nothing"), b"").await.unwrap();
        assert_eq!(parts.status, 404);
        assert!(String::from_utf8(body).unwrap().contains("request_id"));
    });
    let record = scene.last_record();
    assert_eq!((record["http"].as_str(), record["tls"].as_str()), (Some("2"), Some("1.3")));
    let forwarded = scene.forwarded().unwrap();
    assert!(forwarded.starts_with("GET /api/items HTTP/1.1\r\n"), "{forwarded}");
}

#[test]
fn a_client_that_knows_before_speaks_it_in_the_clear() {
    let scene = Scene::with(SHOP, Behaviour::json(200, "[]"), Setup::default());
    on_runtime(async {
        let stream = tokio::net::TcpStream::connect(scene.gateway.address()).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::task::spawn_local(connection);
        let request = Request::get("http://localhost/api/items").body(()).unwrap();
        let (parts, body) = exchange(&send, request, b"").await.unwrap();
        assert_eq!((parts.status.as_u16(), body.as_slice()), (200, &b"[]"[..]));
    });
    let record = scene.last_record();
    assert_eq!((record["http"].as_str(), record["tls"].as_str()), (Some("2"), None));
    assert_eq!(scene.get("/api/items").status, 200, "and HTTP/1.1 is as it was");
}

#[test]
fn bodies_are_read_within_limits_and_checked() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(201, r#"{"id":1}"#));
    let post = || {
        Request::post("https://localhost/api/items")
            .header("content-type", "application/json")
            .body(())
            .unwrap()
    };
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let body = br#"{"name":"a","price":1}"#;
        let (parts, _) = exchange(&send, post(), body).await.unwrap();
        assert_eq!(parts.status, 201);
        assert_eq!(scene.forwarded_body().unwrap().as_bytes(), body);
        let (parts, _) = exchange(&send, post(), b"{\"name\":1}").await.unwrap();
        assert_eq!(parts.status, 400);
        let large = vec![b' '; 2 << 20];
        let (parts, _) = exchange(&send, post(), &large[..60_000]).await.unwrap();
        assert_eq!(parts.status, 400, "within the window, and no JSON");
        let mut announced = post();
        announced.headers_mut().insert("content-length", "2097152".parse().unwrap());
        let mut ready = send.clone().ready().await.unwrap();
        let (answer, _stream) = ready.send_request(announced, false).unwrap();
        assert_eq!(answer.await.unwrap().status(), 413, "before a byte of it was sent");
    });
}

#[test]
fn an_answer_that_did_not_wait_for_a_body_lets_it_end() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let request = Request::post("https://localhost/api/nothing")
            .header("content-type", "application/json")
            .header("content-length", "60000")
            .body(())
            .unwrap();
        let mut ready = send.clone().ready().await.unwrap();
        let (answer, mut stream) = ready.send_request(request, false).unwrap();
        let (parts, mut body) = answer.await.unwrap().into_parts();
        assert_eq!(parts.status, 404, "before a byte of it was sent");
        while body.data().await.transpose().unwrap().is_some() {}
        stream.send_data(Bytes::from(vec![b' '; 59_999]), false).unwrap();
        stream.send_data(Bytes::from_static(b" "), true).unwrap();
        // What the gateway said of the stream came before its next answer.
        let (parts, _) = exchange(&send, get("/api/items"), b"").await.unwrap();
        assert_eq!(parts.status, 200);
        let reset = std::future::poll_fn(|cx| Poll::Ready(stream.poll_reset(cx))).await;
        assert!(reset.is_pending(), "the stream ended as both wanted: {reset:?}");
    });
}

#[test]
fn head_options_and_what_is_no_text_are_decided_as_over_http_1() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    let with_method = |method: Method| {
        let mut request = get("/api/items");
        *request.method_mut() = method;
        request
    };
    let with_latin_1 = |name: &'static str| {
        let mut request = get("/api/items");
        let value = http::HeaderValue::from_bytes(b"\xe9").unwrap();
        request.headers_mut().insert(name, value);
        request
    };
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let (parts, body) = exchange(&send, with_method(Method::HEAD), b"").await.unwrap();
        assert_eq!((parts.status.as_u16(), body.len()), (200, 0));
        assert!(scene.forwarded().unwrap().starts_with("GET /api/items "));
        let (parts, _) = exchange(&send, with_method(Method::OPTIONS), b"").await.unwrap();
        assert_eq!(
            (parts.status.as_u16(), &parts.headers["allow"]),
            (204, &"GET, HEAD, POST, OPTIONS".parse().unwrap())
        );
        for (name, status) in [("x-trace", 400), ("user-agent", 200)] {
            let (parts, _) = exchange(&send, with_latin_1(name), b"").await.unwrap();
            assert_eq!(parts.status, status, "{name}");
        }
    });
    assert!(!scene.forwarded().unwrap().contains("user-agent"));
}

#[test]
fn a_long_body_is_no_flood() {
    let identity = Identity::new();
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  limits: { body_bytes: 8MiB, string_bytes: 8MiB }\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::secure(SHOP, Behaviour::json(201, r#"{"id":1}"#), setup, identity.server());
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let body = [&b"{\"name\":\"a\",\"price\":1}"[..], &vec![b' '; 7 << 20]].concat();
        let request = Request::post("https://localhost/api/items")
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let (parts, _) = exchange(&send, request, &body).await.unwrap();
        assert_eq!(parts.status, 201);
    });
}

#[test]
fn many_streams_of_one_connection_are_served_side_by_side() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        // From the first answer on, the client knows how many streams it may open at a time.
        exchange(&send, get("/api/items"), b"").await.unwrap();
        let mut tasks = Vec::new();
        for _ in 0..200 {
            let send = send.clone();
            tasks.push(tokio::task::spawn_local(async move {
                exchange(&send, get("/api/items"), b"").await.unwrap().0.status
            }));
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), 200);
        }
    });
    assert_eq!(scene.records().len(), 201);
}

#[test]
fn two_hosts_two_lengths_and_long_heads_are_refused_and_recorded() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let with = |name: &'static str, value: String| {
            let mut request = get("/api/items");
            request.headers_mut().insert(name, value.parse().unwrap());
            request
        };
        for (request, status, reason) in [
            (with("host", "other".to_owned()), 400, "host"),
            (with("expect", "more".to_owned()), 417, "expectation"),
            (with("x-long", "x".repeat(17_000)), 431, "head_bytes"),
        ] {
            let (parts, _) = exchange(&send, request, b"").await.unwrap();
            assert_eq!(parts.status, status);
            assert_eq!(scene.last_record()["reason"], reason);
        }
        let options = Request::builder().method(Method::CONNECT).uri("localhost:443").body(());
        let refused = exchange(&send, options.unwrap(), b"").await.unwrap();
        assert_eq!(refused.0.status, 400, "a tunnel is no request");
    });
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn answers_that_wait_for_a_window_are_counted_and_given_back() {
    const ANSWER_BYTES: usize = 400_000;
    let identity = Identity::new();
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  limits: { body_bytes: 400KiB, answer_bytes: 400KiB, buffered_bytes: 1MiB, \
                  string_bytes: 400KiB }\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let long = format!("[]{}", " ".repeat(ANSWER_BYTES - 2));
    let scene = Scene::secure(SHOP, Behaviour::json(200, &long), setup, identity.server());
    on_runtime(async {
        let stream = identity.connect(scene.gateway.address(), &[b"h2"]).await.unwrap();
        let mut builder = h2::client::Builder::new();
        // A long answer stops after its first kilobyte; a short one passes.
        let (send, connection) =
            builder.initial_window_size(1 << 10).handshake::<_, Bytes>(stream).await.unwrap();
        tokio::task::spawn_local(connection);
        let mut waiting = Vec::new();
        for _ in 0..2 {
            let mut ready = send.clone().ready().await.unwrap();
            // Its body is not taken, so the window is never opened again.
            waiting.push(ready.send_request(get("/api/items"), true).unwrap().0.await.unwrap());
        }
        assert_eq!(scene.gateway.buffered_bytes(), 2 * ANSWER_BYTES);
        let (parts, _) = exchange(&send, get("/api/items"), b"").await.unwrap();
        assert_eq!(parts.status, 503, "a third is too many");
        let (parts, _) = exchange(&send, get("/api/nothing"), b"").await.unwrap();
        assert_eq!(parts.status, 404, "what holds nothing is answered");
        let mut body = waiting.remove(0).into_body();
        let mut read = 0;
        while let Some(piece) = body.data().await {
            let piece = piece.unwrap();
            body.flow_control().release_capacity(piece.len()).unwrap();
            read += piece.len();
        }
        assert_eq!(read, ANSWER_BYTES);
        drop(waiting);
        while scene.gateway.buffered_bytes() > 0 {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_head_request_has_no_body_and_streams_are_framed() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let head = Request::head("https://localhost/api/nothing").body(()).unwrap();
        let (parts, body) = exchange(&send, head, b"").await.unwrap();
        assert!(parts.headers.contains_key("content-length"));
        assert_eq!((parts.status.as_u16(), body.len()), (404, 0));
    });
}

#[test]
fn a_client_that_leaves_ends_a_read_and_its_record_says_so() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::Hang);
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        let mut ready = send.clone().ready().await.unwrap();
        let (answer, mut stream) = ready.send_request(get("/api/items"), false).unwrap();
        stream.send_data(Bytes::new(), true).unwrap();
        while scene.forwarded().is_none() {
            tokio::task::yield_now().await;
        }
        stream.send_reset(h2::Reason::CANCEL);
        drop(answer);
        let record = loop {
            if let Some(record) = scene.records_now().pop() {
                break record;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        };
        assert_eq!(record["verdict"], "abandoned");
    });
}

#[test]
fn a_drain_lets_streams_end_and_says_that_it_goes() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    on_runtime(async {
        let send = http2(&identity, scene.gateway.address()).await;
        exchange(&send, get("/api/items"), b"").await.unwrap();
        let stopped = std::thread::spawn(move || scene.gateway.stop());
        // The client learns it by GOAWAY: no stream can be opened any more.
        while exchange(&send, get("/api/items"), b"").await.is_ok() {
            tokio::task::yield_now().await;
        }
        drop(send);
        stopped.join().unwrap();
    });
}

/// A frame as it goes over the wire (RFC 9113 section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;

/// The head of `GET /api/items`, without Huffman codes and without the table (RFC 7541).
fn head_block() -> Vec<u8> {
    // :method GET, :scheme https, then :path and :authority as literals with indexed names.
    let mut block = vec![0x82, 0x87];
    for (index, value) in [(4_u8, "/api/items"), (1, "localhost")] {
        block.extend([index, value.len() as u8]);
        block.extend(value.as_bytes());
    }
    block
}

/// Sends a preface and these bytes, and reads until the end; the error code of a GOAWAY, if one
/// came.
fn flood(scene: &Scene, identity: &Identity, bytes: Vec<u8>) -> Option<u32> {
    on_runtime(async {
        let stream = identity.connect(scene.gateway.address(), &[b"h2"]).await.unwrap();
        let (mut read, mut write) = tokio::io::split(stream);
        let send = tokio::task::spawn_local(async move {
            let start = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, &[])];
            write.write_all(&start.concat()).await?;
            for piece in bytes.chunks(16 << 10) {
                write.write_all(piece).await?;
            }
            write.shutdown().await
        });
        let mut seen = Vec::new();
        // A connection that is ended hard may lose its last words; the test reads what came.
        let limit = std::time::Duration::from_secs(5);
        let _ = tokio::time::timeout(limit, read.read_to_end(&mut seen)).await;
        drop(send);
        goaway(&seen)
    })
}

#[test]
fn a_connection_that_rests_after_its_streams_is_told_to_go_and_ends() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  access: [{ anyone: \"*\" }]\nlimits: { idle_timeout: 100ms }\n";
    let identity = Identity::new();
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::secure(SHOP, Behaviour::json(200, "[]"), setup, identity.server());
    let one = frame(HEADERS, END_HEADERS | END_STREAM, 1, &head_block());
    for streams in [Vec::new(), one] {
        let seen = on_runtime(async {
            let mut stream = identity.connect(scene.gateway.address(), &[b"h2"]).await.unwrap();
            let start = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, &[])];
            stream.write_all(&[start.concat(), streams].concat()).await.unwrap();
            let mut seen = Vec::new();
            let limit = std::time::Duration::from_secs(5);
            let read = tokio::time::timeout(limit, stream.read_to_end(&mut seen)).await;
            // Whoever rested gets no farewell of TLS beside that of HTTP/2.
            let _ = read.expect("it ends");
            seen
        });
        assert_eq!(goaway(&seen), Some(0), "without blame");
    }
    assert!(scene.forwarded().is_some());
}

/// How much of a flood is taken before the connection ends.
fn written_of(scene: &Scene, identity: &Identity, bytes: &[u8]) -> usize {
    on_runtime(async {
        let stream = identity.connect(scene.gateway.address(), &[b"h2"]).await.unwrap();
        let (mut read, mut write) = tokio::io::split(stream);
        let drain = tokio::task::spawn_local(async move {
            // What is answered does not matter; it must be taken, as a client would.
            let _ = tokio::io::copy(&mut read, &mut tokio::io::sink()).await;
        });
        let start = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, &[])];
        write.write_all(&start.concat()).await.unwrap();
        let mut written = 0;
        for piece in bytes.chunks(16 << 10) {
            if write.write_all(piece).await.is_err() {
                break;
            }
            written += piece.len();
        }
        drain.abort();
        written
    })
}

fn goaway(mut bytes: &[u8]) -> Option<u32> {
    while let [a, b, c, kind, _, _, _, _, _, rest @ ..] = bytes {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        let payload = rest.get(..length)?;
        if *kind == GOAWAY {
            return payload.get(4..8).map(|code| u32::from_be_bytes(code.try_into().unwrap()));
        }
        bytes = &rest[length..];
    }
    None
}

/// RFC 9113 section 7.
const ENHANCE_YOUR_CALM: u32 = 11;

#[test]
fn streams_that_are_opened_and_reset_end_the_connection() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::Hang);
    let mut bytes = Vec::new();
    for stream in 0..2_000_u32 {
        bytes.extend(frame(HEADERS, END_HEADERS | END_STREAM, 2 * stream + 1, &head_block()));
        bytes.extend(frame(RST_STREAM, 0, 2 * stream + 1, &8_u32.to_be_bytes()));
    }
    assert_eq!(flood(&scene, &identity, bytes), Some(ENHANCE_YOUR_CALM));
    assert!(scene.api.seen().len() <= 200, "{} reached the API", scene.api.seen().len());
}

#[test]
fn writes_that_are_reset_hold_no_more_places_than_a_connection_has_streams() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::Hang);
    let mut head = head_block();
    head[0] = 0x83; // :method POST
    // content-type: application/json, as a literal with an indexed name.
    head.extend([0x0f, 16, 16]);
    head.extend(b"application/json");
    let mut bytes = Vec::new();
    for stream in 0..400_u32 {
        bytes.extend(frame(HEADERS, END_HEADERS, 2 * stream + 1, &head));
        bytes.extend(frame(DATA, END_STREAM, 2 * stream + 1, br#"{"name":"a","price":1}"#));
        if stream % 50 == 49 {
            for reset in stream - 49..=stream {
                bytes.extend(frame(RST_STREAM, 0, 2 * reset + 1, &8_u32.to_be_bytes()));
            }
        }
    }
    let _ = flood(&scene, &identity, bytes);
    assert!(scene.api.seen().len() <= 100, "{} reached the API", scene.api.seen().len());
}

#[test]
fn a_head_in_endless_pieces_ends_the_connection() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    let mut bytes = frame(HEADERS, END_STREAM, 1, &head_block());
    for _ in 0..20_000 {
        bytes.extend(frame(CONTINUATION, 0, 1, b"\x00\x01x\x01y"));
    }
    assert!(flood(&scene, &identity, bytes).is_some());
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn frames_that_ask_for_nothing_end_the_connection_and_leave_others_served() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    let pings = frame(PING, 0, 0, &[0; 8]).repeat(2_000_000);
    let settings = frame(SETTINGS, 0, 0, &[]).repeat(2_000_000);
    for bytes in [pings, settings] {
        assert!(written_of(&scene, &identity, &bytes) < bytes.len(), "it is cut off");
        on_runtime(async {
            let send = http2(&identity, scene.gateway.address()).await;
            let (parts, _) = exchange(&send, get("/api/items"), b"").await.unwrap();
            assert_eq!(parts.status, 200);
        });
    }
}

#[test]
fn empty_frames_are_no_progress() {
    let identity = Identity::new();
    let scene = secure(&identity, Behaviour::json(200, "[]"));
    let mut head = head_block();
    head[0] = 0x83; // :method POST
    let mut bytes = frame(HEADERS, END_HEADERS, 1, &head);
    bytes.extend(frame(DATA, 0, 1, &[]).repeat(50_000));
    assert!(flood(&scene, &identity, bytes).is_some());
    assert_eq!(scene.forwarded(), None);
}
