//! Keys that open nothing by themselves: they are proved with each request, or with the connection, or are for pages of
//! one web origin.

use crate::support::authority::{Authority, ask, connect, status};
use crate::support::holder::Holder;
use crate::support::keyed::Keyed;
use crate::support::secure::{Identity, on_runtime};
use portcullis_model::KeyRules;
use portcullis_testkit::Behaviour;

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }, { bearer: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Api-Key }
    bearer: { type: http, scheme: bearer }
paths:
  /me: { get: { operationId: getMe, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

const SHOP: &str = "https://shop.example.com";

fn here(policy: &str) -> Keyed {
    Keyed::schemed(CONTRACT, Behaviour::json(200, r#"{"name":"it"}"#), policy, "[key, bearer]")
}

fn status_of(here: &Keyed, fields: &str) -> u16 {
    here.scene.get_with("/me", fields).status
}

#[test]
fn a_key_that_must_be_proved_opens_nothing_when_it_is_stolen() {
    let here = here("");
    let (holder, thief) = (Holder::new(), Holder::new());
    let rules = KeyRules { dpop: Some(holder.thumbprint()), ..KeyRules::default() };
    let (root, key) = here.key(rules);
    let url = "http://api/me";
    let plain = format!("X-Api-Key: {key}\r\n");
    assert_eq!(status_of(&here, &plain), 401, "without a proof");
    assert!(here.why().contains("dpop_missing"), "{}", here.why());
    let refused = here.scene.get_with("/me", &plain);
    let unknown = here.scene.get_with("/me", "X-Api-Key: obviously-fake\r\n");
    let challenge =
        |answer: &portcullis_testkit::Answer| answer.field("www-authenticate").map(str::to_owned);
    assert_eq!(challenge(&refused), challenge(&unknown), "it looks like any other");
    let with = |proof: &str| status_of(&here, &format!("{plain}DPoP: {proof}\r\n"));
    let good = holder.proof("GET", url, &key, "one");
    assert_eq!(with(&good), 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(!sent.contains(&key) && !sent.to_lowercase().contains("dpop"), "{sent}");
    assert_eq!(with(&good), 401, "a proof holds once");
    for proof in [
        thief.proof("GET", url, &key, "two"),
        holder.proof("POST", url, &key, "three"),
        holder.proof("GET", "http://api/other", &key, "four"),
        holder.proof("GET", url, "another key", "five"),
    ] {
        assert_eq!(with(&proof), 401, "{}", here.why());
    }
    // As what it is (RFC 9449 section 7.1), and as a bearer token beside a proof.
    for (scheme, id) in [("DPoP", "six"), ("Bearer", "seven")] {
        let proof = holder.proof("GET", url, &key, id);
        let fields = format!("Authorization: {scheme} {key}\r\nDPoP: {proof}\r\n");
        assert_eq!(status_of(&here, &fields), 200, "{scheme}: {}", here.why());
        assert_eq!(status_of(&here, &format!("Authorization: {scheme} {key}\r\n")), 401);
    }
    // So must each key below it be; and one that needs another proof has none that serves.
    let (_, child) = here.below(root, KeyRules::default());
    let fields = format!("X-Api-Key: {child}\r\n");
    assert_eq!(status_of(&here, &fields), 401);
    let proof = holder.proof("GET", url, &child, "eight");
    assert_eq!(status_of(&here, &format!("{fields}DPoP: {proof}\r\n")), 200);
    let bound = KeyRules { dpop: Some(thief.thumbprint()), ..KeyRules::default() };
    let (_, other) = here.below(root, bound);
    for (signer, id) in [(&holder, "nine"), (&thief, "ten")] {
        let proof = signer.proof("GET", url, &other, id);
        let fields = format!("X-Api-Key: {other}\r\nDPoP: {proof}\r\n");
        assert_eq!(status_of(&here, &fields), 401, "{}", here.why());
    }
    // A key that is bound to nothing does not become one that is.
    let (_, free) = here.key(KeyRules::default());
    let proof = holder.proof("GET", url, &free, "eleven");
    assert_eq!(status_of(&here, &format!("Authorization: DPoP {free}\r\nDPoP: {proof}\r\n")), 401);
}

#[test]
fn a_key_of_a_certificate_is_good_on_its_connections_alone() {
    let authority = Authority::new("clients");
    let (own, other) =
        (authority.issue(&["spiffe://a/own"]), authority.issue(&["spiffe://a/other"]));
    let server = Identity::new();
    let here = Keyed::secure(
        CONTRACT,
        Behaviour::json(200, r#"{"name":"it"}"#),
        "tls: { certificate: file:cert.pem, key: file:key.pem, client_ca: file:clients.pem }\n",
        (&server, &authority),
    );
    let rules = KeyRules { certificate: Some(own.thumbprint()), ..KeyRules::default() };
    let (root, key) = here.key(rules);
    let (_, child) = here.below(root, KeyRules::default());
    let address = here.scene.gateway.address();
    let get = |client: std::sync::Arc<rustls::ClientConfig>, key: &str| {
        let fields = format!("X-Api-Key: {key}\r\n");
        on_runtime(async {
            let Ok(mut stream) = connect(address, &client).await else { return 0 };
            ask(&mut stream, "/me", &fields).await.map_or(0, |answer| status(&answer))
        })
    };
    for key in [&key, &child] {
        assert_eq!(get(own.client(&server, &[]), key), 200, "{}", here.why());
        assert_eq!(get(other.client(&server, &[]), key), 401);
        assert!(here.why().contains("certificate_of_another"), "{}", here.why());
        assert_eq!(get(std::sync::Arc::new(server.client(&[])), key), 401);
        assert!(here.why().contains("certificate_missing"), "{}", here.why());
    }
}

#[test]
fn a_key_for_an_origin_is_good_in_its_pages_and_preflights_pass() {
    let here = here(&format!("origins: [{SHOP}, https://other.example.com]\n"));
    let rules = KeyRules { origins: vec![SHOP.to_owned()], ..KeyRules::default() };
    let (root, key) = here.key(rules);
    let (_, child) = here.below(root, KeyRules::default());
    for key in [&key, &child] {
        let fields = format!("X-Api-Key: {key}\r\n");
        let from = |origin: &str| status_of(&here, &format!("{fields}Origin: {origin}\r\n"));
        assert_eq!(from(SHOP), 200, "{}", here.why());
        assert_eq!(from("https://other.example.com"), 401, "{}", here.why());
        assert!(here.why().contains("key_from_other_origin"), "{}", here.why());
        assert_eq!(status_of(&here, &fields), 401, "no page sends it without one");
        let twice = format!("{fields}Origin: {SHOP}\r\nOrigin: {SHOP}\r\n");
        assert_ne!(status_of(&here, &twice), 200);
    }
    // The question of a browser before it carries no key.
    let preflight = here.scene.raw(format!(
        "OPTIONS /me HTTP/1.1\r\nHost: a\r\nOrigin: {SHOP}\r\nAccess-Control-Request-Method: GET\r\n\
         Access-Control-Request-Headers: x-api-key, dpop\r\n\r\n"
    ));
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.field("access-control-allow-origin"), Some(SHOP));
    let allowed = preflight.field("access-control-allow-headers").unwrap();
    assert!(allowed.contains("x-api-key"), "{allowed}");
    assert!(allowed.contains("dpop"), "a page proves its key: {allowed}");
}
