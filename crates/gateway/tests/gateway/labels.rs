//! A body that one media type describes is not undone by another that has no schema.

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

const DOCUMENT: &str = r##"openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /things:
    post:
      operationId: make
      security: []
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Thing" } }
          application/merge-patch+json: {}
          application/x-www-form-urlencoded: {}
          application/yaml: {}
          text/plain: {}
          "image/*": {}
          "*/*": {}
      responses:
        "200":
          description: a thing
          content:
            application/json: { schema: { $ref: "#/components/schemas/Thing" } }
            application/hal+json: {}
            application/xml: {}
            text/html: {}
            "*/*": {}
        4XX:
          description: not a thing
          content:
            application/json: { schema: { $ref: "#/components/schemas/Thing" } }
            application/problem+json: {}
components:
  schemas:
    Thing: { type: object, properties: { id: { type: string } } }
"##;

fn scene(behaviour: Behaviour) -> Scene {
    Scene::new(DOCUMENT, behaviour)
}

#[test]
fn a_request_under_a_label_without_a_schema_does_not_get_around_the_described_one() {
    let scene = scene(Behaviour::json(200, r#"{"id":"1"}"#));
    for (label, body) in [
        ("application/merge-patch+json", r#"{"role":"admin"}"#),
        ("application/x-www-form-urlencoded", "role=admin"),
        ("application/yaml", "role: admin"),
        ("application/other+json", r#"{"role":"admin"}"#),
        ("text/x-anything", r#"{"role":"admin"}"#),
        ("image/json", r#"{"role":"admin"}"#),
        ("image/x+json", r#"{"role":"admin"}"#),
        ("application/octet-stream", r#"{"role":"admin"}"#),
    ] {
        let answer = scene.post("/things", label, body);
        assert_eq!(answer.status, 415, "{label}");
    }
    assert!(scene.forwarded().is_none());
    assert_eq!(scene.last_record()["reason"], "type_not_read");
}

#[test]
fn what_is_described_or_holds_no_properties_goes_on() {
    let scene = scene(Behaviour::json(200, r#"{"id":"1"}"#));
    assert_eq!(scene.post_json("/things", r#"{"id":"1","role":"admin"}"#).status, 200);
    assert_eq!(scene.forwarded_body().as_deref(), Some(r#"{"id":"1"}"#));
    for (label, body) in [("text/plain", "a note"), ("image/svg", "bytes")] {
        assert_eq!(scene.post("/things", label, body).status, 200, "{label}");
        assert_eq!(scene.forwarded_body().as_deref(), Some(body), "{label}");
    }
}

#[test]
fn an_answer_under_a_label_without_a_schema_is_held_to_the_described_one() {
    let row = r#"{"id":"1","password_hint":"cat"}"#;
    for label in ["application/hal+json", "application/other+json"] {
        let scene = scene(Behaviour::with_type(200, label, row));
        assert_eq!(scene.post_json("/things", "{}").text(), r#"{"id":"1"}"#, "{label}");
    }
    for label in ["application/xml", "application/x-yaml", "text/plain"] {
        let scene = scene(Behaviour::with_type(200, label, "<a>1</a>"));
        assert_eq!(scene.post_json("/things", "{}").status, 502, "{label}");
        assert_eq!(scene.last_record()["reason"], "not_inspected", "{label}");
    }
    for label in ["text/html", "image/gif"] {
        let scene = scene(Behaviour::with_type(200, label, "<a>1</a>"));
        assert_eq!(scene.post_json("/things", "{}").text(), "<a>1</a>", "{label}");
    }
}

#[test]
fn an_error_under_a_label_without_a_schema_is_told() {
    let problem = r#"{"title":"no such thing"}"#;
    let scene = scene(Behaviour::with_type(404, "application/problem+json", problem));
    assert_eq!(scene.post_json("/things", "{}").text(), problem);
}

#[test]
fn the_policy_lets_an_answer_pass_that_is_not_inspected() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\naccess: [{ anyone: [make] }]\noperations: { make: { answer: stream } }\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let behaviour = Behaviour::with_type(200, "application/xml", "<a>1</a>");
    let scene = Scene::with(DOCUMENT, behaviour, setup);
    assert_eq!(scene.post_json("/things", "{}").text(), "<a>1</a>");
}

#[test]
fn a_form_of_objects_that_is_called_a_text_does_not_get_around_the_described_one() {
    let text = "{ schema: { type: string } }";
    let contract =
        DOCUMENT.replace("application/yaml: {}", &format!("application/yaml: {text}")).replace(
            "          text/plain: {}",
            &format!("          application/xml: {text}\n          text/plain: {text}"),
        );
    let scene = Scene::new(&contract, Behaviour::json(200, r#"{"id":"1"}"#));
    for (label, body) in [
        ("application/xml", "<thing><role>admin</role></thing>"),
        ("application/yaml", "role: admin"),
    ] {
        assert_eq!(scene.post("/things", label, body).status, 415, "{label}");
    }
    assert!(scene.forwarded().is_none());
    assert_eq!(scene.post("/things", "text/plain", "a note").status, 200);
}
