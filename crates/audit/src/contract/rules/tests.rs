//! Every rule has a page, and a document against which it speaks and one against which it does not.

mod cases;
mod scores;

use std::collections::BTreeSet;

use portcullis_contract::{NoFiles, read};
use portcullis_model::{Sources, UnixMillis};

use super::super::{Audited, DocumentAudit, audit, rules};

/// A document: what is left out is put in front.
fn audited(text: &str) -> DocumentAudit {
    let has_head =
        text.trim_start().starts_with("openapi") || text.trim_start().starts_with("swagger");
    let head = if has_head { "" } else { "openapi: 3.1.0\n" };
    let info = if text.contains("info:") { "" } else { "info: { title: t, version: '1' }\n" };
    let paths = if text.contains("paths:") { "" } else { "paths: {}\n" };
    audited_whole(&format!("{head}{info}{paths}{}", text.trim_start()))
}

fn audited_whole(text: &str) -> DocumentAudit {
    let mut sources = Sources::default();
    let main = sources.add("t.yaml", text);
    let contract = read(&mut sources, main, &mut NoFiles)
        .unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let audited = Audited {
        contract: &contract,
        sources: &sources,
        main,
        warnings: &contract.warnings,
        plan: None,
        evidence: None,
        now: UnixMillis(0),
    };
    audit(&audited).unwrap()
}

fn ids(text: &str) -> BTreeSet<&'static str> {
    audited(text).plain().map(|finding| finding.rule.id).collect()
}

#[test]
fn every_rule_has_a_page_a_weakness_and_a_name_of_its_own() {
    let mut known = BTreeSet::new();
    for rule in rules() {
        let id = rule.id;
        assert!(known.insert(id), "{id} stands twice");
        assert!(
            id.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-'),
            "{id}"
        );
        for part in ["## Why", "## Example", "## Fix"] {
            assert!(rule.page.contains(part), "{id} has no `{part}`");
        }
        assert!(!rule.cwe.is_empty(), "{id} names no weakness");
        let first = rule.title.split(' ').next().unwrap_or_default();
        let is_name = first.chars().all(char::is_uppercase) && first.len() > 1;
        let is_sentence =
            is_name || first.starts_with(|one: char| one.is_lowercase() || one == '`');
        assert!(is_sentence && !rule.title.ends_with('.'), "{id}: {}", rule.title);
        assert!(rule.page.len() > 200, "{id}: its page says nothing");
    }
}

#[test]
fn every_rule_speaks_where_it_should_and_nowhere_else() {
    let tried: BTreeSet<&str> = cases::ALL.into_iter().flatten().map(|(id, ..)| *id).collect();
    let all: BTreeSet<&str> = rules().map(|rule| rule.id).collect();
    assert_eq!(tried, all, "each rule has a case, and each case a rule");
    let mut wrong = Vec::new();
    for (id, bad, good) in cases::ALL.into_iter().flatten() {
        if !ids(bad).contains(id) {
            wrong.push(format!("{id} does not speak against:\n{bad}"));
        }
        if ids(good).contains(id) {
            wrong.push(format!("{id} speaks against:\n{good}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_operation_that_does_not_compile_is_asked_who_may_call_it_and_is_a_finding() {
    const TEXT: &str = "
paths:
  /orders: { get: { security: [{ s: [] }], responses: {} } }
  /admin/open: { delete: { parameters: [{ name: a, in: nowhere, required: true, schema: { type: string } }], responses: {} } }
components: { securitySchemes: { s: { type: http, scheme: bearer } } }
";
    let found = audited(TEXT);
    let unread = found.findings.iter().find(|one| one.finding.rule.id == "part-unread").unwrap();
    let places = &unread.finding.places;
    assert!(places.iter().any(|one| one.operation.as_deref() == Some("DELETE /admin/open")));
    assert_eq!(unread.finding.severity, crate::Severity::High, "it is no pass");
    assert!(found.plain().any(|one| one.rule.id == "administration-open"), "{:?}", ids(TEXT));
    assert!(found.plain().any(|one| one.rule.id == "write-open"), "{:?}", ids(TEXT));
}

#[test]
fn a_method_that_has_no_field_is_no_pass() {
    let text = "openapi: 3.2.0
paths: { /a: { get: { responses: {} }, additionalOperations: { COPY: { responses: {} } } } }
";
    let found = audited(text);
    let unread = found.plain().find(|one| one.rule.id == "part-unread").unwrap();
    assert!(unread.message.contains("COPY /a"), "{unread:?}");
}

#[test]
fn what_looks_like_an_operation_is_no_pass_and_says_what_to_do() {
    const PATHS: &str = "
paths:
  /a: { get: { responses: {} }, Post: { responses: {} }, query: { responses: {} }, fetch: { responses: {} } }
  /b: { $ref: '#/paths/~1a', delete: { responses: {} } }
";
    let found = audited(&format!("openapi: 3.0.3{PATHS}"));
    let unread: Vec<_> = found.plain().filter(|one| one.rule.id == "part-unread").collect();
    assert!(unread.iter().all(|one| one.severity == crate::Severity::High), "it is no pass");
    for (what, why) in [
        ("`Post /a`", "in lower case, `post`"),
        ("`query /a`", "this version"),
        ("`fetch /a`", "no method"),
        ("`delete /b`", "beside `$ref`"),
    ] {
        let is_told = |message: &str| message.starts_with(what) && message.contains(why);
        assert!(unread.iter().any(|one| is_told(&one.message)), "{what}: {unread:?}");
    }
    assert!(
        found.operations == 2
            && found.score < audited("paths: { /a: { get: { responses: {} } } }").score
    );
}

#[test]
fn a_document_without_an_operation_has_no_score() {
    let found = audited("paths: {}");
    assert!(found.score.is_none() && found.fixes.is_empty());
    assert!(found.findings.iter().all(|one| one.regains == 0));
    let found = audited("paths: { /a: { Post: { responses: {} } } }");
    assert!(found.score.is_none() && !found.findings.is_empty());
    let found = audited(
        "webhooks: { paid: { post: { parameters: [{ name: x-signature, in: header }] } } }",
    );
    assert!(found.score.is_none());
    let worst = found.plain().map(|one| one.severity).max();
    assert!(worst < Some(crate::Severity::High), "{:?}", found.findings);
}

#[test]
fn what_asks_for_something_that_cannot_be_read_counts_as_asking_for_nothing() {
    const KINDS: &str = "
components: { securitySchemes: { good: { type: http, scheme: bearer, bearerFormat: JWT }, odd: { type: handshake } } }
";
    let score = |security: &str| {
        let text = format!("paths: {{ /a: {{ put: {{ {security}responses: {{}} }} }} }}{KINDS}");
        (audited(&text).score, ids(&text).contains("scheme-missing"))
    };
    let (open, is_told) = score("");
    assert!(!is_told);
    for odd in ["{ good: [] }", "[{ nowhere: [] }]", "[{ odd: [] }]", "[{ good: [] }, { odd: [] }]"]
    {
        let (found, is_told) = score(&format!("security: {odd}, "));
        assert!(found <= open && is_told, "{odd}: {found:?} {open:?}");
    }
    assert!(score("security: [{ good: [] }], ").0 > open);
}

#[test]
fn a_document_is_the_same_in_each_version() {
    const BODY: &str = "
servers: [{ url: 'http://api.example.com' }]
paths:
  /orders/{id}:
    post:
      security: [{ key: [] }]
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }, { name: limit, in: query, schema: { type: integer } }]
      requestBody: { content: { application/json: { schema: { type: object, properties: { role: { type: string }, tags: { type: array, items: { type: string } } } } } } }
      responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { password_hash: { type: string } } } } } } }
components: { securitySchemes: { key: { type: apiKey, in: query, name: key } } }
";
    const SWAGGER: &str = "
swagger: '2.0'
host: api.example.com
schemes: [http]
paths:
  /orders/{id}:
    post:
      security: [{ key: [] }]
      parameters:
        - { name: id, in: path, required: true, type: integer }
        - { name: limit, in: query, type: integer }
        - { name: body, in: body, schema: { type: object, properties: { role: { type: string }, tags: { type: array, items: { type: string } } } } }
      responses: { '200': { description: d, schema: { type: object, properties: { password_hash: { type: string } } } } }
securityDefinitions: { key: { type: apiKey, in: query, name: key } }
";
    let expected = ids(SWAGGER);
    for rule in [
        "server-plain",
        "counted-id",
        "object-without-owner",
        "page-size-without-bound",
        "privilege-writable",
        "list-without-bound",
        "object-open",
        "secret-in-answer",
        "key-declared-in-query",
        "error-401-undeclared",
    ] {
        assert!(expected.contains(rule), "{rule}: {expected:?}");
    }
    for version in ["3.0.3", "3.1.0", "3.2.0"] {
        assert_eq!(ids(&format!("openapi: {version}{BODY}")), expected, "{version}");
    }
}

#[test]
fn one_missing_bound_is_one_finding_with_its_operations() {
    let operations: Vec<String> = (0..40)
        .map(|number| {
            format!(
                "  /p{number}: {{ post: {{ operationId: op{number}, requestBody: {{ content: {{ application/json: {{ schema: \
                 {{ $ref: '#/components/schemas/Shared' }} }} }} }}, responses: {{}} }} }}\n"
            )
        })
        .collect();
    let operations = operations.concat();
    let text = format!(
        "paths:\n{operations}components: {{ schemas: {{ Shared: {{ type: object, properties: {{ ids: {{ type: array, items: \
         {{ type: string }} }} }} }} }} }}\n"
    );
    let found = audited(&text);
    let mut lists = found.plain().filter(|one| one.rule.id == "list-without-bound");
    let (list, none) = (lists.next().unwrap(), lists.next());
    assert!(none.is_none());
    assert!(list.places[0].operation.is_none(), "the cause first");
    let operations: BTreeSet<_> =
        list.places.iter().filter_map(|one| one.operation.clone()).collect();
    assert_eq!(operations.len(), 40);
    assert_eq!(list.message, "1 list in `Shared` may have any number of items: `ids`");
}
