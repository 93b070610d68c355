//! URLs in requests: they point where the policy allows, whatever they are written in.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a set-up that fails must fail its test"
)]

use std::sync::Arc;

use crate::support::{Scene, Setup, model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Names, Options};
use portcullis_model::ControlId;
use portcullis_testkit::{Behaviour, ScriptedApi};

const CONTRACT: &str = r"
openapi: 3.1.0
info: { title: t, version: '1' }
servers: [{ url: /api }]
paths:
  /images:
    post:
      operationId: attachImage
      security: []
      parameters:
        - { name: next, in: query, schema: { type: string } }
        - { name: X-Callback, in: header, schema: { type: string } }
        - { name: Referer, in: header, schema: { type: string } }
        - { name: back, in: cookie, schema: { type: string } }
      requestBody:
        content:
          application/json: { schema: { $ref: '#/components/schemas/Image' } }
          application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Image' } }
          multipart/form-data: { schema: { $ref: '#/components/schemas/Image' } }
          application/xml: { schema: { $ref: '#/components/schemas/Image' } }
      responses: { '204': { description: done } }
  /proxies/{url}:
    get:
      operationId: fetch
      security: []
      parameters: [{ name: url, in: path, required: true, schema: { type: string } }]
      responses: { '204': { description: done } }
components:
  schemas:
    Image:
      type: object
      properties:
        url: { type: string }
        note: { type: string }
        picture: { type: string, format: uri }
      xml: { name: image }
";

/// What names lead to; all others have no address.
fn names() -> Names {
    let all = [
        ("images.example.com", vec!["8.8.8.8", "2606:4700::1"]),
        ("rebound.example.com", vec!["8.8.8.8", "127.0.0.1"]),
        ("inner.example.com", vec!["10.0.0.1"]),
        ("six.example.com", vec!["fd00::1"]),
    ];
    let parsed = |list: Vec<&str>| list.iter().map(|one| one.parse().unwrap()).collect();
    all.into_iter().map(|(name, list)| (name.to_owned(), parsed(list))).collect()
}

fn scene_with(options: PlanOptions, policy: Option<&str>) -> Scene {
    let api = ScriptedApi::start(Behaviour::made(|_| b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()));
    let policy = policy.map(|policy| {
        format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\", hosts: [api.example.com, api] }}]\n\
             access: [{{ anyone: [\"*\"] }}]\n{policy}",
            api.address()
        )
    });
    let setup = Setup {
        policy: policy.as_deref(),
        is_policy_upstream: policy.is_some(),
        ..Setup::default()
    };
    let plan = Arc::new(Plan::compile(model(CONTRACT, api.address(), &setup), options));
    let options = Options { names: Some(Arc::new(names())), ..Options::default() };
    Scene::of_options(api, plan, options)
}

fn scene() -> Scene {
    scene_with(PlanOptions::default(), None)
}

/// The reason of the refusal; the empty text where it went on.
fn posted(scene: &Scene, body: &str) -> String {
    let answer = scene.post_json("/api/images", body);
    let record = scene.last_record();
    match answer.status {
        204 => String::new(),
        400 => {
            assert_eq!(
                (&record["control"], &record["room"]),
                (&"outbound_target".into(), &"validate".into())
            );
            record["reason"].as_str().unwrap().to_owned()
        }
        other => panic!("{body}: {other}"),
    }
}

fn url(url: &str) -> String {
    format!(r#"{{"url":"{url}"}}"#)
}

#[test]
fn no_spelling_of_an_inner_host_reaches_the_api() {
    // Some of these are hostile texts, too.
    let alone = PlanOptions { not_asked: vec![ControlId::HostileInput], ..PlanOptions::default() };
    let scene = scene_with(alone, None);
    for (text, reason) in [
        ("http://169.254.169.254/latest/meta-data/", "target_address"),
        ("http://127.0.0.1:9200/", "target_address"),
        ("http://[::ffff:169.254.169.254]/", "target_address"),
        ("127.0.0.1:9200/x", "target_address"),
        ("http://localhost/", "target_internal"),
        ("http://metadata.google.internal/", "target_internal"),
        ("http://2852039166/", "target_spelling"),
        ("http://0251.0376.0251.0376/", "target_spelling"),
        ("http://images.example.com@169.254.169.254/", "target_spelling"),
        ("http:\\\\\\\\169.254.169.254/", "target_spelling"),
        ("http://①⑥⑨.254.169.254/", "target_spelling"),
        ("gopher://images.example.com/1", "target_scheme"),
        ("https://inner.example.com/", "target_address"),
        ("https://six.example.com/", "target_address"),
        ("https://rebound.example.com/", "target_address"),
        ("https://nowhere.example.com/", "target_unresolved"),
    ] {
        assert_eq!(posted(&scene, &url(text)), reason, "{text}");
    }
    assert_eq!(scene.forwarded(), None);
    assert_eq!(posted(&scene, &url("https://images.example.com/a.png")), "");
    assert!(scene.forwarded_body().unwrap().contains("images.example.com/a.png"));
}

#[test]
fn honest_texts_go_on() {
    let scene = scene();
    for body in [
        r#"{"note":"it runs at http://localhost:3000, see there"}"#,
        r#"{"note":"http://localhost:3000 does not answer"}"#,
        r#"{"note":"127.0.0.1"}"#,
        r#"{"url":"/images/7"}"#,
        r#"{"url":"myapp://callback"}"#,
        r#"{"url":""}"#,
        r#"{"picture":"https://images.example.com/a?b=c@d#e"}"#,
    ] {
        assert_eq!(posted(&scene, body), "", "{body}");
    }
    let referer = "Referer: http://localhost:3000/page\r\n";
    assert_eq!(scene.get_with("/api/proxies/a", referer).status, 204);
}

#[test]
fn every_part_of_a_request_is_looked_at() {
    let scene = scene();
    let parts =
        "--b\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nhttp://10.0.0.1/\r\n--b--\r\n";
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", "url=http%3A%2F%2F10.0.0.1%2F"),
        ("multipart/form-data; boundary=b", parts),
        ("application/xml", "<image><url>http://10.0.0.1/</url></image>"),
    ] {
        assert_eq!(scene.post("/api/images", content_type, body).status, 400, "{content_type}");
        let record = scene.last_record();
        assert_eq!(record["detail"], "`body./url` points at a private address", "{content_type}");
    }
    for (target, fields, place) in [
        ("/api/images?next=//10.0.0.1/x", "", "query.next"),
        ("/api/images", "X-Callback: 10.0.0.1:80\r\n", "header.x-callback"),
        ("/api/images", "Cookie: back=http://10.0.0.1/\r\n", "cookie.back"),
    ] {
        let request =
            format!("POST {target} HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\n{fields}\r\n");
        assert_eq!(scene.raw(request).status, 400, "{place}");
        let expected = format!("`{place}` points at a private address");
        assert_eq!(scene.last_record()["detail"], expected.as_str());
    }
    assert_eq!(scene.get("/api/proxies/10.0.0.1").status, 400);
    assert_eq!(scene.last_record()["detail"], "`path.url` points at a private address");
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn no_host_is_written_down_and_a_caller_learns_nothing() {
    let scene = scene();
    let mut texts = Vec::new();
    for host in ["inner.example.com", "nowhere.example.com", "localhost"] {
        let answer = scene.post_json("/api/images", &url(&format!("https://{host}/")));
        assert_eq!(answer.status, 400);
        // But for the request's own id.
        let text: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
        texts.push(text["detail"].clone());
        let record = scene.last_record().to_string();
        assert!(!record.contains(host), "{record}");
    }
    assert!(
        texts.iter().all(|text| *text == texts[0]),
        "whether a name has an address is not told: {texts:?}"
    );
}

#[test]
fn a_policy_names_the_hosts_of_a_place() {
    let policy = "operations: { attachImage: { targets: { body./url: [db.internal, \"*.example.com\"], query.next: own } } }\n";
    let scene = scene_with(PlanOptions::default(), Some(policy));
    for (text, reason) in [
        ("http://db.internal/", ""),
        ("https://images.example.com/", ""),
        ("https://inner.example.com/", "target_address"),
        ("https://other.example/", "target_not_listed"),
    ] {
        assert_eq!(posted(&scene, &url(text)), reason, "{text}");
    }
    let next = |next: &str| {
        let target = format!("/api/images?next={next}");
        scene
            .raw(format!("POST {target} HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\n\r\n"))
            .status
    };
    assert_eq!(next("/home"), 204);
    assert_eq!(next("https://api.example.com/home"), 204);
    assert_eq!(next("https://images.example.com/"), 400);
    assert_eq!(next("//images.example.com/"), 400);
}

#[test]
fn the_gateway_is_no_target_whatever_the_policy_says() {
    let policy = "operations: { attachImage: { targets: { body./url: any }, reason: r } }\n";
    let scene = scene_with(PlanOptions::default(), Some(policy));
    let port = scene.gateway.address().port();
    assert_eq!(posted(&scene, &url("http://10.0.0.1/")), "");
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        assert_eq!(
            posted(&scene, &url(&format!("http://{host}:{port}/"))),
            "target_ours",
            "{host}"
        );
    }
}

#[test]
fn who_only_observes_tells_what_would_be_refused() {
    let observe = PlanOptions { observe: true, ..PlanOptions::default() };
    let scene = scene_with(observe, None);
    assert_eq!(posted(&scene, &url("http://10.0.0.1/")), "");
    let would = scene.last_record()["would_refuse"].to_string();
    assert!(would.contains("target_address"), "{would}");
    let out = PlanOptions { not_asked: vec![ControlId::OutboundTarget], ..PlanOptions::default() };
    let scene = scene_with(out, None);
    assert_eq!(posted(&scene, &url("http://10.0.0.1/")), "");
}
