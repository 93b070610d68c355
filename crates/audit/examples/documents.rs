//! Audits documents, one line of JSON for each: paths on standard input, or `--made N` for one of N operations.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::panic::catch_unwind;
use std::time::Instant;

use portcullis_audit::contract::{Audited, DocumentAudit, Score, audit};
use portcullis_contract::{NoFiles, read};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_model::{Sources, UnixMillis};
use portcullis_policy::{Input, Model, Overrides};
use serde_json::{Value, json};

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--made") {
        let count = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(500);
        let text = made(count);
        let behind = behind(text.clone());
        let mut told = told("made.json", text);
        if let Some(told) = told.as_object_mut() {
            told.insert("behind_ms".to_owned(), behind);
        }
        println!("{told}");
        return;
    }
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let line = match std::fs::read_to_string(&path) {
            Ok(text) => {
                catch_unwind(|| told(&path, text)).unwrap_or_else(|_| json!({"panic": path}))
            }
            Err(why) => json!({"unread": path, "why": why.to_string()}),
        };
        println!("{line}");
    }
}

fn told(name: &str, text: String) -> Value {
    let whole = serde_json::from_str(&text).unwrap_or_default();
    let (found, [read_ms, audit_ms]) = match audited(name, text) {
        Ok(found) => found,
        Err(why) => return json!({"unread": name, "why": why}),
    };
    let mended = mended(name, whole, &found);
    said(name, &found, [read_ms, audit_ms], &mended)
}

/// What is found, and how long reading and the audit took.
fn audited(name: &str, text: String) -> Result<(DocumentAudit, [u128; 2]), String> {
    let mut sources = Sources::default();
    let main = sources.add(name, text);
    let began = Instant::now();
    let contract = read(&mut sources, main, &mut NoFiles);
    let contract = contract.map_err(|problems| format!("{:?}", problems.first()))?;
    let read_ms = began.elapsed().as_millis();
    let began = Instant::now();
    let audited = Audited {
        contract: &contract,
        sources: &sources,
        main,
        warnings: &contract.warnings,
        plan: None,
        evidence: None,
        now: UnixMillis(0),
    };
    let found = audit(&audited).map_err(|why| why.message)?;
    Ok((found, [read_ms, began.elapsed().as_millis()]))
}

/// How long the audit of a document takes that a gateway stands in front of.
fn behind(text: String) -> Value {
    let mut sources = Sources::default();
    let contract = sources.add("made.json", text);
    let policy = "apis: [{ contract: made.json, upstream: \"http://127.0.0.1:3000\" }]\nrates: [{ per: address, rate: 9/s }]\n";
    let policy = Some(sources.add("portcullis.yaml", policy));
    let (folder, overrides) = (std::path::PathBuf::new(), Overrides::default());
    let input = Input { sources, contract, policy, folder, overrides, now: UnixMillis(0) };
    let Ok(model) = Model::join(input) else { return Value::Null };
    let plan = Plan::compile(model, PlanOptions::default());
    let began = Instant::now();
    let found = audit(&Audited::of(&plan, None, UnixMillis(0)));
    found.map_or(Value::Null, |_| json!(began.elapsed().as_millis()))
}

/// What is left when the Overlay was applied, and what is new.
fn mended(name: &str, mut whole: Value, before: &DocumentAudit) -> Value {
    before.overlay.apply(&mut whole);
    let (after, _) = match audited(name, whole.to_string()) {
        Ok(found) => found,
        Err(why) => return json!({"why": why}),
    };
    let counted = |found: &DocumentAudit| {
        let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
        found.plain().for_each(|one| *rules.entry(one.rule.id).or_default() += 1);
        rules
    };
    if before.untold + after.untold > 0 {
        return json!({
            "findings": after.findings.len() + after.untold,
            "score": after.score.map(Score::tenths),
            "not_compared": true,
        });
    }
    let known = counted(before);
    let mut new = counted(&after);
    new.retain(|rule, count| *count > known.get(rule).copied().unwrap_or_default());
    json!({
        "findings": after.findings.len() + after.untold,
        "score": after.score.map(Score::tenths),
        "new": new,
    })
}

fn said(
    name: &str,
    found: &DocumentAudit,
    [read_ms, audit_ms]: [u128; 2],
    mended: &Value,
) -> Value {
    let mut rules: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for one in found.plain() {
        let (count, message) = rules.entry(one.rule.id).or_default();
        *count += 1;
        if message.is_empty() {
            *message = one.message.chars().take(200).collect();
        }
    }
    json!({
        "name": name,
        "operations": found.operations,
        "findings": found.findings.len() + found.untold,
        "score": found.score.map(Score::tenths),
        "is_whole": found.is_whole,
        "read_ms": read_ms,
        "audit_ms": audit_ms,
        "actions": found.overlay.sure(),
        "proposals": found.overlay.actions.len() - found.overlay.sure(),
        "mended": mended,
        "rules": rules,
    })
}

/// A document of so many operations, with schemas that are shared and some that are not.
fn made(count: usize) -> String {
    let schemas: serde_json::Map<String, Value> = (0..count / 5)
        .map(|number| {
            let next = format!("#/components/schemas/S{}", (number + 1) % (count / 5).max(1));
            let properties: serde_json::Map<String, Value> = (0..12)
                .map(|member| {
                    let schema = match member % 4 {
                        0 => json!({"type": "string"}),
                        1 => json!({"type": "integer", "format": "int64"}),
                        2 => {
                            json!({"type": "array", "items": {"type": "string", "format": "uuid"}})
                        }
                        _ if member == 3 => json!({"$ref": next}),
                        _ => json!({"type": "boolean"}),
                    };
                    (format!("member_{member}"), schema)
                })
                .collect();
            (format!("S{number}"), json!({"type": "object", "properties": properties}))
        })
        .collect();
    let paths: serde_json::Map<String, Value> = (0..count / 2)
        .map(|number| {
            let schema = json!({"$ref": format!("#/components/schemas/S{}", number % (count / 5).max(1))});
            let content = json!({"application/json": {"schema": schema}});
            let operation = |extra: Value| {
                let mut operation = json!({
                    "security": [{"login": []}],
                    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                    "responses": {"200": {"description": "d", "content": content}},
                });
                if let (Some(all), Value::Object(extra)) = (operation.as_object_mut(), extra) {
                    all.extend(extra);
                }
                operation
            };
            let item = json!({
                "get": operation(json!({})),
                "put": operation(json!({"requestBody": {"content": content}})),
            });
            (format!("/things{number}/{{id}}"), item)
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {"title": "made", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"login": {"type": "http", "scheme": "bearer"}},
        },
    })
    .to_string()
}
