//! Keys and certificates that the policy names: what is wrong with them is said at the policy's line, and
//! never what is in them.

use std::fs;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ED25519};

use crate::support::{CONTRACT, Folder, Gateway, text};

const POLICY: &str = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]
listen: 127.0.0.1:0
ledger: { stdout: true }
tls:
  certificate: file:cert.pem
  key: file:key.pem
  client_ca: file:clients.pem
  client_crl: file:withdrawn.pem
callers:
  forward:
    jwt:
      audience: notes
      key: file:signing.pem
";

fn authority() -> String {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

/// A folder in which all is well, without lists.
fn folder() -> Folder {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let policy = POLICY.replace("  client_crl: file:withdrawn.pem\n", "");
    Folder::with(&[
        ("openapi.yaml", CONTRACT),
        ("portcullis.yaml", &policy),
        ("cert.pem", &made.cert.pem()),
        ("key.pem", &made.signing_key.serialize_pem()),
        ("clients.pem", &authority()),
        ("signing.pem", &KeyPair::generate().unwrap().serialize_pem()),
    ])
}

/// Why it does not start.
fn refused(folder: &Folder) -> String {
    let output = folder.run(&["run", "-c", "portcullis.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let checked = folder.run(&["check", "-c", "portcullis.yaml"]);
    assert_eq!(checked.status.code(), Some(0), "where the policy is checked, no key need lie");
    let found = text(&checked.stdout);
    let is_told = |code| found.contains(code);
    assert!(is_told("policy-unusable-secret") || is_told("policy-unusable-certificate"), "{found}");
    text(&output.stderr)
}

#[test]
fn a_key_that_signs_who_calls_is_there_and_of_its_kind_or_nothing_starts() {
    let folder = folder();
    let path = folder.path("signing.pem");
    let good = fs::read_to_string(&path).unwrap();
    let secret = good.lines().nth(1).unwrap().to_owned();
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_pem();
    for (key, why) in [
        (None, "cannot be read"),
        (Some(String::new()), "not one block of PEM with the label `PRIVATE KEY`"),
        (Some(good.replace("PRIVATE KEY", "EC PRIVATE KEY")), "not one block of PEM"),
        (Some(ed25519), "not a private key on P-256 in PKCS#8"),
        (Some(fs::read_to_string(folder.path("key.pem")).unwrap()), "the key of the certificate"),
    ] {
        match key {
            None => fs::remove_file(&path).unwrap(),
            Some(key) => folder.write("signing.pem", &key),
        }
        let said = refused(&folder);
        assert!(said.contains(why), "{why}: {said}");
        assert!(said.contains("portcullis.yaml:12:12") && said.contains("signing.pem"), "{said}");
        assert!(!said.contains(&secret), "{said}");
    }
    folder.write("signing.pem", &good);
    folder.only_for("signing.pem", 0o640);
    assert!(refused(&folder).contains("can be read by others"));
    folder.only_for("signing.pem", 0o600);
    drop(Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]));
}

#[test]
fn issuers_of_clients_are_read_or_nothing_starts() {
    let folder = folder();
    let path = folder.path("clients.pem");
    let good = fs::read_to_string(&path).unwrap();
    for (issuers, why) in [
        (None, "cannot be read"),
        (Some(String::new()), "there is no certificate in it"),
        (Some(good.replacen("MI", "!!", 1)), "it cannot be read"),
    ] {
        match issuers {
            None => fs::remove_file(&path).unwrap(),
            Some(issuers) => fs::write(&path, issuers).unwrap(),
        }
        let said = refused(&folder);
        assert!(said.contains(why), "{why}: {said}");
        assert!(said.contains("portcullis.yaml:7:14") && said.contains("clients.pem"), "{said}");
    }
    fs::write(&path, good).unwrap();
    fs::write(folder.path("portcullis.yaml"), POLICY).unwrap();
    fs::write(folder.path("withdrawn.pem"), "obviously no list").unwrap();
    let said = refused(&folder);
    assert!(
        said.contains("withdrawn.pem`: the lists of withdrawn certificates: there is none"),
        "{said}"
    );
}

#[test]
fn another_key_or_issuer_waits_for_a_signal_and_fewer_do_not() {
    let folder = folder();
    let (one, two) = (authority(), authority());
    fs::write(folder.path("clients.pem"), format!("{one}{two}")).unwrap();
    let gateway = Gateway::start(&folder, &["run", "-c", "portcullis.yaml"]);
    fs::write(folder.path("clients.pem"), &one).unwrap();
    gateway.hear("its files were read again");
    fs::write(folder.path("clients.pem"), format!("{one}{}", authority())).unwrap();
    gateway.hear("waits for SIGHUP");
    gateway.hear("certificates or tokens may come from others than before");
    gateway.hang_up();
    gateway.hear("its files were read again");
    folder.write("signing.pem", &KeyPair::generate().unwrap().serialize_pem());
    gateway.hear("waits for SIGHUP");
    gateway.hear("another key signs who calls");
    gateway.hang_up();
    gateway.hear("its files were read again");
    gateway.end();
}
