//! Tokens of issuers: what is believed, what is fetched, and what the API is told.

use crate::support::holder::Holder;
use crate::support::issuer::{Issuer, signer};
use crate::support::{Scene, Setup};
use portcullis_testkit::{Answer, Behaviour};

const SHOP: &str = include_str!("support/shop.yaml");

/// A gateway that believes an issuer.
struct Believing {
    issuer: Issuer,
    scene: Scene,
}

impl Believing {
    fn new(further: &str) -> Self {
        let issuer = Issuer::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             callers:\n  jwt: {{ issuer: \"{}\", audience: shop }}\n{further}",
            issuer.name()
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let scene = Scene::with(SHOP, Behaviour::json(200, r#"{"ok": true}"#), setup);
        Self { issuer, scene }
    }

    fn with(&self, token: &str) -> Answer {
        self.scene.get_with("/api/secret", &format!("Authorization: Bearer {token}\r\n"))
    }
}

#[test]
fn a_genuine_token_says_who_calls() {
    let here = Believing::new("");
    let token = here.issuer.token("alice", "");
    for _ in 0..2 {
        let answer = here.with(&token);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let record = here.scene.last_record();
    assert_eq!(record["caller"], "verified");
    assert_eq!(record["subject"], "alice");
    assert_eq!(record["issuer"], here.issuer.name());
    assert_eq!(record["scheme"], "bearer");
    assert_eq!(here.issuer.fetches(), 1);
}

#[test]
fn who_signs_with_another_key_is_nobody() {
    let here = Believing::new("");
    let forged = here.issuer.token_by(&signer(), "alice", "");
    let answer = here.with(&forged);
    assert_eq!(answer.status, 401);
    assert_eq!(answer.field("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    assert!(!answer.text().contains("key"), "{}", answer.text());
    assert_eq!(here.scene.forwarded(), None);
    let record = here.scene.last_record();
    assert_eq!(
        (record["control"].as_str(), record["reason"].as_str()),
        (Some("caller_identity"), Some("bad_credential"))
    );
    // The same key id, another key: the signature decides.
    let other = signer();
    let token = here.issuer.token("alice", "");
    let (head, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other
        .sign("at+jwt", "{}")
        .unwrap()
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    for _ in 0..2 {
        assert_eq!(here.with(&format!("{head}.{signature}")).status, 401);
    }
    assert_eq!(here.with(&token).status, 200);
}

#[test]
fn a_token_counts_only_where_its_scheme_says() {
    let here = Believing::new("");
    let token = here.issuer.token("alice", "");
    for (target, fields) in [
        (format!("/api/secret?access_token={token}"), String::new()),
        ("/api/secret".to_owned(), format!("Authorization: {token}\r\n")),
        ("/api/secret".to_owned(), format!("Authorization: Token {token}\r\n")),
        ("/api/secret".to_owned(), format!("Authorization: Bearer {token},{token}\r\n")),
        ("/api/secret".to_owned(), format!("Authorization: Bearer {token} x\r\n")),
        ("/api/secret".to_owned(), format!("X-Access-Token: {token}\r\n")),
        ("/api/secret".to_owned(), format!("Cookie: bearer={token}\r\n")),
    ] {
        let answer = here.scene.get_with(&target, &fields);
        assert!(matches!(answer.status, 400 | 401), "{} for {target} {fields}", answer.status);
    }
    let twice = format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n");
    assert_eq!(here.scene.get_with("/api/secret", &twice).status, 400);
    assert_eq!(here.scene.forwarded(), None);
    let text = serde_json::to_string(&here.scene.records()).unwrap();
    assert!(!text.contains(&token), "no record holds a token");
}

#[test]
fn what_nobody_verified_does_not_reach_the_api_and_public_pages_stay_open() {
    let here = Believing::new("");
    here.scene.api.behave(Behaviour::json(200, "[]"));
    let forged = here.issuer.token_by(&signer(), "alice", "");
    for token in [forged.as_str(), "obviously-fake"] {
        let fields = format!("Authorization: Bearer {token}\r\n");
        assert_eq!(here.scene.get_with("/api/items", &fields).status, 200);
        assert!(!here.scene.forwarded().unwrap().to_lowercase().contains("authorization"));
    }
    let genuine = here.issuer.token("alice", "");
    let fields = format!("Authorization: Bearer {genuine}\r\n");
    assert_eq!(here.scene.get_with("/api/items", &fields).status, 200);
    assert!(here.scene.forwarded().unwrap().contains(&genuine));
    assert_eq!(here.scene.last_record()["subject"], "alice");
}

#[test]
fn beyond_loopback_a_verified_caller_is_served() {
    let issuer = Issuer::start();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n\
         tls: {{ terminated_by: trusted_proxies }}\ntrusted_proxies: [127.0.0.0/8]\n",
        issuer.name()
    );
    let setup = Setup { policy: Some(&policy), listen: Some("0.0.0.0:0"), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, r#"{"ok": true}"#), setup);
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], scene.gateway.address().port()));
    let status = |token: &str| {
        let request = format!(
            "GET /api/secret HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\
             X-Forwarded-For: 192.0.2.1\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        portcullis_testkit::exchange(address, request).status
    };
    assert_eq!(status(&issuer.token("alice", "")), 200);
    assert_eq!(status("obviously-fake"), 401);
}

#[test]
fn the_policy_opens_what_nobody_stated_to_verified_callers() {
    let here = Believing::new("access: [{ callers: [getUnsaid] }]\n");
    here.scene.api.behave(Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    let get = |fields: &str| here.scene.get_with("/api/unsaid", fields).status;
    assert_eq!(get(""), 401);
    let token = here.issuer.token("alice", "");
    assert_eq!(get(&format!("Authorization: Bearer {token}\r\n")), 204);
}

#[test]
fn the_api_is_told_who_calls_and_no_client_can_say_it() {
    let here = Believing::new(
        "  attributes: { role: { claim: /realm/roles } }\n  \
         forward: { headers: { X-Caller: subject, X-Roles: role } }\n",
    );
    let token = here.issuer.token("alice", r#","realm":{"roles":["buyer","seller"]}"#);
    let fields = format!(
        "Authorization: Bearer {token}\r\nX-Caller: adam\r\nX_Roles: admin\r\nx-roles: admin\r\n"
    );
    assert_eq!(here.scene.get_with("/api/secret", &fields).status, 200);
    let sent = here.scene.forwarded().unwrap().to_lowercase();
    assert!(sent.contains("\r\nx-caller: alice\r\n"), "{sent}");
    assert!(sent.contains("\r\nx-roles: buyer,seller\r\n"), "{sent}");
    assert!(!sent.contains("adam") && !sent.contains("admin"), "{sent}");
    here.scene.api.behave(Behaviour::json(200, "[]"));
    assert_eq!(here.scene.get_with("/api/items", "X-Caller: adam\r\n").status, 200);
    assert!(!here.scene.forwarded().unwrap().to_lowercase().contains("x-caller"));
}

#[test]
fn keys_that_change_are_found_by_one_fetch_and_withdrawn_ones_end() {
    let here = Believing::new("");
    let old = here.issuer.token("alice", "");
    assert_eq!(here.with(&old).status, 200);
    let next = signer();
    here.issuer.publish(&next.jwks());
    let new = here.issuer.token_by(&next, "alice", "");
    // Within five seconds of the last fetch nobody asks again, however many try.
    let statuses: Vec<u16> = (0..20).map(|_| here.with(&new).status).collect();
    assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    assert_eq!(here.issuer.fetches(), 1);
    assert_eq!(here.with(&old).status, 200);
}

#[test]
fn an_issuer_that_cannot_be_asked_makes_nobody_and_is_not_asked_again_at_once() {
    for behaviour in [
        Behaviour::Close,
        Behaviour::json(200, "{}"),
        Behaviour::json(200, "not json"),
        Behaviour::json(500, "{}"),
        Behaviour::Answer(
            b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
                .to_vec(),
        ),
        Behaviour::json(
            200,
            r#"{"issuer":"http://other.example","jwks_uri":"http://127.0.0.1:1/"}"#,
        ),
    ] {
        let here = Believing::new("");
        here.issuer.server.behave(behaviour.clone());
        let token = here.issuer.token("alice", "");
        let answer = here.with(&token);
        assert_eq!(answer.status, 503, "{behaviour:?}");
        let asked = here.issuer.server.seen().len();
        assert_eq!(here.with(&token).status, 503);
        assert_eq!(here.issuer.server.seen().len(), asked, "{behaviour:?}");
        assert_eq!(here.scene.forwarded(), None);
        // Public pages do not hang on it.
        here.scene.api.behave(Behaviour::json(200, "[]"));
        let fields = format!("Authorization: Bearer {token}\r\n");
        assert_eq!(here.scene.get_with("/api/items", &fields).status, 200);
    }
}

#[test]
fn many_callers_wait_for_one_fetch() {
    let here = Believing::new("");
    let tokens: Vec<String> =
        (0..20).map(|number| here.issuer.token(&format!("caller{number}"), "")).collect();
    std::thread::scope(|scope| {
        for token in &tokens {
            let here = &here;
            scope.spawn(move || assert_eq!(here.with(token).status, 200));
        }
    });
    assert_eq!(here.issuer.fetches(), 1);
}

#[test]
fn a_token_that_is_bound_to_a_key_is_worth_nothing_without_it() {
    let here = Believing::new("");
    let (holder, thief) = (Holder::new(), Holder::new());
    let token = here.issuer.token("alice", &holder.confirmation());
    let url = "http://api/api/secret";
    let with = |fields: String| here.scene.get_with("/api/secret", &fields).status;
    let dpop = |proof: &str| with(format!("Authorization: DPoP {token}\r\nDPoP: {proof}\r\n"));
    let good = holder.proof("GET", url, &token, "one");
    assert_eq!(dpop(&good), 200);
    let sent = here.scene.forwarded().unwrap();
    assert!(sent.contains(&format!("authorization: Bearer {token}\r\n")), "{sent}");
    assert!(!sent.to_lowercase().contains("dpop"), "{sent}");
    assert_eq!(dpop(&good), 401, "a proof holds once");
    assert_eq!(with(format!("Authorization: Bearer {token}\r\n")), 401);
    assert_eq!(with(format!("Authorization: DPoP {token}\r\n")), 401);
    let other = here.issuer.token("alice", "");
    for proof in [
        holder.proof("POST", url, &token, "two"),
        holder.proof("GET", "http://api/api/items", &token, "three"),
        holder.proof("GET", "https://api/api/secret", &token, "four"),
        holder.proof("GET", "http://other/api/secret", &token, "five"),
        holder.proof("GET", url, &other, "six"),
        thief.proof("GET", url, &token, "seven"),
        token.clone(),
    ] {
        assert_eq!(dpop(&proof), 401);
    }
    let again = holder.proof("GET", url, &token, "eight");
    let twice = format!("Authorization: DPoP {token}\r\nDPoP: {again}\r\nDPoP: {again}\r\n");
    assert_eq!(with(twice), 401);
    assert_eq!(dpop(&again), 200);
    // A token that is bound to nothing does not become one that is.
    let proof = holder.proof("GET", url, &other, "nine");
    assert_eq!(with(format!("Authorization: DPoP {other}\r\nDPoP: {proof}\r\n")), 401);
}

/// Strangers are hidden from, so every scheme of the contract is looked at; and one operation wants two.
#[test]
fn one_proof_serves_all_schemes_of_its_request() {
    const TWO: &str = "openapi: 3.1.0\ninfo: { title: Two, version: \"1\" }\nservers: [{ url: /api }]\n\
        components:\n  securitySchemes:\n    first: { type: http, scheme: bearer }\n    second: { type: http, scheme: bearer }\n\
        paths:\n  /second: { get: { operationId: second, security: [{ second: [] }], responses: { \"204\": { description: x } } } }\n  \
        /both: { get: { operationId: both, security: [{ first: [], second: [] }], responses: { \"204\": { description: x } } } }\n";
    let issuer = Issuer::start();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n",
        issuer.name()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let behaviour = Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec());
    let scene = Scene::with(TWO, behaviour, setup);
    let holder = Holder::new();
    let token = issuer.token("alice", &holder.confirmation());
    for path in ["/api/second", "/api/both"] {
        let proof = holder.proof("GET", &format!("http://api{path}"), &token, path);
        let fields = format!("Authorization: DPoP {token}\r\nDPoP: {proof}\r\n");
        assert_eq!(scene.get_with(path, &fields).status, 204, "{path}");
        assert_eq!(scene.get_with(path, &fields).status, 401, "{path}: once");
    }
}

#[test]
fn where_tokens_must_be_bound_a_plain_one_is_refused() {
    let issuer = Issuer::start();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop, sender_constrained: true }} }}\n",
        issuer.name()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, r#"{"ok": true}"#), setup);
    let fields = format!("Authorization: Bearer {}\r\n", issuer.token("alice", ""));
    let answer = scene.get_with("/api/secret", &fields);
    let told = answer.field("www-authenticate").unwrap();
    let bound = "Bearer error=\"invalid_token\", DPoP error=\"invalid_token\", algs=\"ES256 ";
    assert!(answer.status == 401 && told.starts_with(bound), "{told}");
}

#[test]
fn who_floods_with_forgeries_is_shed_and_nobody_else_is() {
    let here = Believing::new("trusted_proxies: [127.0.0.1]\n");
    let forger = signer();
    here.issuer.publish(&forger.jwks());
    let from = |address: &str, token: &str| {
        let fields = format!("X-Forwarded-For: {address}\r\nAuthorization: Bearer {token}\r\n");
        here.scene.get_with("/api/secret", &fields)
    };
    // The issuer's key is the one that is published; its own signer is the forger now.
    let genuine = |subject: &str, number: u32| {
        here.issuer.token_by(&forger, subject, &format!(r#","jti":"{number}""#))
    };
    assert_eq!(from("192.0.2.1", &genuine("alice", 0)).status, 200);
    let (head, _) =
        genuine("mallory", 0).rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let mut statuses = std::collections::BTreeMap::new();
    for number in 0..700_u32 {
        let other = genuine("mallory", number + 1);
        let signature = other.rsplit_once('.').unwrap().1.to_owned();
        *statuses.entry(from("192.0.2.1", &format!("{head}.{signature}")).status).or_insert(0) += 1;
    }
    assert!((600..620).contains(&statuses[&401]), "{statuses:?}");
    let shed = from("192.0.2.1", &genuine("mallory", 9_999));
    assert_eq!(shed.status, 429);
    assert!(shed.field("retry-after").is_some());
    // Alice was right from there before: also with a new token.
    assert_eq!(from("192.0.2.1", &genuine("alice", 1)).status, 200);
    assert_eq!(from("198.51.100.1", &genuine("bob", 2)).status, 200);
    // Whoever the peer is was not decided: then nothing is counted by address.
    assert_eq!(here.scene.last_record()["subject"], "bob");
}

#[test]
fn a_stranger_gets_the_same_answer_for_every_path_and_a_caller_the_truth() {
    let here = Believing::new("");
    let stranger = |method: &str, target: &str, fields: &str| {
        let answer =
            here.scene.raw(format!("{method} {target} HTTP/1.1\r\nHost: api\r\n{fields}\r\n"));
        let fields: Vec<_> = ["www-authenticate", "allow", "content-type", "cache-control"]
            .map(|name| answer.field(name).map(str::to_owned))
            .into();
        let body = answer.text();
        let body = body.split("request_id").next().unwrap_or_default().to_owned();
        (answer.status, fields, body)
    };
    let declared = stranger("GET", "/api/secret", "");
    assert_eq!(declared.0, 401);
    for (method, target) in [
        ("GET", "/api/no/such/path"),
        ("GET", "/other"),
        ("DELETE", "/api/secret"),
        ("OPTIONS", "/api/secret"),
        ("GET", "/api/unsaid"),
        ("PATCH", "/api/no/such/path"),
        ("FOO", "/api/secret"),
    ] {
        assert_eq!(stranger(method, target, ""), declared, "{method} {target}");
    }
    let forged = here.issuer.token_by(&signer(), "alice", "");
    let fields = format!("Authorization: Bearer {forged}\r\n");
    let refused = stranger("GET", "/api/secret", &fields);
    assert_eq!(stranger("GET", "/api/no/such/path", &fields), refused);
    assert_eq!(refused.1[0].as_deref(), Some("Bearer error=\"invalid_token\""));
    // What is open to anyone is known to anyone.
    assert_eq!(stranger("DELETE", "/api/items", "").0, 405);
    let token = here.issuer.token("alice", "");
    let with = |method: &str, target: &str| {
        stranger(method, target, &format!("Authorization: Bearer {token}\r\n")).0
    };
    assert_eq!(with("GET", "/api/no/such/path"), 404);
    assert_eq!(with("DELETE", "/api/secret"), 405);
    assert_eq!(with("GET", "/api/unsaid"), 403);
}

#[test]
fn clients_find_the_document_as_they_see_the_api_where_the_policy_publishes_it() {
    let issuer = Issuer::start();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\", published: /openapi.json }}]\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n",
        issuer.name()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, r#"{"ok": true}"#), setup);
    let answer = scene.get("/api/openapi.json");
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/json")));
    let told: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
    assert!(told["paths"].get("/items").is_some(), "{told}");
    assert!(told["paths"].get("/unsaid").is_none(), "nobody may call it");
    assert_eq!(told["servers"][0]["url"], "/api");
    // It is nowhere else, is not written to, and the API is not asked for it.
    assert_eq!(scene.get("/openapi.json").status, 404);
    assert_eq!(scene.get("/api/openapi.json/").status, 404);
    assert_eq!(scene.post_json("/api/openapi.json", "{}").status, 404);
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn clients_are_told_who_issues_tokens() {
    let issuer = Issuer::start();
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\", published: true, \
         resource: \"https://api.example.com/api\" }}]\n\
         callers: {{ jwt: {{ issuer: \"{}\", audience: shop }} }}\n",
        issuer.name()
    );
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, r#"{"ok": true}"#), setup);
    let answer = scene.get("/.well-known/oauth-protected-resource/api");
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/json")));
    let told: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(told["resource"], "https://api.example.com/api");
    assert_eq!(told["authorization_servers"][0], issuer.name());
    let metadata =
        "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/api\"";
    let refused = scene.get("/api/secret");
    assert_eq!(refused.field("www-authenticate"), Some(format!("Bearer {metadata}").as_str()));
    let refused = scene.get_with("/api/secret", "Authorization: Bearer fake\r\n");
    let expected = format!("Bearer error=\"invalid_token\", {metadata}");
    assert_eq!(refused.field("www-authenticate"), Some(expected.as_str()));
    // The contract is published: what does not exist says so.
    assert_eq!(scene.get("/api/no/such/path").status, 404);
}
