//! The documents, and `FLAWS.md`, tell the truth.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portcullis_sample::{APP, GENERATED, HONEST, SLOPPY};
use serde_json::Value;

use crate::client::{Api, Reply};

/// The honest document as JSON.
pub(crate) fn honest() -> Value {
    serde_saphyr::from_str(HONEST).expect("YAML")
}

fn sloppy() -> Value {
    serde_json::from_str(SLOPPY).expect("JSON")
}

fn generated() -> Value {
    serde_saphyr::from_str(GENERATED).expect("YAML")
}

fn app() -> Value {
    serde_saphyr::from_str(APP).expect("YAML")
}

/// Method, path template and declaration of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let each = paths.flat_map(|(path, item)| {
        let item = item.as_object().expect("a path item").iter();
        // Parameters of all operations of a path stand beside them.
        let item = item.filter(|(method, _)| *method != "parameters");
        item.map(move |(method, operation)| {
            (method.to_ascii_uppercase(), path.clone(), operation.clone())
        })
    });
    each.collect()
}

/// Fails unless the honest document declares this answer: its status, media type and schema.
pub(crate) fn assert_declared(document: &Value, method: &str, target: &str, reply: &Reply) {
    let path = target.split('?').next().and_then(|path| path.strip_prefix("/api"));
    let path = path.expect("a path below /api");
    let fits = |template: &str| {
        let (wanted, given) = (template.split('/'), path.split('/'));
        wanted.clone().count() == given.clone().count()
            && wanted.zip(given).all(|(want, give)| want == give || want.starts_with('{'))
    };
    let mut found: Vec<_> = operations(document)
        .into_iter()
        .filter(|(verb, template, _)| verb == method && fits(template))
        .collect();
    // Literal before template.
    found.sort_by_key(|(_, template, _)| template.matches('{').count());
    let (_, _, operation) = found.first().expect("a declared operation");
    let mut response = &operation["responses"][reply.status.to_string()];
    assert!(response.is_object(), "{method} {target}: {} is not declared", reply.status);
    if let Some(name) = response["$ref"].as_str() {
        response = document.pointer(name.trim_start_matches('#')).expect("the response");
    }
    let Some(content) = response["content"].as_object().filter(|_| method != "HEAD") else {
        return assert!(reply.body.is_empty(), "{method} {target}: undeclared body");
    };
    let media = reply.header("content-type").split(';').next().unwrap_or_default();
    let schema = &content.get(media).expect("a declared media type")["schema"];
    let mut root = serde_json::json!({ "components": document["components"], "allOf": [schema] });
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    let validator = jsonschema::validator_for(&root).expect("a schema");
    for body in values(media, reply) {
        let faults: Vec<String> = validator.iter_errors(&body).map(|it| it.to_string()).collect();
        assert!(faults.is_empty(), "{method} {target}: {faults:?} in {body}");
    }
}

/// What the schema is about: the body, or each line of it.
fn values(media: &str, reply: &Reply) -> Vec<Value> {
    match media {
        "application/jsonl" => {
            let text = reply.text();
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        }
        _ if media.ends_with("json") => vec![reply.json()],
        _ => vec![reply.text().into()],
    }
}

#[tokio::test]
async fn every_declared_operation_exists() {
    for (document, least) in [(honest(), 25), (sloppy(), 25), (generated(), 10), (app(), 10)] {
        let operations = operations(&document);
        assert!(operations.len() >= least, "{}", operations.len());
        let api = Api::start().await;
        let adam = api.login("adam").await;
        for (method, template, _) in operations {
            if template.ends_with("/logout") {
                continue;
            }
            let path = template.replace("{id}", "1").replace("{number}", "RX-1001");
            let path = path.replace("{code}", "PH-A1").replace("{page}", "medicines");
            let path = path.replace("{customer_id}", "1").replace("{token}", "x");
            let reply = api.call(&format!("{method} /api{path}"), &[&adam], "").await;
            let nowhere = reply.json()["detail"] == "no such page";
            assert!(reply.status != 405 && !nowhere, "{method} {template}");
        }
    }
}

#[test]
fn operation_ids_are_unique() {
    for document in [honest(), sloppy(), generated(), app()] {
        let operations = operations(&document);
        let ids: BTreeSet<_> = operations
            .iter()
            .filter_map(|(_, _, operation)| operation["operationId"].as_str())
            .collect();
        assert_eq!(ids.len(), operations.len());
    }
}

#[test]
fn the_honest_document_says_who_may_call_each_operation() {
    let document = honest();
    assert!(document.get("security").is_none());
    for (method, path, operation) in operations(&document) {
        assert!(operation["security"].is_array(), "{method} {path}");
    }
}

#[test]
fn no_document_declares_a_hidden_property() {
    let hidden = ["password_hash", "internal_notes", "risk_score", "supplier_cost_cents"];
    for name in hidden.into_iter().chain(["recalled", "staff_note", "gateway_token"]) {
        for document in [HONEST, SLOPPY, GENERATED, APP] {
            assert!(!document.contains(name), "{name}");
        }
    }
}

/// How the names of tests begin that try a flaw.
const ITEMS: [&str; 18] = [
    "a1-", "a11-", "a12-", "a13-", "a2-", "a3-", "a4-", "a5-", "a6-", "a7-", "a8-", "a9-", "c6-",
    "c7-", "f1-", "f2-", "f4-", "n4-",
];

/// The text of all files of a folder below this crate.
fn sources(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).expect("the folder");
    let texts = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("text"));
    texts.collect()
}

#[test]
fn each_flaw_is_listed_marked_and_tested() {
    let table = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("FLAWS.md"));
    let table = table.expect("FLAWS.md");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let listed: BTreeSet<String> = rows.map(|(id, _)| id.to_owned()).collect();
    let code = sources("src");
    let marks = code.split("FLAW(").skip(1).filter_map(|rest| rest.split_once(')'));
    let marked: BTreeSet<String> =
        marks.map(|(id, _)| id.to_owned()).filter(|id| id != "id").collect();
    let tests = sources("tests/sample");
    let named = tests.split("async fn ").skip(1).filter_map(|rest| rest.split_once("()"));
    let tested: BTreeSet<String> = named
        .map(|(name, _)| name.replace('_', "-"))
        .filter(|name| ITEMS.iter().any(|item| name.starts_with(item)))
        .collect();
    assert!(listed.len() >= 40);
    assert_eq!(listed, marked);
    assert_eq!(listed, tested);
}
