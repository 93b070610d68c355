//! What schemas declare in all the ways that they can be written, both ways through the gateway.

use crate::support::Scene;
use portcullis_testkit::Behaviour;

/// A document whose one operation takes and answers this schema.
fn both_ways(version: &str, schema: &str, schemas: &str) -> String {
    format!(
        r#"{{"openapi": "{version}", "info": {{"title": "t", "version": "1"}}, "paths": {{"/one": {{"post": {{
            "operationId": "one", "security": [],
            "requestBody": {{"content": {{"application/json": {{"schema": {schema}}}}}}},
            "responses": {{"200": {{"description": "d", "content": {{"application/json": {{
                "schema": {schema}}}}}}}}}}}}}}}, "components": {{"schemas": {{{schemas}}}}}}}"#
    )
}

struct Ways {
    status: u16,
    forwarded: Option<String>,
    answer: String,
}

/// What becomes of a value as a request and as an answer.
fn through(version: &str, schema: &str, schemas: &str, value: &str) -> Ways {
    let schema = schema.replace('@', "#/components/schemas/");
    let schemas = schemas.replace('@', "#/components/schemas/");
    let scene = Scene::new(&both_ways(version, &schema, &schemas), Behaviour::json(200, value));
    let status = scene.post_json("/one", value).status;
    let forwarded = scene.forwarded_body();
    // A body that every schema here takes, so that the answer comes.
    let asked = scene.raw("POST /one HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\n\r\n");
    Ways { status, forwarded, answer: asked.text() }
}

fn in_3_1(schema: &str, schemas: &str, value: &str) -> Ways {
    through("3.1.0", schema, schemas, value)
}

#[test]
fn what_may_never_be_does_not_leave() {
    let value = r#"{"a":"x","_s":"secret","s":"secret"}"#;
    for (schema, left) in [
        (
            r#"{"type":"object","properties":{"a":{}},"additionalProperties":{"not":{}}}"#,
            r#"{"a":"x"}"#,
        ),
        (
            r#"{"type":"object","properties":{"a":{}},"unevaluatedProperties":{"not":{}}}"#,
            r#"{"a":"x"}"#,
        ),
        (
            r#"{"type":"object","properties":{"a":{}},"additionalProperties":{"allOf":[{"type":"string"},false]}}"#,
            r#"{"a":"x"}"#,
        ),
        (
            r#"{"type":"object","patternProperties":{"^_":false},"additionalProperties":{"type":"string"}}"#,
            r#"{"a":"x","s":"secret"}"#,
        ),
        (
            r#"{"type":"object","properties":{"s":{"not":{}}},"additionalProperties":{"type":"string"}}"#,
            r#"{"a":"x","_s":"secret"}"#,
        ),
        (
            r#"{"type":"object","properties":{"a":{},"s":{"not":{}},"_s":{"anyOf":[false,{"not":true}]}}}"#,
            r#"{"a":"x"}"#,
        ),
        (
            r#"{"allOf":[{"properties":{"a":{},"s":{"type":"string"}}},{"properties":{"s":false}}]}"#,
            r#"{"a":"x"}"#,
        ),
        (
            r#"{"properties":{"a":{},"s":{"$ref":"@Never"}},"allOf":[{"properties":{"_s":{"type":"string"}},"patternProperties":{"^_":false}}]}"#,
            r#"{"a":"x"}"#,
        ),
    ] {
        let found = in_3_1(schema, r#""Never":{"not":{}}"#, value);
        assert_eq!(found.answer, left, "{schema}");
        assert_ne!(found.forwarded.as_deref(), Some(value), "{schema}");
    }
    for schema in [r#"{"allOf":[false]}"#, r#"{"not":{}}"#, r#"{"oneOf":[false,{"not":true}]}"#] {
        let found = in_3_1(schema, "", value);
        assert!(!found.answer.contains("secret"), "{schema}: {}", found.answer);
    }
    let items = r#"{"type":"array","items":false}"#;
    assert_eq!(in_3_1(items, "", r#"[{"s":1},"x"]"#).answer, "[]");
}

#[test]
fn what_one_alternative_forbids_another_may_hold() {
    let schema = r#"{"oneOf":[{"properties":{"a":{},"s":false},"required":["a"]},
        {"properties":{"s":{"type":"string"},"a":false},"required":["s"]}]}"#;
    assert_eq!(in_3_1(schema, "", r#"{"s":"x"}"#).answer, r#"{"s":"x"}"#);
    assert_eq!(in_3_1(schema, "", r#"{"a":"x"}"#).answer, r#"{"a":"x"}"#);
    let schema = r#"{"properties":{"s":{"type":"string"},"x":{}},
        "anyOf":[{"properties":{"s":false}},{"required":["x"]}]}"#;
    let value = r#"{"s":"y","x":"z"}"#;
    let found = in_3_1(schema, "", value);
    assert_eq!((found.answer.as_str(), found.forwarded.as_deref()), (value, Some(value)));
}

const PETS: &str = r#"
    "Pet":{"type":"object","required":["kind"],"properties":{"kind":{"type":"string"},"a":{"type":"string"}},
        "discriminator":{"propertyName":"kind"}},
    "Cat":{"allOf":[{"$ref":"@Pet"},{"type":"object","additionalProperties":{"type":"string"}}]},
    "Bare":{"type":"object","properties":{"a":{}},"discriminator":{"propertyName":"kind"}}"#;

#[test]
fn a_map_under_a_condition_opens_nothing_else() {
    let value = r#"{"kind":"b","a":"x","role":"admin"}"#;
    let base = r#""type":"object","properties":{"kind":{"type":"string"},"a":{"type":"string"}}"#;
    let asked = r#""if":{"properties":{"kind":{"const":"map"}}}"#;
    for schema in [
        format!(r#"{{{base},{asked},"then":{{"additionalProperties":{{"type":"string"}}}}}}"#),
        format!(r#"{{{base},{asked},"then":{{"unevaluatedProperties":{{"type":"string"}}}}}}"#),
        format!(
            r#"{{{base},"dependentSchemas":{{"a":{{"additionalProperties":{{"type":"string"}}}}}}}}"#
        ),
        format!(
            r#"{{{base},"anyOf":[{{"additionalProperties":{{"type":"string"}}}},{{"required":["a"]}}]}}"#
        ),
        format!(r#"{{{base},"if":{{"required":["role"]}},"then":{{"required":["a"]}}}}"#),
        format!(
            r#"{{{base},"allOf":[{{{asked},"then":{{"additionalProperties":{{"type":"string"}}}}}}]}}"#
        ),
        r#"{"$ref":"@Pet"}"#.to_owned(),
    ] {
        for version in ["3.1.0", "3.0.3"] {
            let found = through(version, &schema, PETS, value);
            let left = r#"{"kind":"b","a":"x"}"#;
            assert_eq!(found.answer, left, "{version} {schema}");
            assert_eq!(found.forwarded.as_deref(), Some(left), "{version} {schema}");
        }
    }
}

#[test]
fn what_is_a_map_in_one_place_opens_no_object_that_another_declares() {
    let object = r#"{"type":"object","properties":{"a":{"type":"string"}}}"#;
    let map = r#"{"type":"object","additionalProperties":{"type":"string"}}"#;
    for schema in [
        format!(
            r#"{{"anyOf":[{{"type":"object","properties":{{"m":{object}}}}},{{"type":"object","properties":{{"m":{map}}}}}]}}"#
        ),
        format!(
            r#"{{"type":"object","properties":{{"m":{object}}},"patternProperties":{{"^m":{map}}}}}"#
        ),
    ] {
        let found = in_3_1(&schema, "", r#"{"m":{"a":"x","role":"admin"}}"#);
        assert_eq!(found.answer, r#"{"m":{"a":"x"}}"#, "{schema}");
        assert_eq!(found.forwarded.as_deref(), Some(r#"{"m":{"a":"x"}}"#), "{schema}");
    }
}

#[test]
fn the_name_that_tells_types_apart_is_a_text() {
    let value = r#"{"kind":"cat","a":"x"}"#;
    let found = in_3_1(r#"{"$ref":"@Bare"}"#, PETS, value);
    assert_eq!((found.answer.as_str(), found.forwarded.as_deref()), (value, Some(value)));
    let found = in_3_1(r#"{"$ref":"@Bare"}"#, PETS, r#"{"kind":{"role":"admin"},"a":"x"}"#);
    assert_eq!(found.answer, r#"{"a":"x"}"#);
    assert!(found.forwarded.is_none_or(|body| !body.contains("admin")));
}

#[test]
fn a_flag_counts_wherever_it_is_said() {
    let flags = r#""type":"string","readOnly":true,"writeOnly":true"#;
    let chain: Vec<String> =
        (0..20).map(|at| format!(r#""C{at}":{{"$ref":"@C{}"}}"#, at + 1)).collect();
    let schemas = format!(
        r#"{},"C20":{{{flags}}},"Node":{{"$dynamicAnchor":"node",{flags}}}"#,
        chain.join(",")
    );
    let many: Vec<String> = (0..64).map(|at| format!(r#"{{"const":"{at}"}}"#)).collect();
    let of_x =
        |schema: &str| format!(r#"{{"type":"object","properties":{{"a":{{}},"x":{schema}}}}}"#);
    for schema in [
        format!(r#"{{"type":"object","patternProperties":{{"^[ax]":{{"type":"string"}},"^x":{{{flags}}}}}}}"#),
        format!(
            r#"{{"type":"object","properties":{{"a":{{}},"x":{{"type":"string"}}}},"patternProperties":{{"^x":{{{flags}}}}}}}"#
        ),
        format!(
            r#"{{"allOf":[{{"properties":{{"a":{{}},"x":{{"type":"string"}}}}}},{{"properties":{{"a":{{}}}},"additionalProperties":{{{flags}}}}}]}}"#
        ),
        r#"{"type":"object","properties":{"a":{}},"additionalProperties":{"readOnly":true,"writeOnly":true}}"#.to_owned(),
        of_x(r#"{"if":{"type":"string"},"then":{"readOnly":true,"writeOnly":true}}"#),
        of_x(r##"{"$dynamicRef":"#node"}"##),
        of_x(&format!(r#"{{"anyOf":[{},{{{flags}}}]}}"#, many.join(","))),
        of_x(r#"{"$ref":"@C0"}"#),
    ] {
        let found = in_3_1(&schema, &schemas, r#"{"a":"y","x":"s"}"#);
        assert_eq!(found.answer, r#"{"a":"y"}"#, "{schema}");
        assert_eq!(found.forwarded.as_deref(), Some(r#"{"a":"y"}"#), "{schema}");
    }
    let alone = r#"{"type":"object","additionalProperties":{"writeOnly":true}}"#;
    assert_eq!(in_3_1(alone, "", r#"{"x":"s"}"#).answer, "{}");
    let nested = r#"{"type":"object","patternProperties":{
        "^x":{"type":"object","properties":{"a":{}}},
        "x$":{"type":"object","properties":{"b":{},"r":{"type":"string","readOnly":true,"writeOnly":true}}}}}"#;
    let found = in_3_1(nested, "", r#"{"x":{"a":1,"b":2,"r":"s","u":3}}"#);
    assert_eq!(found.answer, r#"{"x":{"a":1,"b":2}}"#);
    assert_eq!(found.forwarded.as_deref(), Some(r#"{"x":{"a":1,"b":2}}"#));
}

#[test]
fn a_map_takes_no_other_spelling_of_what_may_not_be_written() {
    let schema = r#"{"type":"object","properties":{"name":{"type":"string"},
        "is_admin":{"type":"boolean","readOnly":true},
        "role":{"type":"string","readOnly":true},
        "s":false,
        "user":{"type":"object","properties":{"id":{"readOnly":true}}}},
        "additionalProperties":{"type":"string"}}"#;
    for name in [
        "Role",
        "ROLE",
        " role",
        "role[]",
        "user[id]",
        "is.admin",
        "is admin",
        "IS_ADMIN",
        "S",
        "User[id]",
        "user.id",
        "USER.id",
        ".role",
        "role.x",
        "user.id[]",
        "!role",
    ] {
        let found = in_3_1(schema, "", &format!(r#"{{"name":"n","{name}":"admin"}}"#));
        assert_eq!(found.forwarded.as_deref(), Some(r#"{"name":"n"}"#), "{name}");
        assert_eq!(found.status, 200, "{name}");
    }
    for name in ["roles", "Name", "colour", "my role", "rôle", "userid", "_name", "x.role", "_x"] {
        let body = format!(r#"{{"name":"n","{name}":"x"}}"#);
        assert_eq!(in_3_1(schema, "", &body).forwarded.as_deref(), Some(body.as_str()), "{name}");
    }
}

#[test]
fn a_map_in_a_form_takes_no_other_spelling_either() {
    let contract = r##"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/one":{"post":{
        "operationId":"one","security":[],"requestBody":{"content":{
            "application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/S"}},
            "multipart/form-data":{"schema":{"$ref":"#/components/schemas/S"}}}},
        "parameters":[{"name":"f","in":"query","style":"deepObject","explode":true,
            "schema":{"$ref":"#/components/schemas/S"}}],
        "responses":{"200":{"description":"d"}}}}},"components":{"schemas":{"S":{"type":"object",
        "properties":{"name":{"type":"string"},"role":{"type":"string","readOnly":true}},
        "additionalProperties":{"type":"string"}}}}}"##;
    for spelt in ["Role", "role", "+role", "role%5B%5D", "Role%5Bx%5D"] {
        let scene = Scene::new(contract, Behaviour::json(200, "{}"));
        let form = format!("name=n&{spelt}=admin");
        let head = "POST /one HTTP/1.1\r\nHost: api\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        scene.raw(format!("{head}Content-Length: {}\r\n\r\n{form}", form.len()));
        let forwarded = scene.forwarded().unwrap_or_default();
        assert!(!forwarded.contains("admin"), "{spelt}: {forwarded}");
    }
    for spelt in ["Role", "role", " role", "role[]"] {
        let scene = Scene::new(contract, Behaviour::json(200, "{}"));
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = format!("{}{}--b--\r\n", part("name", "n"), part(spelt, "admin"));
        let head =
            "POST /one HTTP/1.1\r\nHost: api\r\nContent-Type: multipart/form-data; boundary=b\r\n";
        scene.raw(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()));
        let forwarded = scene.forwarded().unwrap_or_default();
        assert!(!forwarded.contains("admin"), "{spelt}: {forwarded}");
    }
    for spelt in ["f[Role]", "f[role]", "f[%20role]"] {
        let scene = Scene::new(contract, Behaviour::json(200, "{}"));
        scene.raw(format!(
            "POST /one?f[name]=n&{spelt}=admin HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\n\r\n"
        ));
        let forwarded = scene.forwarded().unwrap_or_default();
        assert!(!forwarded.contains("admin"), "{spelt}: {forwarded}");
    }
}

#[test]
fn only_the_alternative_that_says_read_only_waives_what_it_requires() {
    let schema = r#"{"oneOf":[{"required":["a"],"properties":{"a":{"type":"string"}}},
        {"required":["b"],"properties":{"b":{"type":"string"},"a":{"type":"integer","readOnly":true}}}]}"#;
    for (body, status) in [("{}", 400), (r#"{"a":"x"}"#, 400), (r#"{"b":"x"}"#, 200)] {
        let found = in_3_1(schema, "", body);
        assert_eq!(found.status, status, "{body}");
        assert_eq!(found.forwarded.is_some(), status == 200, "{body}");
    }
    let all = r#"{"oneOf":[{"required":["a","b"],"properties":{"b":{"type":"string"},"a":{"readOnly":true}}},
        {"required":["c"],"properties":{"c":{}}}]}"#;
    assert_eq!(in_3_1(all, "", r#"{"b":"x"}"#).status, 200);
}

#[test]
fn what_is_required_elsewhere_and_read_only_here_need_not_be_sent() {
    let schemas = r#""Base":{"type":"object","required":["id","n"],"properties":{"id":{"type":"string"},"n":{"type":"string"}}},
        "Ids":{"required":["id"]},
        "Said":{"type":"object","properties":{"id":{"type":"string","readOnly":true},"n":{}}},
        "Node":{"allOf":[{"$ref":"@Base"},{"properties":{"id":{"readOnly":true},"next":{"$ref":"@Node"}}}]}"#;
    for schema in [
        r#"{"allOf":[{"$ref":"@Base"},{"properties":{"id":{"readOnly":true}}}]}"#,
        r#"{"$ref":"@Base","properties":{"id":{"readOnly":true}}}"#,
        r#"{"allOf":[{"$ref":"@Said"},{"$ref":"@Ids"}]}"#,
        r#"{"allOf":[{"$ref":"@Said"}],"anyOf":[{"$ref":"@Ids"},{"required":["id","x"]}]}"#,
        r#"{"$ref":"@Node"}"#,
    ] {
        for body in [r#"{"n":"x"}"#, r#"{"id":"1","n":"x"}"#] {
            let found = in_3_1(schema, schemas, body);
            assert_eq!(found.forwarded.as_deref(), Some(r#"{"n":"x"}"#), "{schema} {body}");
        }
    }
    let node = r#"{"n":"x","next":{"n":"y"}}"#;
    assert_eq!(in_3_1(r#"{"$ref":"@Node"}"#, schemas, node).forwarded.as_deref(), Some(node));
    let itself = in_3_1(r#"{"$ref":"@Base"}"#, schemas, r#"{"n":"x"}"#);
    assert_eq!(itself.status, 400, "where nothing says read-only, it is required");
}

#[test]
fn what_another_property_requires_is_declared() {
    let schema =
        r#"{"type":"object","properties":{"a":{"type":"string"}},"dependentRequired":{"a":["b"]}}"#;
    let body = r#"{"a":"x","b":"y"}"#;
    assert_eq!(in_3_1(schema, "", body).forwarded.as_deref(), Some(body));
}

#[test]
fn what_is_evaluated_is_not_closed() {
    for schema in [
        r#"{"type":"object","properties":{"a":{}},"additionalProperties":true,"unevaluatedProperties":false}"#,
        r#"{"allOf":[{"properties":{"a":{}},"additionalProperties":true}],"unevaluatedProperties":false}"#,
    ] {
        let found = in_3_1(schema, "", r#"{"a":1,"u":2}"#);
        assert_eq!(
            (found.status, found.forwarded.as_deref()),
            (200, Some(r#"{"a":1}"#)),
            "{schema}"
        );
    }
}

#[test]
fn a_closed_part_wins_over_a_map_beside_it() {
    let schema = r#"{"allOf":[{"additionalProperties":{"type":"string"}},
        {"properties":{"a":{}},"additionalProperties":false}]}"#;
    let found = in_3_1(schema, "", r#"{"a":"x","role":"admin"}"#);
    assert_eq!((found.answer.as_str(), found.status), (r#"{"a":"x"}"#, 400));
}

#[test]
fn a_map_holds_only_names_that_its_schema_takes() {
    let value = r#"{"x-a":"1","s":"secret"}"#;
    for names in [r#"{"pattern":"^x-"}"#, r#"{"enum":["x-a"]}"#, r#"{"const":"x-a"}"#] {
        let schema = format!(
            r#"{{"type":"object","propertyNames":{names},"additionalProperties":{{"type":"string"}}}}"#
        );
        assert_eq!(in_3_1(&schema, "", value).answer, r#"{"x-a":"1"}"#, "{names}");
    }
    let free = r#"{"type":"object","propertyNames":{"pattern":"^x-"}}"#;
    assert_eq!(in_3_1(free, "", value).answer, r#"{"x-a":"1"}"#);
    let never =
        r#"{"type":"object","propertyNames":false,"additionalProperties":{"type":"string"}}"#;
    assert_eq!(in_3_1(never, "", value).answer, "{}");
}
