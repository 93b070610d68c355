//! Client certificates: whose they are, what is bound to them, and what never counts as one.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a set-up that fails must fail its test"
)]

use std::sync::Arc;

use crate::support::authority::{Authority, Holder, ask, connect, status};
use crate::support::issuer::Issuer;
use crate::support::secure::{Identity, exchange, on_runtime};
use crate::support::{Scene, Setup, model};
use portcullis_controls::Plan;
use portcullis_gateway::{ClientIssuers, ServerTls, Site};
use portcullis_testkit::Behaviour;
use rustls::{ClientConfig, HandshakeKind};

const CONTRACT: &str = include_str!("support/machines.yaml");

/// A gateway that takes certificates of an issuer.
struct Here {
    server: Identity,
    issuer: Issuer,
    scene: Scene,
    certificates: &'static str,
}

/// `client_ca` and the section of certificates.
fn policy(issuer: &Issuer, tls: &str, certificates: &str) -> String {
    format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         tls: {{ certificate: file:cert.pem, key: file:key.pem, {tls} }}\n\
         callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n  \
         forward: {{ headers: {{ X-Caller: subject, X-Caller-Issuer: issuer }} }}\n  {certificates}\n",
        issuer.name()
    )
}

const TLS: &str = "client_ca: file:clients.pem";
const URI: &str = "certificates: { subject: uri }";

impl Here {
    fn new(clients: ClientIssuers, tls: &str, certificates: &'static str) -> Self {
        let (server, issuer) = (Identity::new(), Issuer::start());
        let policy = policy(&issuer, tls, certificates);
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let tls = asking(&server, clients);
        let scene = Scene::secure(CONTRACT, Behaviour::json(200, r#"{"ok": true}"#), setup, tls);
        Self { server, issuer, scene, certificates }
    }

    fn of(authority: &Authority) -> Self {
        Self::new(issued_by(authority), TLS, URI)
    }

    /// One request of a client on a connection of its own; 0 if none was answered.
    fn get(&self, client: &Arc<ClientConfig>, target: &str, fields: &str) -> u16 {
        let address = self.scene.gateway.address();
        on_runtime(async {
            let Ok(mut stream) = connect(address, client).await else { return 0 };
            ask(&mut stream, target, fields).await.map_or(0, |answer| status(&answer))
        })
    }

    fn client(&self, holder: &Holder) -> Arc<ClientConfig> {
        holder.client(&self.server, &[])
    }

    /// A client without a certificate.
    fn nobody(&self) -> Arc<ClientConfig> {
        Arc::new(self.server.client(&[]))
    }

    fn reload(&self, clients: ClientIssuers) {
        let policy = policy(&self.issuer, TLS, self.certificates);
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let model = model(CONTRACT, self.scene.api.address(), &setup);
        let plan = Arc::new(Plan::compile(model, setup.options));
        let site = Site::from(plan).with_tls(Some(asking(&self.server, clients)));
        self.scene.gateway.reload(site).unwrap();
    }

    fn last(&self, member: &str) -> String {
        self.scene.last_record()[member].as_str().unwrap_or_default().to_owned()
    }
}

fn asking(server: &Identity, clients: ClientIssuers) -> ServerTls {
    let (certificate, key) = (server.certificate.as_bytes(), server.key.as_bytes());
    ServerTls::asking(certificate, key, Some(clients)).unwrap()
}

fn issued_by(authority: &Authority) -> ClientIssuers {
    ClientIssuers::from_pem(authority.certificate.as_bytes(), None, false).unwrap()
}

const BILLING: &str = "spiffe://example.com/billing";

#[test]
fn who_shows_a_certificate_of_the_issuer_is_known_by_it() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let billing = authority.issue(&[BILLING]);
    assert_eq!(here.get(&here.client(&billing), "/machine", ""), 200);
    assert_eq!((here.last("caller"), here.last("subject")), ("verified".into(), BILLING.into()));
    assert_eq!((here.last("issuer"), here.last("scheme")), ("client_ca".into(), "mtls".into()));
    let forwarded = here.scene.forwarded().unwrap().to_lowercase();
    assert!(forwarded.contains(&format!("\r\nx-caller: {BILLING}\r\n")), "{forwarded}");
    // Where anyone may call, it is known all the same.
    assert_eq!(here.get(&here.client(&billing), "/open", ""), 200);
    assert_eq!(here.last("subject"), BILLING);
}

#[test]
fn the_same_over_http_2() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let address = here.scene.gateway.address();
    let asked = |client: Arc<ClientConfig>| {
        on_runtime(async move {
            let stream = connect(address, &client).await.unwrap();
            let (send, connection) = h2::client::handshake(stream).await.unwrap();
            tokio::task::spawn_local(async move {
                // How it ends is seen by the streams on it.
                let _ = connection.await;
            });
            let mut seen = Vec::new();
            for _ in 0..2 {
                let request = http::Request::get("https://api/machine").body(()).unwrap();
                seen.push(exchange(&send, request, b"").await.unwrap().0.status.as_u16());
            }
            seen
        })
    };
    let billing = authority.issue(&[BILLING]);
    assert_eq!(asked(billing.client(&here.server, &[b"h2"])), [200, 200]);
    assert_eq!(here.last("subject"), BILLING);
    assert_eq!(asked(Arc::new(here.server.client(&[b"h2"]))), [401, 401]);
}

#[test]
fn who_shows_none_is_served_where_none_is_needed() {
    let here = Here::of(&Authority::new("clients"));
    assert_eq!(here.get(&here.nobody(), "/open", ""), 200);
    assert_eq!(here.last("caller"), "anonymous");
    assert_eq!(here.get(&here.nobody(), "/machine", ""), 401);
    assert_eq!(here.last("reason"), "no_credential");
    let token = format!("Authorization: Bearer {}\r\n", here.issuer.token("alice", ""));
    assert_eq!(here.get(&here.nobody(), "/either", &token), 200);
    assert_eq!(here.get(&here.nobody(), "/machine", &token), 401);
}

#[test]
fn certificates_of_others_and_those_that_ran_out_open_no_connection() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    // The same name, another key: the signature decides.
    for wrong in [
        Authority::new("other").issue(&[BILLING]),
        Authority::new("clients").issue(&[BILLING]),
        authority.issue_until(&[BILLING], 2021),
        authority.issue_to_server(&[BILLING]),
        Holder::of_nobody(),
    ] {
        assert_eq!(here.get(&here.client(&wrong), "/open", ""), 0);
    }
    let stolen = authority.issue(&[BILLING]).client_of_thief(&here.server);
    assert_eq!(here.get(&stolen, "/machine", ""), 0);
    assert_eq!(here.scene.forwarded(), None);
    assert_eq!(
        (here.last("control"), here.last("reason")),
        ("transport_encryption".into(), "handshake".into())
    );
}

#[test]
fn a_certificate_and_a_token_together_are_both_needed_and_the_token_says_who_calls() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let billing = here.client(&authority.issue(&[BILLING]));
    let token = format!("Authorization: Bearer {}\r\n", here.issuer.token("alice", ""));
    assert_eq!(here.get(&billing, "/both", &token), 200);
    assert_eq!(here.last("subject"), "alice");
    assert_eq!(here.get(&billing, "/both", ""), 401);
    assert_eq!(here.get(&here.nobody(), "/both", &token), 401);
    // One of them is enough where the contract says so, and a bad one does not spoil the other.
    assert_eq!(here.get(&billing, "/either", ""), 200);
    assert_eq!(here.last("subject"), BILLING);
    assert_eq!(here.get(&billing, "/either", "Authorization: Bearer obviously-fake\r\n"), 200);
}

#[test]
fn a_certificate_that_names_nobody_is_nobody() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    for (names, why) in [
        (&["billing.example.com"][..], "certificate_without_name"),
        (&[BILLING, "spiffe://example.com/admin"][..], "certificate_with_several_names"),
    ] {
        let holder = authority.issue(names);
        assert_eq!(here.get(&here.client(&holder), "/machine", ""), 401, "{why}");
        let detail = here.last("detail");
        assert!(detail.contains(why), "{detail}");
    }
}

#[test]
fn listed_certificates_have_their_names_and_no_other_is_anybody() {
    let authority = Authority::new("clients");
    let (billing, other) = (authority.issue(&["billing"]), authority.issue(&["billing"]));
    let names =
        format!("certificates: {{ names: {{ billing: \"sha256:{}\" }} }}", billing.digits());
    let here = Here::new(issued_by(&authority), TLS, names.leak());
    assert_eq!(here.get(&here.client(&billing), "/machine", ""), 200);
    assert_eq!(here.last("subject"), "billing");
    assert_eq!(here.get(&here.client(&other), "/machine", ""), 401);
    // Without a word about names, each one is a caller of its own.
    let here = Here::new(issued_by(&authority), TLS, "");
    assert_eq!(here.get(&here.client(&other), "/machine", ""), 200);
    assert_eq!(here.last("subject"), format!("sha256:{}", other.digits()));
}

#[test]
fn no_header_stands_for_a_certificate() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let known = here.client(&authority.issue(&[BILLING]));
    for name in [
        "X-Client-Cert",
        "X_Client_Cert",
        "X-Forwarded-Client-Cert",
        "X-SSL-Client-Cert",
        "X-SSL-Client-Verify",
        "SSL-Client-Cert",
        "SSL-Client-Verify",
        "Client-Cert",
        "Client-Cert-Chain",
        "X-Client-Certificate",
        "X-ARR-ClientCert",
        "X-Amzn-Mtls-Clientcert",
        "X-TLS-Client-Cert",
    ] {
        let field = format!("{name}: Hash=00;URI={BILLING}\r\n");
        assert_eq!(here.get(&here.nobody(), "/machine", &field), 401, "{name}");
        assert_eq!(here.get(&known, "/machine", &field), 200, "{name}");
        let forwarded = here.scene.forwarded().unwrap();
        assert!(!forwarded.contains("Hash=00"), "{name}: {forwarded}");
    }
}

#[test]
fn a_proxys_certificate_is_not_its_clients() {
    let authority = Authority::new("clients");
    let (server, issuer) = (Identity::new(), Issuer::start());
    let policy = format!("{}trusted_proxies: [127.0.0.1]\n", policy(&issuer, TLS, URI));
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let tls = asking(&server, issued_by(&authority));
    let scene = Scene::secure(CONTRACT, Behaviour::json(200, r#"{"ok": true}"#), setup, tls);
    let here = Here { server, issuer, scene, certificates: URI };
    let proxy = here.client(&authority.issue(&["spiffe://example.com/proxy"]));
    assert_eq!(here.get(&proxy, "/machine", "X-Forwarded-For: 192.0.2.1\r\n"), 401);
    assert_eq!(here.get(&proxy, "/open", "X-Forwarded-For: 192.0.2.1\r\n"), 200);
    assert_eq!(here.last("caller"), "anonymous");
}

#[test]
fn a_token_that_is_bound_to_a_certificate_is_good_on_its_connection_alone() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let (own, other) =
        (authority.issue(&[BILLING]), authority.issue(&["spiffe://example.com/other"]));
    let token = here.issuer.token("alice", &own.confirmation());
    let bearer = format!("Authorization: Bearer {token}\r\n");
    for _ in 0..2 {
        assert_eq!(here.get(&here.client(&own), "/token", &bearer), 200);
        assert_eq!(here.last("subject"), "alice");
        assert_eq!(here.get(&here.client(&other), "/token", &bearer), 401);
        assert!(here.last("detail").contains("certificate_of_another"));
        assert_eq!(here.get(&here.nobody(), "/token", &bearer), 401);
        assert!(here.last("detail").contains("certificate_missing"));
    }
    let dpop = format!("Authorization: DPoP {token}\r\n");
    assert_eq!(here.get(&here.client(&own), "/token", &dpop), 401);
}

#[test]
fn a_certificate_of_nobody_binds_a_token_and_says_nothing_of_who_calls() {
    let authority = Authority::new("clients");
    let tls = "client_ca: file:clients.pem, client_certificates: any";
    let clients = ClientIssuers::from_pem(authority.certificate.as_bytes(), None, true).unwrap();
    let here = Here::new(clients, tls, "");
    let own = Holder::of_nobody();
    let bearer =
        format!("Authorization: Bearer {}\r\n", here.issuer.token("alice", &own.confirmation()));
    assert_eq!(here.get(&here.client(&own), "/token", &bearer), 200);
    assert_eq!(here.last("subject"), "alice");
    assert_eq!(here.get(&here.client(&Holder::of_nobody()), "/token", &bearer), 401);
    // Neither alone nor beside the token is it a caller's.
    assert_eq!(here.get(&here.client(&own), "/machine", ""), 401);
    assert!(here.last("detail").contains("certificate_of_another_issuer"));
    assert_eq!(here.get(&here.client(&own), "/both", &bearer), 401);
    assert_eq!(here.get(&here.client(&own), "/open", ""), 200);
    assert_eq!(here.last("caller"), "anonymous");
    for (wrong, why) in [
        (Authority::new("clients").issue(&[BILLING]), "certificate_of_another_issuer"),
        (authority.issue_until(&[BILLING], 2021), "certificate_expired"),
    ] {
        assert_eq!(here.get(&here.client(&wrong), "/machine", ""), 401);
        assert!(here.last("detail").contains(why), "{}", here.last("detail"));
    }
    assert_eq!(here.get(&here.client(&authority.issue(&[BILLING])), "/machine", ""), 200);
    let thief = own.client_of_thief(&here.server);
    assert_eq!(here.get(&thief, "/token", &bearer), 0, "it has no key");
}

#[test]
fn a_connection_that_is_resumed_keeps_its_certificate_and_gains_none() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let address = here.scene.gateway.address();
    let visit = |client: &Arc<ClientConfig>| {
        on_runtime(async {
            let mut stream = connect(address, client).await.unwrap();
            let answer = ask(&mut stream, "/machine", "").await.unwrap();
            (stream.get_ref().1.handshake_kind(), status(&answer))
        })
    };
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        here.reload(issued_by(&authority));
        let client = || here.server.client_of(&[], &[version]);
        let (known, nobody) = (authority.issue(&[BILLING]).showing(client()), Arc::new(client()));
        assert_eq!(visit(&known), (Some(HandshakeKind::Full), 200));
        assert_eq!(visit(&nobody), (Some(HandshakeKind::Full), 401));
        assert_eq!(visit(&known), (Some(HandshakeKind::Resumed), 200));
        assert!(here.scene.forwarded().unwrap().contains(BILLING));
        assert_eq!(visit(&nobody), (Some(HandshakeKind::Resumed), 401));
        // Another issuer: nothing that was opened before is resumed, and the old certificate opens
        // nothing.
        here.reload(issued_by(&Authority::new("newer")));
        assert_eq!(here.get(&known, "/machine", ""), 0);
        assert_eq!(visit(&nobody), (Some(HandshakeKind::Full), 401));
    }
}

#[test]
fn an_issuer_that_is_withdrawn_is_out_of_use_on_open_connections_too() {
    let authority = Authority::new("clients");
    let here = Here::of(&authority);
    let client = here.client(&authority.issue(&[BILLING]));
    let seen = on_runtime(async {
        let mut stream = connect(here.scene.gateway.address(), &client).await.unwrap();
        let mut seen = Vec::new();
        seen.push(status(&ask(&mut stream, "/machine", "").await.unwrap()));
        here.reload(issued_by(&authority));
        seen.push(status(&ask(&mut stream, "/machine", "").await.unwrap()));
        here.reload(issued_by(&Authority::new("newer")));
        seen.push(status(&ask(&mut stream, "/machine", "").await.unwrap()));
        here.reload(issued_by(&authority));
        seen.push(status(&ask(&mut stream, "/machine", "").await.unwrap()));
        seen
    });
    assert_eq!(seen, [200, 200, 401, 200]);
}

#[test]
fn a_withdrawn_certificate_is_out_of_use_on_open_connections_too() {
    let authority = Authority::new("clients");
    let (good, bad) = (authority.issue(&[BILLING]), authority.issue(&[BILLING]));
    let listing = |list: &str| {
        let roots = authority.certificate.as_bytes();
        ClientIssuers::from_pem(roots, Some(list.as_bytes()), false).unwrap()
    };
    let tls = "client_ca: file:clients.pem, client_crl: file:withdrawn.pem";
    let here = Here::new(listing(&authority.list(&[], 2096)), tls, URI);
    let (good, client) = (here.client(&good), here.client(&bad));
    let seen = on_runtime(async {
        let mut stream = connect(here.scene.gateway.address(), &client).await.unwrap();
        let before = status(&ask(&mut stream, "/machine", "").await.unwrap());
        here.reload(listing(&authority.list(&[&bad], 2096)));
        (before, status(&ask(&mut stream, "/machine", "").await.unwrap()))
    });
    assert_eq!(seen, (200, 401));
    assert!(here.last("detail").contains("certificate_withdrawn"));
    assert_eq!(here.get(&client, "/open", ""), 0, "and it opens no other");
    assert_eq!(here.get(&good, "/machine", ""), 200);
    // A list that is out of date, or of somebody else, says nothing of anybody: closed.
    here.reload(listing(&authority.list(&[], 2022)));
    assert_eq!(here.get(&good, "/machine", ""), 0);
    here.reload(listing(&Authority::new("other").list(&[], 2096)));
    assert_eq!(here.get(&good, "/machine", ""), 0);
}
