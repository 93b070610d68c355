//! What leaves, and what does not.

use crate::support::{SHOP, Scene, Setup, answering};
use portcullis_controls::PlanOptions;
use portcullis_testkit::Behaviour;

#[test]
fn undeclared_and_write_only_properties_do_not_leave() {
    let scene = answering(
        200,
        r#"[{"id": 1, "name": "a", "password_hash": "x", "pin": "1234", "stock": 3,
            "size": {"width": 1, "cost": 2}, "labels": {"a": "b"}, "extra": {"k": 1, "password": "p"}},
           {"id": 2, "name": "b", "password_hash": "y"}]"#,
    );
    let answer = scene.get("/api/items");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.text(),
        r#"[{"id":1,"name":"a","stock":3,"size":{"width":1},"labels":{"a":"b"},"extra":{"k":1}},{"id":2,"name":"b"}]"#
    );
    let edits = scene.last_record()["edits"].to_string();
    let hash = "/*/password_hash of the answer 200 (2 times)";
    for place in [hash, "/*/pin", "/*/size/cost", "/*/extra/password"] {
        assert!(edits.contains(place), "{place}: {edits}");
    }
    assert!(!edits.contains("1234"), "values are never recorded");
}

#[test]
fn an_answer_without_drift_leaves_as_it_came() {
    let body = "{ \"id\": 1.0, \"name\": \"a\\u00e9\" }";
    let scene = answering(200, body);
    assert_eq!(scene.get("/api/items/1").text(), body);
}

#[test]
fn a_list_where_one_was_declared_is_filtered_all_the_same() {
    let scene = answering(200, r#"{"id": 1, "secret": 2}"#);
    assert_eq!(scene.get("/api/items").text(), r#"{"id":1}"#);
    assert_eq!(scene.last_record()["drift"], "other_type");
    scene.api.behave(Behaviour::json(200, r#"[{"id": 1, "secret": 2}]"#));
    assert_eq!(scene.get("/api/items/1").text(), r#"[{"id":1}]"#);
    // An object where a text was declared has nothing that may leave.
    scene.api.behave(Behaviour::json(200, r#"{"id": 1, "name": {"secret": 2}}"#));
    assert_eq!(scene.get("/api/items/1").text(), r#"{"id":1}"#);
}

#[test]
fn server_errors_tell_nothing() {
    let scene = answering(500, r#"{"error": "SELECT * FROM t", "trace": "at main.rs:7"}"#);
    let answer = scene.get("/api/items");
    assert_eq!(answer.status, 500);
    assert_eq!(answer.field("content-type"), Some("application/problem+json"));
    assert!(!answer.text().contains("SELECT"), "{}", answer.text());
    let id = answer.field("x-request-id").unwrap().to_owned();
    assert!(answer.text().contains(&id));
    assert_eq!(scene.last_record()["request_id"], id.as_str());
    let busy = b"HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".to_vec();
    scene.api.behave(Behaviour::Answer(busy));
    let answer = scene.get("/api/items");
    assert_eq!((answer.status, answer.field("retry-after")), (503, Some("7")));
}

#[test]
fn client_errors_keep_their_status_and_lose_inner_details() {
    let scene = answering(404, r#"{"title": "no such item", "detail": "look again", "row": 7}"#);
    scene.api.behave(Behaviour::with_type(
        404,
        "application/problem+json",
        r#"{"title": "no such item", "row": 7}"#,
    ));
    assert_eq!(scene.get("/api/items/1").text(), r#"{"title":"no such item"}"#);
    // Undeclared, but clients depend on them.
    scene.api.behave(Behaviour::json(409, r#"{"error": "the name is taken"}"#));
    let answer = scene.get("/api/items/1");
    assert_eq!((answer.status, answer.text().as_str()), (409, r#"{"error": "the name is taken"}"#));
    assert_eq!(scene.last_record()["drift"], "undeclared_status");
    for leak in [
        r#"{"error": "UNIQUE constraint failed: items.name"}"#,
        r#"{"errors": [{"trace": "Traceback (most recent call last):"}]}"#,
    ] {
        scene.api.behave(Behaviour::json(422, leak));
        let answer = scene.get("/api/items/1");
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("Unprocessable"), "{}", answer.text());
    }
    scene.api.behave(Behaviour::with_type(404, "text/html", "<h1>Whoops</h1>"));
    let answer = scene.get("/api/items/1");
    assert_eq!(
        (answer.status, answer.field("content-type")),
        (404, Some("application/problem+json"))
    );
}

#[test]
fn undeclared_media_types_and_broken_answers_do_not_leave() {
    let scene = answering(200, "[]");
    for (content_type, body) in [
        ("text/html", "<script>alert(1)</script>"),
        ("application/json", "{\"id\": "),
        ("application/json", "{\"id\": 1, \"id\": 2}"),
        ("application/json", "true false"),
        ("application/xml", "<a/>"),
    ] {
        scene.api.behave(Behaviour::with_type(200, content_type, body));
        let answer = scene.get("/api/items/1");
        assert_eq!(answer.status, 502, "{content_type} {body}");
        assert!(!answer.text().contains("script"));
    }
    let untyped = b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}".to_vec();
    scene.api.behave(Behaviour::Answer(untyped));
    assert_eq!(scene.get("/api/items/1").status, 502);
}

#[test]
fn an_answer_above_the_limit_is_a_bad_gateway() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n\
                  limits: { answer_bytes: 2KiB }\n";
    let setup = Setup { policy: Some(policy), ..Setup::default() };
    let body = format!("[{}]", vec!["{\"id\":1}"; 1000].join(","));
    let scene = Scene::with(SHOP, Behaviour::json(200, &body), setup);
    assert_eq!(scene.get("/api/items").status, 502);
}

#[test]
fn observing_changes_nothing_and_says_what_it_would_have_done() {
    let options = PlanOptions { observe: true, ..PlanOptions::default() };
    let setup = Setup { options, ..Setup::default() };
    let scene = Scene::with(SHOP, Behaviour::json(200, r#"{"id":1,"hash":"x"}"#), setup);
    let body = r#"{"name": 7, "role": "staff", "id": 3}"#;
    let answer = scene.post_json("/api/items?debug=1", body);
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"id":1,"hash":"x"}"#));
    assert_eq!(scene.forwarded_body().unwrap(), body);
    assert!(scene.forwarded().unwrap().starts_with("POST /api/items?debug=1 HTTP/1.1"));
    let would = scene.last_record()["would_refuse"].to_string();
    for control in ["input_shape", "writable_properties", "response_shape"] {
        assert!(would.contains(control), "{control}: {would}");
    }
    assert_eq!(scene.get("/debug/env").status, 200, "an undeclared path goes through");
    scene.api.behave(Behaviour::Answer(
        b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\nServer: x\r\n\
          X-Powered-By: y\r\nAccess-Control-Allow-Origin: *\r\nX-Frame-Options: ALLOW\r\n\r\ndata: 1\n\n"
            .to_vec(),
    ));
    let answer = scene.get("/api/items");
    assert_eq!((answer.status, answer.text().as_str()), (200, "data: 1\n\n"));
    for (name, value) in [
        ("server", "x"),
        ("x-powered-by", "y"),
        ("access-control-allow-origin", "*"),
        ("x-frame-options", "ALLOW"),
    ] {
        assert_eq!(answer.field(name), Some(value), "{name}");
    }
    let would = scene.last_record()["would_refuse"].to_string();
    assert!(would.contains("x-powered-by"), "{would}");
    let preflight = "OPTIONS /api/items HTTP/1.1\r\nHost: a\r\nOrigin: https://a.example\r\n\
                     Access-Control-Request-Method: GET\r\n\r\n";
    assert_eq!(scene.raw(preflight).status, 200, "the API answers its own preflights");
    let rewritten = scene.get_with("/api/items", "X-HTTP-Method-Override: DELETE\r\n");
    assert_eq!(rewritten.status, 200);
    assert!(!scene.forwarded().unwrap().to_lowercase().contains("override"), "rule 28");
}

#[test]
fn a_relaxation_holds_where_and_as_long_as_it_says() {
    let policy = |until: &str| {
        format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n\
             relax:\n  - {{ operation: createItem, control: writable_properties, mode: observe, \
             by: ops, reason: \"old clients\", until: {until} }}\n"
        )
    };
    for (until, forwarded) in
        [("2026-11-24", r#"{"name":"a","role":"b"}"#), ("2026-11-23", r#"{"name":"a"}"#)]
    {
        let policy = policy(until);
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let scene = Scene::with(SHOP, Behaviour::json(201, "{}"), setup);
        assert_eq!(scene.post_json("/api/items", r#"{"name": "a", "role": "b"}"#).status, 201);
        assert_eq!(scene.forwarded_body().unwrap(), forwarded, "until {until}");
    }
}

#[test]
fn an_empty_answer_is_empty_however_it_is_framed() {
    let scene = answering(200, "[]");
    for empty in [
        &b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"[..],
        b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 X\r\n\r\n",
    ] {
        scene.api.behave(Behaviour::Answer(empty.to_vec()));
        let answer = scene.get("/api/items/1");
        assert!(answer.status == 200 || answer.status == 204, "{}", answer.status);
        assert_eq!(answer.text(), "");
    }
    scene.api.behave(Behaviour::AnswerAndClose(b"HTTP/1.1 200 X\r\n\r\n".to_vec()));
    assert_eq!(scene.get("/api/items/1").status, 200);
}

#[test]
fn two_media_types_are_none() {
    let scene = answering(200, "[]");
    scene.api.behave(Behaviour::Answer(
        b"HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Type: application/json\r\n\
          Content-Length: 14\r\n\r\n{\"secret\":\"x\"}"
            .to_vec(),
    ));
    let answer = scene.get("/api/items/1");
    assert_eq!(answer.status, 502);
    assert!(!answer.text().contains("secret"));
}

#[test]
fn a_text_where_an_object_was_declared_does_not_leave() {
    let scene = answering(200, "\"SECRET=obviously-fake\"");
    assert_eq!(scene.get("/api/items/1").status, 502);
    scene.api.behave(Behaviour::json(200, r#"[{"id":1,"size":"SECRET"}, "SECRET"]"#));
    assert_eq!(scene.get("/api/items").text(), r#"[{"id":1}]"#);
}

/// A contract with one operation, whose `200` is this.
fn one(content: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{ title: One, version: \"1\" }}\npaths:\n  /one:\n    get:\n      \
         operationId: one\n      security: []\n      responses:\n        \"200\": {{ description: it, \
         content: {content} }}\n"
    )
}

const SECRET: &str = r#"{"id": 1, "password_digest2": "x"}"#;

#[test]
fn no_label_and_no_wildcard_gets_properties_around_the_projection() {
    let object = "{ schema: { type: object, properties: { id: { type: integer } } } }";
    for declared in [
        format!("{{ \"*/*\": {object} }}"),
        format!("{{ application/json: {object}, application/xml: {object} }}"),
        format!("{{ application/json: {object}, text/json: {object} }}"),
        format!("{{ application/json: {object}, text/plain: {object} }}"),
    ] {
        let scene = Scene::new(&one(&declared), Behaviour::json(200, SECRET));
        for label in [
            "application/json",
            "text/json",
            "application/x-json",
            "application/xml",
            "text/plain",
            "text/html",
            "application/octet-stream",
        ] {
            scene.api.behave(Behaviour::with_type(200, label, SECRET));
            let answer = scene.get("/one");
            assert!(!answer.text().contains("password"), "{declared} {label}: {}", answer.text());
        }
    }
}

#[test]
fn the_api_is_offered_only_what_may_leave() {
    let object = "{ schema: { type: object, properties: { id: { type: integer } } } }";
    let declared = format!("{{ application/json: {object}, application/xml: {object} }}");
    let scene = Scene::new(&one(&declared), Behaviour::json(200, "{}"));
    for (sent, offered) in [
        ("application/xml", "application/xml"),
        ("text/xml", "application/json"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/xml;q=0.9, */*;q=0.8"),
        ("application/json", "application/json"),
        ("application/vnd.one+json", "application/vnd.one+json"),
        ("*/*", "*/*"),
    ] {
        scene.get_with("/one", &format!("Accept: {sent}\r\n"));
        let forwarded = scene.forwarded().unwrap();
        assert!(forwarded.contains(&format!("accept: {offered}\r\n")), "{sent}: {forwarded}");
    }
}

#[test]
fn an_answer_in_xml_is_projected_like_one_in_json() {
    let object = "{ schema: { type: object, properties: { id: { type: integer }, pin: { type: \
                  string, writeOnly: true }, tags: { type: array, items: { type: string } } } } }";
    let declared = format!("{{ application/json: {object}, application/atom+xml: {object} }}");
    let scene = Scene::new(&one(&declared), Behaviour::json(200, "{}"));
    let answer = |body: &str| {
        scene.api.behave(Behaviour::with_type(200, "application/atom+xml", body));
        let answer = scene.get("/one");
        (answer.status, answer.text())
    };
    let sent =
        "<one owner=\"x\"><id>1</id><hash a=\"b\"><c/></hash><tags>a</tags><pin>1</pin></one>";
    assert_eq!(answer(sent), (200, "<one><id>1</id><tags>a</tags></one>".to_owned()));
    let record = scene.last_record();
    assert_eq!(record["edits"].as_array().map(Vec::len), Some(3));
    let clean = "<one>\n<id>1</id></one>";
    assert_eq!(answer(clean), (200, clean.to_owned()), "the API's own spelling");
    for broken in ["<one>", "<one><id>1</id><id>2</id></one>", "<!DOCTYPE one><one/>", "{}"] {
        assert_eq!(answer(broken).0, 502, "{broken}");
        assert_eq!(scene.last_record()["reason"], "broken_xml");
    }
}

#[test]
fn an_answer_with_another_root_is_reported_and_projected() {
    let object = "{ schema: { type: object, xml: { name: one }, properties: { id: {} } } }";
    let scene = Scene::new(
        &one(&format!("{{ text/xml: {object} }}")),
        Behaviour::with_type(200, "text/xml", "<two><id>1</id><hash>x</hash></two>"),
    );
    assert_eq!(scene.get("/one").text(), "<two><id>1</id></two>");
    assert_eq!(scene.last_record()["drift"], "other_root");
}

#[test]
fn an_answer_in_xml_whose_elements_are_not_clear_does_not_leave() {
    let object = "{ schema: { type: object, properties: { a: { xml: { name: b } }, b: {} } } }";
    let scene = Scene::new(
        &one(&format!("{{ text/xml: {object} }}")),
        Behaviour::with_type(200, "text/xml", "<one><b>1</b></one>"),
    );
    assert_eq!(scene.get("/one").status, 502);
    assert_eq!(scene.last_record()["reason"], "not_inspected");
}

#[test]
fn an_error_of_another_shape_is_told_and_its_challenge_with_it() {
    let contract = "openapi: 3.1.0\ninfo: { title: One, version: \"1\" }\npaths:\n  /one:\n    \
                    get:\n      security: []\n      responses:\n        \"422\": { description: no, \
                    content: { application/json: { schema: { type: object, properties: { detail: { \
                    type: array, items: { type: object, properties: { msg: { type: string } } } } } } } } }\n";
    let text = r#"{"detail":"Email already registered"}"#;
    let scene = Scene::new(contract, Behaviour::json(422, text));
    assert_eq!(scene.get("/one").text(), text);
    let object = r#"{"detail":{"code":"X","msg":"y","password":"p"}}"#;
    scene.api.behave(Behaviour::json(422, object));
    assert_eq!(scene.get("/one").text(), r#"{"detail":{"code":"X","msg":"y"}}"#);
    let challenge = b"HTTP/1.1 401 X\r\nWWW-Authenticate: Digest nonce=\"n\"\r\n\
                      Content-Type: text/plain\r\nETag: \"e\"\r\nContent-Length: 2\r\n\r\nno";
    scene.api.behave(Behaviour::Answer(challenge.to_vec()));
    let answer = scene.get("/one");
    assert_eq!(answer.field("www-authenticate"), Some("Digest nonce=\"n\""));
    assert_eq!(answer.field("content-type"), Some("application/problem+json"));
    assert_eq!(answer.field("etag"), None);
}

#[test]
fn a_byte_order_mark_and_a_wrong_charset_are_put_right() {
    let object = "{ application/json: { schema: { type: object, properties: { id: {} } } } }";
    let scene = Scene::new(&one(object), Behaviour::json(200, "\u{feff}{\"id\":1}"));
    assert_eq!(scene.get("/one").text(), "{\"id\":1}");
    scene.api.behave(Behaviour::with_type(200, "application/json; charset=utf-16", "{\"id\":1}"));
    assert_eq!(scene.get("/one").field("content-type"), Some("application/json"));
}

#[test]
fn a_slash_that_the_api_wants_is_none_of_its_clients_business() {
    let script = |request: &str| {
        let target = request.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path.ends_with('/') {
            return b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]".to_vec();
        }
        let location =
            if query.is_empty() { format!("{path}/") } else { format!("{path}/?{query}") };
        format!("HTTP/1.1 307 X\r\nLocation: {location}\r\nContent-Length: 4\r\n\r\nmove")
            .into_bytes()
    };
    let scene = Scene::new(SHOP, Behaviour::Script(script));
    assert_eq!(scene.get("/api/items?page=2").text(), "[]");
    let targets: Vec<String> =
        scene.api.seen().iter().map(|one| one.lines().next().unwrap().to_owned()).collect();
    assert_eq!(targets, ["GET /api/items?page=2 HTTP/1.1", "GET /api/items/?page=2 HTTP/1.1"]);
    assert_eq!(scene.last_record()["drift"], "slash");
    assert_eq!(scene.get("/api/items/").status, 404, "the document says which spelling there is");
    // Once: what is corrected back and forth ends with the second answer.
    scene.api.behave(Behaviour::Script(|request| {
        let target = request.split(' ').nth(1).unwrap_or_default();
        let other = target.strip_suffix('/').map_or_else(|| format!("{target}/"), str::to_owned);
        format!("HTTP/1.1 308 X\r\nLocation: {other}\r\nContent-Length: 0\r\n\r\n").into_bytes()
    }));
    let before = scene.api.seen().len();
    assert_eq!(scene.get("/api/items").status, 308);
    assert_eq!(scene.api.seen().len() - before, 2);
}

#[test]
fn a_list_of_an_untyped_object_is_projected_like_the_object() {
    let scene = Scene::new(
        &one("{ application/json: { schema: { properties: { id: { type: integer } } } } }"),
        Behaviour::json(200, &format!("[{SECRET}]")),
    );
    assert_eq!(scene.get("/one").text(), r#"[{"id":1}]"#);
}
