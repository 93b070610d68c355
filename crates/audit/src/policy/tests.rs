//! Each rule of a policy fires where it should, and only there.

use portcullis_controls::{Plan, PlanOptions};
use portcullis_policy::{Overrides, Policy};

use super::*;
use crate::finding::Severity;

const CONTRACT: &str = r#"openapi: 3.1.0
info: { title: Notes, version: "1" }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
security: [{ token: [] }]
paths:
  /notes:
    get: { operationId: listNotes, responses: { "200": { description: notes } } }
    post: { operationId: addNote, responses: { "201": { description: a note } } }
  /notes/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { operationId: getNote, responses: { "200": { description: a note } } }
    put: { operationId: putNote, responses: { "200": { description: a note } } }
    delete: { operationId: dropNote, responses: { "204": { description: gone } } }
"#;

/// What a policy with these lines gets: rule and how bad.
fn found(lines: &str) -> Vec<(String, Severity)> {
    found_at("http://127.0.0.1:9", lines)
}

fn found_at(upstream: &str, lines: &str) -> Vec<(String, Severity)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("openapi.yaml"), CONTRACT).unwrap();
    let path = folder.path().join("portcullis.yaml");
    let policy = format!(
        "apis: [{{ contract: openapi.yaml, upstream: '{upstream}' }}]\nlisten: 127.0.0.1:0\n{lines}"
    );
    std::fs::write(&path, policy).unwrap();
    let now = UnixMillis(1_800_000_000_000);
    let overrides = Overrides { upstream: None, listen: None };
    let policy = Policy::from_policy(&path, &overrides, now);
    let policy = policy.unwrap_or_else(|failure| panic!("{lines}: {:?}", failure.diagnostics));
    let diagnostics = policy.warnings;
    let compile = |api| Plan::compile(api, PlanOptions::default());
    let plans: Vec<Plan> = policy.apis.into_iter().map(compile).collect();
    let found = policy_findings(&plans, &diagnostics, now);
    assert!(found.iter().all(|one| !one.message.is_empty() && !one.fix.is_empty()));
    found.into_iter().map(|one| (one.rule.id.to_owned(), one.severity)).collect()
}

fn has(found: &[(String, Severity)], id: &str, severity: Severity) -> bool {
    found.contains(&(id.to_owned(), severity))
}

#[test]
fn a_plain_policy_has_nothing_of_these() {
    let found = found("");
    let ours: Vec<_> =
        found.iter().filter(|(id, _)| rules::ALL.iter().any(|rule| rule.id == id)).collect();
    assert!(ours.is_empty(), "{ours:?}");
}

#[test]
fn relaxations_are_told_with_how_long_and_how_wide() {
    let relax =
        |line: &str| found(&format!("relax:\n  - {{ by: ada, reason: an old client, {line} }}\n"));
    let narrow =
        relax("operation: addNote, control: input_shape, until: 2099-01-01, mode: observe");
    assert!(has(&narrow, "relaxation-holds", Severity::Info), "{narrow:?}");
    assert!(
        !narrow.iter().any(|(id, _)| id == "relaxation-wide" || id == "relaxation-without-end"),
        "{narrow:?}"
    );
    let endless = relax("operation: addNote, control: input_shape, mode: observe");
    assert!(has(&endless, "relaxation-without-end", Severity::Medium), "{endless:?}");
    let wide = relax("control: input_shape, until: 2099-01-01, mode: observe");
    assert!(has(&wide, "relaxation-wide", Severity::Medium), "{wide:?}");
    let over = relax("operation: addNote, control: input_shape, until: 2020-01-01, mode: observe");
    assert!(has(&over, "relaxation-expired", Severity::Low), "{over:?}");
    assert!(!over.iter().any(|(id, _)| id == "relaxation-holds"), "{over:?}");
}

#[test]
fn what_a_policy_opens_is_told() {
    let anyone = found("access: [{ anyone: [addNote, listNotes] }]\n");
    assert_eq!(anyone.iter().filter(|(id, _)| id == "anyone-changes").count(), 1, "{anyone:?}");
    let none = found(
        "operations:\n  getNote: { objects: none, reason: a catalogue }\n  putNote: { objects: none, reason: a catalogue }\n",
    );
    assert!(
        has(&none, "objects-none", Severity::Info) && has(&none, "objects-none", Severity::Medium),
        "{none:?}"
    );
    let bounds = found("limits: { body_bytes: 64 MiB }\n");
    assert!(has(&bounds, "bound-raised-tenfold", Severity::Low), "{bounds:?}");
}

#[test]
fn an_api_elsewhere_must_be_able_to_tell_the_gateway() {
    let is_told =
        |found: &[(String, Severity)]| has(found, "api-cannot-tell-the-gateway", Severity::Medium);
    assert!(!is_told(&found("")), "loopback");
    assert!(is_told(&found_at("https://api.example.com", "")));
}

#[test]
fn every_rule_has_a_page_and_no_two_have_one_name() {
    let diagnosed = diagnosed::rules().map(|rule| rule.id);
    let mut ids: Vec<String> =
        crate::rules().map(|rule| rule.id.to_owned()).chain(diagnosed).collect();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(rules::ALL.iter().all(|rule| rule.page.len() > 60));
}
