//! What the listener agrees on inside TLS, and what it does not: raw handshakes, each with one offer alone.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a set-up that fails must fail its test"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::support::{Scene, Setup};
use portcullis_gateway::ServerTls;
use portcullis_testkit::Behaviour;

const SHOP: &str = include_str!("support/shop.yaml");

const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;
/// Alerts (RFC 8446 section 6.2).
const HANDSHAKE_FAILURE: u8 = 40;
const PROTOCOL_VERSION: u8 = 70;

/// What came back first.
#[derive(Debug, PartialEq, Eq)]
enum Reply {
    /// The suite that was chosen.
    Agreed(u16),
    Alert(u8),
    /// Nothing that can be read.
    Other(Vec<u8>),
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &(body.len() as u16).to_be_bytes(), body].concat()
}

/// A first message of a client (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2) of this version, with these suites.
fn hello(version: u16, suites: &[u16]) -> Vec<u8> {
    let suites: Vec<u8> = suites.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    let mut extensions = [
        extension(0x0000, &[&[0, 12, 0, 0, 9][..], b"localhost"].concat()),
        // x25519 and P-256, points as they are.
        extension(0x000a, &[0, 4, 0, 0x1d, 0, 0x17]),
        extension(0x000b, &[1, 0]),
        // ECDSA and RSA with SHA-256, RSA-PSS.
        extension(0x000d, &[0, 6, 0x04, 0x03, 0x04, 0x01, 0x08, 0x04]),
        extension(0x0017, &[]),
    ]
    .concat();
    if version == TLS13 {
        extensions.extend(extension(0x002b, &[2, 0x03, 0x04]));
        // No share: the server asks for one, and says for which suite.
        extensions.extend(extension(0x0033, &[0, 0]));
    }
    let mut body = Vec::new();
    body.extend(version.min(TLS12).to_be_bytes());
    body.extend([7; 32]);
    body.push(0);
    body.extend((suites.len() as u16).to_be_bytes());
    body.extend(suites);
    body.extend([1, 0]);
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    let mut message = vec![1];
    message.extend(&(body.len() as u32).to_be_bytes()[1..]);
    message.extend(body);
    [&[22, 3, 1][..], &(message.len() as u16).to_be_bytes(), &message].concat()
}

fn reply(scene: &Scene, version: u16, suites: &[u16]) -> Reply {
    let mut stream = TcpStream::connect(scene.gateway.address()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    stream.write_all(&hello(version, suites)).unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    let mut record = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut record).unwrap();
    match (head[0], record.as_slice()) {
        (21, [_, alert]) => Reply::Alert(*alert),
        (22, [2, _, _, _, rest @ ..]) if rest.len() > 35 => {
            // Version and random, then the session.
            let at = 35 + usize::from(rest[34]);
            Reply::Agreed(u16::from_be_bytes([rest[at], rest[at + 1]]))
        }
        _ => Reply::Other(record),
    }
}

/// Gateways with a certificate on P-256 and one for RSA: a suite is refused for what it is, not for the key.
fn scenes() -> [Scene; 2] {
    let rsa = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    [rcgen::KeyPair::generate().unwrap(), rsa.unwrap()].map(|key| {
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let tls = ServerTls::from_pem(certificate.as_bytes(), key.serialize_pem().as_bytes());
        Scene::secure(SHOP, Behaviour::json(200, "[]"), Setup::default(), tls.unwrap())
    })
}

#[test]
fn suites_that_authenticate_what_they_encrypt_are_agreed_on() {
    let [ecdsa, rsa] = scenes();
    for suite in [0xc02b, 0xc02c, 0xcca9] {
        assert_eq!(reply(&ecdsa, TLS12, &[suite]), Reply::Agreed(suite), "{suite:#06x}");
    }
    for suite in [0xc02f, 0xc030, 0xcca8] {
        assert_eq!(reply(&rsa, TLS12, &[suite]), Reply::Agreed(suite), "{suite:#06x}");
    }
    for suite in [0x1301, 0x1302, 0x1303] {
        for scene in [&ecdsa, &rsa] {
            assert_eq!(reply(scene, TLS13, &[suite]), Reply::Agreed(suite), "{suite:#06x}");
        }
    }
}

#[test]
fn no_suite_with_cbc_without_forward_secrecy_or_without_a_key_is_agreed_on() {
    let old: [u16; 22] = [
        // CBC with ECDHE, of ECDSA and RSA.
        0xc009, 0xc00a, 0xc023, 0xc024, 0xc013, 0xc014, 0xc027, 0xc028,
        // CBC with DHE, and AES-GCM with DHE.
        0x0033, 0x0039, 0x0067, 0x009e, // RSA key exchange: CBC, AES-GCM, 3DES, RC4.
        0x002f, 0x0035, 0x003c, 0x009c, 0x000a, 0x0005,
        // Anonymous, without encryption, for export.
        0x0018, 0xc018, 0x0001, 0x0003,
    ];
    for scene in scenes() {
        for suite in old {
            let refused = reply(&scene, TLS12, &[suite]);
            assert_eq!(refused, Reply::Alert(HANDSHAKE_FAILURE), "{suite:#06x}");
        }
        assert_eq!(reply(&scene, TLS12, &old), Reply::Alert(HANDSHAKE_FAILURE), "nor all of them");
        assert_eq!(scene.last_record()["reason"], "handshake");
    }
}

#[test]
fn no_older_version_is_agreed_on() {
    let [ecdsa, rsa] = scenes();
    let suites = [0xc02b, 0xc02f, 0xc009, 0xc013, 0x002f, 0x000a];
    for version in [0x0300, 0x0301, 0x0302] {
        for scene in [&ecdsa, &rsa] {
            let refused = reply(scene, version, &suites);
            assert_eq!(refused, Reply::Alert(PROTOCOL_VERSION), "{version:#06x}");
        }
    }
}
