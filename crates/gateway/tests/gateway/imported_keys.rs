//! API keys that others issued: who shows one is known by it as with one of ours; and whoever guesses is not.

use std::fmt::Write as _;

use crate::support::issuer::Issuer;
use crate::support::keyed::{Keyed, wait};
use crate::support::noon;
use portcullis_model::KeyRules;
use portcullis_store::KeyWhich;
use portcullis_testkit::Behaviour;
use sha2::{Digest as _, Sha256};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }, { bearer: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Api-Key }
    bearer: { type: http, scheme: bearer }
paths:
  /me: { get: { operationId: me, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /admin: { get: { operationId: admin, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /open: { get: { operationId: open, security: [], parameters: [{ name: lang, in: cookie, schema: { type: string } }], responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

/// More than are heard in a minute, and in the time that they take.
const GUESSES: usize = 3000;

const TEXT: &str = "obviously-fake-key-of-others";

fn gateway(policy: &str, schemes: &str) -> Keyed {
    Keyed::schemed(CONTRACT, Behaviour::json(200, r#"{"name":"it"}"#), policy, schemes)
}

fn bearer(here: &Keyed, credential: &str) -> u16 {
    here.scene.get_with("/me", &format!("Authorization: Bearer {credential}\r\n")).status
}

#[test]
fn whoever_shows_a_key_of_others_is_its_owner_until_it_is_revoked_and_the_key_ends_here() {
    let here = gateway("", "[key]");
    assert_eq!(here.get(TEXT, "/me").status, 401);
    assert!(here.why().contains("key_malformed"), "where there are none, none is looked up");
    let rules = KeyRules { operations: vec!["me".into()], ..KeyRules::default() };
    let id = here.import(TEXT, rules);
    let (_, own) = here.key(KeyRules::default());
    assert_eq!(here.get(TEXT, "/me").status, 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(sent.contains("x-caller: acme") && !sent.contains(TEXT), "{sent}");
    assert_eq!(here.scene.last_record()["key"], id.to_string());
    assert!(!here.why().contains(TEXT));
    assert_eq!(here.get(TEXT, "/admin").status, 403);
    assert_eq!(here.get(&own, "/admin").status, 200, "ours are as they were");
    wait(here.store.revoke_keys(KeyWhich::Id(id), noon())).unwrap();
    assert_eq!(here.get(TEXT, "/me").status, 401);
    assert_eq!(here.get(&own, "/me").status, 200);
}

#[test]
fn neither_a_digest_nor_a_part_nor_what_is_kept_opens_anything() {
    let here = gateway("", "[key]");
    let id = here.import(TEXT, KeyRules::default());
    let digest = Sha256::digest(TEXT.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let known = here.store.imported_key(&id, noon()).unwrap();
    let mac = known.mac.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let (_, ours) = here.key(KeyRules::default());
    let secret = ours.rsplit('_').next().unwrap();
    for wrong in [
        digest.as_str(),
        mac.as_str(),
        &id.to_string(),
        &format!("shop_live_{id}_{secret}"),
        &TEXT[..TEXT.len() - 1],
        &format!("{TEXT}x"),
        &TEXT.to_uppercase(),
        &"x".repeat(2000),
    ] {
        assert_eq!(here.get(wrong, "/me").status, 401, "{wrong}");
        assert!(!here.scene.last_record().to_string().contains(wrong));
    }
    let twice = format!("X-Api-Key: {TEXT}\r\nX-Api-Key: {TEXT}\r\n");
    assert_eq!(here.scene.get_with("/me", &twice).status, 401);
    assert_eq!(here.get(TEXT, "/me").status, 200);
}

#[test]
fn no_header_field_carries_one_to_the_api_and_none_that_was_revoked_either() {
    let here = gateway("", "[key]");
    let id = here.import(TEXT, KeyRules::default());
    for round in 0..2 {
        for field in [
            format!("X-Api-Key: {TEXT}"),
            format!("User-Agent: {TEXT}"),
            format!("Authorization: {TEXT}"),
            format!("Authorization: Token {TEXT}"),
            format!("X-Api-Key: {TEXT}\r\nX-Api-Key: {TEXT}"),
            format!("Cookie: a=b; lang={TEXT}"),
        ] {
            assert_eq!(here.scene.get_with("/open", &format!("{field}\r\n")).status, 200);
            let sent = here.scene.forwarded().unwrap();
            assert!(!sent.contains(TEXT), "{round} {field}: {sent}");
        }
        wait(here.store.revoke_keys(KeyWhich::Id(id), noon())).unwrap();
    }
}

#[test]
fn guesses_are_counted_and_then_nobody_from_there_is_heard() {
    let here = gateway("trusted_proxies: [127.0.0.1]\n", "[key]");
    here.import(TEXT, KeyRules::default());
    let from = |address: &str, key: &str| {
        let fields = format!("X-Api-Key: {key}\r\nX-Forwarded-For: {address}\r\n");
        here.scene.get_with("/me", &fields).status
    };
    // Some come again meanwhile: ten in a second.
    let is_closed = (0..GUESSES).any(|one| {
        from("203.0.113.7", &format!("guess-{one}")) == 429 && from("203.0.113.7", TEXT) == 429
    });
    assert!(is_closed, "the right one among them, too");
    assert_eq!(from("198.51.100.7", TEXT), 200);
    let (_, own) = here.key(KeyRules::default());
    assert_eq!(from("203.0.113.7", &own), 200, "those of ours are not guessed");
}

#[test]
fn where_an_issuer_shares_the_scheme_both_open_and_guesses_are_counted_the_same() {
    let issuer = Issuer::start();
    let policy = format!(
        "  jwt: {{ issuer: \"{}\", audience: shop }}\ntrusted_proxies: [127.0.0.1]\n",
        issuer.name()
    );
    let here = gateway(&policy, "[key, bearer]");
    here.import(TEXT, KeyRules::default());
    let token = issuer.token("alice", "");
    assert_eq!((bearer(&here, TEXT), bearer(&here, &token)), (200, 200), "{}", here.why());
    let from = |address: &str, credential: &str| {
        let fields =
            format!("Authorization: Bearer {credential}\r\nX-Forwarded-For: {address}\r\n");
        here.scene.get_with("/me", &fields).status
    };
    let is_closed = (0..GUESSES).any(|one| {
        from("203.0.113.7", &format!("guess-{one}")) == 429 && from("203.0.113.7", TEXT) == 429
    });
    assert!(is_closed, "the right one among them, too");
    assert_eq!(from("203.0.113.7", &token), 200, "whose tokens are good is no guesser");
    assert_eq!(from("198.51.100.7", TEXT), 200);
}
