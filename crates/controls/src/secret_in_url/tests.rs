//! What a document asks for in URLs passes; what it does not is refused; `check` tells where it asks.

use std::path::PathBuf;

use portcullis_model::{Refusal, Sources, UnixMillis};
use portcullis_policy::{Input, Overrides};

use super::*;
use crate::face::Judgement;

const CONTRACT: &str = "
openapi: 3.1.0
info: { title: T, version: v }
paths:
  /search:
    get:
      operationId: search
      security: [{ key: [] }]
      parameters:
        - { name: q, in: query, schema: { type: string } }
        - { name: filter, in: query, style: deepObject, schema: { type: object, additionalProperties: { type: string } } }
        - { name: rest, in: query, schema: { type: object, properties: { passcode: { type: string } }, additionalProperties: { type: string } } }
      responses: { '204': { description: done } }
  /callback:
    get:
      operationId: callback
      security: []
      parameters:
        - { name: code, in: query, schema: { type: string } }
        - { name: state, in: query, schema: { type: string } }
        - { name: id_token, in: query, schema: { type: string } }
      responses: { '204': { description: done } }
  /reset/{token}:
    get:
      operationId: reset
      security: [{ key: [] }]
      parameters:
        - { name: token, in: path, required: true, schema: { type: string } }
      responses: { '204': { description: done } }
  /plain:
    get:
      operationId: plain
      security: [{ head: [] }]
      parameters:
        - { name: token_count, in: query, schema: { type: integer } }
      responses: { '204': { description: done } }
components:
  securitySchemes:
    key: { type: apiKey, in: query, name: api_key }
    head: { type: apiKey, in: header, name: X-Key }
";

fn model() -> Model {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", CONTRACT);
    let overrides = Overrides {
        upstream: Some("http://127.0.0.1:1".to_owned()),
        listen: Some("127.0.0.1:0".to_owned()),
    };
    let now = UnixMillis(1_800_000_000_000);
    let folder = PathBuf::new();
    let input = Input { sources, contract, policy: None, folder, overrides, now };
    Model::join(input).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics))
}

fn judged(operation: Option<&str>, query: &str) -> Judgement<bool> {
    let model = model();
    let contract = &model.contract;
    let mut all = (0..contract.operations.len()).filter_map(|index| contract.operation(index));
    let operation = operation.map(|id| all.find(|one| one.name() == id).unwrap());
    let declared = Declared { operation, shapes: &contract.shapes, schemes: &contract.schemes };
    judge_query(declared, Some(query))
}

fn refusal(operation: Option<&str>, query: &str) -> Option<Refusal> {
    match judged(operation, query) {
        Judgement::Pass(_) => None,
        Judgement::Refuse(refusal, _) => Some(refusal),
    }
}

#[test]
fn a_credential_that_nobody_asks_for_is_refused_under_every_spelling() {
    for query in [
        "access_token=x",
        "Access-Token=x",
        "q=tea&access%5Ftoken=x",
        "user[password]=x",
        "user%5Bpassword%5D=x",
        "a.b.secret=x",
        "token[]=x",
        "password",
        "password=",
        "x=Bearer+mF_9.B5f-4.1JqM0aaaa",
        "x=npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3",
        "x=npm%5F0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3",
        "x=npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3%zz",
        "npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3",
    ] {
        for operation in [Some("search"), Some("plain"), None] {
            let refusal = refusal(operation, query).unwrap_or_else(|| panic!("{query}"));
            assert_eq!((refusal.status.0, refusal.reason), (400, "secret_in_url"), "{query}");
            assert!(!refusal.detail.contains("0aB1cD2"), "{}", refusal.detail);
        }
    }
}

#[test]
fn an_object_that_takes_any_name_asks_for_no_credential() {
    assert!(refusal(Some("search"), "colour=red").is_none());
    assert!(refusal(Some("search"), "access_token=red").is_some());
    assert_eq!(judged(Some("search"), "passcode=1"), Judgement::Pass(true));
}

#[test]
fn what_the_document_asks_for_passes_and_is_told() {
    for (operation, query) in [
        ("search", "api_key=k"),
        // Clients send it with every call.
        ("plain", "api_key=k"),
        ("search", "q=npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3"),
        ("search", "filter[token]=k"),
        ("callback", "id_token=k&code=SplxlOBe&state=xyz"),
    ] {
        assert_eq!(judged(Some(operation), query), Judgement::Pass(true), "{operation} {query}");
    }
}

#[test]
fn honest_queries_pass_and_nothing_is_told() {
    for query in [
        "",
        "q=how+to+reset+a+password&page=2",
        "q=Bearer+bonds",
        "token_count=7",
        "next_page_token=eyJwYWdlIjoyfQ",
        "code=SplxlOBe&state=xyz",
        "key=name&sort=key",
        "secretary=alice&passwordless=true&pin=4",
        "utm_source=mail&gclid=Cj0KCQiA-oqdBhDfARIsAO0TrGHabcdefghijklmnopqrstuvwxyz",
        "%=1&%zz=%",
    ] {
        assert_eq!(judged(Some("plain"), query), Judgement::Pass(false), "{query}");
    }
}

#[test]
fn pairs_are_shown_without_their_credentials() {
    for (pair, shown) in [
        ("page=2", "page=2"),
        ("access%5Ftoken=abc", "access%5Ftoken=***"),
        ("x=npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3", "x=***"),
        ("npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3", "***"),
        ("%zz=%", "%zz=%"),
    ] {
        assert_eq!(query::shown_pair(pair), shown);
    }
}

#[test]
fn the_public_text_is_one_for_all() {
    let texts = ["access_token=x", "x=npm_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3"]
        .map(|query| refusal(Some("plain"), query).unwrap().public);
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn places_that_ask_for_credentials_are_found_once() {
    let model = model();
    let mut found = Vec::new();
    for index in 0..model.contract.operations.len() {
        match expectation(&model, index) {
            Expectation::Missing(all) => found.extend(all),
            other => assert_eq!(
                (other, model.contract.operation(index).unwrap().name().as_str()),
                (Expectation::Required("no credential stands in its URL".to_owned()), "plain")
            ),
        }
    }
    assert!(found.iter().all(|one| one.span.is_some() && one.help.is_some()));
    let mut lines: Vec<String> =
        found.iter().map(|one| format!("{}: {}", one.code.name, one.message)).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "key-in-query: keys of `key` stand in the URL, as `api_key` of the query",
            "secret-parameter: the path parameter `token` of `reset` is a credential in a URL",
            "secret-parameter: the query parameter `code` of `callback` is a credential in a URL",
            "secret-parameter: the query parameter `id_token` of `callback` is a credential in a URL",
        ]
    );
}

#[test]
fn a_known_operation_hides_its_own_secrets_only() {
    let model = model();
    let paths = SecretPaths::of(&model);
    let of = |id: &str, path: &str| {
        let mut all =
            (0..model.contract.operations.len()).filter_map(|at| model.contract.operation(at));
        let operation = all.find(|one| one.name() == id).unwrap();
        paths.recorded_of(operation, path).into_owned()
    };
    assert_eq!(of("reset", "/reset/abc"), "/reset/***");
    assert_eq!(of("plain", "/reset/abc"), "/reset/abc");
    assert_eq!(paths.recorded("/reset/abc"), "/reset/***");
}
