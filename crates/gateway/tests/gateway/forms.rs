//! Forms as real documents declare them, through the whole gateway.

use crate::support::Scene;
use portcullis_testkit::Behaviour;

/// As the API of a payment service is declared, cut down.
const PAYMENTS: &str = r#"
openapi: 3.0.3
info: { title: payments, version: "1" }
paths:
  /v1/subscriptions:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            encoding:
              expand: { explode: true, style: deepObject }
              items: { explode: true, style: deepObject }
              metadata: { explode: true, style: deepObject }
            schema:
              type: object
              required: [customer]
              properties:
                customer: { type: string, maxLength: 5000 }
                expand: { type: array, items: { type: string, maxLength: 5000 } }
                items:
                  type: array
                  items:
                    type: object
                    properties:
                      price: { type: string }
                      quantity: { type: integer }
                      amount_off: { type: integer, readOnly: true }
                metadata: { type: object, additionalProperties: { type: string } }
      responses: { "200": { description: ok } }
  /users:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                user:
                  type: object
                  properties: { name: { type: string }, role: { type: string, readOnly: true } }
                settings:
                  type: object
                  additionalProperties: false
                  properties: { colour: { type: string } }
      responses: { "200": { description: ok } }
"#;

/// Fields of Swagger 2.0 in every format of a collection.
const DEPOT: &str = r#"
swagger: "2.0"
info: { title: depot, version: "1" }
paths:
  /labels:
    post:
      security: []
      consumes: [application/x-www-form-urlencoded, multipart/form-data]
      parameters:
        - { name: ids, in: formData, type: array, items: { type: integer }, maxItems: 3 }
        - { name: words, in: formData, type: array, collectionFormat: ssv, items: { type: string } }
        - { name: tabs, in: formData, type: array, collectionFormat: tsv, items: { type: string } }
        - { name: pipes, in: formData, type: array, collectionFormat: pipes, items: { type: boolean } }
        - { name: each, in: formData, type: array, collectionFormat: multi, items: { type: string, enum: [a, b] } }
      responses: { 200: { description: ok } }
"#;

/// Forms that are required, of which one needs a field.
const DESK: &str = r#"
openapi: 3.0.3
info: { title: desk, version: "1" }
paths:
  /search:
    post:
      security: []
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, properties: { q: { type: string } } }
          application/json:
            schema: { type: object, properties: { q: { type: string } } }
      responses: { "204": { description: ok } }
  /messages:
    post:
      security: []
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [text], properties: { text: { type: string } } }
      responses: { "204": { description: ok } }
"#;

fn scene() -> Scene {
    Scene::new(PAYMENTS, Behaviour::json(200, "{}"))
}

fn post(scene: &Scene, target: &str, form: &str) -> u16 {
    scene.post(target, "application/x-www-form-urlencoded", form).status
}

#[test]
fn the_form_of_a_payment_client_reaches_the_api_in_its_spelling() {
    let scene = scene();
    let form = "customer=cus_1&items[0][price]=p1&items[0][quantity]=2&items[1][price]=p2&\
                metadata[order]=6735&expand[]=customer&expand[]=items";
    assert_eq!(post(&scene, "/v1/subscriptions", form), 200);
    let expected = form.replace('[', "%5B").replace(']', "%5D");
    assert_eq!(scene.forwarded_body(), Some(expected));
}

#[test]
fn no_role_is_written_through_the_brackets_of_a_form() {
    let scene = scene();
    assert_eq!(post(&scene, "/users", "user[name]=ann&user[role]=admin&user[is_admin]=1"), 200);
    assert_eq!(scene.forwarded_body().as_deref(), Some("user%5Bname%5D=ann"));
    assert_eq!(post(&scene, "/users", "user%5Brole%5D=admin&user[name]=ann"), 200);
    assert_eq!(scene.forwarded_body().as_deref(), Some("user%5Bname%5D=ann"));
    assert_eq!(post(&scene, "/users", "settings[colour]=red&settings[admin]=1"), 400);
    let form = "customer=c&items[0][price]=p&items[0][amount_off]=100";
    assert_eq!(post(&scene, "/v1/subscriptions", form), 200);
    let expected = "customer=c&items%5B0%5D%5Bprice%5D=p";
    assert_eq!(scene.forwarded_body().as_deref(), Some(expected));
}

#[test]
fn what_frameworks_read_differently_reaches_no_api() {
    let scene = scene();
    for form in [
        "customer=c&items[1][price]=a&items[0][price]=b",
        "customer=c&items[][price]=a",
        "customer=c&metadata[__proto__]=x",
        "customer=c&metadata[0]=x",
        "customer=c&metadata[a]b=x",
        "customer[$ne]=c",
        "customer[]=c",
    ] {
        assert_eq!(post(&scene, "/v1/subscriptions", form), 400, "{form}");
    }
    assert_eq!(scene.forwarded(), None);
}

#[test]
fn lists_of_swagger_are_read_and_written_in_their_collection_format() {
    let scene = Scene::new(DEPOT, Behaviour::json(200, "{}"));
    for (form, expected) in [
        ("ids=1,2", "ids=1,2"),
        ("ids=1%2C2", "ids=1,2"),
        ("words=a+b%20c", "words=a%20b%20c"),
        ("tabs=a%09b", "tabs=a%09b"),
        ("pipes=true|False", "pipes=true%7Cfalse"),
        ("each=a&each=b", "each=a&each=b"),
    ] {
        assert_eq!(post(&scene, "/labels", form), 200, "{form}");
        assert_eq!(scene.forwarded_body().as_deref(), Some(expected));
    }
    let before = scene.api.seen().len();
    for form in
        ["ids=1,x", "ids=1&ids=2", "ids=1,2,3,4", "ids[]=1", "each=a,b", "each=c", "pipes=1|0"]
    {
        assert_eq!(post(&scene, "/labels", form), 400, "{form}");
    }
    assert_eq!(scene.api.seen().len(), before);
}

/// A body of parts.
fn parts(fields: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    format!("{}--B--\r\n", fields.iter().map(part).collect::<String>())
}

#[test]
fn lists_of_swagger_in_parts_are_read_and_written_in_their_collection_format() {
    let scene = Scene::new(DEPOT, Behaviour::json(200, "{}"));
    let send = |fields: &[(&str, &str)]| {
        scene.post("/labels", "multipart/form-data; boundary=B", &parts(fields)).status
    };
    let fields = [
        ("ids", "1,2"),
        ("words", "a b"),
        ("tabs", "a\tb,c"),
        ("pipes", "TRUE|false"),
        ("each", "a"),
        ("each", "b"),
    ];
    assert_eq!(send(&fields), 200);
    let body = scene.forwarded_body().unwrap();
    for value in ["1,2", "a b", "a\tb,c", "true|false", "a", "b"] {
        assert!(body.contains(&format!("\r\n\r\n{value}\r\n")), "{value}: {body}");
    }
    let before = scene.api.seen().len();
    let refused: [&[(&str, &str)]; 5] = [
        &[("ids", "1,x")],
        &[("ids", "1"), ("ids", "2")],
        &[("ids", "1,2,3,4")],
        &[("pipes", "1|0")],
        &[("each", "a,b")],
    ];
    for fields in refused {
        assert_eq!(send(fields), 400, "{fields:?}");
    }
    assert_eq!(scene.api.seen().len(), before);
}

#[test]
fn the_record_says_which_field_is_wrong_and_which_booleans_are_taken() {
    let scene = Scene::new(DEPOT, Behaviour::json(200, "{}"));
    let taken = "`True`, `TRUE`, `False` and `FALSE` are taken";
    assert_eq!(post(&scene, "/labels", "pipes=true|yes"), 400);
    let record = scene.last_record();
    let detail = record["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("at `pipes`") && detail.contains(taken), "{detail}");
    let body = parts(&[("pipes", "1")]);
    assert_eq!(scene.post("/labels", "multipart/form-data; boundary=B", &body).status, 400);
    let record = scene.last_record();
    let detail = record["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(taken), "{detail}");
}

#[test]
fn an_empty_form_is_a_form_without_fields() {
    let scene = Scene::new(DESK, Behaviour::Answer(b"HTTP/1.1 204 X\r\n\r\n".to_vec()));
    assert_eq!(post(&scene, "/search", ""), 204);
    let sent = scene.forwarded().unwrap().to_lowercase();
    assert!(sent.contains("content-length: 0\r\n"), "{sent}");
    assert!(sent.contains("content-type: application/x-www-form-urlencoded\r\n"), "{sent}");
    assert_eq!(post(&scene, "/messages", ""), 400);
    let record = scene.last_record();
    assert_eq!(record["reason"], "schema");
    assert!(record["detail"].to_string().contains("text"), "what is missing is named: {record}");
    // Nothing at all is no form, and nothing else is empty in this way.
    for fields in ["", "Content-Type: application/json\r\n"] {
        let request =
            format!("POST /search HTTP/1.1\r\nHost: api\r\n{fields}Content-Length: 0\r\n\r\n");
        assert_eq!(scene.raw(request).status, 400, "{fields}");
        assert_eq!(scene.last_record()["reason"], "missing_body", "{fields}");
    }
    assert_eq!(scene.api.seen().len(), 1);
}
