//! `portcullis contract public`: the document as clients see the API.

use serde_json::{Value, json};

use crate::support::{Folder, text};

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: People, version: "1" }
servers: [{ url: "http://10.0.0.7:8080/api" }]
security: [{ bearer: [] }]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  schemas:
    Named: { type: object, required: [note], properties: { note: { type: string, readOnly: true } } }
    AdminSecret: { type: object, properties: { key: { type: string } } }
    Friend:
      allOf: [{ $ref: "#/components/schemas/Person" }, { type: object, required: [risk] }]
    Person:
      x-table: people_v2
      allOf:
        - $ref: "#/components/schemas/Named"
        - type: object
          required: [id, email, ssn]
          properties:
            id: { type: string }
            ssn: { type: string, example: "078-05-1120" }
            date_of_birth: { type: string, format: date }
            email: { type: string, format: email }
            password: { type: string }
            address: { type: object, properties: { city: { type: string }, risk: { type: string, readOnly: true } } }
paths:
  /people/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getPerson
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Person" } } } } }
    delete: { operationId: deletePerson, responses: { "204": { description: done } } }
  /internal/rebuild:
    post: { operationId: rebuild, x-internal-queue: "amqp://10.0.0.9", responses: { "204": { description: done } } }
"##;

const POLICY: &str = r#"apis: [{ contract: openapi.yaml, upstream: "http://10.0.0.7:8080" }]
callers: { jwt: { issuer: "https://login.example", audience: people } }
resources: { Person: { owner: /id } }
access: [{ may: read, on: Person, when: mine }]
answers:
  Person:
    hide: [/ssn, /address/risk, /note]
    derive:
      over_21: { from: /date_of_birth, age_at_least: 21 }
      email: { from: /email, masked_email: true }
"#;

#[test]
fn clients_see_the_document_without_what_does_not_leave() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT), ("portcullis.yaml", POLICY)]);
    let output = folder.command().args(["contract", "public"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let public: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(public["servers"], json!([{ "url": "/api" }]));
    let paths: Vec<&String> = public["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/people/{id}"], "nobody may rebuild");
    let item = &public["paths"]["/people/{id}"];
    assert!(
        item.get("get").is_some() && item.get("delete").is_none() && item.get("servers").is_none()
    );
    let person = &public["components"]["schemas"]["Person"];
    let own = &person["allOf"][1]["properties"];
    for hidden in ["ssn", "date_of_birth", "password"] {
        assert_eq!(own[hidden]["writeOnly"], true, "{hidden}");
    }
    assert_eq!(
        own["address"]["properties"],
        json!({ "city": { "type": "string" } }),
        "read-only and hidden"
    );
    assert_eq!(own["email"]["anyOf"][0]["format"], "email");
    assert_eq!(
        person["allOf"][1]["required"],
        json!(["id", "ssn"]),
        "there may be nothing to derive"
    );
    assert_eq!(person["properties"], json!({ "over_21": { "type": "boolean", "readOnly": true } }));
    let printed = text(&output.stdout);
    for inner in ["078-05-1120", "x-table", "AdminSecret", "amqp"] {
        assert!(!printed.contains(inner), "{inner}");
    }
    assert!(text(&output.stderr).contains("/note of Person is not declared in one place"));
    assert!(!text(&output.stdout).contains("10.0.0."), "where the API is stays inside");
    // It is a document like any other.
    folder.write("public.json", &text(&output.stdout));
    let report = folder.command().args(["contract", "report", "public.json"]).output().unwrap();
    assert_eq!(report.status.code(), Some(0), "{}", text(&report.stderr));
}

#[test]
fn a_document_in_several_files_is_not_guessed_at() {
    let contract = CONTRACT.replace("\"#/components/schemas/Named\"", "\"named.yaml\"");
    let files = [
        ("openapi.yaml", contract.as_str()),
        ("portcullis.yaml", POLICY),
        ("named.yaml", "{ type: object, properties: { note: { type: string } } }\n"),
    ];
    let folder = Folder::with(&files);
    let output = folder.command().args(["contract", "public"]).output().unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.len()),
        (Some(2), 0),
        "{}",
        text(&output.stderr)
    );
    assert!(text(&output.stderr).contains("`named.yaml`"), "{}", text(&output.stderr));
    // Nor is it served.
    folder.write("portcullis.yaml", &published("/openapi.json"));
    let output = folder.command().args(["check", "-c", "portcullis.yaml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(said.contains("policy-not-one-document"), "{said}");
}

fn published(path: &str) -> String {
    POLICY.replace("8080\" }", &format!("8080\", published: {path} }}"))
}

#[test]
fn where_it_is_served_nothing_else_answers() {
    let folder = Folder::with(&[("openapi.yaml", CONTRACT)]);
    for (path, code) in [
        ("/people/7", "policy-conflict"),
        ("openapi.json", "policy-bad-address"),
        ("/docs/", "policy-bad-address"),
        ("\"/people/{id}\"", "policy-bad-address"),
        ("[true]", "policy-wrong-kind"),
    ] {
        folder.write("portcullis.yaml", &published(path));
        let output = folder.command().args(["check", "-c", "portcullis.yaml"]).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{path}: {said}");
        assert!(said.contains(code), "{path}: {said}");
    }
}
