//! Credentials in URLs: refused where nobody declares them, and in no record, line or referrer.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::sync::{Arc, Mutex};

use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Deed, Options, Watch};
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Refusal, RequestId, Status};
use portcullis_testkit::{Behaviour, ScriptedApi};

const CONTRACT: &str = r"
openapi: 3.1.0
info: { title: t, version: '1' }
servers: [{ url: /api }]
paths:
  /items:
    get:
      operationId: listItems
      security: []
      parameters:
        - { name: q, in: query, schema: { type: string } }
        - { name: Referer, in: header, schema: { type: string } }
      responses: { '204': { description: done } }
  /callback:
    get:
      operationId: callback
      security: []
      parameters:
        - { name: code, in: query, schema: { type: string } }
        - { name: state, in: query, schema: { type: string } }
        - { name: token, in: query, schema: { type: string } }
      responses: { '204': { description: done } }
  /reset/{token}:
    get:
      operationId: reset
      security: []
      parameters: [{ name: token, in: path, required: true, schema: { type: string, maxLength: 60 } }]
      responses: { '204': { description: done } }
  /mine:
    get:
      operationId: getMine
      security: [{ bearer: [] }]
      responses: { '204': { description: done } }
components: { securitySchemes: { bearer: { type: http, scheme: bearer } } }
";
/// A key that has the form of one.
const KEY: &str = "npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3";

/// What would be on standard error.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Lines {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Watch for Lines {
    fn refused(&self, _: RequestId, what: &str, refusal: &Refusal) {
        self.add(format!("{what} {}", refusal.detail));
    }

    fn failed(&self, _: RequestId, what: &str, _: Status, detail: &str) {
        self.add(format!("{what} {detail}"));
    }

    fn noted(&self, _: RequestId, what: &str, noted: &Noted, _: Deed, _: bool) {
        self.add(format!("{what} {}", noted.detail));
    }
}

fn scene_with(options: PlanOptions, policy: Option<&str>) -> (Scene, Arc<Lines>) {
    let api = ScriptedApi::start(Behaviour::made(|_| b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()));
    let setup = Setup { policy, ..Setup::default() };
    let plan = Arc::new(Plan::compile(model(CONTRACT, api.address(), &setup), options));
    let lines = Arc::new(Lines::default());
    let watch: Arc<dyn Watch> = Arc::clone(&lines) as _;
    let options = Options { watch: Some(watch), ..Options::default() };
    (Scene::of_options(api, plan, options), lines)
}

fn scene() -> (Scene, Arc<Lines>) {
    scene_with(PlanOptions::default(), None)
}

/// All that was written down.
fn written(scene: &Scene, lines: &Lines) -> String {
    let records = serde_json::to_string(&scene.records()).unwrap();
    format!("{records}\n{}", lines.0.lock().unwrap().join("\n"))
}

#[test]
fn a_credential_that_nobody_declares_is_refused_and_not_written_down() {
    let (scene, lines) = scene();
    let targets = [
        "/api/items?q=tea&access_token=fake-word".to_owned(),
        "/api/items?user%5Bpassword%5D=fake-word".to_owned(),
        format!("/api/items?x={KEY}"),
        format!("/api/items?{KEY}"),
    ];
    for target in &targets {
        let answer = scene.get(target);
        assert_eq!(answer.status, 400, "{target}");
        assert!(answer.text().contains("send it in a header"), "{}", answer.text());
        let record = scene.last_record();
        assert_eq!(
            (&record["control"], &record["reason"]),
            (&"secret_in_url".into(), &"secret_in_url".into())
        );
        assert_eq!(record["room"], "validate");
    }
    assert_eq!(scene.forwarded(), None);
    let written = written(&scene, &lines);
    assert!(!written.contains("fake-word") && !written.contains(KEY), "{written}");
    // What else nobody declares stays behind, as ever.
    assert_eq!(scene.get("/api/items?q=tea&token_count=7").status, 204);
    assert!(scene.forwarded().unwrap().starts_with("GET /api/items?q=tea HTTP/1.1\r\n"));
}

#[test]
fn a_stranger_is_told_the_same_as_without_it() {
    let (scene, _) = scene();
    let bare = scene.get("/api/mine");
    let with = scene.get("/api/mine?access_token=fake-word");
    assert_eq!((bare.status, with.status), (401, 401));
    assert_eq!(bare.field("www-authenticate"), with.field("www-authenticate"));
}

#[test]
fn what_the_document_declares_passes_and_the_record_says_so() {
    let (scene, lines) = scene();
    for (target, drift) in [
        ("/api/callback?token=fake-word".to_owned(), Some("secret_in_url")),
        ("/api/callback?code=SplxlOBe&state=xyz".to_owned(), None),
        (format!("/api/items?q={KEY}"), Some("secret_in_url")),
        ("/api/reset/fake-word".to_owned(), Some("secret_in_url")),
        ("/api/items?q=how+to+reset+a+password".to_owned(), None),
    ] {
        assert_eq!(scene.get(&target).status, 204, "{target}");
        assert_eq!(scene.last_record()["drift"].as_str(), drift, "{target}");
        let sent = target.replace('+', "%20");
        assert!(scene.forwarded().unwrap().starts_with(&format!("GET {sent} ")), "{target}");
    }
    assert_eq!(scene.records()[3]["path"], "/api/reset/***");
    let written = written(&scene, &lines);
    assert!(!written.contains("fake-word") && !written.contains(KEY), "{written}");
}

#[test]
fn no_path_is_written_down_with_a_credential_however_the_request_ends() {
    let (scene, lines) = scene();
    let long = "x".repeat(300);
    for (request, path) in [
        // Undeclared; with an undeclared method; refused before anybody looked for it.
        (format!("GET /api/nowhere/{KEY}"), "/api/nowhere/***".to_owned()),
        ("DELETE /api/reset/fake-word".to_owned(), "/api/reset/***".to_owned()),
        ("GET /api/reset/fake-word%2Fx".to_owned(), "/api/reset/***".to_owned()),
        ("GET /reset/fake-word".to_owned(), "/reset/***".to_owned()),
        ("GET /api//reset/fake-word".to_owned(), "/api//reset/***".to_owned()),
        ("GET /api/items;jsessionid=fake-word".to_owned(), "/api/items;***".to_owned()),
        // One that the record would have cut in two.
        (format!("GET /{long}/{KEY}"), format!("/{}", &long[..255])),
        ("GET http://api/api/reset/fake-word".to_owned(), "/api/reset/***".to_owned()),
    ] {
        let answer = scene.raw(format!("{request} HTTP/1.1\r\nHost: api\r\n\r\n"));
        assert!(answer.status >= 400 || request.contains("http://"), "{request}");
        assert!(!answer.text().contains("fake-word"), "{}", answer.text());
        assert_eq!(scene.last_record()["path"], path, "{request}");
    }
    let written = written(&scene, &lines);
    assert!(!written.contains("fake-word") && !written.contains(KEY), "{written}");
}

#[test]
fn user_info_in_target_or_host_is_refused_and_not_written_down() {
    let (scene, lines) = scene();
    for request in [
        "GET http://alice:fake-word@api/api/items HTTP/1.1\r\nHost: api\r\n\r\n",
        "GET /api/items HTTP/1.1\r\nHost: alice:fake-word@api\r\n\r\n",
    ] {
        assert_eq!(scene.raw(request).status, 400, "{request}");
    }
    assert_eq!(scene.forwarded(), None);
    let written = written(&scene, &lines);
    assert!(!written.contains("fake-word"), "{written}");
}

#[test]
fn a_referrer_with_a_credential_stays_behind_and_others_go_on() {
    let (scene, lines) = scene();
    for (referrer, goes_on) in [
        ("https://shop.example/reset?token=fake-word", false),
        ("https://shop.example/api/reset/fake-word", false),
        ("https://alice:fake-word@shop.example/", false),
        ("https://shop.example/items?page=2", true),
    ] {
        let fields = format!("Referer: {referrer}\r\nReferrer: {referrer}\r\n");
        assert_eq!(scene.get_with("/api/items", &fields).status, 204);
        let forwarded = scene.forwarded().unwrap().to_lowercase();
        assert_eq!(forwarded.contains("\r\nreferer: "), goes_on, "{referrer}");
        assert!(!forwarded.contains("\r\nreferrer: "), "nobody declares this one");
        let edits = scene.last_record()["edits"].to_string();
        assert_eq!(edits.contains("secret_in_referrer"), !goes_on, "{edits}");
    }
    assert!(!written(&scene, &lines).contains("fake-word"));
}

#[test]
fn whoever_observes_changes_nothing_and_records_no_credential_either() {
    let observe = PlanOptions { observe: true, ..PlanOptions::default() };
    let (scene, lines) = scene_with(observe, None);
    let target = format!("/api/items?access_token=fake-word&{KEY}");
    let fields = "Referer: https://shop.example/?token=fake-word\r\n";
    assert_eq!(scene.get_with(&target, fields).status, 204);
    let forwarded = scene.forwarded().unwrap();
    assert!(forwarded.contains("access_token=fake-word"), "{forwarded}");
    assert!(forwarded.contains("?token=fake-word"), "{forwarded}");
    let would = scene.last_record()["would_refuse"].to_string();
    assert!(would.contains("secret_in_url") && would.contains("secret_in_referrer"), "{would}");
    assert!(scene.get("/api/reset/fake-word").status == 204);
    let written = written(&scene, &lines);
    assert!(!written.contains("fake-word") && !written.contains(KEY), "{written}");
}

#[test]
fn a_relaxation_lets_one_operation_take_what_it_takes() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\naccess: [{ anyone: \
                  [\"*\"] }]\nrelax: [{ operation: listItems, control: secret_in_url, mode: observe, by: a, reason: b }]\n";
    let (scene, _) = scene_with(PlanOptions::default(), Some(policy));
    assert_eq!(scene.get("/api/items?access_token=x").status, 204);
    assert_eq!(scene.get("/api/callback?access_token=x").status, 400);
    assert_eq!(scene.last_record()["control"], ControlId::SecretInUrl.name());
}

#[test]
fn a_path_that_nobody_declares_is_held_to_the_same_where_it_is_let_through() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\nrelax: [{ operation: \
                  \"*\", control: api_inventory, mode: observe, by: a, reason: b }]\n";
    let (scene, _) = scene_with(PlanOptions::default(), Some(policy));
    assert_eq!(scene.get("/api/nowhere?access_token=x").status, 400);
    assert_eq!(scene.last_record()["control"], "secret_in_url");
    assert_eq!(scene.get("/api/nowhere?page=2").status, 204);
}
