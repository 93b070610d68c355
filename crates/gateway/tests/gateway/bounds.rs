//! How much one request asks for: pages, offsets, objects in a list, numbers; files that are two things; GraphQL.

#![expect(clippy::indexing_slicing, reason = "a record without its fields must fail its test")]

use crate::support::{Scene, Setup};
use portcullis_testkit::Behaviour;

const CONTRACT: &str = r##"
openapi: 3.1.0
info: { title: lists, version: "1" }
paths:
  /orders:
    get:
      operationId: listOrders
      security: []
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
        - { name: offset, in: query, schema: { type: integer } }
        - { name: size, in: query, schema: { type: string } }
        - { name: page, in: query, style: deepObject, explode: true, schema: { type: object, properties: { size: { type: integer }, number: { type: integer } } } }
        - { name: filter, in: query, content: { application/json: { schema: { type: object } } } }
        - { name: ids, in: query, schema: { type: array, items: { type: string } } }
        - { name: price, in: query, schema: { type: number } }
        - { name: code, in: query, schema: { type: integer } }
        - { name: credit_limit, in: query, schema: { type: integer } }
        - { name: per_page, in: query, schema: {} }
        - { name: page_size, in: query, schema: { type: string } }
        - { name: opts, in: query, style: deepObject, explode: true, schema: { type: object } }
        - { name: page_limit, in: cookie, schema: { type: string } }
        - { name: max_results, in: query, schema: { type: string, pattern: "^[a-z0-9]+$" } }
      responses: { "204": { description: done } }
    post:
      operationId: createOrders
      security: []
      requestBody:
        content:
          application/json: { schema: { $ref: "#/components/schemas/Orders" } }
          application/x-www-form-urlencoded: { schema: { $ref: "#/components/schemas/Orders" } }
      responses: { "204": { description: done } }
  /bounded:
    get:
      operationId: listBounded
      security: []
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: -1, maximum: 50000 } }
        - { name: per_page, in: query, schema: { enum: [all, "10"] } }
        - { name: max, in: query, schema: { type: integer } }
        - { name: size, in: query, schema: { type: integer } }
      responses: { "204": { description: done } }
  /graphql:
    post:
      operationId: postGraphql
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { query: { type: string, x-text: code } } } } } }
      responses: { "204": { description: done } }
  /q:
    get:
      operationId: askByQuery
      security: []
      parameters: [{ name: query, in: query, schema: { type: string, x-text: code } }]
      responses: { "204": { description: done } }
    post:
      operationId: ask
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { query: { type: string, x-text: code }, variables: { type: object } } } } } }
      responses: { "204": { description: done } }
  /files:
    post:
      operationId: sendFiles
      security: []
      requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { operations: { type: string, x-text: code }, map: { type: string, x-text: code } } } } } }
      responses: { "204": { description: done } }
  /anything:
    get:
      operationId: searchAnything
      security: []
      parameters: [{ name: query, in: query, schema: { type: string, x-text: code } }]
      responses: { "204": { description: done } }
    post:
      operationId: postAnything
      security: []
      requestBody: { content: { application/json: {}, multipart/form-data: {}, text/plain: {} } }
      responses: { "204": { description: done } }
  /pictures:
    put:
      operationId: putPicture
      security: []
      requestBody: { content: { image/gif: {}, image/svg+xml: {}, image/x-raw: {} } }
      responses: { "204": { description: done } }
components:
  schemas:
    Orders:
      type: object
      properties:
        items: { type: array, items: { type: object, properties: { id: { type: integer } } } }
        ids: { type: array, items: { type: integer } }
        limit: { type: integer }
        page_size: { type: integer }
        count: { type: integer }
        account: { type: object, properties: { limit: { type: integer }, currency: { type: string } } }
        meta: { type: object }
        search: { type: object, properties: { limit: { type: integer }, cursor: { type: string } } }
        wide: { type: integer, maximum: 1000000000000000000000000 }
"##;
const POLICY: &str = "apis:\n  - contract: openapi.yaml\n    upstream: http://127.0.0.1:3000\n";

fn of_policy(lines: &str) -> Scene {
    let policy = format!("{POLICY}{lines}");
    let setup = Setup { policy: Some(&policy), ..Setup::default() };
    Scene::with(CONTRACT, Behaviour::json(204, ""), setup)
}

fn get(scene: &Scene, target: &str) -> (u16, String) {
    let status = scene.raw(format!("GET {target} HTTP/1.1\r\nHost: api\r\n\r\n")).status;
    (status, scene.last_record()["reason"].as_str().unwrap_or_default().to_owned())
}

fn post(scene: &Scene, body: &str) -> (u16, String) {
    let status = scene.post_json("/orders", body).status;
    (status, scene.last_record()["reason"].as_str().unwrap_or_default().to_owned())
}

#[track_caller]
fn assert_all(cases: &[(&str, u16, &str)], ask: impl Fn(&str) -> (u16, String)) {
    for (what, status, reason) in cases {
        assert_eq!(ask(what), (*status, (*reason).to_owned()), "{what}");
    }
}

#[test]
fn a_page_is_no_larger_than_the_bound_where_the_contract_has_none() {
    let scene = of_policy("limits: { page_size: 100, page_offset: 5000 }\n");
    assert_all(
        &[
            ("/orders?limit=100", 204, ""),
            ("/orders?limit=101", 400, "page_size"),
            ("/orders?limit=99999999999999999999999999", 400, "whole_number_range"),
            ("/orders?limit=-1", 400, "page_below"),
            ("/orders?limit=0", 400, "page_below"),
            ("/orders?size=101", 400, "page_size"),
            ("/orders?size=42", 204, ""),
            ("/orders?size=XL", 204, ""),
            ("/orders?page%5Bsize%5D=101", 400, "page_size"),
            ("/orders?page%5Bsize%5D=7&page%5Bnumber%5D=5000", 204, ""),
            ("/orders?page%5Bnumber%5D=5001", 400, "page_offset"),
            ("/orders?offset=5000", 204, ""),
            ("/orders?offset=0", 204, ""),
            ("/orders?offset=5001", 400, "page_offset"),
            ("/orders?offset=-1", 400, "page_below"),
            ("/orders?filter=%7B%22limit%22:101%7D", 400, "page_size"),
            ("/orders?filter=%7B%22limit%22:%22all%22%7D", 400, "page_no_number"),
            ("/orders?credit_limit=100000", 204, ""),
        ],
        |target| get(&scene, target),
    );
}

#[test]
fn a_page_size_that_is_no_plain_number_is_refused_or_counts_for_the_most_that_anybody_reads() {
    let scene = of_policy("limits: { page_size: 100, page_offset: 5000 }\n");
    for (target, status) in [
        // A name that is one of pages alone takes numbers.
        ("/orders?per_page=%2B100000", "page_no_number"),
        ("/orders?per_page=0x186a0", "page_no_number"),
        ("/orders?per_page=%20100000", "page_no_number"),
        ("/orders?per_page=1e5", "page_size"),
        ("/orders?per_page=100000.0", "page_size"),
        ("/orders?per_page=%EF%BC%91%EF%BC%90%EF%BC%90%EF%BC%90", "page_no_number"),
        ("/orders?page_size=all", "page_no_number"),
        ("/orders?page_size=everyone", "page_no_number"),
        ("/orders?page_size=max", "page_no_number"),
        ("/orders?page_size=1%2530%2530%2530", "page_no_number"),
        // One that may be of something else counts for what a loose reader makes of it.
        ("/orders?size=%2B100000", "page_size"),
        ("/orders?size=0x186a0", "page_size"),
        ("/orders?size=%20100000", "page_size"),
        ("/orders?size=100000abc", "page_size"),
        ("/orders?size=100_000", "page_size"),
        ("/orders?size=100,000", "page_size"),
        ("/orders?size=%22100000%22", "page_size"),
        ("/orders?size=%D9%A1%D9%A0%D9%A0%D9%A0", "page_size"),
        ("/orders?size=%20-1", "page_below"),
        ("/orders?size=00", "page_below"),
        ("/orders?size=all", "page_no_number"),
        ("/orders?size=Unlimited", "page_no_number"),
        ("/orders?max_results=100000", "page_size"),
        ("/orders?max_results=0x186a0", "page_size"),
        ("/orders?size=1%E2%80%8B00000", "page_size"),
        ("/orders?opts%5Blimit%5D=100000", "page_size"),
        ("/orders?opts%5Bpage_size%5D=100000", "page_size"),
        ("/orders?filter=%7B%22page_size%22:%5B100000%5D%7D", "page_no_number"),
        ("/orders?filter=%7B%22page_size%22:%22%2B100000%22%7D", "page_no_number"),
    ] {
        assert_eq!(get(&scene, target), (400, status.to_owned()), "{target}");
    }
    let cookie = "GET /orders HTTP/1.1\r\nHost: api\r\nCookie: page_limit=100000\r\n\r\n";
    assert_eq!(scene.raw(cookie).status, 400);
    assert_eq!(scene.last_record()["reason"], "page_size");
    for target in [
        "/orders?per_page=100",
        "/orders?per_page=",
        "/orders?page_size=A4",
        "/orders?size=10x15",
        "/orders?size=41,42",
        "/orders?size=38.5",
        "/orders?size=XL",
        "/orders?max_results=all",
        "/orders?max_results=a1",
    ] {
        assert_eq!(get(&scene, target).0, 204, "{target}");
    }
}

#[test]
fn what_the_contract_bounds_is_the_contracts_and_an_operation_may_have_a_bound_of_its_own() {
    let scene = of_policy(
        "limits: { page_size: 100 }\noperations:\n  listOrders: { page_size: 2000, page_offset: 10 }\n",
    );
    assert_all(
        &[
            ("/bounded?limit=50000", 204, ""),
            ("/bounded?limit=-1", 204, ""),
            ("/bounded?per_page=all", 204, ""),
            ("/bounded?max=1000000", 204, ""),
            ("/bounded?size=1000000", 204, ""),
            ("/orders?limit=2000", 204, ""),
            ("/orders?limit=2001", 400, "page_size"),
            ("/orders?offset=11", 400, "page_offset"),
        ],
        |target| get(&scene, target),
    );
    let scene = of_policy("operations:\n  listBounded: { page_size: 20 }\n");
    assert_eq!(
        get(&scene, "/bounded?limit=21").1,
        "page_size",
        "the line holds beside the contract"
    );
}

#[test]
fn a_refusal_says_which_line_raises_the_bound_and_not_what_was_asked_for() {
    let scene = of_policy("");
    let answer = scene.raw("GET /orders?limit=4711 HTTP/1.1\r\nHost: api\r\n\r\n");
    assert!(answer.text().contains("asks for more than one request may"), "{}", answer.text());
    let detail = scene.last_record()["detail"].to_string();
    for wanted in
        ["`query.limit`", "`limits: { page_size: 1000 }`", "`maximum`", "under `operations`"]
    {
        assert!(detail.contains(wanted), "{detail}");
    }
    assert!(!detail.contains("4711"), "{detail}");
}

#[test]
fn amounts_in_a_body_are_bounded_where_they_speak_of_pages() {
    let scene = of_policy("limits: { page_size: 100 }\n");
    assert_all(
        &[
            (r#"{"page_size": 100}"#, 204, ""),
            (r#"{"page_size": 101}"#, 400, "page_size"),
            (r#"{"search": {"limit": 101}}"#, 400, "page_size"),
            (r#"{"search": {"limit": -1}}"#, 400, "page_below"),
            (r#"{"meta": {"pagination": {"limit": 101}}}"#, 400, "page_size"),
            (r#"{"meta": {"page": {"size": "101"}}}"#, 400, "page_size"),
            (r#"{"meta": {"page_size": [101]}}"#, 400, "page_no_number"),
            (r#"{"meta": {"card": {"size": 101}, "limit": 101}}"#, 204, ""),
            (r#"{"account": {"limit": 500000, "currency": "EUR"}}"#, 204, ""),
            (r#"{"account": {"limit": -1}}"#, 204, ""),
            (r#"{"limit": 500000}"#, 204, ""),
            (r#"{"count": 500000}"#, 204, ""),
        ],
        |body| post(&scene, body),
    );
}

#[test]
fn lists_of_objects_are_bounded_and_lists_of_numbers_by_the_reader_alone() {
    let scene = of_policy("limits: { batch_items: 20 }\n");
    let objects = |count: usize| format!(r#"{{"items": [{}]}}"#, vec!["{}"; count].join(","));
    let ids = format!(r#"{{"ids": [{}]}}"#, vec!["1"; 500].join(","));
    assert_all(
        &[(&objects(20), 204, ""), (&objects(21), 413, "batch_items"), (&ids, 204, "")],
        |body| post(&scene, body),
    );
    let query = |count: usize| format!("/orders?{}", vec!["ids=a"; count].join("&"));
    assert_eq!(get(&scene, &query(20)).0, 204);
    assert_eq!(get(&scene, &query(21)), (413, "batch_items".to_owned()));
    let scene = of_policy("operations:\n  createOrders: { batch_items: 2 }\n");
    assert_eq!(post(&scene, &objects(3)), (413, "batch_items".to_owned()));
    let scene = of_policy("");
    assert_eq!(post(&scene, &objects(1_000)).0, 204);
    assert_eq!(post(&scene, &objects(1_001)), (413, "batch_items".to_owned()));
}

#[test]
fn numbers_are_those_that_every_reader_holds() {
    let scene = of_policy("");
    let long = format!("/orders?price=1.{}", "1".repeat(70));
    assert_all(
        &[
            ("/orders?price=1e308", 204, ""),
            ("/orders?price=1e400", 400, "type"),
            ("/orders?price=NaN", 400, "type"),
            ("/orders?price=-Infinity", 400, "type"),
            (&long, 400, "type"),
            ("/orders?code=9007199254740993", 204, ""),
            ("/orders?code=18446744073709551615", 204, ""),
            ("/orders?code=18446744073709551616", 400, "whole_number_range"),
            ("/orders?code=-9223372036854775809", 400, "whole_number_range"),
        ],
        |target| get(&scene, target),
    );
    let digits = format!(r#"{{"count": {}}}"#, "1".repeat(65));
    assert_all(
        &[
            (r#"{"count": 18446744073709551615}"#, 204, ""),
            (r#"{"count": 18446744073709551616}"#, 400, "whole_number_range"),
            (r#"{"count": 1e30}"#, 400, "whole_number_range"),
            (r#"{"count": 1e400}"#, 400, "number_range"),
            (r#"{"wide": 1000000000000000000000}"#, 204, ""),
            (&digits, 413, "number_too_long"),
        ],
        |body| post(&scene, body),
    );
    assert!(post(&scene, r#"{"count": NaN}"#).0 == 400);
}

#[test]
fn graphql_is_closed_until_the_policy_says_what_it_is() {
    let ask = |scene: &Scene| {
        scene.post_json("/graphql", r#"{"query": "{ customers { email } }"}"#).status
    };
    for closed in ["", "access: [{ anyone: \"*\" }]\n"] {
        let scene = of_policy(closed);
        assert_eq!(ask(&scene), 403);
        let record = scene.last_record();
        assert_eq!(record["control"], "function_access", "{record}");
        assert_eq!(record["reason"], "undecided_graphql", "{record}");
        assert_eq!(scene.forwarded(), None);
    }
    for word in ["uninspected", "other"] {
        let scene = of_policy(&format!("operations: {{ postGraphql: {{ graphql: {word} }} }}\n"));
        assert_eq!(ask(&scene), 204, "{word}");
    }
}

/// A request with these parts.
fn parts(scene: &Scene, target: &str, parts: &[(&str, &str)]) -> u16 {
    let parts = parts.iter().map(|(name, text)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    });
    let body = format!("{}--b--\r\n", parts.collect::<String>());
    scene.post(target, "multipart/form-data; boundary=b", &body).status
}

#[test]
fn graphql_is_known_in_parts_beside_another_method_and_by_what_a_request_says() {
    let operations = r#"{"query": "mutation { pay { id } }", "variables": {"file": null}}"#;
    let map = r#"{"0": ["variables.file"]}"#;
    let with_files = [("operations", operations), ("map", map)];
    let document = "%7B%20customers%20%7B%20email%20%7D%20%7D";
    let asked = |scene: &Scene| {
        [
            scene.get(&format!("/q?query={document}")).status,
            scene.get("/q?query=word").status,
            scene.get(&format!("/anything?query={document}")).status,
            parts(scene, "/files", &with_files),
            parts(scene, "/anything", &with_files),
            parts(scene, "/anything", &[("query", "{ customers { email } }")]),
            scene.post_json("/anything", r##"{"query": "# x\n{ customers { email } }"}"##).status,
            scene.post_json("/anything", r#"[{"query": "query { me }"}]"#).status,
            scene.post_json("/anything", r#"{"Query": "{ me }"}"#).status,
            scene.post_json("/anything", r#"{"gql": "query Q { me { id } }"}"#).status,
            scene.post_json("/anything", r#"{"documentId": "x", "variables": {}}"#).status,
            scene.post("/anything", "text/plain", r#"{"query": "{ me }"}"#).status,
            scene.post("/anything", "text/plain", "{ me }").status,
        ]
    };
    let scene = of_policy("");
    assert_eq!(asked(&scene), [403; 13]);
    let record = scene.last_record();
    assert_eq!(record["control"], "function_access", "{record}");
    assert_eq!(record["reason"], "undecided_graphql", "{record}");
    assert_eq!(scene.forwarded(), None);
    for word in ["uninspected", "other"] {
        let all = ["askByQuery", "ask", "sendFiles", "searchAnything", "postAnything"];
        let lines: Vec<String> =
            all.iter().map(|one| format!("  {one}: {{ graphql: {word} }}\n")).collect();
        // What is in free text is looked at by another control.
        let scene = of_policy(&format!(
            "operations:\n{}relax:\n  - {{ operation: postAnything, control: hostile_input, mode: observe, by: a, reason: b, until: 2027-01-31 }}\n",
            lines.concat()
        ));
        assert_eq!(asked(&scene), [204; 13], "{word}");
    }
    let scene = of_policy("");
    for body in [
        r#"{"query": "aspirin"}"#,
        r#"{"query": {"name": "x"}}"#,
        r#"{"query": "{\"a\": 1}"}"#,
        r#"{"note": "query {me} is what we ask"}"#,
    ] {
        assert_eq!(scene.post_json("/anything", body).status, 204, "{body}");
    }
    assert_eq!(scene.get("/anything?query=aspirin").status, 204);
}

#[test]
fn a_file_is_not_two_things() {
    let scene = of_policy("");
    let put = |label: &str, body: &str| {
        let head = format!(
            "PUT /pictures HTTP/1.1\r\nHost: api\r\nContent-Type: {label}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let status = scene.raw(format!("{head}{body}")).status;
        (status, scene.last_record()["reason"].as_str().unwrap_or_default().to_owned())
    };
    for (label, body, reason) in [
        ("image/gif", "GIF89a/*<script>alert(1)</script>*/", "two_files"),
        ("image/gif", "GIF89a<?php system($_GET['c']); ?>", "two_files"),
        ("image/gif", "<html>", "not_what_it_says"),
        ("image/x-raw", "\u{7f}ELF\u{2}", "two_files"),
        ("image/x-raw", "<svg onload='alert(1)'/>", "two_files"),
        (
            "image/svg+xml",
            "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "two_files",
        ),
    ] {
        assert_eq!(put(label, body), (400, reason.to_owned()), "{label} {body}");
    }
    assert_eq!(put("image/gif", "GIF89a....;").0, 204);
    assert_eq!(
        put("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>").0,
        204
    );
}
