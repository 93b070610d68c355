//! API keys that are issued here: who shows one is known by it, for what it is for, until it is revoked.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::issuer::Issuer;
use crate::support::{Scene, Setup, model, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::api_key::{self, Pepper};
use portcullis_gateway::{Options, Site};
use portcullis_model::{KeyId, KeyRules, Secret, UnixMillis};
use portcullis_policy::SecretSource;
use portcullis_store::{KeyFacts, KeyWhich, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, read_until, send};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: /api }]
security: [{ key: [] }, { bearer: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Api-Key }
    bearer: { type: http, scheme: bearer }
    oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: "https://login.example/token", scopes: { write: to write } } } }
paths:
  /me: { get: { operationId: me, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /admin: { get: { operationId: admin, responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /scoped: { get: { operationId: scoped, security: [{ oauth: [write] }], responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
  /events: { get: { operationId: events, responses: { "200": { description: d, content: { text/event-stream: {} } } } } }
  /open: { get: { operationId: open, security: [], parameters: [{ name: lang, in: cookie, schema: { type: string } }], responses: { "200": { description: d, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } } } }
"#;

const PEPPER: &[u8] = b"00112233445566778899aabbccddeeff00112233445566778899aabbccddee00";

/// A gateway with a store that issues keys, and believes an issuer of tokens.
struct Here {
    issuer: Issuer,
    scene: Scene,
    store: Store,
    pepper: Arc<Pepper>,
}

fn api(request: &str) -> Vec<u8> {
    if request.starts_with("GET /api/events") {
        return b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\n".to_vec();
    }
    let Behaviour::Answer(answer) = Behaviour::json(200, r#"{"name":"it"}"#) else {
        unreachable!()
    };
    answer
}

fn later(ms: u64) -> UnixMillis {
    UnixMillis(noon().0 + ms)
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

impl Here {
    fn new(more: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             store: {{ folder: store, key: file:store.key }}\n\
             operations: {{ events: {{ answer: stream }} }}\n\
             callers:\n  api_keys: {{ brand: shop, pepper: file:pepper.key, schemes: [key, bearer, oauth] }}\n  \
             jwt: {{ issuer: \"{}\", audience: shop }}\n  \
             forward: {{ headers: {{ X-Caller: subject, X-Vouched: issuer, X-Role: role }} }}\n  \
             attributes: {{ role: {{ claim: /role }} }}\n{more}",
            issuer.name()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let api = ScriptedApi::start(Behaviour::Script(api));
        let plan = Plan::compile(model(CONTRACT, api.address(), &setup), PlanOptions::default());
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let pepper = Arc::new(Pepper::parse(PEPPER).unwrap());
        let site = Site::from(Arc::new(plan)).peppered(Some(pepper.clone()));
        let scene = Scene::of_options(api, site, options);
        Self { issuer, scene, store, pepper }
    }

    fn facts(&self, owner: &str, rules: KeyRules) -> (KeyFacts, String) {
        let (id, text) = api_key::generate("shop", "live").unwrap();
        let facts = KeyFacts {
            id,
            mac: self.pepper.mac(&text),
            owner: owner.to_owned(),
            label: String::new(),
            parent: None,
            created: noon(),
            expires: None,
            rules,
            replaces: None,
        };
        (facts, text)
    }

    fn issue(&self, (facts, text): (KeyFacts, String)) -> (KeyId, String) {
        let id = facts.id;
        wait(self.store.issue_key(facts, noon())).unwrap();
        (id, text)
    }

    fn key(&self, rules: KeyRules) -> (KeyId, String) {
        self.issue(self.facts("acme", rules))
    }

    fn get(&self, path: &str, key: &str) -> Answer {
        self.scene.get_with(&format!("/api{path}"), &format!("X-Api-Key: {key}\r\n"))
    }

    fn bearer(&self, path: &str, key: &str) -> u16 {
        let field = format!("Authorization: Bearer {key}\r\n");
        self.scene.get_with(&format!("/api{path}"), &field).status
    }

    fn me(&self, key: &str) -> u16 {
        self.get("/me", key).status
    }

    fn revoke(&self, which: KeyWhich) -> usize {
        wait(self.store.revoke_keys(which, noon())).unwrap()
    }

    fn why(&self) -> String {
        self.scene.last_record().to_string()
    }
}

#[test]
fn whoever_shows_a_key_is_its_owner_and_the_key_ends_here() {
    let here = Here::new("");
    let rules =
        KeyRules { attributes: vec![("role".into(), "partner".into())], ..KeyRules::default() };
    let (_, key) = here.key(rules);
    assert_eq!(here.me(&key), 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(!sent.contains(&key) && !sent.to_lowercase().contains("x-api-key"), "{sent}");
    for told in ["x-caller: acme", "x-vouched: api_keys:shop", "x-role: partner"] {
        assert!(sent.contains(told), "{told} in {sent}");
    }
    assert!(!here.why().contains(&key), "no record holds it");
    let record = here.scene.last_record();
    assert_eq!(record["key"].as_str(), key.split('_').nth(2), "but its name: {record}");
    // The same one as a bearer token.
    let answer = here.scene.get_with("/api/me", &format!("Authorization: Bearer {key}\r\n"));
    assert_eq!(answer.status, 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(!sent.contains(&key), "{sent}");
    // Tokens of the issuer come by the same scheme.
    let token = here.issuer.token("alice", "");
    let answer = here.scene.get_with("/api/me", &format!("Authorization: Bearer {token}\r\n"));
    assert_eq!(answer.status, 200, "{}", here.why());
}

#[test]
fn what_is_no_key_of_ours_opens_nothing_and_does_not_go_on() {
    let here = Here::new("");
    let (_, key) = here.key(KeyRules::default());
    let (_, unknown) = here.facts("acme", KeyRules::default());
    let other = Pepper::parse(PEPPER.to_ascii_uppercase().as_slice()).unwrap();
    assert_eq!(other.mac(&key), here.pepper.mac(&key), "digits in either case");
    let flipped =
        format!("{}{}", &key[..key.len() - 1], if key.ends_with('a') { 'b' } else { 'a' });
    let of_test = key.replacen("live", "test", 1);
    for (wrong, why) in [
        (unknown.as_str(), "key_unknown"),
        (flipped.as_str(), "key_malformed"),
        (of_test.as_str(), "key_malformed"),
        ("shop_live_short", "key_malformed"),
        ("hunter2-obviously-fake", "key_malformed"),
    ] {
        assert_eq!(here.me(wrong), 401, "{wrong}");
        assert!(here.why().contains(why), "{wrong}: {}", here.why());
        // Nor does it go on with what is open to anyone.
        assert_eq!(here.get("/open", wrong).status, 200);
        assert!(!here.scene.forwarded().unwrap().contains(wrong), "{wrong}");
    }
    // Of the right id, with the wrong secret and a good checksum.
    let (_, mixed) = here.facts("acme", KeyRules::default());
    let id = key.split('_').nth(2).unwrap();
    let secret = mixed.split('_').nth(3).unwrap();
    let forged = format!("shop_live_{id}_{secret}");
    assert_eq!(here.me(&forged), 401);
    assert_eq!(here.me(&key), 200);
    // Two of them are none.
    let twice = format!("X-Api-Key: {key}\r\nX-Api-Key: {key}\r\n");
    assert_eq!(here.scene.get_with("/api/me", &twice).status, 401);
}

#[test]
fn two_keys_of_two_schemes_are_not_mixed() {
    let here = Here::new("");
    let (_, one) = here.issue(here.facts("acme", KeyRules::default()));
    let (_, two) = here.issue(here.facts("umbrella", KeyRules::default()));
    let fields = format!("X-Api-Key: {one}\r\nAuthorization: Bearer {two}\r\n");
    assert_eq!(here.scene.get_with("/api/me", &fields).status, 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(sent.contains("x-caller: acme") && !sent.contains(&two), "{sent}");
}

#[test]
fn a_key_is_for_what_it_says_and_no_more() {
    let here = Here::new("");
    let (_, key) = here.key(KeyRules { operations: vec!["me".into()], ..KeyRules::default() });
    assert_eq!((here.me(&key), here.get("/admin", &key).status), (200, 403));
    assert!(here.why().contains("key_not_for_function"), "{}", here.why());
    let by_path = KeyRules { operations: vec!["GET /admin".into()], ..KeyRules::default() };
    let (_, key) = here.key(by_path);
    assert_eq!((here.me(&key), here.get("/admin", &key).status), (403, 200));
    let (_, bare) = here.key(KeyRules::default());
    assert_eq!(here.bearer("/scoped", &bare), 403, "{}", here.why());
    let (_, good) = here.key(KeyRules { scopes: vec!["write".into()], ..KeyRules::default() });
    assert_eq!(here.bearer("/scoped", &good), 200, "{}", here.why());
}

#[test]
fn a_key_is_good_from_where_and_when_it_says() {
    let here = Here::new("trusted_proxies: [127.0.0.1]\n");
    let net = |text: &str, bits| KeyRules {
        networks: vec![(text.parse().unwrap(), bits)],
        ..KeyRules::default()
    };
    let (_, inside) = here.key(net("203.0.113.0", 24));
    let from = |address: &str| {
        let fields = format!("X-Api-Key: {inside}\r\nX-Forwarded-For: {address}\r\n");
        here.scene.get_with("/api/me", &fields).status
    };
    assert_eq!((from("203.0.113.7"), from("::ffff:203.0.113.7")), (200, 200));
    assert_eq!((from("198.51.100.7"), from("203.0.114.7")), (401, 401));
    assert!(here.why().contains("key_from_other_network"), "{}", here.why());
    assert_eq!(here.me(&inside), 401, "nobody knows from where");
    let begins = KeyRules { not_before: Some(later(1)), ..KeyRules::default() };
    let (_, early) = here.key(begins);
    assert_eq!(here.me(&early), 401);
    let (_, other_api) = here.key(KeyRules { apis: vec!["desk".into()], ..KeyRules::default() });
    assert_eq!(here.me(&other_api), 401);
    let (facts, text) = here.facts("acme", KeyRules::default());
    let (_, over) = here.issue((KeyFacts { expires: Some(later(1000)), ..facts }, text));
    assert_eq!(here.me(&over), 200);
    here.scene.clock.advance_ms(2_000);
    assert_eq!(here.me(&over), 401);
    assert_eq!(here.me(&early), 200);
}

#[test]
fn a_key_below_another_may_no_more_and_ends_with_it() {
    let here = Here::new("");
    let narrow = KeyRules {
        operations: vec!["me".into()],
        scopes: vec!["read".into()],
        ..KeyRules::default()
    };
    let (root, _) = here.key(narrow);
    let wide = KeyRules { scopes: vec!["write".into()], ..KeyRules::default() };
    let (facts, text) = here.facts("acme", wide);
    let (_, child) = here.issue((KeyFacts { parent: Some(root), ..facts }, text));
    assert_eq!(here.me(&child), 200, "{}", here.why());
    assert_eq!(here.get("/admin", &child).status, 403);
    assert_eq!(here.bearer("/scoped", &child), 403);
    assert_eq!(here.revoke(KeyWhich::Id(root)), 2);
    assert_eq!(here.me(&child), 401);
}

#[test]
fn the_first_use_of_a_new_key_gives_the_old_one_its_end() {
    let here = Here::new("");
    let (old, before) = here.key(KeyRules::default());
    let (facts, text) = here.facts("acme", KeyRules::default());
    let (_, after) = here.issue((KeyFacts { replaces: Some((old, 60_000)), ..facts }, text));
    here.scene.clock.advance_ms(3_600_000);
    assert_eq!(here.me(&before), 200, "nobody has used the new one");
    assert_eq!((here.me(&after), here.me(&before)), (200, 200));
    here.scene.clock.advance_ms(61_000);
    assert_eq!((here.me(&after), here.me(&before)), (200, 401));
}

#[test]
fn a_connection_that_stays_open_and_a_stream_are_no_way_past_a_revocation() {
    let here = Here::new("");
    let (id, key) = here.key(KeyRules::default());
    let (_, other) = here.issue(here.facts("umbrella", KeyRules::default()));
    let ask = |path: &str, key: &str| {
        format!("GET /api{path} HTTP/1.1\r\nHost: api\r\nX-Api-Key: {key}\r\n\r\n")
    };
    let mut kept = send(here.scene.gateway.address(), ask("/me", &key));
    assert!(read_until(&mut kept, "name").starts_with("HTTP/1.1 200"));
    let mut events = send(here.scene.gateway.address(), ask("/events", &key));
    read_until(&mut events, "data: one");
    let mut others = send(here.scene.gateway.address(), ask("/events", &other));
    read_until(&mut others, "data: one");
    let begun = Instant::now();
    assert_eq!(here.revoke(KeyWhich::Id(id)), 1);
    kept.write_all(ask("/me", &key).as_bytes()).unwrap();
    assert!(read_until(&mut kept, "\r\n\r\n").starts_with("HTTP/1.1 401"));
    let mut rest = Vec::new();
    let _ = events.read_to_end(&mut rest);
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!rest.ends_with(b"0\r\n\r\n"), "it was cut, and says so");
    // Nobody waits for the end of it.
    others.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(others.read(&mut [0; 16]).is_err(), "nobody revoked the other");
}

#[test]
fn whoever_only_observes_sends_no_key_to_the_api_either() {
    let here = Here::new(
        "relax: [{ operation: me, control: caller_identity, mode: observe, by: ops, reason: a test }]\n",
    );
    let (_, unknown) = here.facts("acme", KeyRules::default());
    assert_eq!(here.me(&unknown), 200, "{}", here.why());
    let sent = here.scene.forwarded().unwrap();
    assert!(!sent.contains(&unknown), "{sent}");
}

#[test]
fn no_header_field_carries_a_key_to_the_api() {
    let here = Here::new("");
    let (_, key) = here.key(KeyRules::default());
    let basic = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("{key}:x"))
    };
    for field in [
        format!("User-Agent: tool/1 {key}"),
        format!("Authorization: {key}"),
        format!("Authorization: Token {key}"),
        format!("Authorization: Basic {basic}"),
        format!("X-Api-Key: \"{key}\""),
        format!("X-Api-Key: {key}\r\nX-Api-Key: {key}"),
        format!("Cookie: lang={key}"),
    ] {
        assert_eq!(here.scene.get_with("/api/open", &format!("{field}\r\n")).status, 200);
        let sent = here.scene.forwarded().unwrap();
        assert!(!sent.contains(&key) && !sent.contains(&basic), "{field}: {sent}");
    }
}

#[test]
fn a_key_for_some_operations_is_for_nothing_that_is_none() {
    let relaxed = "relax: [{ control: api_inventory, mode: observe, by: ops, reason: a test }]\n";
    let here = Here::new(relaxed);
    let (_, limited) = here.key(KeyRules { operations: vec!["me".into()], ..KeyRules::default() });
    assert_eq!(here.get("/undeclared", &limited).status, 403, "{}", here.why());
    assert_eq!(here.me(&limited), 200);
}

#[test]
fn what_a_key_is_not_for_does_not_count_as_its_first_use() {
    let here = Here::new("");
    let (old, before) = here.key(KeyRules::default());
    let rules = KeyRules { operations: vec!["me".into()], ..KeyRules::default() };
    let (facts, text) = here.facts("acme", rules);
    let (_, after) = here.issue((KeyFacts { replaces: Some((old, 1000)), ..facts }, text));
    assert_eq!(here.get("/admin", &after).status, 403);
    here.scene.clock.advance_ms(10_000);
    assert_eq!(here.me(&before), 200, "the new one has opened nothing yet");
    assert_eq!(here.me(&after), 200);
    here.scene.clock.advance_ms(10_000);
    assert_eq!(here.me(&before), 401);
}

#[test]
fn a_stream_ends_when_the_end_of_its_key_comes_nearer() {
    let here = Here::new("");
    let (id, key) = here.key(KeyRules::default());
    let ask = format!("GET /api/events HTTP/1.1\r\nHost: api\r\nX-Api-Key: {key}\r\n\r\n");
    let mut events = send(here.scene.gateway.address(), ask);
    read_until(&mut events, "data: one");
    let begun = Instant::now();
    wait(here.store.expire_key(id, later(700), noon())).unwrap();
    let mut rest = Vec::new();
    let _ = events.read_to_end(&mut rest);
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(300) && took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn nobody_else_is_asked_whose_a_key_is() {
    let asked = ScriptedApi::start(Behaviour::json(200, r#"{"active":false}"#));
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         store: {{ folder: store, key: file:store.key }}\n\
         callers:\n  api_keys: {{ brand: shop, pepper: file:pepper.key }}\n  introspection:\n    \
         issuer: https://login.example.com\n    url: \"http://{}/introspect\"\n    audience: shop\n    \
         client: gateway\n    secret: env:NO_SUCH_SECRET\n",
        asked.address()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let api = ScriptedApi::start(Behaviour::Script(api));
    let plan = Plan::compile(model(CONTRACT, api.address(), &setup), PlanOptions::default());
    let secret = SecretSource::Variable("NO_SUCH_SECRET".to_owned());
    let site = Site::from(Arc::new(plan))
        .with_secrets(vec![(secret, Secret::new(*b"obviously-fake"))])
        .peppered(Some(Arc::new(Pepper::parse(PEPPER).unwrap())));
    let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
    let scene = Scene::of_options(api, site, Options { store: Some(store), ..Options::default() });
    let (_, key) = api_key::generate("shop", "live").unwrap();
    let bearer = |token: &str| {
        scene.get_with("/api/me", &format!("Authorization: Bearer {token}\r\n")).status
    };
    assert_eq!((bearer(&key), bearer(&format!("x{key}"))), (401, 401));
    assert!(asked.seen().is_empty(), "the issuer learnt a key");
    assert_eq!(bearer("opaque-and-obviously-fake"), 401);
    assert!(!asked.seen().is_empty(), "it is asked about others");
}
