//! Plain HTTP: a listener that only leads to `https`, and keys of ours that come in the clear.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a set-up that fails must fail its test"
)]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::secure::Identity;
use crate::support::{Scene, Setup, model, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_credential::api_key::{self, Pepper};
use portcullis_gateway::{Options, Site};
use portcullis_model::{KeyId, KeyRules};
use portcullis_store::{KeyFacts, KeyWhich, Store};
use portcullis_testkit::{Answer, Behaviour, ScriptedApi, exchange, send};

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: /api }]
security: [{ key: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Shop }
    visit: { type: apiKey, in: cookie, name: visit }
    old: { type: apiKey, in: query, name: k }
paths:
  /items: { get: { operationId: items, security: [], responses: { "200": { description: d, content: { application/json: { schema: { type: array } } } } } } }
  /me: { get: { operationId: me, responses: { "200": { description: d, content: { application/json: { schema: { type: object } } } } } } }
  /reset/{token}: { get: { operationId: reset, security: [], parameters: [{ name: token, in: path, required: true, schema: { type: string } }], responses: { "204": { description: d } } } }
"#;

const PEPPER: &[u8] = b"00112233445566778899aabbccddeeff00112233445566778899aabbccddee00";

struct Here {
    scene: Scene,
    store: Store,
    pepper: Arc<Pepper>,
}

/// How a gateway is set up.
struct Way {
    listen: &'static str,
    redirect_from: Option<&'static str>,
    seen_in_plain: &'static str,
    is_tls: bool,
    options: PlanOptions,
    more: &'static str,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0",
            redirect_from: Some("0.0.0.0:0"),
            seen_in_plain: "refuse",
            is_tls: true,
            options: PlanOptions::default(),
            more: "",
        }
    }
}

impl Here {
    fn new() -> Self {
        Self::of(Way::default())
    }

    fn of(way: Way) -> Self {
        let redirect = way.redirect_from.map_or_else(String::new, |from| {
            format!(", redirect_from: \"{from}\", redirect_port: 443")
        });
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\", hosts: [api.shop.example, \
             shop.example] }}]\n\
             tls: {{ certificate: file:cert.pem, key: file:key.pem{redirect} }}\n\
             store: {{ folder: store, key: file:store.key }}\n\
             callers: {{ api_keys: {{ brand: shop, pepper: file:pepper.key, seen_in_plain: {} }} }}\n{}",
            way.seen_in_plain, way.more
        );
        let setup = Setup { policy: Some(&policy), listen: Some(way.listen), ..Setup::default() };
        let api = ScriptedApi::start(Behaviour::json(200, "[]"));
        let plan = Plan::compile(model(CONTRACT, api.address(), &setup), way.options);
        let store = Store::passing(&std::env::temp_dir(), noon()).unwrap();
        let options = Options { store: Some(store.clone()), ..Options::default() };
        let pepper = Arc::new(Pepper::parse(PEPPER).unwrap());
        let tls = way.is_tls.then(|| Identity::new().server());
        let site = Site::from(Arc::new(plan)).peppered(Some(pepper.clone())).with_tls(tls);
        Self { scene: Scene::of_options(api, site, options), store, pepper }
    }

    fn key(&self) -> (KeyId, String) {
        let (id, text) = api_key::generate("shop", "live").unwrap();
        let facts = KeyFacts {
            id,
            mac: self.pepper.mac(&text),
            owner: "acme".to_owned(),
            label: String::new(),
            parent: None,
            created: noon(),
            expires: None,
            rules: KeyRules::default(),
            replaces: None,
        };
        wait(self.store.issue_key(facts, noon())).unwrap();
        (id, text)
    }

    /// A key of this name with another secret: whoever knows the name can make it.
    fn forged(id: KeyId) -> String {
        loop {
            // Of its own checksum, with the name of the other in it: 43 digits of base 62, and their CRC-32.
            let (_, other) = api_key::generate("shop", "live").unwrap();
            let body = format!("shop_live_{id}_{}", &other.split('_').nth(3).unwrap()[..43]);
            let text = format!("{body}{}", checksum(&body));
            if api_key::has_good_checksum(&text) {
                return text;
            }
        }
    }

    fn holds(&self, id: KeyId) -> bool {
        self.store.key(&id, noon()).is_some()
    }

    fn at(address: SocketAddr, request: &str) -> Answer {
        exchange((Ipv4Addr::LOCALHOST, address.port()).into(), request)
    }

    /// Asks the listener that leads to `https`.
    fn plain(&self, request: &str) -> Answer {
        Self::at(self.scene.gateway.redirect_address().unwrap(), request)
    }

    fn get(&self, target: &str, fields: &str) -> Answer {
        self.plain(&format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n{fields}\r\n"))
    }

    fn revocations(&self) -> Vec<serde_json::Value> {
        let records = self.scene.records();
        records.into_iter().filter(|record| record["event"] == "key_revoked").collect()
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// As the format says: CRC-32 (ISO-HDLC), in six digits of base 62.
fn checksum(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut number = !crc as usize;
    let mut digits = Vec::new();
    for _ in 0..6 {
        digits.insert(0, DIGITS[number % 62]);
        number /= 62;
    }
    String::from_utf8(digits).unwrap()
}

fn location(answer: &Answer) -> Option<&str> {
    answer.field("location")
}

#[test]
fn whoever_only_reads_and_shows_nothing_is_led_to_https() {
    let here = Here::new();
    let answer = here.get("/api/items?page=2&q=a%20b", "Cookie: _ga=GA1.2; theme=dark\r\n");
    assert_eq!(answer.status, 308, "{}", answer.text());
    let to = location(&answer);
    assert_eq!(to, Some("https://shop.example/api/items?page=2&q=a%20b"));
    assert_eq!(
        (answer.field("connection"), answer.field("content-length")),
        (Some("close"), Some("0"))
    );
    assert_eq!(answer.field("strict-transport-security"), None, "not in the clear (RFC 6797)");
    assert_eq!(answer.field("cache-control"), Some("private, no-store"));
    let record = here.scene.last_record();
    assert_eq!(
        (record["verdict"].as_str(), record["status"].as_u64()),
        (Some("answered"), Some(308))
    );
    let head = here.plain("HEAD / HTTP/1.1\r\nHost: API.shop.example:80\r\n\r\n");
    assert_eq!((head.status, location(&head).unwrap()), (308, "https://api.shop.example/"));
    assert_eq!(here.scene.forwarded(), None, "nothing of it reaches the API");
}

#[test]
fn a_host_that_is_not_ours_leads_nowhere() {
    let here = Here::new();
    for host in
        ["evil.example", "shop.example.evil.example", "127.0.0.1", "shop.example:80@evil.example"]
    {
        let answer = here.plain(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert!(matches!(answer.status, 400 | 421), "{host}: {}", answer.text());
        assert_eq!(location(&answer), None, "{host}");
    }
    // A target of its own host (RFC 9112 section 3.2.2) is held to the same.
    let answer = here.plain("GET http://evil.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert!(location(&answer).is_none_or(|to| to == "https://shop.example/"), "{answer:?}");
    assert_eq!(here.plain("GET / HTTP/1.0\r\n\r\n").status, 421);
    let answer = here.plain("GET //evil.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_eq!(location(&answer), Some("https://shop.example//evil.example/"));
}

#[test]
fn a_credential_in_the_clear_is_refused_and_never_redirected() {
    let here = Here::new();
    for (target, field) in [
        ("/api/items", "Authorization: Bearer obviously-fake"),
        ("/api/items", "Authorization: Basic Zm9vOmJhcg=="),
        ("/api/items", "Proxy-Authorization: x"),
        ("/api/items", "X-Shop: obviously-fake"),
        ("/api/items", "X-Api-Key: obviously-fake"),
        ("/api/items", "Cookie: a=b; visit=obviously-fake"),
        ("/api/items", "Cookie: PHPSESSID=obviously-fake"),
        ("/api/items", "X-Shop: \u{e9}"),
        ("/api/items?k=obviously-fake", "Accept: */*"),
        ("/api/items?access_token=obviously-fake", "Accept: */*"),
        ("/api/items?code=1&state=2", "Accept: */*"),
        ("/api/reset/obviously-fake", "Accept: */*"),
        ("//api/reset/obviously-fake", "Accept: */*"),
    ] {
        let answer = here.get(target, &format!("{field}\r\n"));
        let text = answer.text();
        assert_eq!(answer.status, 403, "{target} {field}: {text}");
        assert_eq!(
            (answer.field("connection"), location(&answer)),
            (Some("close"), None),
            "{text}"
        );
        assert_eq!(answer.field("content-type"), Some("application/problem+json"), "{text}");
        let record = here.scene.last_record();
        assert_eq!(record["control"], "transport_encryption", "{record}");
        assert_eq!(record["reason"], "plain_credential", "{record}");
        assert!(!record.to_string().contains("obviously-fake"), "{record}");
    }
    // Nor is one in a field that is no UTF-8.
    let mut latin = b"GET / HTTP/1.1\r\nHost: shop.example\r\nX-Shop: ".to_vec();
    latin.extend_from_slice(b"\xe9\r\n\r\n");
    let address = here.scene.gateway.redirect_address().unwrap();
    let answer = exchange((Ipv4Addr::LOCALHOST, address.port()).into(), latin);
    assert_eq!(answer.status, 403, "{}", answer.text());
}

#[test]
fn whatever_is_more_than_a_read_is_refused_unread() {
    let here = Here::new();
    for request in [
        "POST /api/items HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nabc",
        "POST /api/items HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 900000\r\n\r\nabc",
        "GET /api/items HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nabc",
        "DELETE /api/items HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        "BREW /api/items HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        "GET /api/items HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ] {
        let answer = here.plain(request);
        assert_eq!(answer.status, 403, "{request}: {}", answer.text());
        let record = here.scene.last_record();
        assert_eq!(record["reason"], "plain_http", "{record}");
    }
    // HTTP/2 is not spoken there, and a second request is not read.
    assert_eq!(here.plain("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 505);
    let twice = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n".repeat(2);
    let port = here.scene.gateway.redirect_address().unwrap().port();
    let mut stream = send((Ipv4Addr::LOCALHOST, port).into(), &twice);
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
}

#[test]
fn heads_and_times_are_bounded_and_a_drain_does_not_wait() {
    let more = "limits: { head_bytes: 1KiB, head_timeout: 300ms }\n";
    let here = Here::of(Way { more, ..Way::default() });
    let answer = here.get("/", &format!("X-Long: {}\r\n", "a".repeat(2000)));
    assert_eq!(answer.status, 431, "{}", answer.text());
    assert_eq!(here.scene.last_record()["status"], 431);
    let port = here.scene.gateway.redirect_address().unwrap().port();
    let mut slow = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: shop").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let here = Here::new();
    let port = here.scene.gateway.redirect_address().unwrap().port();
    let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let started = Instant::now();
    here.scene.gateway.stop();
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(silent);
}

#[test]
fn those_who_hold_connections_keep_nobody_out() {
    let here = Here::new();
    let port = here.scene.gateway.redirect_address().unwrap().port();
    let held: Vec<TcpStream> =
        (0..300).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap()).collect();
    assert_eq!(here.get("/", "").status, 308);
    drop(held);
}

#[test]
fn a_genuine_key_in_the_clear_is_told_by_its_name_and_stays_where_nobody_wants_its_end() {
    let here = Here::new();
    let (id, key) = here.key();
    let basic = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{key}:"));
    for field in [
        format!("X-Shop: {key}"),
        format!("Authorization: Bearer {key}"),
        format!("Authorization: Basic {basic}"),
        format!("X-Whatever: a{key}z"),
        format!("Cookie: theme={key}"),
    ] {
        let answer = here.get("/api/items", &format!("{field}\r\n"));
        assert_eq!(answer.status, 403, "{field}: {}", answer.text());
        let record = here.scene.last_record();
        assert_eq!(record["reason"], "plain_key", "{record}");
        assert_eq!(record["key"], id.to_string(), "{record}");
        assert!(!record.to_string().contains(&key), "{record}");
    }
    let answer = here.get(&format!("/api/items?x={key}"), "");
    assert_eq!(
        (answer.status, here.scene.last_record()["key"].as_str()),
        (403, Some(&*id.to_string()))
    );
    assert!(here.holds(id) && here.revocations().is_empty());
}

#[test]
fn a_key_in_the_clear_to_a_loopback_port_where_tls_is_spoken_is_refused_and_lives() {
    let here = Here::of(Way { seen_in_plain: "revoke", ..Way::default() });
    let (id, key) = here.key();
    let request = format!("GET /api/me HTTP/1.1\r\nHost: shop.example\r\nX-Shop: {key}\r\n\r\n");
    assert_eq!(Here::at(here.scene.gateway.address(), &request).status, 400);
    assert_eq!(here.scene.last_record()["reason"], "plain_key");
    assert!(here.holds(id) && here.revocations().is_empty(), "nobody else saw it");
}

#[test]
fn a_genuine_key_in_the_clear_is_revoked_for_good_where_the_policy_says_so() {
    let revoking = || Way { seen_in_plain: "revoke", ..Way::default() };
    let on_tls = Way { listen: "0.0.0.0:0", ..revoking() };
    let listener = Way { listen: "0.0.0.0:0", is_tls: false, redirect_from: None, ..revoking() };
    for (way, at_redirect, status) in
        [(revoking(), true, 403), (on_tls, false, 400), (listener, false, 403)]
    {
        let here = Here::of(way);
        let (id, key) = here.key();
        let (other, _) = here.key();
        let gateway = &here.scene.gateway;
        let address =
            if at_redirect { gateway.redirect_address().unwrap() } else { gateway.address() };
        let ask = |key: &str| {
            Here::at(
                address,
                &format!(
                    "GET /api/me HTTP/1.1\r\nHost: shop.example\r\nX-Shop: {key}\r\nConnection: close\r\n\r\n"
                ),
            )
        };
        // Whoever knows a name cannot end a key.
        let refused = ask(&Here::forged(id));
        assert_eq!(refused.status, status, "{}", refused.text());
        let record = here.scene.last_record();
        assert_eq!(
            (&record["reason"], &record["key"]),
            (&"plain_key".into(), &serde_json::Value::Null)
        );
        assert!(here.holds(id) && here.revocations().is_empty());
        let answer = ask(&key);
        assert_eq!(answer.status, status, "{}", answer.text());
        let (told, forged) = (problem(&answer), problem(&refused));
        assert_eq!(told, forged, "nobody is told whether it was genuine");
        assert!(!here.holds(id) && here.holds(other), "that one alone");
        let [event] = here.revocations().try_into().unwrap();
        let record = here.scene.last_record();
        assert_eq!(
            (&event["key"], &event["reason"]),
            (&id.to_string().into(), &"seen_in_plain".into())
        );
        assert_eq!(
            (&event["count"], &event["request"]),
            (&1.into(), &record["request_id"]),
            "{event}"
        );
        assert_eq!(record["control"], "transport_encryption");
        assert!(!record.to_string().contains(&key) && here.scene.forwarded().is_none());
        // A second time there is nothing to revoke.
        assert_eq!(ask(&key).status, status);
        assert_eq!(here.revocations().len(), 1);
    }
}

/// A refusal without what differs with each.
fn problem(answer: &Answer) -> (Vec<(String, String)>, String) {
    let differs = |name: &str| matches!(name, "x-request-id" | "date");
    let fields = answer.fields.iter().filter(|(name, _)| !differs(name)).cloned().collect();
    let text = answer.text();
    (fields, text.split("\"request_id\"").next().unwrap_or_default().to_owned())
}

#[test]
fn no_key_ends_where_nobody_could_read_it_or_the_control_only_observes() {
    // What came over loopback is known to nobody else.
    let here = Here::of(Way {
        redirect_from: Some("127.0.0.1:0"),
        seen_in_plain: "revoke",
        ..Way::default()
    });
    let (id, key) = here.key();
    assert_eq!(here.get("/api/me", &format!("X-Shop: {key}\r\n")).status, 403);
    assert!(here.holds(id));
    // What a proxy says of the hop before it is its word.
    let way = Way {
        listen: "0.0.0.0:0",
        is_tls: false,
        redirect_from: None,
        seen_in_plain: "revoke",
        more: "trusted_proxies: [127.0.0.1]\n",
        ..Way::default()
    };
    let here = Here::of(way);
    let (id, key) = here.key();
    let request = format!("GET /api/me HTTP/1.1\r\nHost: shop.example\r\nX-Shop: {key}\r\n\r\n");
    assert_eq!(Here::at(here.scene.gateway.address(), &request).status, 403);
    assert!(here.holds(id));
    assert_eq!(here.scene.last_record()["key"], id.to_string());
    // Observing changes nothing.
    let way = Way {
        listen: "0.0.0.0:0",
        is_tls: false,
        redirect_from: None,
        seen_in_plain: "revoke",
        options: PlanOptions { observe: true, ..PlanOptions::default() },
        ..Way::default()
    };
    let here = Here::of(way);
    let (id, key) = here.key();
    let request = format!("GET /api/me HTTP/1.1\r\nHost: shop.example\r\nX-Shop: {key}\r\n\r\n");
    let _ = Here::at(here.scene.gateway.address(), &request);
    assert!(here.holds(id), "{}", here.scene.last_record());
    assert!(here.scene.last_record().to_string().contains("plain_key"));
}

#[test]
fn a_key_that_is_revoked_takes_those_below_it_along() {
    let here = Here::of(Way { seen_in_plain: "revoke", ..Way::default() });
    let (id, key) = here.key();
    let (child, text) = api_key::generate("shop", "live").unwrap();
    let facts = KeyFacts {
        id: child,
        mac: here.pepper.mac(&text),
        owner: "acme".to_owned(),
        label: String::new(),
        parent: Some(id),
        created: noon(),
        expires: None,
        rules: KeyRules::default(),
        replaces: None,
    };
    wait(here.store.issue_key(facts, noon())).unwrap();
    assert_eq!(here.get("/api/me", &format!("X-Shop: {key}\r\n")).status, 403);
    assert!(!here.holds(id) && !here.holds(child));
    assert_eq!(here.revocations()[0]["count"], 2);
    assert!(
        here.store.list_keys(&KeyWhich::All, 9).iter().all(|one| one.id != id || one.id != child)
    );
}

#[test]
fn a_key_of_others_that_comes_in_the_clear_is_refused_and_revoked_too() {
    let here = Here::of(Way { seen_in_plain: "revoke", ..Way::default() });
    let text = "obviously-fake-key-of-others";
    let kept = here.pepper.imported_text(text).unwrap();
    let imported = KeyFacts {
        id: kept.id,
        mac: kept.mac,
        owner: "acme".to_owned(),
        label: String::new(),
        parent: None,
        created: noon(),
        expires: None,
        rules: KeyRules::default(),
        replaces: None,
    };
    wait(here.store.import_keys(vec![imported], false, noon())).unwrap();
    here.get("/api/me", "X-Shop: obviously-fake-key-of-otherz\r\n");
    assert_ne!(here.scene.last_record()["reason"], "plain_key");
    assert!(here.store.imported_key(&kept.id, noon()).is_some());
    assert_eq!(here.get("/api/me", &format!("X-Other: {text}\r\n")).status, 403);
    assert_eq!(here.scene.last_record()["reason"], "plain_key");
    assert!(here.store.imported_key(&kept.id, noon()).is_none());
    assert_eq!(
        here.get("/api/me", &format!("X-Shop: {text}\r\n")).status,
        403,
        "it is known still"
    );
}
