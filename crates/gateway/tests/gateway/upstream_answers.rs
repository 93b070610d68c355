//! What an API answers is input, too: it leads nowhere and does nothing that nobody decided.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a set-up that fails must fail its test"
)]

use crate::support::{Scene, Setup};
use portcullis_controls::PlanOptions;
use portcullis_model::ControlId;
use portcullis_testkit::{Behaviour, ScriptedApi};

const CONTRACT: &str = r"
openapi: 3.1.0
info: { title: t, version: '1' }
servers: [{ url: /api }]
paths:
  /go:
    get:
      operationId: go
      security: []
      parameters: [{ name: to, in: query, schema: { type: string } }]
      responses:
        '302': { description: go on }
        '200':
          description: news
          content:
            application/json: { schema: { type: object, properties: { note: { type: string } } } }
            application/jsonl: { schema: { type: object, properties: { note: { type: string } } } }
            text/plain: {}
        '201': { description: made }
";

/// A scene with a policy file, and with these lines in it.
fn decided(api: &str, lines: &str) -> Scene {
    let upstream = ScriptedApi::start(Behaviour::Close);
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://{}\", hosts: [api.example.com, api]{api} }}]\n\
         access: [{{ anyone: [\"*\"] }}]\n{lines}",
        upstream.address()
    );
    let setup = Setup { policy: Some(&policy), is_policy_upstream: true, ..Setup::default() };
    let model = crate::support::model(CONTRACT, upstream.address(), &setup);
    Scene::of(upstream, model, PlanOptions::default())
}

fn answered(scene: &Scene, status: u16, fields: &str) {
    let text = format!("HTTP/1.1 {status} X\r\n{fields}Content-Length: 0\r\n\r\n");
    scene.api.behave(Behaviour::Answer(text.into_bytes()));
}

/// What becomes of a redirect: the reason of the refusal, or where it leads.
fn led(scene: &Scene, target: &str, location: &str) -> String {
    answered(scene, 302, &format!("Location: {location}\r\n"));
    let answer = scene.get(target);
    let record = scene.last_record();
    match answer.status {
        302 => answer.field("location").unwrap().to_owned(),
        502 => {
            assert_eq!(record["control"], "upstream_answer", "{record}");
            assert_eq!(record["room"], "inspect");
            assert_eq!(answer.field("location"), None);
            let host = location.split(['/', ':', '@']).rfind(|part| part.contains('.'));
            assert!(host.is_none_or(|host| !answer.text().contains(host)), "{}", answer.text());
            record["reason"].as_str().unwrap().to_owned()
        }
        other => panic!("{location}: {other}"),
    }
}

#[test]
fn a_redirect_stays_at_the_api_unless_the_policy_says_more() {
    let scene = decided("", "operations: { go: { redirects: [login.example.net, \"myapp:\"] } }");
    let own = format!("http://{}/api/welcome", scene.api.address());
    for (location, expected) in [
        ("/api/welcome", "/api/welcome"),
        (&*own, "/api/welcome"),
        ("https://api.example.com/api/welcome", "https://api.example.com/api/welcome"),
        ("https://login.example.net/?c=1", "https://login.example.net/?c=1"),
        ("myapp://back", "myapp://back"),
        ("https://evil.example/login", "redirect_away"),
        ("//evil.example/login", "redirect_away"),
        ("/\\evil.example/login", "redirect_spelling"),
        ("https://login.example.net@evil.example/", "redirect_spelling"),
        ("javascript:alert(1)", "redirect_scheme"),
        ("http://10.0.0.5:9000/jobs", "redirect_internal"),
        ("http://localhost:1/", "redirect_internal"),
        ("otherapp://back", "redirect_away"),
    ] {
        assert_eq!(led(&scene, "/api/go", location), expected, "{location}");
    }
    answered(&scene, 302, "Location: /api/welcome\r\nLocation: https://evil.example/\r\n");
    assert_eq!(scene.get("/api/go").status, 502);
    assert_eq!(scene.last_record()["reason"], "redirect_twice");
}

#[test]
fn the_line_of_a_refusal_says_which_line_would_allow_it() {
    let scene = decided("", "");
    assert_eq!(led(&scene, "/api/go", "https://files.example.net/a.pdf"), "redirect_away");
    let detail = scene.last_record()["detail"].as_str().unwrap().to_owned();
    let line = "operations: { \"go\": { redirects: [files.example.net] } }";
    assert!(detail.contains(line), "{detail}");
    // With that line, it passes.
    let scene = decided("", line);
    let there = "https://files.example.net/a.pdf";
    assert_eq!(led(&scene, "/api/go", there), there);
}

#[test]
fn without_a_policy_only_what_the_request_named_or_nobody_reaches_is_refused() {
    let scene = Scene::new(CONTRACT, Behaviour::Close);
    let away = "https://files.example.net/a.pdf";
    assert_eq!(led(&scene, "/api/go", away), away);
    assert_eq!(scene.last_record()["drift"], "redirect_away");
    for (target, location, reason) in [
        ("/api/go?to=https://evil.example/", "https://evil.example/", "redirect_repeats"),
        ("/api/go?to=%65vil%2Eexample", "//EVIL.example/", "redirect_repeats"),
        ("/api/go", "http://10.0.0.5/", "redirect_internal"),
        ("/api/go", "//a@evil.example/", "redirect_spelling"),
    ] {
        assert_eq!(led(&scene, target, location), reason, "{target} {location}");
    }
}

#[test]
fn observing_shows_where_the_api_leads_and_changes_nothing() {
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let scene = Scene::with(CONTRACT, Behaviour::Close, Setup { options, ..Setup::default() });
    assert_eq!(led(&scene, "/api/go", "http://10.0.0.5/"), "http://10.0.0.5/");
    let would = scene.last_record()["would_refuse"].to_string();
    assert!(would.contains("redirect_internal"), "{would}");
}

#[test]
fn an_inner_address_leaves_in_no_field() {
    let scene = decided("", "");
    for field in [
        "Location: http://10.0.0.5/orders/7",
        "Content-Location: http://db.internal/orders/7",
        "Link: </api/go?page=2>; rel=next, <http://10.0.0.5/go?page=9>; rel=last",
    ] {
        answered(&scene, 201, &format!("{field}\r\nX-Kept: 1\r\n"));
        let answer = scene.get("/api/go");
        assert_eq!((answer.status, answer.field("x-kept")), (201, Some("1")), "{field}");
        let (name, _) = field.split_once(':').unwrap();
        assert_eq!(answer.field(&name.to_ascii_lowercase()), None, "{field}");
        let edits = scene.last_record()["edits"].to_string();
        assert!(edits.contains("field_leads_inside"), "{edits}");
    }
    for field in ["Location: /api/orders/7", "Content-Location: https://other.example/7"] {
        answered(&scene, 201, &format!("{field}\r\n"));
        let (name, value) = field.split_once(": ").unwrap();
        let answer = scene.get("/api/go");
        assert_eq!(answer.field(&name.to_ascii_lowercase()), Some(value), "{field}");
    }
    // What scripts of pages follow by themselves stays at the API, too.
    for (field, is_kept) in [
        ("HX-Redirect: https://evil.example/", false),
        ("X-Inertia-Location: //evil.example/", false),
        ("HX-Redirect: /api/orders", true),
    ] {
        answered(&scene, 200, &format!("{field}\r\n"));
        let name = field.split(':').next().unwrap().to_ascii_lowercase();
        assert_eq!(scene.get("/api/go").field(&name).is_some(), is_kept, "{field}");
    }
    // Browsers follow it, and no API needs it.
    answered(&scene, 201, "Refresh: 0; url=https://evil.example/\r\n");
    assert_eq!(scene.get("/api/go").field("refresh"), None);
}

#[test]
fn nothing_is_fetched_unasked_from_a_host_that_nobody_named() {
    let scene = decided("", "operations: { go: { redirects: [cdn.example.net] } }\n");
    for link in [
        "<https://evil.example/a.css>; rel=stylesheet",
        "<//evil.example/a.js>; REL=\"preload\"; as=script",
        "</api/go?page=2>; rel=next, <https://evil.example>; rel=\"dns-prefetch preconnect\"",
        "<https://evil.example/a.mjs>;rel=modulepreload",
        "<https://evil.example/>; rel=prefetch",
        "<https://cdn.example.net.evil.example/>; rel=preload",
    ] {
        answered(&scene, 200, &format!("Link: {link}\r\nX-Kept: 1\r\n"));
        let answer = scene.get("/api/go");
        assert_eq!((answer.field("link"), answer.field("x-kept")), (None, Some("1")), "{link}");
        let edits = scene.last_record()["edits"].to_string();
        assert!(edits.contains("field_loads"), "{edits}");
    }
    for link in [
        "<https://other.example/terms>; rel=license",
        "</a.css>; rel=preload; as=style",
        "<https://api.example.com/a.js>; rel=modulepreload",
        "<https://cdn.example.net/a.js>; rel=preload; as=script",
        "<https://other.example/go?page=2>; rel=\"next\"; title=\"preloading\"",
    ] {
        answered(&scene, 200, &format!("Link: {link}\r\n"));
        assert_eq!(scene.get("/api/go").field("link"), Some(link), "{link}");
    }
}

#[test]
fn fields_that_act_on_their_readers_do_not_leave() {
    let scene = decided("", "");
    for (fields, gone, reason) in [
        ("X-Note: a\u{9b}31mb\r\n", "x-note", "field_characters"),
        ("X-Note: safe\u{202e}exe\r\n", "x-note", "field_characters"),
        (
            "Content-Disposition: attachment; filename*=UTF-8''a%E2%80%AEgnp.exe\r\n",
            "content-disposition",
            "field_characters",
        ),
        (
            "Content-Disposition: attachment; filename=\"=?utf-8?B?YeKArmdwai5leGU=?=\"\r\n",
            "content-disposition",
            "field_characters",
        ),
        (
            "Content-Disposition: attachment; filename*=UTF-8''a%25E2%2580%25AEgnp.exe\r\n",
            "content-disposition",
            "field_characters",
        ),
        (
            "Content-Disposition: attachment; filename=a.txt; filename*=UTF-8''a.exe\r\n",
            "content-disposition",
            "field_two_names",
        ),
        ("ETag: \"a\"\r\nETag: \"b\"\r\n", "etag", "field_twice"),
        ("Retry-After: 1\r\nRetry-After: 9999\r\n", "retry-after", "field_twice"),
    ] {
        answered(&scene, 201, &format!("{fields}X-Kept: ü\r\n"));
        let answer = scene.get("/api/go");
        assert_eq!((answer.status, answer.field(gone)), (201, None), "{fields:?}");
        assert_eq!(answer.field("x-kept"), Some("ü"), "{fields:?}");
        let edits = scene.last_record()["edits"].to_string();
        assert!(edits.contains(reason), "{fields:?}: {edits}");
    }
    answered(&scene, 201, &format!("X-Long: {}\r\n", "x".repeat(9000)));
    assert_eq!(scene.get("/api/go").field("x-long"), None);
}

#[test]
fn a_head_with_two_readings_is_no_answer() {
    let scene = decided("", "");
    for head in [
        "HTTP/1.1 302 X\r\nLocation: /api/go\r\n https://evil.example/\r\n",
        "HTTP/1.1 200 X\r\nX-A: 1\nX-B: 2\r\n",
        "HTTP/1.1 200 X\r\nX-A: 1\rX-B: 2\r\n",
        "HTTP/1.1 200 X\r\nX-A: a\u{1b}[31mb\r\n",
        "HTTP/1.1 200 X\r\nX-A: a\0b\r\n",
        "HTTP/1.1 200 X\r\nX A: b\r\n",
        "HTTP/1.1 600 X\r\n",
        "HTTP/1.1 099 X\r\n",
        "HTTP/1.1 20 X\r\n",
        "HTTP/1.1 101 X\r\n",
        "HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Type: text/html\r\n",
        "HTTP/1.1 200 X\r\nTransfer-Encoding: gzip, chunked\r\n",
    ] {
        let text = format!("{head}Content-Length: 0\r\n\r\n");
        scene.api.behave(Behaviour::Answer(text.into_bytes()));
        assert_eq!(scene.get("/api/go").status, 502, "{head:?}");
    }
}

#[test]
fn what_says_no_type_or_another_charset_is_nobodys_text() {
    let scene = decided("", "");
    for content_type in ["", "json", "application/", "text/plain\t/x", "*/*", "text/html"] {
        scene.api.behave(Behaviour::with_type(200, content_type, "{}"));
        assert_eq!(scene.get("/api/go").status, 502, "{content_type}");
    }
    for body in ["{\"note\":\"a\",\"note\":\"b\"}", "{\"note\":", "[[[[", "{\"note\":\"\u{0}\"}"] {
        scene.api.behave(Behaviour::json(200, body));
        assert_eq!(scene.get("/api/go").status, 502, "{body}");
    }
    let not_utf8 = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"note\":\"\xe9\"}";
    scene.api.behave(Behaviour::Answer(not_utf8.to_vec()));
    assert_eq!(scene.get("/api/go").status, 502);
}

#[test]
fn trailers_and_reasons_of_the_api_reach_nobody() {
    let scene = decided("", "");
    scene.api.behave(Behaviour::Answer(
        b"HTTP/1.1 200 <script>\r\nContent-Type: application/json\r\nTrailer: X-Late\r\n\
          Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Late: evil\r\n\r\n"
            .to_vec(),
    ));
    let answer = scene.get("/api/go");
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert_eq!((answer.field("x-late"), answer.field("trailer")), (None, None));
}

#[test]
fn nothing_of_an_answer_acts_on_whoever_reads_the_records() {
    let scene = decided("", "");
    for content_type in ["te\u{9b}xt/\u{202e}html", "x/y; a=\u{2028}"] {
        scene.api.behave(Behaviour::with_type(200, content_type, "{}"));
        scene.get("/api/go");
    }
    scene.api.behave(Behaviour::json(200, "{\"no\u{9b}te\u{202e}\":1}"));
    scene.get("/api/go");
    answered(&scene, 302, "Location: https://e\u{202e}vil.example/\r\n");
    scene.get("/api/go");
    let text = scene.written();
    let acting = text.chars().filter(|one| portcullis_model::acts(*one) && *one != '\n');
    assert_eq!(acting.count(), 0, "{text}");
    assert_eq!(text.lines().count(), 4);
}

#[test]
fn markup_in_json_is_escaped_where_the_policy_says_so_and_told_elsewhere() {
    let note = r#"{"note":"</script><script>alert(1)</script>&\u003cb>"}"#;
    let scene = decided("", "");
    scene.api.behave(Behaviour::json(200, note));
    assert_eq!(scene.get("/api/go").text(), note);
    assert_eq!(scene.last_record()["drift"], "markup");
    let scene = decided(", markup: escaped", "");
    scene.api.behave(Behaviour::json(200, note));
    let answer = scene.get("/api/go");
    let text = answer.text();
    assert!(!text.contains(['<', '>', '&']), "{text}");
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&text), read(note));
    assert_eq!(answer.field("etag"), None);
    scene.api.behave(Behaviour::with_type(200, "application/jsonl", &format!("{note}\n{note}\n")));
    let text = scene.get("/api/go").text();
    assert_eq!((text.lines().count(), text.contains('<')), (2, false), "{text}");
    // Text is text.
    scene.api.behave(Behaviour::with_type(200, "text/plain", "1 < 2"));
    assert_eq!(scene.get("/api/go").text(), "1 < 2");
}

#[test]
fn without_the_control_a_redirect_leads_anywhere() {
    let upstream = ScriptedApi::start(Behaviour::Close);
    let model = crate::support::model(CONTRACT, upstream.address(), &Setup::default());
    let not_asked = vec![ControlId::UpstreamAnswer];
    let scene = Scene::of(upstream, model, PlanOptions { not_asked, ..PlanOptions::default() });
    assert_eq!(led(&scene, "/api/go", "http://10.0.0.5/"), "http://10.0.0.5/");
}
