//! How the API is told who calls: what is read, and what cannot be meant.

use std::time::Duration;

use portcullis_policy::{CallerToken, Failure, Forward, Input, Policy, SecretSource, Told};

use crate::pharmacy::{API, diagnostics, input, join, own};
use crate::several::{APIS, DESK};

const JWT: &str = "jwt: { issuer: \"https://login.example.com\", audience: shop }";

fn policy(forward: &str) -> String {
    format!(
        "{API}callers: {{ {JWT}, attributes: {{ role: {{ claim: /role }}, exp: {{ claim: /exp }} }}, \
         forward: {{ {forward} }} }}\n"
    )
}

fn both(forward: &str) -> Result<Policy, Failure> {
    let text = format!("{APIS}callers: {{ {JWT}, forward: {{ {forward} }} }}\n");
    let Input { mut sources, contract, policy, folder, overrides, now } = input(Some(&text));
    let desk = sources.add("desk.yaml", DESK);
    Policy::join(Input { sources, contract, policy, folder, overrides, now }, vec![desk])
}

#[test]
fn a_token_says_what_is_listed_for_half_a_minute() {
    let forward = |text: &str| join(&policy(text)).unwrap().callers.forward.unwrap();
    let told = forward("jwt: { key: file:signing.pem, audience: shop-api }");
    let token = CallerToken {
        header: "x-caller-token".to_owned(),
        key: SecretSource::File("conf/signing.pem".into()),
        issuer: "portcullis".into(),
        audience: "shop-api".into(),
        lifetime: Duration::from_secs(30),
        says: Vec::new(),
    };
    let plain =
        Forward { headers: Vec::new(), token: Some(token.clone()), drops_credential: false };
    assert_eq!(told, plain);
    let all = "jwt: { key: env:KEY, audience: shop-api, issuer: gate, header: X-Who, lifetime: 60s, \
               claims: [scopes, role, role] }, credential: drop, headers: { X-Caller: subject }";
    let token = CallerToken {
        header: "x-who".to_owned(),
        key: SecretSource::Variable("KEY".to_owned()),
        issuer: "gate".into(),
        lifetime: Duration::from_mins(1),
        says: vec![Told::Scopes, Told::Attribute("role".into())],
        ..token
    };
    let headers = vec![("x-caller".to_owned(), Told::Subject)];
    assert_eq!(forward(all), Forward { headers, token: Some(token), drops_credential: true });
}

#[test]
fn each_api_has_a_token_of_its_own() {
    let policy =
        both("jwt: { key: env:KEY, audience: { desk: desk-api, shop: shop-api } }").unwrap();
    let audience = |place: usize| {
        let forward = policy.apis.get(place).unwrap().callers.forward.as_ref().unwrap();
        forward.token.as_ref().unwrap().audience.to_string()
    };
    assert_eq!([audience(0), audience(1)], ["shop-api", "desk-api"]);
}

#[test]
fn what_cannot_be_meant_is_said() {
    let one = [
        "jwt: { audience: shop-api }",
        "jwt: { key: env:KEY }",
        "jwt: { key: signing.pem, audience: shop-api }",
        "jwt: { key: env:KEY, audience: { shop: shop-api } }",
        "jwt: { key: env:KEY, audience: shop-api, issuer: \"https://login.example.com\" }",
        "jwt: { key: env:KEY, audience: shop-api, lifetime: 61s }",
        "jwt: { key: env:KEY, audience: shop-api, lifetime: 1s }",
        "jwt: { key: env:KEY, audience: shop-api, header: X-Forwarded-For }",
        "jwt: { key: env:KEY, audience: shop-api, header: Authorization }",
        "jwt: { key: env:KEY, audience: shop-api, header: X-Caller }, headers: { x-caller: subject }",
        "jwt: { key: env:KEY, audience: shop-api, claims: [roles, exp, nothing] }",
        "credential: keep",
    ];
    let mut told: Vec<String> = Vec::new();
    let mut tell = |text: &str, failure: &Failure| {
        let problems = diagnostics(&failure.sources, &own(&failure.diagnostics));
        told.push(format!("{text}\n{problems}"));
    };
    for text in one {
        tell(text, &join(&policy(text)).unwrap_err());
    }
    for text in [
        "jwt: { key: env:KEY, audience: shop-api }",
        "jwt: { key: env:KEY, audience: { shop: shop-api } }",
        "jwt: { key: env:KEY, audience: { shop: shop-api, desk: shop-api } }",
        "jwt: { key: env:KEY, audience: { shop: shop-api, desk: desk-api, pay: pay-api } }",
    ] {
        tell(text, &both(text).unwrap_err());
    }
    let tls = "tls: { certificate: env:CERTIFICATE, key: env:KEY }\n";
    let text = format!("{}{tls}", policy("jwt: { key: env:KEY, audience: shop-api }"));
    tell(tls.trim(), &join(&text).unwrap_err());
    insta::assert_snapshot!(told.join("\n"));
}
