//! TLS towards clients.

use crate::support::secure::{Identity, on_runtime, speak};
use crate::support::{Scene, Setup};
use portcullis_testkit::{Behaviour, exchange as plain};

const SHOP: &str = include_str!("support/shop.yaml");
const GET: &str = "GET /api/items HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";

fn secure(identity: &Identity, setup: Setup<'_>) -> Scene {
    Scene::secure(SHOP, Behaviour::json(200, "[]"), setup, identity.server())
}

#[test]
fn a_request_inside_tls_is_served_recorded_and_told_to_stay_there() {
    let identity = Identity::new();
    let scene = secure(&identity, Setup::default());
    let answer = on_runtime(async {
        let mut stream = identity.connect(scene.gateway.address(), &[b"http/1.1"]).await.unwrap();
        speak(&mut stream, GET).await
    });
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("Strict-Transport-Security: "), "{answer}");
    let record = scene.last_record();
    assert_eq!((record["tls"].as_str(), record["http"].as_str()), (Some("1.3"), None));
}

#[test]
fn many_requests_go_over_one_connection_and_its_end_is_announced() {
    let identity = Identity::new();
    let scene = secure(&identity, Setup::default());
    let keep = "GET /api/items HTTP/1.1\r\nHost: api\r\n\r\n";
    let answers = on_runtime(async {
        let mut stream = identity.connect(scene.gateway.address(), &[]).await.unwrap();
        speak(&mut stream, &format!("{keep}{keep}{GET}")).await
    });
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
}

#[test]
fn plain_http_where_tls_is_spoken_is_answered_in_plain_words_and_reaches_nothing() {
    let identity = Identity::new();
    let scene = secure(&identity, Setup::default());
    let answer = plain(scene.gateway.address(), GET);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("this port speaks https"), "{}", answer.text());
    assert_eq!(scene.forwarded(), None);
    let record = scene.last_record();
    assert_eq!(record["control"], "transport_encryption");
    assert_eq!(record["reason"], "plain_http");
}

#[test]
fn a_handshake_that_fails_leaves_a_record() {
    let identity = Identity::new();
    let scene = secure(&identity, Setup::default());
    let refused = on_runtime(identity.connect(scene.gateway.address(), &[b"spdy/3"]));
    assert!(refused.is_err(), "no protocol is agreed on");
    let record = scene.last_record();
    assert_eq!(record["control"], "transport_encryption");
    assert_eq!(record["reason"], "handshake");
}

#[test]
fn a_handshake_takes_a_bounded_time() {
    use std::io::{Read as _, Write as _};
    let identity = Identity::new();
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  limits: { handshake_timeout: 100ms }\n";
    let scene = secure(&identity, Setup { policy: Some(policy), ..Setup::default() });
    let mut stream = std::net::TcpStream::connect(scene.gateway.address()).unwrap();
    // The first byte of a record of the handshake, and then nothing.
    stream.write_all(&[22]).unwrap();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "the gateway ends it");
    assert_eq!(scene.last_record()["reason"], "handshake_timeout");
}

#[test]
fn a_credential_over_a_plain_hop_is_refused_before_anybody_looks_at_it() {
    let setup = || Setup { listen: Some("0.0.0.0:0"), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, "[]"), setup());
    let address = (std::net::Ipv4Addr::LOCALHOST, scene.gateway.address().port()).into();
    let with = GET.replace("Connection", "Authorization: Bearer obviously-fake\r\nConnection");
    let answer = plain(address, with);
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("over https only"), "{}", answer.text());
    assert_eq!(scene.last_record()["reason"], "plain_credential");
    // What a strict reader takes for none, an API may take for one.
    for field in
        ["Authorization: Basic Zm9vOmJhcg==", "Authorization: Bearer\tx", "Authorization: x"]
    {
        let answer = plain(address, GET.replace("Connection", &format!("{field}\r\nConnection")));
        assert_eq!(answer.status, 403, "{field}");
        assert_eq!(scene.last_record()["reason"], "plain_credential", "{field}");
    }
    assert_ne!(plain(address, GET).text(), answer.text(), "without one, another room decides");
}

#[test]
fn a_drain_does_not_wait_for_connections_that_never_said_a_thing() {
    use std::io::Write as _;
    let identity = Identity::new();
    let scene = secure(&identity, Setup::default());
    let silent = std::net::TcpStream::connect(scene.gateway.address()).unwrap();
    let mut begun = std::net::TcpStream::connect(scene.gateway.address()).unwrap();
    begun.write_all(&[22]).unwrap();
    let started = std::time::Instant::now();
    scene.gateway.stop();
    // Without the control it lasts until `handshake_timeout` or `drain_timeout`: ten seconds at least.
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    drop((silent, begun));
}
