//! Certificates: weak and expiring ones are told; one for development is made, and serves.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::Value;

use portcullis_testkit::exchange;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

use crate::support::{CONTRACT, Folder, Gateway, text};

const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\", hosts: [shop.example] }]\n\
                      listen: 127.0.0.1:0\nhealth: 127.0.0.1:0\n";

/// A policy with a certificate of these names that ends with this year.
fn with_certificate(names: &[&str], year: i32) -> Folder {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(year, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let policy = format!("{POLICY}tls: {{ certificate: file:cert.pem, key: file:key.pem }}\n");
    Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", &policy),
        ("cert.pem", &certificate),
        ("key.pem", &key.serialize_pem()),
    ])
}

fn checked(folder: &Folder) -> String {
    text(&folder.run(&["check", "-c", "portcullis.yaml"]).stdout)
}

fn events(folder: &Folder) -> Vec<Value> {
    let ledger = fs::read_to_string(folder.path("portcullis-ledger.jsonl")).unwrap();
    let all = ledger.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|event| event["event"] == "certificate").collect()
}

#[test]
fn an_expired_certificate_is_told_everywhere_and_serves_all_the_same() {
    let folder = with_certificate(&["shop.example"], 2021);
    let said = checked(&folder);
    assert!(said.contains("policy-certificate-ends"), "{said}");
    assert!(said.contains("has expired on 2021-01-01"), "{said}");
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    assert!(gateway.said.contains("WARNING: `file:"), "{}", gateway.said);
    assert!(gateway.said.contains("has expired on 2021-01-01"), "{}", gateway.said);
    let (_, rest) = gateway.said.split_once("readiness at http://").unwrap();
    let health = rest.split('/').next().unwrap();
    let ready = exchange(health.parse().unwrap(), "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    let ready = ready.text();
    assert!(ready.contains("certificates: one has expired on 2021-01-01"), "{ready}");
    assert!(!ready.contains("cert.pem"), "{ready}");
    gateway.end();
    let [event] = events(&folder).try_into().unwrap();
    assert_eq!(event["problem"], "expired");
}

#[test]
fn a_certificate_for_other_hosts_is_told_and_a_good_one_is_not() {
    let folder = with_certificate(&["other.example"], 2090);
    let said = checked(&folder);
    assert!(said.contains("policy-weak-certificate"), "{said}");
    assert!(said.contains("does not name `shop.example`"), "{said}");
    let folder = with_certificate(&["shop.example"], 2090);
    let said = checked(&folder);
    assert!(!said.contains("certificate"), "{said}");
}

fn made(folder: &Folder, more: &[&str]) -> (i32, String, String) {
    let out = folder.run(&[&["dev-certificate", "--out", "dev"], more].concat());
    (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
}

#[test]
fn a_certificate_for_development_is_made_for_its_owner_alone() {
    let folder = Folder::with(&[]);
    let (code, printed, said) = made(&folder, &["--host", "localhost"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(printed, "tls: { certificate: \"file:dev/cert.pem\", key: \"file:dev/key.pem\" }\n");
    assert!(said.contains("curl --cacert dev/ca.pem"), "{said}");
    assert_eq!(folder.path("dev").metadata().unwrap().mode() & 0o777, 0o700);
    let mut names: Vec<_> =
        fs::read_dir(folder.path("dev")).unwrap().map(|one| one.unwrap()).collect();
    names.sort_by_key(fs::DirEntry::file_name);
    assert!(names.iter().all(|one| one.metadata().unwrap().mode() & 0o777 == 0o600));
    let names: Vec<_> = names.iter().map(|one| one.file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["ca.key", "ca.pem", "cert.pem", "key.pem"]);
}

#[test]
fn it_is_made_anew_under_its_issuer_and_nothing_else_is_replaced_unasked() {
    let folder = Folder::with(&[]);
    let read = |name: &str| fs::read_to_string(folder.path("dev").join(name)).unwrap();
    let all = || ["ca.pem", "ca.key", "cert.pem", "key.pem"].map(read);
    assert_eq!(made(&folder, &["--host", "shop.localhost"]).0, 0);
    let first = all();
    let (code, _, said) =
        made(&folder, &["--host", "shop.localhost", "--host", "a.shop.localhost"]);
    assert_eq!(code, 0, "{said}");
    let second = all();
    assert_eq!(first[..2], second[..2], "the issuer stays");
    assert!(first[2] != second[2] && first[3] != second[3], "the certificate and its key are new");
    let (code, _, said) = made(&folder, &["--host", "example.com"]);
    assert_eq!(code, 1);
    assert!(said.contains("is not for `example.com`") && said.contains("--overwrite"), "{said}");
    // A certificate of somebody else, a key of another one, an issuer of somebody else.
    let other = with_certificate(&["shop.localhost"], 2090);
    let others = fs::read_to_string(other.path("cert.pem")).unwrap();
    for (name, text) in [("cert.pem", others.as_str()), ("ca.key", &second[3]), ("ca.pem", &others)]
    {
        let kept = read(name);
        fs::write(folder.path("dev").join(name), text).unwrap();
        let before = all();
        let (code, _, said) = made(&folder, &["--host", "shop.localhost"]);
        assert_eq!(code, 1, "{name}: {said}");
        assert_eq!(all(), before, "{name}");
        fs::write(folder.path("dev").join(name), kept).unwrap();
    }
    fs::remove_file(folder.path("dev").join("ca.key")).unwrap();
    assert_eq!(made(&folder, &["--host", "shop.localhost"]).0, 1);
    let (code, _, said) = made(&folder, &["--host", "example.com", "--overwrite"]);
    assert_eq!(code, 0, "{said}");
    assert_ne!(all()[0], second[0]);
}

#[test]
fn no_folder_that_others_enter_and_no_host_that_is_none_is_taken() {
    let folder = Folder::with(&[]);
    fs::create_dir(folder.path("dev")).unwrap();
    folder.only_for("dev", 0o755);
    let (code, _, said) = made(&folder, &["--host", "localhost"]);
    assert_eq!((code, said.contains("chmod 700 dev")), (2, true), "{said}");
    folder.only_for("dev", 0o700);
    for host in ["*.example", "a b", "", "https://a.example"] {
        assert_eq!(made(&folder, &["--host", host]).0, 2, "{host}");
    }
    assert_eq!(fs::read_dir(folder.path("dev")).unwrap().count(), 0);
}

/// Opens a connection for a host, as somebody who believes this issuer alone.
fn handshake(address: SocketAddr, ca: &[u8], host: &str) -> Result<(), std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    client.complete_io(&mut stream).map(drop)
}

/// Somebody else who shows a certificate, once.
fn server(certificate: &rcgen::Certificate, key: &KeyPair) -> SocketAddr {
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut server = ServerConnection::new(Arc::new(config)).unwrap();
        // Whoever does not believe it leaves.
        let _ = server.complete_io(&mut stream);
        let _ = stream.read(&mut [0; 1]);
        let _ = stream.flush();
    });
    address
}

#[test]
fn whoever_trusts_the_issuer_believes_the_certificate_and_no_other_host() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let (_, printed, _) = made(&folder, &["--host", "shop.example"]);
    folder.write("portcullis.yaml", &format!("{POLICY}{printed}"));
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    assert!(
        !gateway.said.contains("warning: `file:"),
        "on loopback it is in its place: {}",
        gateway.said
    );
    let ca = fs::read(folder.path("dev/ca.pem")).unwrap();
    for host in ["shop.example", "127.0.0.1"] {
        assert!(handshake(gateway.address, &ca, host).is_ok(), "{host}");
    }
    for host in ["localhost", "example.com"] {
        assert!(handshake(gateway.address, &ca, host).is_err(), "{host}");
    }
    // A stolen issuer opens nothing else: what it signs for another host is not believed.
    let key = fs::read_to_string(folder.path("dev/ca.key")).unwrap();
    let key = KeyPair::from_pem(&key).unwrap();
    let issuer = rcgen::Issuer::from_ca_cert_pem(std::str::from_utf8(&ca).unwrap(), key).unwrap();
    for (host, is_believed) in
        [("bank.example", false), ("shop.example", true), ("10.0.0.1", false)]
    {
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let forged = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&forged, &issuer).unwrap();
        let server = server(&certificate, &forged);
        assert_eq!(handshake(server, &ca, host).is_ok(), is_believed, "{host}");
    }
}

#[test]
fn a_certificate_for_development_is_told_where_others_can_call() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    let (_, printed, _) = made(&folder, &["--host", "shop.example"]);
    folder.write(
        "portcullis.yaml",
        &format!("{POLICY}{printed}").replace("listen: 127.0.0.1", "listen: 0.0.0.0"),
    );
    let said = checked(&folder);
    assert!(said.contains("comes from an issuer for development"), "{said}");
}
