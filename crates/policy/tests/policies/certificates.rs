//! Certificates of clients: whom they come from, and whose they are.

use portcullis_policy::{CertificateSubject, ClientCertificates, SecretSource};

use crate::pharmacy::{API, diagnostics, join, own};

const TLS: &str = "tls: { certificate: file:c.pem, key: file:k.pem, client_ca: file:clients.pem";

fn subject(certificates: &str) -> CertificateSubject {
    let policy = format!("{API}{TLS} }}\n{certificates}");
    join(&policy).unwrap().callers.certificates.unwrap().subject
}

#[test]
fn whose_a_certificate_is_is_said_once() {
    assert_eq!(subject(""), CertificateSubject::Thumbprint);
    let word =
        |word: &str| subject(&format!("callers: {{ certificates: {{ subject: {word} }} }}\n"));
    assert_eq!(word("thumbprint"), CertificateSubject::Thumbprint);
    assert_eq!(word("dns"), CertificateSubject::Dns);
    assert_eq!(word("uri"), CertificateSubject::Uri);
    let digits = "0f".repeat(32);
    let listed =
        format!("callers: {{ certificates: {{ names: {{ billing: \"sha256:{digits}\" }} }} }}\n");
    assert_eq!(subject(&listed), CertificateSubject::Listed(vec![([0x0f; 32], "billing".into())]));
    let two = format!(
        "callers: {{ certificates: {{ names: {{ billing: [\"sha256:{digits}\", \"sha256:{}\"] }} }} }}\n",
        "a0".repeat(32)
    );
    let (old, new) = (([0x0f; 32], "billing".into()), ([0xa0; 32], "billing".into()));
    assert_eq!(subject(&two), CertificateSubject::Listed(vec![old, new]));
    assert_eq!(join(API).unwrap().callers.certificates, None);
}

#[test]
fn which_certificates_are_asked_for() {
    let clients = |tls: &str| join(&format!("{API}{tls} }}\n")).unwrap().tls.unwrap().clients;
    let file = |name: &str| Some(SecretSource::File(["conf", name].iter().collect()));
    let (ca, crl, takes_any) = (file("clients.pem"), None, false);
    assert_eq!(clients(TLS), Some(ClientCertificates { ca: ca.clone(), crl, takes_any }));
    let all = clients(&format!("{TLS}, client_crl: file:l.pem, client_certificates: any"));
    assert_eq!(all, Some(ClientCertificates { ca, crl: file("l.pem"), takes_any: true }));
    let none = "tls: { certificate: file:c.pem, key: file:k.pem";
    assert_eq!(clients(none), None);
    let any = clients(&format!("{none}, client_certificates: any"));
    assert_eq!(any, Some(ClientCertificates { ca: None, crl: None, takes_any: true }));
}

#[test]
fn what_cannot_be_meant_is_said() {
    let digits = "0f".repeat(32);
    let policy = |tls: &str, certificates: &str| {
        format!("{API}{tls} }}\ncallers: {{ certificates: {{ {certificates} }} }}\n")
    };
    let plain = "tls: { certificate: file:c.pem, key: file:k.pem";
    let texts = [
        policy(plain, "subject: dns"),
        policy(&format!("{plain}, client_crl: file:l.pem"), "subject: dns"),
        policy("tls: { client_ca: file:clients.pem", "subject: dns"),
        policy(TLS, &format!("subject: dns, names: {{ a: \"sha256:{digits}\" }}")),
        policy(TLS, &format!("names: {{ a: \"sha256:{digits}\", b: \"sha256:{digits}\" }}")),
        policy(TLS, "names: { a: \"sha256:00\" }"),
        policy(TLS, "subject: common_name"),
        format!("{API}{TLS}, client_certificates: all }}\n"),
    ];
    let told = texts.iter().map(|text| {
        let failure = join(text).unwrap_err();
        diagnostics(&failure.sources, &own(&failure.diagnostics))
    });
    let told: Vec<_> = told.collect();
    insta::assert_snapshot!(told.join("\n---\n"));
}
