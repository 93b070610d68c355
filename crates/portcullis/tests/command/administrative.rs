//! `portcullis check`: administrative operations that ordinary callers reach.

use serde_json::Value;

use crate::support::Folder;

const DOCUMENT: &str = r#"openapi: 3.1.0
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: http, scheme: bearer } }, schemas: { Order: { type: object, properties: { id: { type: integer } } } } }
paths:
  /admin/logs: { get: { operationId: getLogs, responses: { "204": { description: d } } } }
  /stock: { post: { operationId: recount, tags: [Back office management], responses: { "204": { description: d } } } }
  /prices: { post: { operationId: adminSetPrices, responses: { "204": { description: d } } } }
  /orders: { delete: { operationId: dropOrders, responses: { "204": { description: d } } } }
  /notices: { get: { operationId: listNotices, responses: { "204": { description: d } } } }
"#;

/// What is said of operations that look administrative.
fn told(access: &str) -> Vec<String> {
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:9\" }}]\n\
         callers: {{ jwt: {{ issuer: \"https://login.example.com\", audience: shop }}, attributes: {{ role: {{ claim: /role }} }} }}\n\
         roles: {{ customer: [], staff: [customer], admin: [staff] }}\nresources: {{ Order: {{ owner: /id }} }}\n\
         access: {access}\n"
    );
    let folder = Folder::with(&[("openapi.yaml", DOCUMENT), ("portcullis.yaml", &policy)]);
    let output = folder.run(&["check", "-c", "portcullis.yaml", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = report.get("problems").unwrap().as_array().unwrap().iter();
    let found = problems.filter(|one| one["code"] == "function-administrative");
    found.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_looks_administrative_and_ordinary_callers_reach_is_reported() {
    let all = told(
        "[{ role: customer, may: [getLogs, recount, adminSetPrices, listNotices] }, { may: dropOrders }]",
    );
    assert_eq!(all.len(), 4, "{all:#?}");
    for part in [
        "`getLogs` looks administrative (its path says `admin`), and every `customer` may call it",
        "`recount` looks administrative (its tag says `management`), and every `customer` may call it",
        "`adminSetPrices` looks administrative (its name says `admin`), and every `customer` may call it",
        "`dropOrders` looks administrative (it deletes Order, and no request says which), and every caller may call it",
    ] {
        assert!(all.iter().any(|one| one == part), "{part}: {all:#?}");
    }
    assert_eq!(told("[{ callers: [getLogs] }]").len(), 4, "without a grant every caller may");
}

#[test]
fn what_only_some_reach_is_not_reported() {
    for access in [
        "[{ role: staff, may: [getLogs, recount, adminSetPrices] }]",
        "[{ role: customer, may: getLogs }, { role: customer, forbid: getLogs }]",
        "[{ role: customer, may: getLogs, scope: logs }, { role: admin, may: \"*\" }]",
    ] {
        assert_eq!(told(access), Vec::<String>::new(), "{access}");
    }
}
