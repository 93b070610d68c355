//! No document gains by asking for less, or by growing.

use std::collections::BTreeMap;

use portcullis_contract::as_json;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::{DocumentAudit, Score};
use super::*;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn whole(text: &str) -> Value {
    let mut sources = Sources::default();
    let has_head = text.contains("openapi:") || text.contains("swagger:");
    let head = if has_head { "" } else { "openapi: 3.1.0\ninfo: { title: t, version: '1' }\n" };
    let source = sources.add("t.yaml", format!("{head}{}", text.trim_start()));
    let mut whole: Value = serde_json::from_str(&as_json(&sources, source).unwrap()).unwrap();
    if whole.get("paths").is_none() {
        whole["paths"] = json!({});
    }
    whole
}

fn of(whole: &Value) -> DocumentAudit {
    audited_whole(&whole.to_string())
}

/// In tenths of a point; none where there is nothing to score.
fn tenths(found: &DocumentAudit) -> Option<u32> {
    found.score.map(Score::tenths)
}

fn operations(whole: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = whole.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let items = paths.filter_map(|(_, item)| item.as_object_mut()).flatten();
    items.filter(|(key, _)| METHODS.contains(&key.as_str())).map(|(_, one)| one)
}

/// Some operations that no longer ask for anything: `which` says which of them.
fn asking_less(whole: &Value, which: impl Fn(usize) -> bool) -> Value {
    let mut less = whole.clone();
    let asks = |root: &Value| {
        root.as_array().is_some_and(|all| !all.is_empty() && !all.contains(&json!({})))
    };
    // What lets strangers in for all operations is no decision about any of them.
    let root = less.as_object_mut().filter(|root| root.get("security").is_some_and(asks));
    let root = root.and_then(|root| root.remove("security"));
    for (number, one) in operations(&mut less).enumerate() {
        let Some(members) = one.as_object_mut() else { continue };
        if which(number) {
            members.remove("security");
        } else if let (None, Some(root)) = (members.get("security"), &root) {
            members.insert("security".to_owned(), root.clone());
        }
    }
    less
}

/// The document with operations of which no rule says anything but what is worth knowing.
fn grown(whole: &Value, count: usize) -> Value {
    let mut grown = whole.clone();
    grown["components"]["securitySchemes"]["clean"] =
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"});
    let answer = json!({"description": "d", "headers": {
        "RateLimit": {"schema": {"type": "string", "maxLength": 9}},
        "Retry-After": {"schema": {"type": "integer", "minimum": 0, "maximum": 9}},
        "Access-Control-Allow-Origin": {"schema": {"type": "string", "maxLength": 9}},
    }});
    for number in 0..count {
        let item = json!({"get": {
            "security": [{"clean": []}],
            "responses": {"204": answer, "400": answer, "401": answer, "429": answer, "500": answer},
        }});
        grown["paths"][format!("/clean{number}")] = item;
    }
    grown
}

/// The rules that speak of a document, and how often.
fn counted(found: &DocumentAudit) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    found.plain().for_each(|one| *counts.entry(one.rule.id).or_default() += 1);
    counts
}

fn all_cases() -> Vec<Value> {
    let all = cases::ALL.into_iter().flatten();
    all.flat_map(|(_, bad, good)| [whole(bad), whole(good)]).collect()
}

#[test]
fn no_document_gains_by_asking_for_no_credential() {
    for document in all_cases() {
        let before = of(&document).score;
        for which in 0..3 {
            let less = asking_less(&document, |number| which == 2 || number % 2 == which);
            assert!(of(&less).score <= before, "{document:#}\n{less:#}");
        }
        let mut none = asking_less(&document, |_| true);
        if let Some(parts) = none.get_mut("components").and_then(Value::as_object_mut) {
            parts.remove("securitySchemes");
        }
        assert!(of(&none).score <= before, "{none:#}");
    }
}

#[test]
fn no_document_gains_by_operations_that_nothing_is_wrong_with() {
    for document in all_cases().into_iter().filter(|one| one.get("swagger").is_none()) {
        let before = of(&document);
        // What has no operation has no score that could grow.
        if before.score.is_none() {
            continue;
        }
        let after = of(&grown(&document, 30));
        assert!(after.score <= before.score, "{document:#}\n{:?}", counted(&after));
    }
}

#[test]
fn what_is_told_to_be_regained_is_regained() {
    let mut tried = 0;
    for document in all_cases() {
        let before = of(&document);
        let rules = counted(&before);
        for fix in &before.fixes {
            let mut only = before.overlay.clone();
            only.actions.retain(|one| one.rules == [fix.rule.id]);
            only.actions.iter_mut().for_each(|one| one.is_sure = true);
            let mut mended = document.clone();
            only.apply(&mut mended);
            let after = of(&mended);
            let mut expected = rules.clone();
            expected.remove(fix.rule.id);
            if counted(&after) == expected {
                let gained = tenths(&after).unwrap() - tenths(&before).unwrap();
                assert_eq!(gained, fix.regains, "{}: {document:#}", fix.rule.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn who_asks_for_a_credential_at_last_regains_what_was_told_or_more() {
    let text = "
paths:
  /orders/{id}: { get: { security: [{ s: [] }], responses: {} }, put: { responses: {} }, delete: { security: [], responses: {} } }
  /admin/users: { delete: { responses: {} } }
components: { securitySchemes: { s: { type: http, scheme: bearer } } }
";
    let document = whole(text);
    let before = of(&document);
    let told = |id: &str| before.fixes.iter().find(|one| one.rule.id == id).map(|one| one.regains);
    let mut mended = document.clone();
    for path in ["/orders/{id}", "/admin/users"] {
        for method in ["put", "delete"] {
            if let Some(one) = mended["paths"][path].get_mut(method) {
                one["security"] = json!([{"s": []}]);
            }
        }
    }
    let gained = tenths(&of(&mended)).unwrap() - tenths(&before).unwrap();
    for id in ["write-open", "administration-open", "write-public", "operation-public"] {
        assert!(told(id).is_some_and(|told| told > 0 && told <= gained), "{id}: {:?}", told(id));
    }
}

#[test]
fn one_bad_fault_counts_however_large_the_document_is() {
    let admin = "paths: { /admin/users: { delete: { security: [], responses: {} } } }";
    let large = of(&grown(&whole(admin), 300)).score;
    assert!(large.is_some_and(|score| score.points() <= 62), "{large:?}");
    assert_eq!(large, of(&grown(&whole(admin), 1)).score);
}

fn operation() -> impl Strategy<Value = (usize, usize, usize, usize, bool)> {
    (0..METHODS.len(), 0..6_usize, 0..7_usize, 0..4_usize, any::<bool>())
}

/// Operations of many kinds, with credentials of many kinds.
fn document(all: &[(usize, usize, usize, usize, bool)], root: usize) -> Value {
    let security = |number: usize| match number {
        0 => None,
        1 => Some(json!([])),
        2 => Some(json!([{"key": []}])),
        3 => Some(json!([{"basic": []}, {}])),
        4 => Some(json!([{"login": ["a"]}])),
        5 => Some(json!([{"login": []}, {"cookie": []}])),
        _ => Some(json!([{"nowhere": []}])),
    };
    let mut whole = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {
            "schemas": {"Order": {"type": "object", "properties": {
                "customer_id": {"type": "string"}, "note": {"type": "string"}, "role": {"type": "string"},
            }}},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": "key"},
                "basic": {"type": "http", "scheme": "basic"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
                "login": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "http://a.example", "scopes": {"a": "a"}}}},
            },
        },
    });
    if let Some(root) = security(root) {
        whole["security"] = root;
    }
    for (number, (method, kind, asks, answers, takes)) in all.iter().enumerate() {
        let path = match kind {
            0 => format!("/v1/orders{number}/{{id}}"),
            1 => format!("/v2/orders{number}/{{id}}"),
            2 => format!("/admin/users{number}"),
            3 => format!("/login/{number}"),
            4 => format!("/v{}/same", number + 1),
            _ => format!("/things/{number}"),
        };
        let mut one = json!({"responses": {}});
        for status in ["401", "403", "429"].iter().take(*answers) {
            one["responses"][status] = json!({"description": "d"});
        }
        if path.contains("{id}") {
            one["parameters"] = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]);
        }
        if *takes && !["get", "delete"].contains(&METHODS[*method]) {
            let schema = json!({"$ref": "#/components/schemas/Order"});
            one["requestBody"] = json!({"content": {"application/json": {"schema": schema}}});
        }
        if let Some(asks) = security(*asks) {
            one["security"] = asks;
        }
        whole["paths"][path][METHODS[*method]] = one;
    }
    whole
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn asking_for_less_and_growing_never_raise_a_score(
        all in prop::collection::vec(operation(), 1..14),
        root in 0..7_usize,
        which in any::<u32>(),
        clean in 1..20_usize,
    ) {
        let whole = document(&all, root);
        let before = of(&whole).score;
        let less = asking_less(&whole, |number| which >> (number % 32) & 1 == 1);
        let less = of(&less);
        prop_assert!(less.score <= before, "{:?}\n{:?}\n{whole:#}", counted(&of(&whole)), counted(&less));
        let none = of(&asking_less(&whole, |_| true));
        prop_assert!(none.score <= before, "{:?}\n{:?}\n{whole:#}", counted(&of(&whole)), counted(&none));
        let grown = of(&grown(&whole, clean));
        prop_assert!(grown.score <= before, "{:?}\n{:?}\n{whole:#}", counted(&of(&whole)), counted(&grown));
    }

    #[test]
    fn without_a_finding_no_score_is_lower(
        all in prop::collection::vec(operation(), 1..14),
        root in 0..7_usize,
    ) {
        let found = of(&document(&all, root));
        for one in &found.findings {
            prop_assert!(tenths(&found).unwrap() + one.regains <= 1_000, "{one:?}");
        }
        let most = found.fixes.iter().map(|one| one.regains).max().unwrap_or_default();
        prop_assert!(found.findings.iter().all(|one| one.regains <= most), "a rule regains what its findings do");
    }
}
