//! The real documents that are kept in the project: what is read from them, said about them, and
//! found by the oracles. A change of any of it is a visible difference.

#![expect(clippy::unwrap_used, reason = "a test stops where its promise breaks")]

use std::fmt::Write as _;
use std::io::Read as _;

use flate2::read::GzDecoder;
use portcullis_corpus::{Source, checks, compile};
use serde_json::Value;

/// Compiles a document, asks the oracles, and writes down what came of it.
fn shown(name: &str, compressed: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(compressed).read_to_string(&mut text).unwrap();
    let root: Value = serde_json::from_str(&text).unwrap();
    let compiled = compile(name, text);
    let contract = compiled.result.as_ref().unwrap();
    let checks = checks(contract, Source::new(&root), name);
    assert_eq!(checks.disagreements(), 0, "{}", checks.to_json());
    assert_eq!(checks.leaks(), 0, "{}", checks.to_json());
    assert_eq!(checks.unaccounted(), 0, "{}", checks.to_json());
    let mut out =
        format!("OpenAPI {}\noperations: {}\n", contract.openapi, contract.operations.len());
    for (code, count) in compiled.codes() {
        writeln!(out, "{code}: {count}").unwrap();
    }
    for (what, count) in checks.examples().as_object().into_iter().flatten() {
        writeln!(out, "examples, {what}: {count}").unwrap();
    }
    out
}

#[test]
fn githubs_document_is_read_whole() {
    insta::assert_snapshot!(shown("github.json", include_bytes!("../documents/github.json.gz")));
}

#[test]
fn digitaloceans_document_is_read_whole() {
    let compressed = include_bytes!("../documents/digitalocean.json.gz");
    insta::assert_snapshot!(shown("digitalocean.json", compressed));
}

#[test]
fn discourses_document_is_read_whole() {
    insta::assert_snapshot!(shown(
        "discourse.json",
        include_bytes!("../documents/discourse.json.gz")
    ));
}

#[test]
fn boxs_document_is_read_whole() {
    insta::assert_snapshot!(shown("box.json", include_bytes!("../documents/box.json.gz")));
}

#[test]
fn asanas_document_is_read_whole() {
    insta::assert_snapshot!(shown("asana.json", include_bytes!("../documents/asana.json.gz")));
}
