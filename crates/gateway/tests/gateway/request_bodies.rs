//! Bodies of requests: what of them reaches the API.

use crate::support::{SHOP, Scene, answering};
use portcullis_testkit::Behaviour;

/// A contract with one operation whose JSON body is of this schema.
fn taking(schema: &str, more: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{ title: One, version: \"1\" }}\npaths:\n  /one:\n    post:\n      \
         operationId: one\n      security: []\n      requestBody: {{ content: {{ application/json: {{ \
         schema: {schema} }} }} }}\n      responses: {{ \"204\": {{ description: done }} }}\n{more}"
    )
}

#[test]
fn undeclared_and_read_only_properties_do_not_reach_the_api() {
    let scene = answering(200, "[]");
    let body = r#"{"id": 9, "na\u006de": "x", "role": "staff", "size": {"width": 1, "admin": true},
                   "labels": {"a": "b"}, "extra": {"free": [1]}}"#;
    assert_eq!(scene.post_json("/api/items", body).status, 200);
    assert_eq!(
        scene.forwarded_body().unwrap(),
        r#"{"name":"x","size":{"width":1},"labels":{"a":"b"},"extra":{"free":[1]}}"#
    );
    let record = scene.last_record();
    for name in ["/id", "/role", "/size/admin"] {
        assert!(record["edits"].to_string().contains(name), "{name}: {record}");
    }
    // A schema that says it is closed is.
    let request = "PUT /api/items/7 HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\
                   Content-Length: 24\r\n\r\n{\"name\":\"x\",\"role\":\"y\"} ";
    assert_eq!(scene.raw(request).status, 400);
}

#[test]
fn a_form_is_checked_like_json_and_stays_a_form() {
    let scene = answering(200, "[]");
    let form = "application/x-www-form-urlencoded";
    let answer = scene.post("/api/items", form, "name=a+b&price=1.5&role=staff&tags=x&tags=y&id=3");
    assert_eq!(answer.status, 200);
    assert_eq!(scene.forwarded_body().unwrap(), "name=a%20b&price=1.5&tags=x&tags=y");
    for body in ["name=a&name=b", "name=a&price=-1", "name=a&price=abc", "price=1", "name=%zz"] {
        assert_eq!(scene.post("/api/items", form, body).status, 400, "{body}");
    }
}

#[test]
fn a_body_with_two_readings_or_a_wrong_value_is_refused() {
    let scene = answering(200, "[]");
    for body in [
        r#"{"name": "a", "name": "b"}"#,
        r#"{"name": "a", "n\u0061me": "b"}"#,
        r#"{"name": 7}"#,
        r#"{"name": "a", "price": "1"}"#,
        r#"{"name": "a", "price": -1}"#,
        r#"{"name": "a", "price": 1e999}"#,
        r#"{"name": "a\u0000"}"#,
        r#"{"name": "a\ud800"}"#,
        r#"{"price": 1}"#,
        "{\"name\": \"a\"",
        "{\"name\": \"a\"} {}",
        "[]",
        "null",
        "",
        "name=a",
    ] {
        assert_eq!(scene.post_json("/api/items", body).status, 400, "{body}");
    }
    let utf16: Vec<u8> = "{\"name\":\"a\"}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut request = format!(
        "POST /api/items HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        utf16.len()
    )
    .into_bytes();
    request.extend(utf16);
    assert_eq!(scene.raw(request).status, 400);
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn only_declared_media_types_and_charsets_pass() {
    let scene = answering(200, "[]");
    let body = r#"{"name": "a"}"#;
    for (content_type, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/json; charset=\"UTF-8\"", 200),
        ("Application/JSON;charset=UTF8", 200),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=utf-8; charset=utf-7", 415),
        ("text/plain", 415),
        ("application/anything+json", 415),
        ("application/jsonx", 415),
        ("*/*", 415),
        ("nonsense", 415),
        ("multipart/form-data; boundary=x", 415),
    ] {
        assert_eq!(scene.post("/api/items", content_type, body).status, status, "{content_type}");
    }
    let untyped =
        "POST /api/items HTTP/1.1\r\nHost: api\r\nContent-Length: 13\r\n\r\n{\"name\": \"a\"}";
    assert_eq!(scene.raw(untyped).status, 415);
}

#[test]
fn a_body_that_nobody_declared_is_dropped() {
    let scene = answering(200, "[]");
    let request = "GET /api/items HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\
                   Content-Length: 7\r\n\r\n{\"a\":1}";
    assert_eq!(scene.raw(request).status, 200);
    let forwarded = scene.forwarded().unwrap();
    assert!(forwarded.ends_with("\r\n\r\n") && !forwarded.contains("Content-Type"), "{forwarded}");
}

#[test]
fn a_chunked_body_and_one_that_waits_to_be_asked_for_arrive_whole() {
    let scene = answering(200, "[]");
    let chunked = "POST /api/items HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n\
                   Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n\
                   5\r\n{\"nam\r\n8\r\ne\": \"a\"}\r\n0\r\n\r\n";
    assert_eq!(scene.raw(chunked).status, 200);
    assert_eq!(scene.forwarded_body().unwrap(), r#"{"name":"a"}"#);
}

#[test]
fn what_is_not_declared_does_not_come_in_through_a_side_door() {
    let name = "name: { type: string }";
    for (schema, body, expected) in [
        // Words alone do not make a map.
        (
            format!("{{ type: object, properties: {{ {name} }}, additionalProperties: {{}} }}"),
            r#"{"name":"a","role":"admin"}"#,
            r#"{"name":"a"}"#,
        ),
        // Without a type, a list of such objects is such a list.
        (
            format!("{{ properties: {{ {name} }} }}"),
            r#"[{"name":"a","role":"x"}]"#,
            r#"[{"name":"a"}]"#,
        ),
        // A map among the alternatives opens no other.
        (
            format!(
                "{{ anyOf: [{{ type: object, properties: {{ {name}, age: {{ type: integer }} }} }}, \
                 {{ type: object, additionalProperties: {{ type: string }} }}] }}"
            ),
            r#"{"name":"a","age":5,"role":"admin"}"#,
            r#"{"name":"a","age":5}"#,
        ),
        // Read-only in an alternative, in items, in a map.
        (
            format!(
                "{{ type: object, properties: {{ {name}, role: {{ oneOf: [{{ type: string, \
                 readOnly: true }}, {{ type: 'null' }}] }}, tags: {{ type: array, items: {{ type: \
                 string, readOnly: true }} }}, labels: {{ type: object, additionalProperties: {{ type: \
                 string, readOnly: true }} }} }} }}"
            ),
            r#"{"name":"a","role":"admin","tags":["x"],"labels":{"k":"v"}}"#,
            r#"{"name":"a","tags":[],"labels":{}}"#,
        ),
    ] {
        let scene = Scene::new(&taking(&schema, ""), Behaviour::Close);
        scene.post_json("/one", body);
        assert_eq!(scene.forwarded_body().as_deref(), Some(expected), "{schema}");
    }
}

#[test]
fn what_a_discriminator_leads_to_and_what_is_required_passes() {
    let schemas = "components:\n  schemas:\n    Pet:\n      type: object\n      required: [kind, mood]\n      \
                   discriminator: { propertyName: kind }\n      properties: { name: { type: string } }\n    \
                   Cat:\n      allOf:\n        - $ref: '#/components/schemas/Pet'\n        - { type: object, \
                   properties: { lives: { type: integer }, id: { type: integer, readOnly: true } } }\n";
    let contract = taking("{ $ref: '#/components/schemas/Pet' }", schemas);
    let scene = Scene::new(&contract, Behaviour::Close);
    let body = r#"{"kind":"Cat","mood":"calm","name":"Tom","lives":9,"id":1,"owner":"me"}"#;
    scene.post_json("/one", body);
    assert_eq!(
        scene.forwarded_body().as_deref(),
        Some(r#"{"kind":"Cat","mood":"calm","name":"Tom","lives":9}"#)
    );
}

#[test]
fn a_body_that_is_announced_too_large_is_not_asked_for() {
    let scene = Scene::new(SHOP, Behaviour::Close);
    let request = "POST /api/items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                   Expect: 100-continue\r\nContent-Length: 12000000\r\n\r\n";
    let mut stream = portcullis_testkit::send(scene.gateway.address(), request);
    let mut all = String::new();
    std::io::Read::read_to_string(&mut stream, &mut all).unwrap();
    assert!(all.starts_with("HTTP/1.1 413 "), "{all}");
}

#[test]
fn a_wildcard_lets_nobody_choose_a_label_that_is_not_looked_into() {
    let object = "{ schema: { type: object, properties: { name: { type: string } } } }";
    let contract = format!(
        "openapi: 3.1.0\ninfo: {{ title: One, version: \"1\" }}\npaths:\n  /one:\n    post:\n      \
         security: []\n      requestBody: {{ content: {{ \"*/*\": {object} }} }}\n      responses: {{ \
         \"204\": {{ description: done }} }}\n"
    );
    let scene = Scene::new(&contract, Behaviour::Close);
    let body = r#"{"name":"a","role":"admin"}"#;
    for label in ["text/plain", "application/octet-stream", "application/json5", "application/xml"]
    {
        assert_eq!(scene.post("/one", label, body).status, 415, "{label}");
    }
    assert_eq!(scene.forwarded(), None);
    for label in ["application/json", "text/json", "application/x-json", "application/a+json"] {
        scene.post("/one", label, body);
        assert_eq!(scene.forwarded_body().as_deref(), Some(r#"{"name":"a"}"#), "{label}");
    }
    // Nor does a second declared form of the same body.
    let contract = contract.replace(
        &format!("\"*/*\": {object}"),
        &format!("application/json: {object}, text/plain: {object}, application/xml: {object}"),
    );
    let scene = Scene::new(&contract, Behaviour::Close);
    assert_eq!(scene.post("/one", "text/plain", body).status, 415);
    assert_eq!(scene.forwarded(), None);
    // XML is read, so it may stand beside JSON.
    let body = "<one><name>a</name><role>admin</role></one>";
    scene.post("/one", "application/xml", body);
    assert_eq!(scene.forwarded_body().as_deref(), Some("<one><name>a</name></one>"));
}
