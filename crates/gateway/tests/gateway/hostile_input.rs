//! Texts that a language behind the API would read as more than text: refused wherever they stand, and what is
//! honest, or meant, passes.

#![expect(clippy::indexing_slicing, reason = "a record without its fields must fail its test")]

use crate::support::{Scene, Setup};
use portcullis_controls::PlanOptions;
use portcullis_testkit::Behaviour;

const CONTRACT: &str = r##"
openapi: 3.1.0
info: { title: notes, version: "1" }
paths:
  /notes/{slug}:
    get:
      operationId: getNote
      security: []
      parameters:
        - { name: slug, in: path, required: true, schema: { type: string } }
        - { name: q, in: query, schema: { type: string } }
        - { name: code, in: query, schema: { type: string, pattern: "^[a-z_.-]+$" } }
        - { name: ids, in: query, schema: { type: array, items: { type: integer } } }
        - { name: tags, in: query, schema: { type: array, items: { type: string } } }
        - { name: filter, in: query, style: deepObject, explode: true, schema: { type: object, additionalProperties: { type: string } } }
        - { name: X-Note, in: header, schema: { type: string } }
        - { name: theme, in: cookie, schema: { type: string } }
      responses: { "204": { description: done } }
  /notes:
    post:
      operationId: createNote
      security: []
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Note" } }
          application/x-www-form-urlencoded: { schema: { $ref: "#/components/schemas/Note" } }
          multipart/form-data: { schema: { $ref: "#/components/schemas/Upload" } }
          application/xml: { schema: { $ref: "#/components/schemas/Note" } }
          text/plain: { schema: { type: string } }
      responses: { "204": { description: done } }
components:
  schemas:
    Note:
      type: object
      xml: { name: note }
      properties:
        title: { type: string }
        text: { type: string, x-text: markdown }
        query: { type: string, x-sink: [html] }
        status: { enum: [draft, "it's <b>sent</b>"] }
        day: { type: string, format: date }
        count: { type: integer }
        password: { type: string }
        pin: { type: string, format: password }
        tags: { type: array, items: { type: string } }
        labels: { type: object, additionalProperties: { type: string } }
        meta: { type: object }
    Upload:
      type: object
      properties:
        title: { type: string }
        file: { type: string, format: binary }
"##;
const POLICY: &str = "apis:\n  - contract: openapi.yaml\n    upstream: http://127.0.0.1:3000\n";

/// In which each is looked for.
const SQL: &str = "' OR 1=1 --";
const SCRIPT: &str = "<script>alert(1)</script>";

fn scene() -> Scene {
    Scene::new(CONTRACT, Behaviour::json(204, ""))
}

fn of_policy(lines: &str) -> Scene {
    let policy = format!("{POLICY}{lines}");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    Scene::with(CONTRACT, Behaviour::json(204, ""), setup)
}

fn json(member: &str, text: &str) -> String {
    serde_json::json!({ member: text }).to_string()
}

#[track_caller]
fn refused(scene: &Scene, status: u16, place: &str, language: &str) {
    let record = scene.last_record();
    assert_eq!(status, 400, "{place}: {record}");
    assert_eq!(record["control"], "hostile_input", "{record}");
    assert_eq!(record["reason"], language, "{record}");
    let detail = record["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(&format!("`{place}`")), "{detail}");
}

#[test]
fn a_text_that_is_more_than_text_does_not_reach_the_api() {
    let scene = scene();
    for (text, language) in [
        (SQL, "sql"),
        ("1; cat /etc/passwd", "shell"),
        ("../../../etc/passwd", "path"),
        ("${jndi:ldap://x.example/a}", "template"),
        (SCRIPT, "html"),
        ("a\r\nSet-Cookie: admin=1", "line"),
        ("*)(uid=*))(|(uid=*", "ldap"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml"),
    ] {
        let answer = scene.post_json("/notes", &json("title", text));
        assert!(answer.text().contains("a text that is not accepted"), "{}", answer.text());
        let record = scene.last_record();
        assert_eq!((answer.status, &record["control"]), (400, &"hostile_input".into()), "{text}");
        assert_eq!(record["reason"], language, "{text}: {record}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn it_stays_one_behind_encodings() {
    let scene = scene();
    for text in [
        "%27%20OR%201%3D1%20--",
        "%253Cscript%253Ealert(1)%253C/script%253E",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        r"\u003cscript\u003ealert(1)\u003c/script\u003e",
        "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    ] {
        let answer = scene.post_json("/notes", &json("title", text));
        refused(
            &scene,
            answer.status,
            "body./title",
            if text.contains("27") { "sql" } else { "html" },
        );
        let detail = scene.last_record()["detail"].to_string();
        assert!(detail.contains("behind "), "{detail}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn texts_of_people_pass() {
    let scene = scene();
    for text in [
        "O'Brien",
        "Select the best union from the table; drop me a line",
        "We'll meet at 5 > 4, or 10 < 12 -- whatever",
        "C'est l'été & 100% d'accord",
        "https://example.com/a?b=c&d=%20e",
        "bob+news@example.com",
        "{{name}} is 7/8 of it",
    ] {
        let body = json("title", text);
        assert_eq!(scene.post_json("/notes", &body).status, 204, "{text}: {}", scene.last_record());
        assert_eq!(scene.forwarded_body().as_deref(), Some(body.as_str()), "{text}");
    }
}

#[test]
fn every_place_of_a_request_is_looked_at() {
    let scene = scene();
    let sql = "%27%20OR%201%3D1%20--";
    for (target, place, language) in [
        (format!("/notes/{sql}"), "path.slug", "sql"),
        (format!("/notes/a?q={sql}"), "query.q", "sql"),
        (format!("/notes/a?tags=a&tags={sql}"), "query.tags", "sql"),
        (format!("/notes/a?filter%5Ba%5D={sql}"), "query.filter[a]", "sql"),
        ("/notes/..%252f..%252fetc%252fpasswd".to_owned(), "path.slug", "path"),
    ] {
        let status = scene.get(&target).status;
        refused(&scene, status, place, language);
    }
    for (field, place, language) in [
        (format!("X-Note: {SCRIPT}"), "header.x-note", "html"),
        (format!("Cookie: theme={sql}"), "cookie.theme", "sql"),
        ("User-Agent: ${jndi:ldap://x.example/a}".to_owned(), "header.user-agent", "template"),
        (format!("Accept-Language: {SCRIPT}"), "header.accept-language", "html"),
    ] {
        let status = scene.get_with("/notes/a", &format!("{field}\r\n")).status;
        refused(&scene, status, place, language);
    }
    let bodies = [
        (r#"{"tags": ["a", "' OR 1=1 --"]}"#, "body./tags/1", "sql"),
        (r#"{"labels": {"a": "' OR 1=1 --"}}"#, "body./labels/a", "sql"),
        (r#"{"labels": {"<script>alert(1)</script>": "a"}}"#, "body./labels", "html"),
        (r#"{"meta": {"a": [{"b": "' OR 1=1 --"}]}}"#, "body./meta/a/0/b", "sql"),
        (r#"{"meta": {"__proto__": {"admin": true}}}"#, "body./meta", "prototype"),
        (r#"{"meta": {"password": "' OR 1=1 --"}}"#, "body./meta/password", "sql"),
        (r#"{"meta": {"a": {"$where": "sleep(1000)"}}}"#, "body./meta/a", "nosql"),
    ];
    for (body, place, language) in bodies {
        let status = scene.post_json("/notes", body).status;
        refused(&scene, status, place, language);
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn whatever_a_body_is_written_in() {
    let scene = scene();
    let form = "application/x-www-form-urlencoded";
    let status = scene.post("/notes", form, "title=%27%20OR%201%3D1%20--").status;
    refused(&scene, status, "body./title", "sql");
    let part = |disposition: &str, text: &str| {
        format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{text}\r\n--b--\r\n")
    };
    let parts = "multipart/form-data; boundary=b";
    let status = scene.post("/notes", parts, &part("name=\"title\"", SQL)).status;
    refused(&scene, status, "body./title", "sql");
    let file = part("name=\"file\"; filename=\"<img src=x onerror=alert(1)>.png\"", "bytes");
    let status = scene.post("/notes", parts, &file).status;
    refused(&scene, status, "body.", "html");
    let xml = "<note><title>' OR 1=1 --</title></note>";
    let status = scene.post("/notes", "application/xml", xml).status;
    refused(&scene, status, "body./title", "sql");
    let status = scene.post("/notes", "text/plain", SCRIPT).status;
    refused(&scene, status, "body.", "html");
    assert_eq!(scene.forwarded(), None);
    let picture = part("name=\"file\"; filename=\"cat (1).bin\"", "<script>");
    assert_eq!(scene.post("/notes", parts, &picture).status, 204);
}

#[test]
fn what_is_declared_to_leave_no_room_is_not_looked_at() {
    let scene = scene();
    let body = r#"{"status": "it's <b>sent</b>", "day": "2026-11-26", "count": 7}"#;
    assert_eq!(scene.post_json("/notes", body).status, 204);
    assert_eq!(scene.get("/notes/a?code=select_.._or--&ids=1&ids=2").status, 204);
}

#[test]
fn passwords_are_not_looked_at_where_they_are_declared() {
    let scene = scene();
    for member in ["password", "pin"] {
        let body = json(member, "' or 1=1; -- <script>${7*7}../../");
        assert_eq!(scene.post_json("/notes", &body).status, 204, "{member}");
    }
}

#[test]
fn the_contract_says_what_a_text_is_meant_to_be() {
    let scene = scene();
    let code = "Use `SELECT * FROM t WHERE a = '' OR 1=1 --'`;\r\nthen `rm -rf /tmp/x`";
    assert_eq!(scene.post_json("/notes", &json("text", code)).status, 204);
    let status = scene.post_json("/notes", &json("text", SCRIPT)).status;
    refused(&scene, status, "body./text", "html");
    assert_eq!(scene.post_json("/notes", &json("query", SQL)).status, 204);
    let status = scene.post_json("/notes", &json("query", SCRIPT)).status;
    refused(&scene, status, "body./query", "html");
}

#[test]
fn the_policy_says_it_too_and_wins() {
    let scene = of_policy(
        "access: [{ anyone: '*' }]\noperations:\n  createNote: { texts: { body./title: markdown, body./tags/*: code, body./text: plain } }\n  getNote: { texts: { query.q: markdown, query.code: plain, header.x-note: html } }\n",
    );
    assert_eq!(scene.post_json("/notes", &json("title", SQL)).status, 204);
    assert_eq!(scene.post_json("/notes", r#"{"tags": ["<script>alert(1)</script>"]}"#).status, 204);
    let status = scene.post_json("/notes", &json("text", SQL)).status;
    refused(&scene, status, "body./text", "sql");
    assert_eq!(scene.get("/notes/a?q=%27%20OR%201%3D1%20--").status, 204);
    assert_eq!(scene.get_with("/notes/a", &format!("X-Note: {SCRIPT}\r\n")).status, 204);
    let status = scene.get("/notes/a?code=constructor.prototype.x").status;
    refused(&scene, status, "query.code", "prototype");
}

#[test]
fn no_part_of_a_text_is_written_down() {
    let scene = scene();
    scene.post_json("/notes", &json("title", "fake-word' OR 'fake-word'='fake-word"));
    let records = serde_json::to_string(&scene.records()).unwrap_or_default();
    assert!(records.contains("hostile_input") && !records.contains("fake-word"), "{records}");
    let detail = scene.last_record()["detail"].to_string();
    for part in ["bytes ", "pattern", "texts: { body./title: markdown }"] {
        assert!(detail.contains(part), "{detail}");
    }
}

#[test]
fn an_observer_writes_it_down_and_lets_it_pass() {
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let setup = Setup { options, ..Setup::default() };
    let scene = Scene::with(CONTRACT, Behaviour::json(204, ""), setup);
    let body = json("title", SQL);
    assert_eq!(scene.post_json("/notes", &body).status, 204);
    assert_eq!(scene.forwarded_body().as_deref(), Some(body.as_str()));
    let noted = scene.last_record()["would_refuse"].to_string();
    assert!(noted.contains("hostile_input"), "{noted}");
}

#[test]
fn it_is_relaxed_for_one_operation() {
    let scene = of_policy(
        "access: [{ anyone: '*' }]\nrelax:\n  - { operation: createNote, control: hostile_input, mode: observe, by: me, reason: a trial }\n",
    );
    assert_eq!(scene.post_json("/notes", &json("title", SQL)).status, 204);
    let status = scene.get("/notes/a?q=%27%20OR%201%3D1%20--").status;
    refused(&scene, status, "query.q", "sql");
}

#[test]
fn where_shapes_are_only_observed_every_text_is_looked_at() {
    let scene = of_policy(
        "access: [{ anyone: '*' }]\nrelax:\n  - { control: input_shape, mode: observe, by: me, reason: a trial }\n",
    );
    let status = scene.post_json("/notes", &json("day", SQL)).status;
    refused(&scene, status, "body./day", "sql");
    let status = scene.get("/notes/a?code=%27%20OR%201%3D1%20--").status;
    refused(&scene, status, "query.code", "sql");
}

#[test]
fn a_text_that_hides_in_too_many_layers_is_not_believed() {
    let scene = scene();
    // Each of these is a base64 of base64: more is decoded of it than is read.
    let text = "%2541".repeat(20_000);
    let status = scene.post_json("/notes", &json("title", &text)).status;
    assert!(matches!(status, 204 | 400), "{status}");
}
