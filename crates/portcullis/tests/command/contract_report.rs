//! `portcullis contract report`: what a document is worth, in three forms.

use serde_json::Value;

use crate::support::{Folder, text};

const DOCUMENT: &str = r#"openapi: 3.1.0
info: { title: "Notes <b>&", version: "1" }
servers: [{ url: /api }]
paths:
  /notes:
    get:
      operationId: listNotes
      security: []
      responses:
        "200":
          description: notes
          content:
            application/json:
              schema: { type: array, items: { type: object, properties: { text: { type: string } } } }
    post:
      operationId: createNote
      security: [{ key: [] }]
      deprecated: true
      parameters:
        - { name: filter, in: query, style: pipeDelimited, schema: { type: object } }
      requestBody:
        content:
          application/json: { schema: { type: object } }
      responses: { "201": { description: made }, "500": { description: "no" } }
  /notes/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        "200": { description: a note, content: { application/json: {} } }
    delete:
      operationId: removeNote
      parameters: 7
      responses: {}
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
"#;

#[test]
fn what_is_worst_comes_first() {
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT)]);
    let output = folder.run(&["contract", "report", "openapi.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn programs_read_counts_warnings_and_every_part() {
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT)]);
    let output = folder.run(&["contract", "report", "openapi.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let operations = report["details"].as_array().unwrap();
    assert_eq!(report["operations"], operations.len());
    for warning in report["warnings"].as_array().unwrap() {
        assert!(warning["code"].is_string() && warning["text"].is_string(), "{warning}");
        let at: Vec<&str> = warning["at"].as_str().unwrap().split(':').collect();
        assert_eq!(at.len(), 3, "{warning}");
        assert!(at[1..].iter().all(|number| number.parse::<u32>().is_ok()), "{warning}");
    }
    let create = operations.iter().find(|one| one["name"] == "createNote").unwrap();
    assert_eq!(create["deprecated"], true);
    assert_eq!(create["request"][1]["enforced"], "partly", "{create}");
    assert_eq!(report["operations_not_served"], 1);
}

#[test]
fn the_page_is_one_page_without_scripts() {
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT)]);
    let output = folder.run(&["contract", "report", "openapi.yaml", "--format", "html"]);
    assert_eq!(output.status.code(), Some(0));
    let page = text(&output.stdout);
    assert!(page.contains("Notes &lt;b&gt;&amp;"), "what the document says is escaped");
    for foreign in ["<script", "<b>&", "javascript:", "http://", "https://", " src=", "onload"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for part in ["default-src 'none'", "createNote", "deprecated", "openapi.yaml:15:5"] {
        assert!(page.contains(part), "{part}");
    }
    let tags = |tag: &str| page.matches(tag).count();
    assert_eq!(tags("<section"), tags("</section>"));
    assert_eq!(tags("<table"), tags("</table>"));
    assert_eq!(tags("<code>"), tags("</code>"));
}

#[test]
fn a_document_that_cannot_be_enforced_has_no_report() {
    let folder = Folder::with(&[
        ("page.html", "<!DOCTYPE html><p>not a document"),
        ("other.json", "{\"openapi\": \"3.1.0\""),
        ("empty.yaml", ""),
        ("list.yaml", "- a\n"),
        ("policy.yaml", "apis: []\n"),
    ]);
    for (file, code) in [
        ("page.html", 1),
        ("other.json", 1),
        ("empty.yaml", 1),
        ("list.yaml", 1),
        ("policy.yaml", 1),
        ("missing.yaml", 2),
        (".", 2),
    ] {
        let output = folder.run(&["contract", "report", file]);
        assert_eq!(output.status.code(), Some(code), "{file}");
        assert!(text(&output.stdout).is_empty(), "{file}");
        assert!(text(&output.stderr).contains(file), "{file}: {}", text(&output.stderr));
        let output = folder.run(&["contract", "report", file, "--format", "json"]);
        assert_eq!(output.status.code(), Some(code), "{file}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["operations"], 0, "{file}");
        assert!(report["errors"][0]["code"].is_string(), "{file}: {report}");
    }
}

#[test]
fn what_a_schema_lets_in_and_is_removed_is_said() {
    let folder = Folder::with(&[(
        "openapi.yaml",
        r##"openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /notes:
    post:
      operationId: createNote
      security: []
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } } }
      responses:
        "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } } }
components:
  schemas:
    Note:
      type: object
      properties: { text: { type: string } }
      additionalProperties: true
"##,
    )]);
    let output = folder.run(&["contract", "report", "openapi.yaml"]);
    let said = text(&output.stdout);
    for part in [
        "1 wholly enforced",
        "warnings    0",
        "Removed, though a schema lets it in",
        "relax: [{ operation: \"createNote\", undeclared: allow, by: ..., reason: ... }]",
        "answer 200 `application/json`: undeclared properties are removed at the top",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let output = folder.run(&["contract", "report", "openapi.yaml", "--format", "html"]);
    assert!(text(&output.stdout).contains("undeclared: allow"));
}
