//! Answers of which the document says that there are some, and not what is in them.

use crate::support::{Scene, answering};
use portcullis_testkit::Behaviour;

/// As documents of Swagger 2.0 are written: types for all of an operation, no schema for what has no properties.
const PAGES: &str = r#"
swagger: "2.0"
info: { title: pages, version: "1" }
produces: [application/json]
paths:
  /page: { get: { security: [], produces: [text/html], responses: { 200: { description: a page }, 404: { description: none } } } }
  /picture: { get: { security: [], produces: [image/png, "image/*"], responses: { 200: { description: a picture } } } }
  /default: { get: { security: [], produces: [text/plain], responses: { default: { description: whatever comes } } } }
  /things:
    post:
      security: []
      produces: [application/json, application/xml, text/html, "text/event-stream"]
      responses:
        200: { description: a thing, schema: { type: object, properties: { id: { type: integer } } } }
        201: { description: made }
  /said: { get: { security: [], responses: { 200: { description: nothing is said but JSON } } } }
"#;

fn pages(status: u16, content_type: &str, body: &str) -> Scene {
    Scene::new(PAGES, Behaviour::with_type(status, content_type, body))
}

#[test]
fn what_swagger_2_0_produces_passes_as_its_type_and_is_told_as_not_described() {
    for (target, content_type, body) in [
        ("/page", "text/html; charset=utf-8", "<h1>hello</h1>"),
        ("/picture", "image/png", "\u{7f}PNG"),
        ("/picture", "image/webp", "RIFF"),
        ("/default", "text/plain", "hello"),
    ] {
        let scene = pages(200, content_type, body);
        let answer = scene.get(target);
        assert_eq!((answer.status, answer.text().as_str()), (200, body), "{target}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
        assert_eq!(scene.last_record()["drift"], "not_described", "{target}");
    }
    // It has the bounds of every answer.
    let scene = pages(200, "text/html", &"x".repeat(16 << 20));
    assert_eq!(scene.get("/page").status, 502);
}

#[test]
fn what_swagger_2_0_does_not_produce_stays_behind() {
    for (target, content_type) in [
        ("/page", "text/plain"),
        ("/page", "image/png"),
        ("/picture", "text/html"),
        ("/said", "text/html"),
        ("/default", "text/html"),
    ] {
        let scene = pages(200, content_type, "<script>x</script>");
        assert_eq!(scene.get(target).status, 502, "{target} {content_type}");
    }
}

#[test]
fn an_error_page_that_tells_of_the_inside_is_replaced() {
    let scene = pages(404, "text/html", "<p>there is no such page</p>");
    assert_eq!(scene.get("/page").text(), "<p>there is no such page</p>");
    let leak = "<pre>Traceback (most recent call last):\n  File \"/srv/app.py\", line 7</pre>";
    scene.api.behave(Behaviour::with_type(404, "text/html", leak));
    let answer = scene.get("/page");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.field("content-type"), Some("application/problem+json"));
}

#[test]
fn no_form_of_an_undescribed_answer_gets_around_what_another_answer_describes() {
    let made = |content_type: &str, body: &str| {
        let scene = pages(201, content_type, body);
        let answer = scene.post("/things", "text/plain", "");
        (answer.status, answer.text())
    };
    let json = made("application/json", r#"{"id":1,"secret":2}"#);
    assert_eq!(json, (201, r#"{"id":1}"#.to_owned()), "as the answer that is described");
    assert_eq!(made("application/xml", "<thing><secret>2</secret></thing>").0, 502);
    assert_eq!(made("text/event-stream", "data: 1\n\n").0, 502, "nobody decided that it may");
    assert_eq!(made("text/html", "<p>made</p>"), (201, "<p>made</p>".to_owned()));
}

#[test]
fn an_answer_that_nobody_described_passes_without_passwords() {
    let scene =
        answering(200, r#"{"a": {"Password": "x", "access_token": "t"}, "list": [{"cvv": 1}]}"#);
    assert_eq!(scene.get("/api/anything").text(), r#"{"a":{"access_token":"t"},"list":[{}]}"#);
    assert_eq!(scene.last_record()["drift"], "not_described");
}

#[test]
fn an_answer_that_nobody_described_passes_but_for_what_is_called_like_a_secret() {
    let sent = r#"{"id":1,"more":{"password_hash":"x","n":2}}"#;
    for responses in [
        "{ \"200\": { description: ok } }",
        "{ \"201\": { description: ok } }",
        "{ \"404\": { description: not there } }",
        "{ default: { description: all } }",
        "{}",
    ] {
        let contract = format!(
            "openapi: 3.1.0\ninfo: {{ title: One, version: \"1\" }}\npaths:\n  /one:\n    get:\n      \
             security: []\n      responses: {responses}\n"
        );
        let scene = Scene::new(&contract, Behaviour::json(200, sent));
        assert_eq!(scene.get("/one").text(), r#"{"id":1,"more":{"n":2}}"#, "{responses}");
        assert_eq!(scene.last_record()["drift"], "not_described", "{responses}");
        scene.api.behave(Behaviour::with_type(200, "text/html", "<p>x</p>"));
        assert_eq!(scene.get("/one").status, 502, "{responses}: only JSON can be looked at");
    }
}

#[test]
fn a_success_that_is_declared_without_content_has_none() {
    let contract = "openapi: 3.1.0\ninfo: { title: One, version: \"1\" }\npaths:\n  /one:\n    \
                    delete:\n      security: []\n      responses: { \"204\": { description: gone } }\n";
    let scene = Scene::new(contract, Behaviour::json(200, r#"{"id": 1, "password_digest2": "x"}"#));
    let answer = scene.raw("DELETE /one HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    assert!(scene.last_record()["edits"].to_string().contains("undeclared_body"));
}
