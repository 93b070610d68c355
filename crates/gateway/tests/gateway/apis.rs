//! Several APIs behind one listener: host and base path choose.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::path::PathBuf;
use std::sync::Arc;

use crate::support::{Scene, noon};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::Site;
use portcullis_model::Sources;
use portcullis_policy::{Input, Overrides, Policy};
use portcullis_testkit::{Behaviour, ScriptedApi};

/// Two operations, of which one is like one of the shop's.
const DESK: &str = "openapi: 3.1.0\ninfo: { title: Desk, version: \"1\" }\npaths:\n  /items:\n    get:\n      \
     security: []\n      responses: { \"204\": { description: none } }\n  /reset/{token}:\n    get:\n      \
     security: []\n      parameters: [{ name: token, in: path, required: true, schema: { type: string } }]\n      \
     responses: { \"204\": { description: none } }\n  /desks:\n    get:\n      security: []\n      \
     responses: { \"204\": { description: none } }\n";
const SHOP: &str = include_str!("support/shop.yaml");

/// A gateway with the shop and the desk, which both stand at the one scripted API; what an entry
/// says of them.
fn scene(shop: &str, desk: &str, rest: &str) -> Scene {
    let api = ScriptedApi::start(Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    let at = api.address();
    let policy = format!(
        "listen: 127.0.0.1:0\napis:\n  \
         - {{ contract: shop.yaml, upstream: \"http://{at}\", upstream_base_path: /shop, {shop} }}\n  \
         - {{ contract: desk.yaml, upstream: \"http://{at}\", upstream_base_path: /desk, {desk} }}\n{rest}"
    );
    let mut sources = Sources::default();
    let policy = Some(sources.add("portcullis.yaml", policy));
    let contract = sources.add("shop.yaml", SHOP);
    let further = sources.add("desk.yaml", DESK);
    let (folder, overrides, now) = (PathBuf::new(), Overrides::default(), noon());
    let input = Input { sources, contract, policy, folder, overrides, now };
    let policy = Policy::join(input, vec![further]).unwrap();
    let plans = policy.apis.into_iter();
    let plans = plans.map(|api| Arc::new(Plan::compile(api, PlanOptions::default())));
    Scene::of_site(api, Site::of(plans).unwrap())
}

/// The status, and whose path the API was asked for.
fn asked(scene: &Scene, host: &str, path: &str) -> (u16, String) {
    let before = scene.api.seen().len();
    let answer = scene.raw(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let seen = scene.api.seen();
    let target = seen.get(before).and_then(|request| request.split(' ').nth(1));
    (answer.status, target.unwrap_or_default().to_owned())
}

#[test]
fn the_base_path_chooses_the_api() {
    let scene = scene("base_path: /v1", "base_path: /v1/desk", "");
    for (path, status, target) in [
        ("/v1/items", 204, "/shop/items"),
        ("/v1/desk/items", 204, "/desk/items"),
        ("/v1/desk/desks", 204, "/desk/desks"),
        ("/%761/desk/desks", 204, "/desk/desks"),
        ("/v1/desks", 404, ""),
        ("/v1/desk2/desks", 404, ""),
        ("/v1", 404, ""),
        ("/items", 404, ""),
        ("/v1/desk/../items", 400, ""),
        ("/v1//desk/desks", 400, ""),
    ] {
        assert_eq!(asked(&scene, "any.example", path), (status, target.to_owned()), "{path}");
    }
}

#[test]
fn the_host_chooses_the_api() {
    let scene = scene(
        "hosts: [api.example.com, \"[::1]\"]",
        "hosts: [desk.example.com], base_path: /api",
        "",
    );
    for (host, target) in [
        ("api.example.com", "/shop/items"),
        ("API.Example.com.", "/shop/items"),
        ("api.example.com:8443", "/shop/items"),
        ("[::1]:80", "/shop/items"),
        ("desk.example.com", "/desk/items"),
    ] {
        assert_eq!(asked(&scene, host, "/api/items"), (204, target.to_owned()), "{host}");
    }
}

#[test]
fn a_host_that_nobody_claims_is_answered_421_whatever_the_path() {
    let scene =
        scene("hosts: [api.example.com]", "hosts: [desk.example.com], base_path: /desk", "");
    for host in
        ["internal", "127.0.0.1", "xapi.example.com", "api.example.com.evil.example", "desk"]
    {
        let mut bodies = Vec::new();
        for path in ["/api/items", "/desk/items", "/nothing"] {
            let answer = scene.raw(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
            assert_eq!(answer.status, 421, "{host} {path}");
            let mut body: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
            body["request_id"] = serde_json::Value::Null;
            bodies.push(body);
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        let record = scene.last_record();
        assert_eq!(
            (&record["control"], &record["reason"]),
            (&"api_inventory".into(), &"misdirected".into())
        );
        assert_eq!(record["api"], serde_json::Value::Null);
    }
    assert_eq!(scene.forwarded(), None);
    let without = scene.raw("GET /api/items HTTP/1.0\r\n\r\n");
    assert_eq!(without.status, 421, "no host is no name");
}

#[test]
fn an_api_that_names_the_host_goes_before_one_for_every_host() {
    let scene = scene("hosts: [api.example.com], base_path: /api", "base_path: /api", "");
    assert_eq!(asked(&scene, "api.example.com", "/api/items").1, "/shop/items");
    assert_eq!(asked(&scene, "other.example", "/api/items").1, "/desk/items");
    assert_eq!(asked(&scene, "api.example.com", "/api/desks"), (404, String::new()));
}

#[test]
fn a_record_says_which_api_it_was() {
    let scene = scene("name: shop, base_path: /shop", "base_path: /desk", "");
    asked(&scene, "a", "/desk/items");
    assert_eq!(scene.last_record()["api"], "/desk");
    asked(&scene, "a", "/shop/items");
    let record = scene.last_record();
    assert_eq!((&record["api"], &record["operation"]), (&"shop".into(), &"listItems".into()));
}

#[test]
fn what_is_relaxed_for_one_api_holds_for_that_one() {
    let relax = "relax: [{ operation: \"desk::*\", control: api_inventory, mode: observe, by: a, reason: b }]\n";
    let scene = scene("name: shop, base_path: /shop", "name: desk, base_path: /desk", relax);
    assert_eq!(asked(&scene, "a", "/desk/undeclared"), (204, "/desk/undeclared".to_owned()));
    assert_eq!(asked(&scene, "a", "/shop/undeclared").0, 404);
}

#[test]
fn one_api_alone_has_its_hosts_too_and_is_told_them() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\", hosts: [api.example.com] }]\n";
    let setup = crate::support::Setup { policy: Some(policy), ..crate::support::Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, "[]"), setup);
    assert_eq!(asked(&scene, "other.example", "/api/items").0, 421);
    assert_eq!(asked(&scene, "api.example.com:808080", "/api/items").0, 400, "no host");
    assert_eq!(asked(&scene, "API.example.com.:8080", "/api/items").0, 200);
    let forwarded = scene.forwarded().unwrap();
    assert!(forwarded.contains("\r\nX-Forwarded-Host: api.example.com:8080\r\n"), "{forwarded}");
}

#[test]
fn a_host_that_the_policy_does_not_name_is_not_told_to_the_api() {
    let scene = Scene::new(SHOP, Behaviour::json(200, "[]"));
    assert_eq!(asked(&scene, "evil.example", "/api/items").0, 200);
    let forwarded = scene.forwarded().unwrap();
    assert!(!forwarded.contains("evil.example"), "{forwarded}");
}

#[test]
fn each_api_tells_clients_of_its_own_issuer() {
    let callers = "callers: { jwt: { issuer: \"https://login.example.com\", audience: shop } }\n";
    let at = |path: &str| {
        format!("resource: \"https://api.example.com{path}\", base_path: {path}, audience: {path}")
    };
    let scene = scene(&at("/shop"), &at("/desk"), callers);
    for path in ["/shop", "/desk"] {
        let answer = scene.get(&format!("/.well-known/oauth-protected-resource{path}"));
        assert_eq!(answer.status, 200, "{path}");
        let resource = format!("\"resource\":\"https://api.example.com{path}\"");
        assert!(answer.text().contains(&resource), "{}", answer.text());
        assert!(answer.text().contains("\"dpop_signing_alg_values_supported\":[\"ES256\""));
    }
    assert!(scene.api.seen().is_empty());
}

#[test]
fn a_secret_of_one_apis_path_is_not_written_down_under_the_host_of_another() {
    let scene = scene("hosts: [shop.test]", "hosts: [desk.test]", "");
    for (host, status) in [("desk.test", 204), ("shop.test", 404), ("other.test", 421)] {
        assert_eq!(asked(&scene, host, "/reset/fake-word").0, status, "{host}");
        assert_eq!(scene.last_record()["path"], "/reset/***", "{host}");
    }
}
