//! What reaches the API, and what does not.

use crate::support::{SHOP, Scene, Setup, answering};
use portcullis_testkit::Behaviour;

#[test]
fn what_the_contract_does_not_declare_does_not_exist() {
    let scene = answering(200, "[]");
    for target in [
        "/api/debug/env",
        "/debug/env",
        "/items",
        "/api/items/",
        "/api/ITEMS",
        "/api/items/7/more",
        "/api",
        "/",
    ] {
        assert_eq!(scene.get(target).status, 404, "{target}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn a_path_with_two_readings_is_refused() {
    let scene = answering(200, "[]");
    for target in [
        "//api/items",
        "/api//items",
        "/api/./items",
        "/api/x/../items",
        "/api/%2e%2e/items",
        "/api/items%2f7",
        "/api/items%5c7",
        "/api/items\\7",
        "/api/items/%00",
        "/api/items/%zz",
        "/api/items/%c0%af",
        "/api/items/%",
    ] {
        assert_eq!(scene.get(target).status, 400, "{target}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn a_path_reaches_the_api_in_its_one_spelling() {
    let scene = answering(200, "[]");
    assert_eq!(scene.get("/%61pi/%69tems").status, 200);
    let request = scene.forwarded().unwrap();
    assert!(request.starts_with("GET /api/items HTTP/1.1\r\n"), "{request}");
}

#[test]
fn an_undeclared_method_is_refused_with_those_that_are() {
    let scene = answering(200, "[]");
    let answer = scene.raw("DELETE /api/items HTTP/1.1\r\nHost: api\r\n\r\n");
    assert_eq!(answer.status, 405);
    assert_eq!(answer.field("allow"), Some("GET, HEAD, POST, OPTIONS"));
    for method in ["TRACE", "PROPFIND", "get"] {
        let answer = scene.raw(format!("{method} /api/items HTTP/1.1\r\nHost: api\r\n\r\n"));
        assert_eq!(answer.status, 405, "{method}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn head_is_asked_as_the_get_that_is_declared_and_answered_without_its_body() {
    let scene = Scene::new(SHOP, Behaviour::json(200, r#"[{"id":1,"secret":2}]"#));
    let answer = scene.raw("HEAD /api/items HTTP/1.1\r\nHost: api\r\n\r\n");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.field("content-length"), Some("10"), "of what a GET would show");
    assert!(scene.forwarded().unwrap().starts_with("GET /api/items HTTP/1.1\r\n"));
    let record = scene.last_record();
    assert_eq!((&record["method"], &record["operation"]), (&"HEAD".into(), &"listItems".into()));
    assert_eq!(scene.raw("HEAD /api/secret HTTP/1.1\r\nHost: api\r\n\r\n").status, 401);
}

#[test]
fn options_says_what_is_declared_and_never_reaches_the_api() {
    let scene = answering(200, "[]");
    let answer = scene.raw("OPTIONS /api/items HTTP/1.1\r\nHost: api\r\n\r\n");
    assert_eq!((answer.status, answer.field("allow")), (204, Some("GET, HEAD, POST, OPTIONS")));
    assert_eq!(scene.raw("OPTIONS * HTTP/1.1\r\nHost: api\r\n\r\n").status, 204);
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn a_slash_too_many_is_another_path_and_the_record_says_so() {
    let scene = answering(200, "[]");
    assert_eq!(scene.get("/api/items/").status, 404);
    assert_eq!(scene.last_record()["detail"], "it would match without a slash at its end");
}

#[test]
fn a_header_that_is_no_text_is_refused_where_it_is_declared_and_told_where_it_is_not() {
    let scene = answering(200, "[]");
    let with = |name: &str| {
        [format!("GET /api/items HTTP/1.1\r\nHost: api\r\n{name}: ").as_bytes(), b"\xe9\r\n\r\n"]
            .concat()
    };
    assert_eq!(scene.raw(with("X-Trace")).status, 400);
    assert_eq!(scene.forwarded(), None);
    assert_eq!(scene.raw(with("User-Agent")).status, 200);
    assert!(!scene.forwarded().unwrap().contains("user-agent"));
    assert!(scene.last_record()["edits"].to_string().contains("unreadable_header"));
}

#[test]
fn parameters_have_their_declared_type_in_one_spelling() {
    let scene = answering(200, "[]");
    for target in [
        "/api/items?page=0",
        "/api/items?page=07",
        "/api/items?page=+7",
        "/api/items?page=%207",
        "/api/items?page=1e1",
        "/api/items?page=1.0",
        "/api/items?page=",
        "/api/items?page=1&page=2",
        "/api/items?q=%zz",
        "/api/items?q=%ff",
        "/api/items?q=a%00b",
        "/api/items?q=aaaaaaaaaaaaaaaaaaaaa",
        "/api/items?ids=1&ids=x",
        "/api/items/07",
        "/api/items/7x",
        "/api/items/%207",
    ] {
        assert_eq!(scene.get(target).status, 400, "{target}");
    }
    for (field, status) in [
        ("X-Trace: abc\r\n", 200),
        ("X-Trace: ABC\r\n", 400),
        ("X-Trace: abc\r\nX-Trace: def\r\n", 400),
        ("Cookie: theme=dark\r\n", 200),
        ("Cookie: theme=blue\r\n", 400),
        ("Cookie: theme=dark; theme=light\r\n", 400),
    ] {
        assert_eq!(scene.get_with("/api/items", field).status, status, "{field}");
    }
}

#[test]
fn undeclared_parameters_are_left_out_and_the_rest_is_written_once() {
    let scene = answering(200, "[]");
    let fields = "Cookie: debug=1; theme=dark; a=b\r\nX-Debug: 1\r\nX-Trace: abc\r\n";
    let target = "/api/items?debug=1&q=a+b%2fc%7e&page=2&ids=1&ids=2&q2";
    assert_eq!(scene.get_with(target, fields).status, 200);
    let request = scene.forwarded().unwrap();
    let line = request.lines().next().unwrap();
    assert_eq!(line, "GET /api/items?page=2&q=a%20b%2Fc~&ids=1&ids=2 HTTP/1.1");
    assert!(request.contains("Cookie: theme=dark\r\n"), "{request}");
    assert!(request.contains("x-trace: abc\r\n"), "{request}");
    assert!(!request.to_lowercase().contains("debug"), "{request}");
    let record = scene.last_record();
    assert!(record["edits"].to_string().contains("debug"), "{record}");
}

#[test]
fn values_in_every_place_reach_the_api_in_the_spelling_that_was_checked() {
    let contract = r#"
openapi: 3.1.0
info: { title: Styles, version: "1" }
servers: [{ url: /api }]
paths:
  /files/{name}/{ids}:
    get:
      security: []
      parameters:
        - { name: name, in: path, required: true, schema: { type: string } }
        - { name: ids, in: path, required: true, schema: { type: array, items: { type: integer } } }
        - { name: where, in: query, style: pipeDelimited, explode: false, schema: { type: object, properties: { R: { type: integer } } } }
        - { name: X-Ids, in: header, schema: { type: array, items: { type: integer } } }
        - { name: Transfer-Encoding, in: header, schema: { type: array, items: { type: string } } }
      responses: { "200": { description: ok, content: { application/json: {} } } }
"#;
    let scene = Scene::new(contract, Behaviour::json(200, "[]"));
    let target = "/%61pi/files/a;v=1|2/1%2C2?where=R|1|admin|1";
    assert_eq!(scene.get_with(target, "X-Ids: 1, 2\r\nX-Ids: 3\r\n").status, 200);
    let request = scene.forwarded().unwrap();
    let line = request.lines().next().unwrap();
    assert_eq!(line, "GET /api/files/a%3Bv=1%7C2/1,2?where=R%7C1 HTTP/1.1");
    assert!(request.contains("\r\nx-ids: 1,2,3\r\n"), "{request}");
    assert_eq!(request.to_lowercase().matches("x-ids:").count(), 1, "{request}");
    assert!(!request.to_lowercase().contains("transfer-encoding"), "{request}");
    assert!(scene.last_record()["edits"].to_string().contains("where/admin"));
    for target in ["/api/files/a/1%2C2,3", "/api/files/a/1;2", "/api/files/a/1,x"] {
        assert_eq!(scene.get(target).status, 400, "{target}");
    }
}

#[test]
fn headers_that_say_who_or_what_a_request_is_are_never_forwarded() {
    let scene = answering(200, "[]");
    let fields = "X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /admin\r\nX-Rewrite-Url: /admin\r\n\
                  X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n\
                  user_id: 7\r\nX-Forwarded-Host: evil\r\nConnection: keep-alive, x-trace\r\n\
                  X-Trace: abc\r\nPortcullis-Decision: v=1\r\n";
    assert_eq!(scene.get_with("/api/items", fields).status, 200);
    let request = scene.forwarded().unwrap().to_lowercase();
    for name in [
        "override",
        "original",
        "rewrite",
        "forwarded: ",
        "real-ip",
        "user_id",
        "evil",
        "x-trace",
        "decision",
    ] {
        assert!(!request.contains(name), "{name}: {request}");
    }
    assert_eq!(request.matches("x-forwarded-for:").count(), 1);
    assert!(request.contains(&format!("host: {}\r\n", scene.api.address())), "{request}");
}

#[test]
fn heads_with_two_readings_never_become_requests() {
    let scene = answering(200, "[]");
    for head in [
        "GET /api/items HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /api/items HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
        "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "GET /api/items HTTP/1.1\r\nHost: a\r\nX: 1\r\n y\r\n\r\n",
        "GET /api/items HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n",
        "GET http://b/api/items HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /api/items HTTP/1.1\r\n\r\n",
        "nonsense\r\n\r\n",
    ] {
        assert_eq!(scene.raw(head).status, 400, "{head:?}");
    }
    assert_eq!(scene.forwarded(), None);
    let records = scene.records();
    assert_eq!(records.len(), 9);
    assert!(records.iter().all(|record| record["control"] == "input_shape"), "{records:?}");
}

#[test]
fn retired_operations_announce_their_end_and_then_are_gone() {
    let scene = Scene::new(SHOP, Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    let answer = scene.get("/api/old");
    assert_eq!(answer.status, 204);
    assert_eq!(answer.field("deprecation"), Some("@0"));
    assert_eq!(answer.field("sunset"), Some("Sun, 31 Jan 2027 00:00:00 GMT"));
    assert_eq!(scene.get("/api/older").status, 410);
}

#[test]
fn a_base_path_of_the_api_stands_before_undeclared_paths_too() {
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }]\n";
    let api = portcullis_testkit::ScriptedApi::start(Behaviour::json(200, "[]"));
    let mut model = crate::support::model(
        SHOP,
        api.address(),
        &Setup { policy: Some(policy), ..Setup::default() },
    );
    "/other".clone_into(&mut model.upstream.path);
    let options = portcullis_controls::PlanOptions { observe: true, ..Default::default() };
    let scene = Scene::of(api, model, options);
    assert_eq!(scene.get("/api/items").status, 200);
    assert!(scene.forwarded().unwrap().starts_with("GET /other/items HTTP/1.1"));
    assert_eq!(scene.get("/api/nothing?a=b").status, 200);
    assert!(scene.forwarded().unwrap().starts_with("GET /other/nothing?a=b HTTP/1.1"));
}

#[test]
fn a_field_that_ends_with_this_hop_is_not_there_for_any_check() {
    let scene = Scene::new(SHOP, Behaviour::json(200, r#"{"ok":true}"#));
    let fields = "Authorization: Bearer obviously-fake\r\nConnection: authorization\r\n";
    assert_eq!(scene.get_with("/api/secret", fields).status, 200);
    let forwarded = scene.forwarded().unwrap();
    assert!(forwarded.contains("obviously-fake"), "what was checked is what goes on: {forwarded}");
    let fields = "X-Trace: NOT-VALID\r\nConnection: x-trace\r\n";
    assert_eq!(scene.get_with("/api/items", fields).status, 200, "gone before it is looked at");
}

#[test]
fn a_declared_override_header_is_no_way_in() {
    let contract = "openapi: 3.1.0\ninfo: { title: One, version: \"1\" }\npaths:\n  /one:\n    get:\n      \
                    security: []\n      parameters:\n        - { name: X-HTTP-Method-Override, in: header, \
                    schema: { type: string } }\n        - { name: X-Real-IP, in: header, schema: { type: \
                    string } }\n        - { name: api_key, in: header, schema: { type: string } }\n      \
                    responses: { \"204\": { description: done } }\n";
    let scene = Scene::new(contract, Behaviour::Close);
    let fields = "X-HTTP-Method-Override: DELETE\r\nX-Real-IP: 127.0.0.1\r\napi_key: k\r\n\
                  X_Real_IP: 127.0.0.1\r\nX-Tenant: t\r\n";
    scene.get_with("/one", fields);
    let forwarded = scene.forwarded().unwrap();
    for gone in ["override", "real", "x-tenant"] {
        assert!(!forwarded.to_ascii_lowercase().contains(gone), "{gone}: {forwarded}");
    }
    assert!(forwarded.contains("api_key: k"), "{forwarded}");
    let edits = scene.last_record()["edits"].to_string();
    assert!(edits.contains("header `x-tenant`"), "what is left out is said: {edits}");
}

#[test]
fn a_path_that_is_declared_and_not_served_is_no_value_of_its_sibling() {
    let done = "responses: { \"204\": { description: done } }";
    let contract = format!(
        "openapi: 3.1.0\ninfo: {{ title: One, version: \"1\" }}\npaths:\n  /reports/{{name}}:\n    \
         get: {{ security: [], parameters: [{{ name: name, in: path, required: true, schema: {{ \
         type: string }} }}], {done} }}\n  /reports/all:\n    get: {{ parameters: [{{ name: q, in: \
         query, schema: {{ type: int }} }}], {done} }}\n    delete: {{ security: [], {done} }}\n  \
         /reports/none: {{ x-later: true }}\n"
    );
    let scene = Scene::new(&contract, Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    assert_eq!(scene.get("/reports/july").status, 204);
    for target in ["/reports/all", "/reports/none", "/reports/ALL"] {
        assert_eq!(scene.get(target).status, 404, "{target}");
    }
    let put = scene.raw("PUT /reports/all HTTP/1.1\r\nHost: api\r\n\r\n");
    assert_eq!((put.status, put.field("allow")), (405, Some("DELETE, OPTIONS")));
    let record = &scene.records()[1];
    assert_eq!(record["reason"], "not_served");
    let detail = record["detail"].as_str().unwrap();
    assert!(detail.contains("`GET /reports/all` is declared, and not served"), "{detail}");
    assert!(detail.contains("there is no type `int`"), "{detail}");
}
