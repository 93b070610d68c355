//! Where plain HTTP leads to `https`: what a policy says of it, and what is told of what cannot be meant.

use portcullis_policy::Redirect;

use crate::pharmacy::{diagnostics, join};

const FILES: &str = "certificate: file:c.pem, key: file:k.pem";

fn read(hosts: &str, listen: &str, tls: &str) -> Result<Option<Redirect>, String> {
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\"{hosts} }}]\n\
         listen: {listen}\nhealth: 127.0.0.1:9000\ntls: {{ {tls} }}\n"
    );
    let joined = join(&policy);
    let told = |failure: Box<portcullis_policy::Failure>| {
        diagnostics(&failure.sources, &failure.diagnostics)
    };
    joined.map_err(told).map(|model| model.tls.and_then(|tls| tls.redirect))
}

const HOSTS: &str = ", hosts: [api.example.com]";

#[test]
fn it_leads_to_the_port_that_is_said_or_to_the_listener() {
    let from = "0.0.0.0:80".parse().unwrap();
    let tls = format!("{FILES}, redirect_from: 0.0.0.0:80");
    let read = |tls: &str| read(HOSTS, "0.0.0.0:8443", tls).unwrap();
    assert_eq!(read(&tls), Some(Redirect { from, port: None }));
    let redirect = read(&format!("{tls}, redirect_port: 443"));
    assert_eq!(redirect, Some(Redirect { from, port: Some(443) }));
    assert_eq!(read(FILES), None);
}

#[test]
fn what_cannot_be_meant_is_said() {
    let with = |more: &str| format!("{FILES}, {more}");
    for (hosts, tls, told) in [
        ("", with("redirect_from: 0.0.0.0:80"), "no API has `hosts` to lead to"),
        (HOSTS, "redirect_from: 0.0.0.0:80".to_owned(), "`tls` has no `certificate`"),
        (HOSTS, with("redirect_port: 443"), "`tls` has no `redirect_from`"),
        (HOSTS, with("redirect_from: 127.0.0.1:8443"), "is the place of `listen`"),
        (HOSTS, with("redirect_from: 0.0.0.0:9000"), "is the place of `health`"),
        (HOSTS, with("redirect_from: 0.0.0.0:80, redirect_port: 70000"), "this is no port"),
        (HOSTS, with("redirect_from: 0.0.0.0:80, redirect_port: 0"), "this is no port"),
        (HOSTS, with("redirect_from: 127.0.0.1:3000"), "the gateway"),
    ] {
        let said = read(hosts, "0.0.0.0:8443", &tls).unwrap_err();
        assert!(said.contains(told), "{tls}: {said}");
    }
}
