//! A certificate that an authority gives: for whose names, and who agreed.

use std::path::PathBuf;

use portcullis_policy::{Acme, SecretSource};

use crate::pharmacy::{API, diagnostics, join, own};

const ALL: &str = "directory: https://ca.example/directory, agree_to_terms: true, folder: acme";

/// With these hosts.
fn policy(hosts: &str, tls: &str) -> String {
    let api = API.replacen("upstream:", &format!("hosts: {hosts}, upstream:"), 1);
    assert_ne!(api, API, "{API}");
    format!("{api}tls: {{ {tls} }}\n")
}

#[test]
fn the_hosts_of_all_apis_are_the_names_and_key_and_chain_lie_in_one_file() {
    let more = "contact: mailto:ops@example.com, ca: file:ca.pem, external_account: { kid: one, key: file:eab.key }";
    let hosts = "[Shop.example.com, api.example.com]";
    let tls = join(&policy(hosts, &format!("acme: {{ {ALL}, {more} }}"))).unwrap().tls.unwrap();
    let file = |name: &str| SecretSource::File(["conf", name].iter().collect());
    let expected = Acme {
        directory: "https://ca.example/directory".to_owned(),
        contact: vec!["mailto:ops@example.com".to_owned()],
        names: vec!["api.example.com".to_owned(), "shop.example.com".to_owned()],
        folder: PathBuf::from("conf/acme"),
        ca: Some(file("ca.pem")),
        external_account: Some(("one".to_owned(), file("eab.key"))),
    };
    assert_eq!(tls.acme, Some(expected));
    assert_eq!(tls.certificate, file("acme/certificate.pem"));
    assert_eq!(tls.key, tls.certificate);
}

#[test]
fn clients_may_show_certificates_beside_it() {
    let text = policy("[a.example]", &format!("acme: {{ {ALL} }}, client_ca: file:clients.pem"));
    assert!(join(&text).unwrap().tls.unwrap().clients.is_some());
}

#[test]
fn what_cannot_be_meant_is_said_where_it_stands() {
    let acme = |acme: &str| policy("[a.example]", &format!("acme: {{ {acme} }}"));
    let many: Vec<_> = (0..101).map(|number| format!("h{number}.example")).collect();
    let texts = [
        format!("{API}tls: {{ acme: {{ {ALL} }} }}\n"),
        policy("[127.0.0.1, \"[::1]\", a.example]", &format!("acme: {{ {ALL} }}")),
        policy("[\"*.example.com\"]", &format!("acme: {{ {ALL} }}")),
        policy(&format!("[{}]", many.join(", ")), &format!("acme: {{ {ALL} }}")),
        policy(
            "[a.example]",
            &format!("acme: {{ {ALL} }}, certificate: file:c.pem, key: file:k.pem"),
        ),
        acme("directory: https://ca.example/directory, folder: acme"),
        acme(&ALL.replace("true", "false")),
        acme(&ALL.replace("https://ca.example", "http://127.0.0.1:14000")),
        acme(&ALL.replace("https://ca.example", "http://ca.example")),
        acme(&format!("{ALL}, contact: [ops@example.com, \"mailto:a b@example.com\"]")),
        acme(&format!("{ALL}, external_account: {{ kid: one }}")),
        acme("agree_to_terms: true"),
        acme(&format!("{ALL}, challenge: http-01")),
    ];
    let told = texts.iter().map(|text| {
        let failure = join(text).unwrap_err();
        diagnostics(&failure.sources, &own(&failure.diagnostics))
    });
    let told: Vec<_> = told.collect();
    insta::assert_snapshot!(told.join("\n"));
}
