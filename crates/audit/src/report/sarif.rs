//! An audit as SARIF 2.1.0 (OASIS): for code hosts and editors.
//!
//! A result is a finding, or a question that was answered with no. What the gateway answers already is a result that is
//! suppressed, with the control as the reason. All ten answers are in the properties of the run.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Report, json};
use crate::answer::{Answer, Verdict, many};
use crate::finding::Severity;
use crate::told::{Spot, Told, ToldRule};

/// Bytes of a fingerprint's digest that are written.
const FINGERPRINT_BYTES: usize = 16;
/// Further places of a finding that are written.
const RELATED_MAX: usize = 50;

impl Report {
    /// As a SARIF log.
    pub fn sarif(&self) -> Value {
        let mut rules: Vec<Value> = Vec::new();
        let mut ids: Vec<&str> = Vec::new();
        let found = self.findings.iter().map(|one| &one.rule);
        for one in found.chain(self.rules.iter().map(|(_, rule)| rule)) {
            if !ids.contains(&&*one.id) {
                ids.push(&one.id);
                rules.push(rule(one));
            }
        }
        let denied = || self.answers.iter().filter(|one| one.verdict == Verdict::No);
        rules.extend(denied().map(rule_of_answer));
        let results = self.findings.iter().map(|one| result(one, self));
        let results = results.chain(denied().map(|one| result_of_answer(one, self)));
        let notes = self.not_looked_at.iter().map(|one| {
            json!({
                "level": "warning",
                "message": { "text": literal(&format!("not looked at: {}: {}", one.what, one.why)) },
            })
        });
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "Portcullis",
                    "semanticVersion": self.version,
                    "rules": rules,
                } },
                "columnKind": "unicodeCodePoints",
                "invocations": [{
                    "executionSuccessful": true,
                    "endTimeUtc": self.at.rfc3339(),
                    "toolExecutionNotifications": notes.collect::<Vec<_>>(),
                }],
                "results": results.collect::<Vec<_>>(),
                "properties": {
                    "checklist": self.answers.iter().map(|one| json::answer(one, self)).collect::<Vec<_>>(),
                },
            }],
        })
    }
}

fn rule(one: &ToldRule) -> Value {
    let mut tags = vec!["security".to_owned(), one.item.clone()];
    tags.extend(one.cwe.iter().map(|cwe| format!("external/cwe/cwe-{cwe:03}")));
    tags.dedup();
    // The page is Markdown; as text it is the same words.
    let page = if one.page.is_empty() { &one.title } else { &one.page };
    json!({
        "id": one.id,
        "shortDescription": { "text": one.title },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(one.severity) },
        "properties": { "tags": tags, "security-severity": score(one.severity) },
    })
}

fn rule_of_answer(one: &Answer) -> Value {
    json!({
        "id": name(one),
        "shortDescription": { "text": one.question },
        "help": { "text": format!("Question {} of the checklist. Repeat it: {}", one.item, one.repeat) },
        "defaultConfiguration": { "level": "error" },
        "properties": { "tags": ["security", one.item], "security-severity": score(Severity::High) },
    })
}

fn name(one: &Answer) -> String {
    format!("checklist-{}", one.item.to_ascii_lowercase())
}

fn result(one: &Told, report: &Report) -> Value {
    let mut members = Map::new();
    let text = format!("{}. {}", one.message, one.fix);
    members.insert("ruleId".to_owned(), json!(one.rule.id));
    members.insert("level".to_owned(), json!(level(one.severity)));
    members.insert("message".to_owned(), json!({ "text": literal(&text) }));
    let first: Vec<Value> = match one.places.first() {
        Some(spot) => vec![location(spot, report.somewhere(), None)],
        None => report.somewhere().map(|file| of_file(file, None)).into_iter().collect(),
    };
    members.insert("locations".to_owned(), json!(first));
    let further = one.places.iter().enumerate().skip(1).take(RELATED_MAX);
    let further: Vec<Value> =
        further.map(|(id, spot)| location(spot, report.somewhere(), Some(id))).collect();
    if !further.is_empty() {
        members.insert("relatedLocations".to_owned(), json!(further));
    }
    members.insert("partialFingerprints".to_owned(), json!({ "finding/v1": fingerprint(one) }));
    if let Some(by) = &one.enforced {
        let why = match by.evidence.len() {
            0 => format!("`{}` is configured in front of it", by.control),
            count => format!("`{}` was seen to stop {}", by.control, many(count, "attack")),
        };
        members.insert(
            "suppressions".to_owned(),
            json!([{ "kind": "external", "justification": why }]),
        );
    }
    members
        .insert("properties".to_owned(), json!({ "part": one.part.name(), "item": one.rule.item }));
    Value::Object(members)
}

fn result_of_answer(one: &Answer, report: &Report) -> Value {
    let places: Vec<Value> =
        report.somewhere().map(|file| of_file(file, None)).into_iter().collect();
    let fix = one.fix.as_deref().unwrap_or_default();
    let text = format!("{} {} {}. Do: {fix}", one.item, one.question, one.evidence);
    json!({
        "ruleId": name(one),
        "level": "error",
        "message": { "text": literal(&text) },
        "locations": places,
        // A question is the same finding, whatever the numbers in its answer are.
        "partialFingerprints": { "finding/v1": name(one) },
        "properties": { "part": "checklist", "item": one.item },
    })
}

fn location(spot: &Spot, somewhere: Option<&str>, id: Option<usize>) -> Value {
    let mut place = match (spot.file(), somewhere) {
        // A line of a file in an archive is no place in the archive.
        (Some(file), _) => of_file(file, spot.line.filter(|_| file == spot.name())),
        (None, Some(file)) => of_file(file, None),
        (None, None) => json!({}),
    };
    if let Some(members) = place.as_object_mut() {
        let name = spot.operation.as_deref().unwrap_or_else(|| spot.name());
        members.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": name }]));
        if let Some(id) = id {
            members.insert("id".to_owned(), json!(id));
        }
    }
    place
}

fn of_file(file: &str, line: Option<(usize, usize)>) -> Value {
    let (line, column) = line.unwrap_or((1, 1));
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(file) },
        "region": { "startLine": line, "startColumn": column },
    } })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What GitHub sorts by: the middle of CVSS's spans.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

/// What a finding is known by from run to run: its rule, its file, its operation and what is said, wherever its line is.
pub(super) fn fingerprint(one: &Told) -> String {
    let mut hash = Sha256::new();
    let first = one.places.first();
    let operation = first.and_then(|spot| spot.operation.as_deref()).unwrap_or_default();
    let file = first.map(Spot::name).unwrap_or_default();
    for part in [one.part.name(), &one.rule.id, file, operation, &one.message] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(FINGERPRINT_BYTES).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Text of a message in which brackets make no link (SARIF section 3.11.6).
fn literal(text: &str) -> String {
    let mut literal = String::new();
    let mut backslashes = 0;
    for one in text.chars() {
        if matches!(one, '[' | ']') {
            // Those before it would escape the escape.
            literal.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if one == '\\' { backslashes + 1 } else { 0 };
        literal.push(one);
    }
    literal
}

/// A path as a URI has it (RFC 3986 section 2.3).
fn uri(path: &str) -> String {
    path.bytes().fold(String::new(), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}
