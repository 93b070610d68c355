//! Who may call: what the contract asks for, and what nobody decided.

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

const SHOP: &str = include_str!("support/shop.yaml");

fn shop() -> Scene {
    Scene::new(SHOP, Behaviour::json(200, "[]"))
}

#[test]
fn an_operation_without_a_statement_is_closed_once_there_is_a_policy() {
    let contract_only = shop();
    contract_only.api.behave(Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    assert_eq!(contract_only.get("/api/unsaid").status, 204);
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let closed = Scene::with(SHOP, Behaviour::json(200, "[]"), setup);
    assert_eq!(closed.get("/api/unsaid").status, 403);
    let policy = format!("{policy}access: [{{ anyone: [getUnsaid] }}]\n");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    let opened = Scene::with(SHOP, Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()), setup);
    assert_eq!(opened.get("/api/unsaid").status, 204);
}

#[test]
fn beyond_loopback_operations_that_need_a_caller_are_closed() {
    let scene = Scene::with(
        SHOP,
        Behaviour::json(200, "[]"),
        Setup { listen: Some("0.0.0.0:0"), ..Setup::default() },
    );
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], scene.gateway.address().port()));
    let status = |target: &str, fields: &str| {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        portcullis_testkit::exchange(address, request).status
    };
    assert_eq!(status("/api/items", ""), 200);
    assert_eq!(status("/api/secret", "Authorization: Bearer fake\r\n"), 403);
    assert_eq!(status("/api/unsaid", ""), 403);
}

#[test]
fn a_declared_credential_must_be_there() {
    let scene = Scene::new(SHOP, Behaviour::json(200, r#"{"ok": true}"#));
    let answer = scene.get("/api/secret");
    assert_eq!(answer.status, 401);
    assert_eq!(answer.field("www-authenticate"), Some("Bearer"));
    for field in
        ["Authorization: Basic abc\r\n", "Authorization: Bearer\r\n", "Authorization: Bearer  \r\n"]
    {
        assert_eq!(scene.get_with("/api/secret", field).status, 401, "{field}");
    }
    assert_eq!(scene.forwarded(), None);
    let answer = scene.get_with("/api/secret", "Authorization: Bearer obviously-fake\r\n");
    assert_eq!(answer.status, 200);
    let record = scene.last_record();
    assert_eq!(record["caller"], "caller not verified");
    assert!(!record.to_string().contains("obviously-fake"), "{record}");
}

#[test]
fn a_credential_in_a_cookie_has_one_value() {
    let contract = "openapi: 3.1.0\ninfo: { title: One, version: \"1\" }\ncomponents: { \
                    securitySchemes: { sid: { type: apiKey, in: cookie, name: sid } } }\npaths:\n  \
                    /one:\n    get:\n      security: [{ sid: [] }]\n      responses: { \"204\": { \
                    description: done } }\n";
    let done = b"HTTP/1.1 204 X\r\n\r\n".to_vec();
    let scene = Scene::new(contract, Behaviour::Answer(done));
    for cookies in ["sid=1; sid=2", "sid=; sid=2", "sid=1; a=b; sid=2"] {
        let answer = scene.get_with("/one", &format!("Cookie: {cookies}\r\n"));
        assert_eq!(answer.status, 400, "{cookies}");
    }
    assert_eq!(scene.forwarded(), None);
    // Browsers send one of the same name and value for each path it was set for.
    assert_eq!(scene.get_with("/one", "Cookie: sid=1; sid=1\r\n").status, 204);
    assert!(scene.forwarded().unwrap().contains("\r\nCookie: sid=1\r\n"));
}
