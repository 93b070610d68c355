//! APIs that are spoken to inside TLS, and in HTTP/2.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "an API that fails must fail its test"
)]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

use crate::support::authority::{Authority, Holder};
use crate::support::secure::Identity;
use crate::support::{Scene, Setup, model};
use bytes::Bytes;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{AskOnce, AskOnceFault, ClientTls, Site, ask_once};
use portcullis_model::Secret;
use portcullis_policy::Endpoint;
use portcullis_testkit::{Behaviour, ScriptedApi};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const SHOP: &str = include_str!("support/shop.yaml");

/// Connections of HTTP/2 that the API of this process took: `nextest` runs each test in its own.
static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);

/// What an API has read of requests: method, target, host, body.
type Seen = Arc<Mutex<Vec<(String, String, String, Vec<u8>)>>>;

/// An API of its own thread, which lives as long as the test.
struct Api {
    address: SocketAddr,
    seen: Seen,
}

/// How it answers on a stream of HTTP/2.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Answers,
    /// The first stream of each connection is refused unseen.
    RefusesFirst,
    /// It says goodbye after each answer.
    LeavesAfterEach,
    /// A 304 is followed by data, as if it were an answer of its own.
    Splits,
    /// The first connection takes requests and says nothing more.
    Hangs,
    /// Data follows the end that `content-length` announced.
    Lies,
}

fn api(identity: Option<&Identity>, protocol: &'static [u8], manner: Manner) -> Api {
    api_for(identity, None, protocol, manner)
}

/// With `clients`, one that speaks only to those who show a certificate of theirs.
fn api_for(
    identity: Option<&Identity>,
    clients: Option<&Authority>,
    protocol: &'static [u8],
    manner: Manner,
) -> Api {
    let verifier = clients.map_or_else(WebPkiClientVerifier::no_client_auth, |clients| {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(clients.certificate.as_bytes()).unwrap();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let built = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        built.build().unwrap()
    });
    let acceptor = identity.map(|identity| {
        let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.clone())
            .with_single_cert(chain, key)
            .unwrap();
        config.alpn_protocols = vec![protocol.to_vec()];
        TlsAcceptor::from(Arc::new(config))
    });
    let (seen, (tell, told)) = (Seen::default(), mpsc::channel());
    let api = seen.clone();
    std::thread::spawn(move || {
        crate::support::secure::on_runtime(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, acceptor) = (api.clone(), acceptor.clone());
                tokio::task::spawn_local(async move {
                    match acceptor {
                        None => serve(stream, protocol, seen, manner).await,
                        // A client that does not believe us leaves here.
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, protocol, seen, manner).await;
                            }
                        }
                    }
                });
            }
        });
    });
    Api { address: told.recv().unwrap(), seen }
}

async fn serve<S>(stream: S, protocol: &[u8], seen: Seen, manner: Manner)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    if protocol == b"h2" { http2(stream, seen, manner).await } else { http1(stream, seen).await }
}

async fn http1<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, seen: Seen) {
    let mut buffer = vec![0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
        let mut words = text.split(' ');
        let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        seen.lock().unwrap().push((method, target, String::new(), Vec::new()));
        let answer =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
        stream.write_all(answer).await.unwrap();
        stream.flush().await.unwrap();
    }
}

async fn http2<S: AsyncRead + AsyncWrite + Unpin + 'static>(stream: S, seen: Seen, manner: Manner) {
    CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut is_first = true;
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        if std::mem::take(&mut is_first) && matches!(manner, Manner::RefusesFirst) {
            respond.send_reset(h2::Reason::REFUSED_STREAM);
            continue;
        }
        if matches!(manner, Manner::LeavesAfterEach) {
            connection.graceful_shutdown();
        }
        let seen = seen.clone();
        tokio::task::spawn_local(async move {
            let (parts, mut body) = request.into_parts();
            let mut read = Vec::new();
            while let Some(Ok(piece)) = body.data().await {
                read.extend_from_slice(&piece);
                body.flow_control().release_capacity(piece.len()).unwrap();
            }
            let target = parts.uri.path_and_query().unwrap().to_string();
            let host = parts.uri.authority().unwrap().to_string();
            seen.lock().unwrap().push((parts.method.to_string(), target, host, read));
            if matches!(manner, Manner::Hangs) && CONNECTIONS.load(Ordering::Relaxed) == 1 {
                return std::future::pending().await;
            }
            if matches!(manner, Manner::Splits) {
                let answer = http::Response::builder().status(304).body(()).unwrap();
                let mut stream = respond.send_response(answer, false).unwrap();
                let evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL";
                // The gateway may have ended the stream already.
                let _ = stream.send_data(Bytes::from_static(evil), true);
                return;
            }
            let mut answer = http::Response::builder()
                .status(if parts.method == "POST" { 201 } else { 200 })
                .header("content-type", "application/json");
            if matches!(manner, Manner::Lies) {
                answer = answer.header("content-length", "1");
            }
            let mut stream = respond.send_response(answer.body(()).unwrap(), false).unwrap();
            let text: &[u8] = if parts.method == "POST" { br#"{"id":1}"# } else { b"[]" };
            stream.send_data(Bytes::from_static(text), false).unwrap();
            let mut trailers = http::HeaderMap::new();
            trailers.insert("x-after", "seen by nobody".parse().unwrap());
            stream.send_trailers(trailers).unwrap();
        });
    }
}

fn scene(url: &str, more: &str, trust: impl Into<Option<ClientTls>>) -> Scene {
    scene_with(url, more, trust, "")
}

fn scene_with(url: &str, more: &str, trust: impl Into<Option<ClientTls>>, limits: &str) -> Scene {
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: {url}{more} }}]\n\
         access: [{{ anyone: \"*\" }}]\n{limits}"
    );
    let unused = ScriptedApi::start(Behaviour::Close);
    let setup = Setup { policy: Some(&policy), is_policy_upstream: true, ..Setup::default() };
    let model = model(SHOP, unused.address(), &setup);
    let roots = model.upstream.first.tls.clone();
    let plan = Arc::new(Plan::compile(model, PlanOptions::default()));
    let site =
        Site::from(plan).trusting(trust.into().map(|tls| (roots, tls)).into_iter().collect());
    Scene::of_site(unused, site)
}

fn believing(identity: &Identity) -> ClientTls {
    ClientTls::from_pem(identity.certificate.as_bytes()).unwrap()
}

const POST: &str = r#"{"name":"a","price":1}"#;

#[test]
fn an_api_inside_tls_is_spoken_to_and_its_connections_are_kept() {
    let identity = Identity::new();
    let api = api(Some(&identity), b"http/1.1", Manner::Answers);
    let url = format!("https://localhost:{}", api.address.port());
    let scene = scene(&url, ", upstream_ca: file:ca.pem", believing(&identity));
    for _ in 0..3 {
        assert_eq!(scene.get("/api/items").status, 200);
    }
    assert_eq!(api.seen.lock().unwrap().len(), 3);
}

#[test]
fn an_api_whose_certificate_is_not_believed_gets_nothing() {
    let (identity, other) = (Identity::new(), Identity::new());
    let api = api(Some(&identity), b"http/1.1", Manner::Answers);
    let named = format!("https://localhost:{}", api.address.port());
    // The certificate names `localhost`, not the address.
    let by_address = format!("https://{}", api.address);
    for (url, trust) in [
        (&named, Some(believing(&other))),
        (&by_address, Some(believing(&identity))),
        (&named, None),
    ] {
        let scene = scene(url, ", upstream_ca: file:ca.pem", trust);
        assert_eq!(scene.get("/api/items").status, 502, "{url}");
        let record = scene.last_record();
        assert!(record["failure"].as_str().unwrap().contains("not believed"), "{record}");
    }
    assert_eq!(api.seen.lock().unwrap().len(), 0);
}

#[test]
fn a_question_that_no_request_is_behind_goes_only_to_whom_is_believed() {
    let (identity, other) = (Identity::new(), Identity::new());
    let api = api(Some(&identity), b"http/1.1", Manner::Answers);
    let ask = |host: &str, tls: Option<ClientTls>, token: &[u8]| {
        let url = format!("https://{host}:{}/keys", api.address.port());
        let (endpoint, token) = (Endpoint::parse(&url).unwrap(), Secret::new(token));
        ask_once(AskOnce {
            endpoint: &endpoint,
            tls: tls.as_ref(),
            path: "/v1/encrypt",
            proof: ("X-Token", &token),
            json: &Secret::new(*b"{}"),
        })
    };
    for (host, tls) in [
        ("localhost", Some(believing(&other))),
        ("127.0.0.1", Some(believing(&identity))),
        ("localhost", None),
    ] {
        let refused = ask(host, tls, b"fake");
        assert!(
            matches!(&refused, Err(AskOnceFault::Exchange(why)) if why.contains("not believed")),
            "{refused:?}"
        );
    }
    for token in [&b"fake\r\nX: y"[..], b"", b"two words"] {
        let refused = ask("localhost", Some(believing(&identity)), token);
        assert!(matches!(refused, Err(AskOnceFault::Proof)), "{refused:?}");
    }
    assert_eq!(api.seen.lock().unwrap().len(), 0);
    let (status, body) = ask("localhost", Some(believing(&identity)), b"fake").unwrap();
    assert_eq!((status, body.expose_secret()), (200, &b"[]"[..]));
    let seen = api.seen.lock().unwrap().clone();
    assert_eq!((seen.len(), &*seen[0].0, &*seen[0].1), (1, "POST", "/keys/v1/encrypt"));
}

#[test]
fn an_api_can_refuse_whatever_does_not_come_through_the_gateway() {
    let (identity, clients) = (Identity::new(), Authority::new("ours"));
    let (own, foreign) = (clients.issue(&["gateway"]), Authority::new("other").issue(&["gateway"]));
    let api = api_for(Some(&identity), Some(&clients), b"http/1.1", Manner::Answers);
    let url = format!("https://localhost:{}", api.address.port());
    let more = ", upstream_ca: file:ca.pem, \
                upstream_certificate: { certificate: file:gateway.pem, key: file:gateway.key }";
    let asked = |trust: ClientTls| scene(&url, more, trust).get("/api/items").status;
    let shows = |holder: &Holder| {
        let (certificate, key) = holder.pem();
        believing(&identity).showing(certificate.as_bytes(), key.as_bytes()).unwrap()
    };
    assert_eq!(asked(believing(&identity)), 502, "it shows nothing");
    assert_eq!(asked(shows(&foreign)), 502);
    assert_eq!(api.seen.lock().unwrap().len(), 0);
    assert_eq!(asked(shows(&own)), 200);
    // A key of another certificate is told before anybody is spoken to.
    let ((certificate, _), (_, key)) = (own.pem(), foreign.pem());
    let mixed = believing(&identity).showing(certificate.as_bytes(), key.as_bytes());
    assert_eq!(mixed.unwrap_err().to_string(), "the key is not the certificate's");
}

#[test]
fn an_api_in_http2_reads_what_was_checked() {
    let identity = Identity::new();
    let secure = api(Some(&identity), b"h2", Manner::Answers);
    let plain = api(None, b"h2", Manner::Answers);
    let (url, host) = (format!("https://localhost:{}", secure.address.port()), "localhost");
    let more = ", upstream_http: \"2\", upstream_ca: file:ca.pem";
    let inside = scene(&url, more, believing(&identity));
    let clear = scene(&format!("http://{}", plain.address), ", upstream_http: \"2\"", None);
    for (scene, api, host) in [(inside, secure, host), (clear, plain, "127.0.0.1")] {
        assert_eq!(scene.get("/api/items").text(), "[]");
        assert_eq!(scene.post_json("/api/items", POST).status, 201);
        let seen = api.seen.lock().unwrap().clone();
        let host = format!("{host}:{}", api.address.port());
        assert_eq!(seen[0], ("GET".into(), "/api/items".into(), host.clone(), Vec::new()));
        assert_eq!(seen[1], ("POST".into(), "/api/items".into(), host, POST.into()));
    }
}

#[test]
fn a_stream_that_the_api_refused_unseen_is_sent_again_and_a_write_only_then() {
    let api = api(None, b"h2", Manner::RefusesFirst);
    let scene = scene(&format!("http://{}", api.address), ", upstream_http: \"2\"", None);
    // The first goes over a new connection, where the second connection's first is refused, too.
    assert_eq!(scene.post_json("/api/items", POST).status, 502);
    assert_eq!(scene.post_json("/api/items", POST).status, 201);
    assert_eq!(api.seen.lock().unwrap().len(), 1, "it was never read twice");
}

#[test]
fn an_api_that_says_goodbye_is_connected_to_again() {
    let api = api(None, b"h2", Manner::LeavesAfterEach);
    let scene = scene(&format!("http://{}", api.address), ", upstream_http: \"2\"", None);
    for _ in 0..10 {
        assert_eq!(scene.post_json("/api/items", POST).status, 201);
    }
    assert_eq!(api.seen.lock().unwrap().len(), 10);
}

#[test]
fn nothing_follows_the_head_of_an_answer_that_has_no_body() {
    use std::io::Read as _;
    let api = api(None, b"h2", Manner::Splits);
    let scene = scene(&format!("http://{}", api.address), ", upstream_http: \"2\"", None);
    let twice = "GET /api/items HTTP/1.1\r\nHost: api\r\n\r\n\
                 GET /api/items HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
    let mut answers = String::new();
    let mut stream = portcullis_testkit::send(scene.gateway.address(), twice);
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 304").count(), 2, "{answers}");
    assert!(!answers.contains("EVIL"), "{answers}");
}

#[test]
fn a_connection_that_says_nothing_is_not_asked_again() {
    let api = api(None, b"h2", Manner::Hangs);
    let url = format!("http://{}", api.address);
    let limits = "limits: { upstream_timeout: 300ms }\n";
    let scene = scene_with(&url, ", upstream_http: \"2\"", None, limits);
    assert_eq!(scene.get("/api/items").status, 504);
    assert_eq!(scene.get("/api/items").status, 200, "over another one");
}

#[test]
fn an_answer_that_is_longer_than_it_says_is_none() {
    let api = api(None, b"h2", Manner::Lies);
    let scene = scene(&format!("http://{}", api.address), ", upstream_http: \"2\"", None);
    assert_eq!(scene.get("/api/items").status, 502);
}

#[test]
fn an_api_that_does_not_speak_http2_is_not_spoken_to() {
    let identity = Identity::new();
    let api = api(Some(&identity), b"http/1.1", Manner::Answers);
    let url = format!("https://localhost:{}", api.address.port());
    let more = ", upstream_http: \"2\", upstream_ca: file:ca.pem";
    assert_eq!(scene(&url, more, believing(&identity)).get("/api/items").status, 502);
}

#[test]
fn what_keeps_a_connection_from_opening_is_told_apart() {
    let (identity, other) = (Identity::new(), Identity::new());
    let ca = ", upstream_ca: file:ca.pem";
    let http2 = ", upstream_http: \"2\", upstream_ca: file:ca.pem";
    for (identity_of_api, more, why) in [
        (Some(&other), ca, "certificate"),
        (None, ca, "does not speak TLS"),
        (Some(&identity), http2, "does not agree on HTTP/2"),
    ] {
        let api = api(identity_of_api, b"http/1.1", Manner::Answers);
        let url = format!("https://localhost:{}", api.address.port());
        let scene = scene(&url, more, believing(&identity));
        assert_eq!(scene.get("/api/items").status, 502);
        let failure = scene.last_record()["failure"].as_str().unwrap().to_owned();
        assert!(failure.contains(why), "{failure}");
    }
}

#[test]
fn another_instance_stands_in_for_one_whose_certificate_is_not_believed() {
    let (identity, other) = (Identity::new(), Identity::new());
    let good = api(Some(&identity), b"http/1.1", Manner::Answers);
    let bad = api(Some(&other), b"http/1.1", Manner::Answers);
    let (good_port, bad_port) = (good.address.port(), bad.address.port());
    let urls = format!("[https://localhost:{bad_port}, https://localhost:{good_port}]");
    let scene = scene(&urls, ", upstream_ca: file:ca.pem", believing(&identity));
    for _ in 0..4 {
        assert_eq!(scene.get("/api/items").status, 200);
    }
    assert!(bad.seen.lock().unwrap().is_empty());
    assert_eq!(good.seen.lock().unwrap().len(), 4);
}
