//! A certificate that comes while the gateway runs, and the proofs inside TLS that it takes.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::net::SocketAddr;
use std::sync::Arc;

use crate::support::authority::{ask, connect, status};
use crate::support::secure::{Identity, on_runtime};
use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Obtained, ReloadError, ServerTls, Site};
use portcullis_testkit::Behaviour;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const SHOP: &str = include_str!("support/shop.yaml");
const GET: &str = "GET /api/items HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
const PROOF: &[u8] = b"acme-tls/1";

fn scene() -> (Scene, Obtained) {
    let obtained = Obtained::default();
    let tls = ServerTls::obtaining(obtained.clone(), None).unwrap();
    (Scene::secure(SHOP, Behaviour::json(200, "[]"), Setup::default(), tls), obtained)
}

fn put(obtained: &Obtained, identity: &Identity) {
    obtained.put(identity.certificate.as_bytes(), identity.key.as_bytes()).unwrap();
}

fn prove(obtained: &Obtained, name: &str, identity: &Identity) {
    obtained.prove(name, identity.certificate.as_bytes(), identity.key.as_bytes()).unwrap();
}

/// What comes back after a request on a connection that offers these protocols for a name; an error, if it is not
/// opened.
fn asked(
    address: SocketAddr,
    identity: &Identity,
    name: &str,
    protocols: &[&[u8]],
) -> std::io::Result<String> {
    on_runtime(async {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let stream = TcpStream::connect(address).await?;
        let connector = TlsConnector::from(Arc::new(identity.client(protocols)));
        let mut stream = connector.connect(name, stream).await?;
        // Whether it is written does not matter where nothing is read.
        let _ = stream.write_all(GET.as_bytes()).await;
        let _ = stream.flush().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        Ok(String::from_utf8(answer).unwrap())
    })
}

#[test]
fn until_there_is_a_certificate_handshakes_fail_and_then_they_succeed() {
    let (scene, obtained) = scene();
    let identity = Identity::new();
    let get = || asked(scene.gateway.address(), &identity, "localhost", &[b"http/1.1"]);
    assert!(get().is_err());
    assert_eq!(scene.last_record()["reason"], "handshake");
    put(&obtained, &identity);
    assert!(get().unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn another_one_is_shown_to_new_connections_and_old_ones_stay() {
    let (scene, obtained) = scene();
    let (first, second) = (Identity::new(), Identity::new());
    put(&obtained, &first);
    let address = scene.gateway.address();
    on_runtime(async {
        let client = Arc::new(first.client(&[]));
        let mut open = connect(address, &client).await.unwrap();
        assert_eq!(status(&ask(&mut open, "/api/items", "").await.unwrap()), 200);
        put(&obtained, &second);
        assert_eq!(status(&ask(&mut open, "/api/items", "").await.unwrap()), 200, "it stays");
        assert!(connect(address, &Arc::new(first.client(&[]))).await.is_err());
        connect(address, &Arc::new(second.client(&[]))).await.unwrap();
    });
    // What cannot be used changes nothing.
    assert!(obtained.put(first.certificate.as_bytes(), second.key.as_bytes()).is_err());
    assert!(asked(address, &second, "localhost", &[]).unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn a_proof_is_shown_to_who_asks_for_it_alone_and_no_request_is_served_inside_it() {
    let (scene, obtained) = scene();
    let (usual, proof) = (Identity::new(), Identity::new());
    put(&obtained, &usual);
    prove(&obtained, "LocalHost", &proof);
    let address = scene.gateway.address();
    let get = |identity, name, protocols: &[&[u8]]| asked(address, identity, name, protocols);
    assert_eq!(get(&proof, "localhost", &[PROOF]).unwrap(), "", "closed, without an answer");
    assert_eq!(scene.forwarded(), None);
    // Another name, and whoever also offers something else, is not asking for a proof.
    assert!(get(&proof, "other.localhost", &[PROOF]).is_err());
    assert!(get(&proof, "localhost", &[PROOF, b"http/1.1"]).is_err());
    assert!(get(&usual, "localhost", &[PROOF, b"http/1.1"]).unwrap().starts_with("HTTP/1.1 200"));
    assert!(get(&usual, "localhost", &[]).unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn what_an_authority_looks_for_can_be_shown() {
    let obtained = Obtained::default();
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.custom_extensions = vec![rcgen::CustomExtension::new_acme_identifier(&[7; 32])];
    let key = rcgen::KeyPair::generate().unwrap();
    let proof = params.self_signed(&key).unwrap();
    obtained.prove("localhost", proof.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
}

#[test]
fn where_nothing_is_to_be_proved_the_protocol_of_proofs_gets_an_alert_and_a_record() {
    let identity = Identity::new();
    let (with, obtained) = scene();
    put(&obtained, &identity);
    prove(&obtained, "localhost", &identity);
    obtained.forget();
    let setup = Setup::default();
    let without = Scene::secure(SHOP, Behaviour::json(200, "[]"), setup, identity.server());
    for scene in [with, without] {
        let error = asked(scene.gateway.address(), &identity, "localhost", &[PROOF]).unwrap_err();
        assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
        assert_eq!(scene.last_record()["reason"], "handshake");
        assert_eq!(scene.forwarded(), None);
    }
}

#[test]
fn another_model_goes_on_with_the_certificate_and_the_first_such_model_needs_a_restart() {
    let identity = Identity::new();
    let (scene, obtained) = scene();
    put(&obtained, &identity);
    let site = |scene: &Scene, tls| {
        let model = model(SHOP, scene.api.address(), &Setup::default());
        Site::from(Arc::new(Plan::compile(model, PlanOptions::default()))).with_tls(Some(tls))
    };
    let fresh = || ServerTls::obtaining(Obtained::default(), None).unwrap();
    scene.gateway.reload(site(&scene, fresh())).unwrap();
    let get = |scene: &Scene| asked(scene.gateway.address(), &identity, "localhost", &[]);
    assert!(get(&scene).unwrap().starts_with("HTTP/1.1 200"));
    prove(&obtained, "localhost", &identity);
    let proof = asked(scene.gateway.address(), &identity, "localhost", &[PROOF]);
    assert_eq!(proof.unwrap(), "", "and with its proofs");

    let setup = Setup::default();
    let scene = Scene::secure(SHOP, Behaviour::json(200, "[]"), setup, identity.server());
    let refused = scene.gateway.reload(site(&scene, fresh())).unwrap_err();
    assert_eq!(refused, ReloadError::Obtained);
    assert!(get(&scene).unwrap().starts_with("HTTP/1.1 200"), "what was in force stays");
}
