//! Fields of answers: what the gateway adds, what it takes out, and where they lead.

use crate::support::{SHOP, Scene, Setup, answering};
use portcullis_controls::PlanOptions;
use portcullis_testkit::{Behaviour, ScriptedApi};

#[test]
fn every_answer_carries_the_security_fields_and_none_of_the_apis_own() {
    let scene = answering(200, "[]");
    scene.api.behave(Behaviour::Answer(
        b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\nServer: nginx/1.2\r\n\
          X-Powered-By: Express\r\nX-Debug-Query: SELECT\r\nAccess-Control-Allow-Origin: *\r\n\
          Access-Control-Allow-Credentials: true\r\nPortcullis-Decision: v=1\r\nX-Frame-Options: ALLOW\r\n\
          ETag: \"e\"\r\nX-Total-Count: 7\r\n\r\n[]"
            .to_vec(),
    ));
    let answer = scene.get_with("/api/items", "Origin: https://evil.example\r\n");
    for name in [
        "server",
        "x-powered-by",
        "x-debug-query",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "portcullis-decision",
    ] {
        assert_eq!(answer.field(name), None, "{name}");
    }
    assert_eq!(answer.field("x-frame-options"), Some("DENY"));
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.field("etag"), Some("\"e\""));
    assert_eq!(answer.field("x-total-count"), Some("7"));
    let refused = scene.get("/nothing");
    assert_eq!(refused.field("x-content-type-options"), Some("nosniff"));
    assert_eq!(refused.field("cache-control"), Some("private, no-store"));
}

#[test]
fn an_entity_tag_does_not_outlive_a_changed_body() {
    let scene = answering(200, "[]");
    scene.api.behave(Behaviour::Answer(
        b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 18\r\nETag: \"e\"\r\n\r\n{\"id\":1,\"extra2\":1}"
            .to_vec(),
    ));
    let answer = scene.get("/api/items/1");
    assert_eq!(answer.field("etag"), None, "{}", answer.text());
}

#[test]
fn cross_origin_requests_are_answered_by_the_gateway_for_named_origins() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  origins: [\"https://shop.example.com\"]\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, "[]"), setup);
    let preflight = |origin: &str, method: &str| {
        scene.raw(format!(
            "OPTIONS /api/items HTTP/1.1\r\nHost: api\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: {method}\r\n\r\n"
        ))
    };
    let answer = preflight("https://shop.example.com", "POST");
    assert_eq!(answer.status, 204);
    assert_eq!(answer.field("access-control-allow-origin"), Some("https://shop.example.com"));
    assert_eq!(answer.field("access-control-allow-methods"), Some("POST"));
    for (origin, method) in [
        ("https://evil.example", "POST"),
        ("https://shop.example.com.evil.example", "POST"),
        ("null", "POST"),
        ("https://shop.example.com", "DELETE"),
    ] {
        let answer = preflight(origin, method);
        assert_eq!(answer.status, 403, "{origin} {method}");
        assert_eq!(answer.field("access-control-allow-methods"), None);
    }
    assert_eq!(scene.forwarded(), None, "the API sees no preflight");
    let answer = scene.get_with("/api/items", "Origin: https://shop.example.com\r\n");
    assert_eq!(answer.field("access-control-allow-origin"), Some("https://shop.example.com"));
    assert_eq!(answer.field("vary"), Some("Origin"));
    let refused = scene.get_with("/nothing", "Origin: https://shop.example.com\r\n");
    assert_eq!(refused.field("access-control-allow-origin"), Some("https://shop.example.com"));
}

#[test]
fn a_link_to_the_api_itself_leads_through_the_gateway() {
    let scene = answering(200, "[]");
    let own = scene.api.address();
    for (link, expected) in [
        (format!("http://{own}/api/items/7"), "/api/items/7"),
        ("/api/items/7".to_owned(), "/api/items/7"),
        ("https://other.example/x".to_owned(), "https://other.example/x"),
    ] {
        let text = format!("HTTP/1.1 303 X\r\nLocation: {link}\r\nContent-Length: 0\r\n\r\n");
        scene.api.behave(Behaviour::Answer(text.into_bytes()));
        assert_eq!(scene.get("/api/items/1").field("location"), Some(expected), "{link}");
    }
}

#[test]
fn a_field_in_an_old_charset_is_left_out_and_the_rest_passes() {
    let scene = answering(200, "[]");
    scene.api.behave(Behaviour::Answer(
        b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\nX-Name: Jos\xe9\r\n\r\n[]"
            .to_vec(),
    ));
    let request = b"GET /api/items HTTP/1.1\r\nHost: a\r\nX-Other: Jos\xe9\r\n\r\n";
    let answer = scene.raw(request);
    assert_eq!((answer.status, answer.field("x-name")), (200, None));
}

#[test]
fn caches_are_told_nothing_of_a_private_answer() {
    let contract = "openapi: 3.1.0\ninfo: { title: One, version: \"1\" }\ncomponents: { \
                    securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }\npaths:\n  \
                    /one:\n    get:\n      security: [{}, { key: [] }]\n      responses:\n        \
                    \"200\": { description: it, content: { application/json: { schema: { type: object, \
                    properties: { id: { type: integer } } } } } }\n";
    let public = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nCache-Control: public\r\n\
                   CDN-Cache-Control: max-age=60\r\nSurrogate-Control: max-age=60\r\nAge: 7\r\n\
                   X-Accel-Expires: 60\r\nContent-Digest: sha-256=:x:\r\nContent-Length: 21\r\n\r\n\
                   {\"id\":1,\"secret\":\"x\"}";
    let scene = Scene::new(contract, Behaviour::Answer(public.to_vec()));
    let private = scene.get_with("/one", "X-Key: k\r\n");
    assert_eq!(private.field("cache-control"), Some("private, no-store"));
    for name in ["cdn-cache-control", "surrogate-control", "age", "x-accel-expires"] {
        assert_eq!(private.field(name), None, "{name}");
    }
    assert_eq!(private.field("content-digest"), None, "the body was changed");
    assert_eq!(scene.get("/one").field("cache-control"), Some("public"), "anybody's");
}

#[test]
fn cookies_and_redirects_of_the_api_are_for_those_who_call_the_gateway() {
    let api = ScriptedApi::start(Behaviour::Close);
    let mut model = crate::support::model(SHOP, api.address(), &Setup::default());
    model.upstream.path.clear();
    let scene = Scene::of(api, model, PlanOptions::default());
    let at = scene.api.address();
    let (whole, bare) = (format!("http://{at}/items/"), format!("//{at}/items/"));
    for (status, location) in [(301, "/items/"), (302, &whole), (307, &bare), (308, "/items/")] {
        let answer = format!(
            "HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\
             Set-Cookie: a=1; Domain=127.0.0.1; Path=/\r\nSet-Cookie: b=2; Path=/items\r\n\r\n"
        );
        scene.api.behave(Behaviour::Answer(answer.into_bytes()));
        let answer = scene.get("/api/items");
        assert_eq!((answer.status, answer.field("location")), (status, Some("/api/items/")));
        let cookies = answer.fields.iter().filter(|(name, _)| name == "set-cookie");
        let marked = ["a=1; Path=/api", "b=2; Path=/api/items"]
            .map(|one| ("set-cookie".to_owned(), format!("{one}; HttpOnly; SameSite=Lax")));
        assert!(cookies.eq(&marked), "{:?}", answer.fields);
    }
}

#[test]
fn the_apis_own_address_in_a_body_is_left_and_told() {
    let scene = Scene::new(SHOP, Behaviour::Close);
    let body = format!(r#"[{{"name":"http://{}/items/1"}}]"#, scene.api.address());
    scene.api.behave(Behaviour::json(200, &body));
    assert_eq!(scene.get("/api/items").text(), body);
    assert_eq!(scene.last_record()["drift"], "inner_link");
}
