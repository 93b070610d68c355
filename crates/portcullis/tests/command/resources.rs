//! `portcullis resources`: what is taken for what, and what a document suggests.

use serde_json::Value;

use crate::support::{Folder, text};

pub(crate) const DOCUMENT: &str = r##"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes: { key: { type: http, scheme: bearer } }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, customer_id: { type: integer }, account: { type: string } } }
    Medicine: { type: object, properties: { id: { type: integer }, label: { type: string } } }
paths:
  /me/orders:
    get:
      operationId: listMyOrders
      responses: { "200": { description: own, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Order" } } } } } }
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
  /medicines/{id}:
    get:
      operationId: getMedicine
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { description: one, content: { application/json: { schema: { $ref: "#/components/schemas/Medicine" } } } } }
  /parcels/{parcel_id}:
    get:
      operationId: trackParcel
      parameters: [{ name: parcel_id, in: path, required: true, schema: { type: string } }, { name: order_id, in: query, schema: { type: integer } }]
      responses: { "200": { description: one } }
  /health:
    get:
      operationId: health
      responses: { "204": { description: well } }
"##;

const API: &str = r#"apis: [{ contract: openapi.yaml, upstream: "http://127.0.0.1:3000" }]
callers: { attributes: { customer_id: { claim: /customer_id } }, id: customer_id, jwt: { issuer: "https://login.example.com", audience: shop } }
"#;

#[test]
fn a_document_alone_suggests_lines_that_hold_in_a_policy() {
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT)]);
    let output = folder.run(&["resources", "--contract", "openapi.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let suggested = text(&output.stdout);
    for part in [
        "  Order:  ## GET /orders/{id} (openapi.yaml:15:5)\n",
        "    owner: /customer_id  ## or /account\n",
        "    own_list: listMyOrders\n",
        "##   Medicine { id: /id }: GET /medicines/{id}\n",
    ] {
        assert!(suggested.contains(part), "{part}: {suggested}");
    }
    folder.write("portcullis.yaml", &format!("{API}{suggested}"));
    let checked = folder.run(&["check", "-c", "portcullis.yaml"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stdout));
    let shown = text(&folder.run(&["resources", "-c", "portcullis.yaml"]).stdout);
    assert!(shown.contains("  owner     /customer_id is caller.customer_id\n"), "{shown}");

    let json = ["resources", "--contract", "openapi.yaml", "--format", "json"];
    let told: Value = serde_json::from_slice(&folder.run(&json).stdout).unwrap();
    let first = &told["suggested"][0];
    assert_eq!((&first["name"], &first["list"]), (&"Order".into(), &"listMyOrders".into()));
    assert_eq!((&first["is_own_list"], &first["at"]), (&true.into(), &"openapi.yaml:15:5".into()));
}

#[test]
fn a_policy_is_shown_with_what_it_takes_for_what_and_the_line_that_is_missing() {
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT)]);
    let policy = format!(
        "{API}resources: {{ Order: {{ owner: /customer_id, own_list: listMyOrders }} }}\n\
         access: [{{ may: read, on: Order, when: mine }}, {{ callers: [getMedicine, trackParcel] }}]\n\
         operations: {{ getMedicine: {{ objects: none, reason: catalogue }} }}\n"
    );
    folder.write("portcullis.yaml", &policy);
    let output = folder.run(&["resources", "-c", "portcullis.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));

    let json = ["resources", "-c", "portcullis.yaml", "--format", "json"];
    let told: Value = serde_json::from_slice(&folder.run(&json).stdout).unwrap();
    let operations = told["apis"][0]["operations"].as_array().unwrap();
    let find = |name: &str| operations.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(find("getOrder")["inputs"][0]["place"], "path.id");
    assert_eq!(find("getOrder")["does"][0]["verb"], "read");
    assert_eq!(find("getMedicine")["objects_none"], true);
    let closed = find("trackParcel");
    assert_eq!(
        (&closed["asked"], &closed["undecided"][0]),
        (&"closed".into(), &"path.parcel_id".into())
    );
    assert!(closed["decide"].as_str().unwrap().contains("path.parcel_id: RESOURCE"), "{closed}");
}

#[test]
fn what_has_errors_or_is_not_there_shows_nothing() {
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT), ("wrong.yaml", "apis: 3\n")]);
    for (arguments, code) in [
        (&["resources", "-c", "wrong.yaml"][..], 1),
        (&["resources", "-c", "missing.yaml"], 2),
        (&["resources"], 2),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
