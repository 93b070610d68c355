//! `null_means: absent`: what clients write for what they do not know.

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

const NOTES: &str = r##"
openapi: 3.0.3
info: { title: notes, version: "1" }
security: []
paths:
  /notes:
    post:
      operationId: createNote
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Note" } }
          application/merge-patch+json: { schema: { $ref: "#/components/schemas/Note" } }
      responses: { "204": { description: done } }
components:
  schemas:
    Note:
      type: object
      required: [title]
      additionalProperties: false
      properties:
        title: { type: string }
        text: { type: string }
        colour: { type: string, nullable: true }
        place: { type: object, properties: { city: { type: string } } }
        tags: { type: array, items: { type: string } }
        parts: { type: array, items: { type: object, properties: { size: { type: integer } } } }
"##;

const HEAD: &str = "apis:\n  - contract: openapi.yaml\n    upstream: http://127.0.0.1:3000\n";
const ANYONE: &str = "access: [{ anyone: '*' }]\n";

fn scene(policy: &str) -> Scene {
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    Scene::with(NOTES, Behaviour::json(204, ""), setup)
}

fn for_operation() -> Scene {
    scene(&format!("{HEAD}{ANYONE}operations: {{ createNote: {{ null_means: absent }} }}\n"))
}

#[test]
fn a_null_that_is_not_allowed_is_refused_and_the_record_names_the_line() {
    let scene = scene(&format!("{HEAD}{ANYONE}"));
    assert_eq!(scene.post_json("/notes", r#"{"title":"a","text":null}"#).status, 400);
    let record = scene.last_record();
    let detail = record["detail"].as_str().unwrap();
    assert!(detail.contains("null_means: absent") && detail.contains("`/text`"), "{detail}");
    assert_eq!(scene.post_json("/notes", r#"{"title":"a","text":7}"#).status, 400);
    assert!(!scene.last_record()["detail"].as_str().unwrap().contains("null_means"));
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn a_null_is_absent_where_the_owner_says_so_and_null_is_not_allowed() {
    let of_api = format!("{HEAD}    null_means: absent\n{ANYONE}");
    for scene in [for_operation(), scene(&of_api)] {
        let body = r#"{"title":"a","text":null,"colour":null,"place":{"city":null},"parts":[{"size":null},{"size":1}]}"#;
        assert_eq!(scene.post_json("/notes", body).status, 204);
        let expected = r#"{"title":"a","colour":null,"place":{},"parts":[{},{"size":1}]}"#;
        assert_eq!(scene.forwarded_body().as_deref(), Some(expected));
        let record = scene.last_record();
        let edits = record["edits"].as_array().unwrap();
        let told: Vec<_> = edits.iter().map(|one| one["detail"].as_str().unwrap()).collect();
        assert_eq!(told, ["/text", "/place/city", "/parts/0/size"]);
        assert!(edits.iter().all(|one| one["reason"] == "null_property"));
    }
}

#[test]
fn a_null_that_says_something_stays_refused() {
    let scene = for_operation();
    for body in [
        r#"{"title":null}"#,
        r#"{"title":"a","tags":[null]}"#,
        r#"{"title":"a","admin":null}"#,
        "null",
    ] {
        assert_eq!(scene.post_json("/notes", body).status, 400, "{body}");
    }
    // In a merge patch a null removes something.
    let body = r#"{"title":"a","text":null}"#;
    assert_eq!(scene.post("/notes", "application/merge-patch+json", body).status, 400);
    assert_eq!(scene.forwarded(), None);
}
