//! What was found, as JSON and as SARIF 2.1.0 (OASIS): for programs, code hosts and editors.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::finding::{Finding, Kind, NotRead, Severity};
use crate::place::Position;
use crate::report::{Judged, Report};

impl Judged {
    /// As JSON.
    pub fn json(&self, report: &Report) -> Value {
        let of = |one: &NotRead| json!({ "path": one.place.path, "object": one.place.object, "why": one.why });
        json!({
            "secrets": self.secrets(),
            "publishable": self.publishable(),
            "known": self.known,
            "allowed": report.allowed,
            "more": report.more,
            "files": report.files,
            "bytes": report.bytes,
            "findings": self.new.iter().map(of_finding).collect::<Vec<_>>(),
            "not_read": report.not_read.iter().map(of).collect::<Vec<_>>(),
            "more_not_read": report.more_not_read,
        })
    }

    /// As a SARIF log. Digests are the same from run to run only with a baseline, and stand in it only then.
    pub fn sarif(&self, report: &Report, version: &str, has_baseline: bool) -> Value {
        let mut rules: Vec<Value> = Vec::new();
        let mut ids: Vec<&str> = Vec::new();
        for finding in &self.new {
            if !ids.contains(&&*finding.rule) {
                ids.push(&finding.rule);
                rules.push(rule(finding));
            }
        }
        let results: Vec<Value> =
            self.new.iter().map(|finding| result(finding, has_baseline)).collect();
        let notes: Vec<Value> = report.not_read.iter().map(not_read).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "Portcullis", "semanticVersion": version, "rules": rules } },
                "invocations": [{
                    "executionSuccessful": report.is_whole(),
                    "toolExecutionNotifications": notes,
                }],
                "results": results,
            }],
        })
    }
}

fn of_finding(finding: &Finding) -> Value {
    let (line, column, byte) = match finding.position {
        Position::Line(line, column) => (Some(line), Some(column), None),
        Position::Byte(at) => (None, None, Some(at)),
    };
    json!({
        "rule": finding.rule,
        "title": finding.title,
        "kind": finding.kind.name(),
        "severity": finding.severity.name(),
        "cwe": finding.cwe,
        "item": finding.row,
        "path": finding.place.path,
        "object": finding.place.object,
        "commit": finding.commit,
        "line": line,
        "column": column,
        "byte": byte,
        "through": finding.through,
        "entropy": (finding.entropy * 100.0).round() / 100.0,
        "preview": finding.preview,
        "digest": finding.digest,
        "key": finding.key,
        "fix": finding.fix,
    })
}

fn rule(finding: &Finding) -> Value {
    let score = match finding.severity {
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    };
    json!({
        "id": finding.rule,
        "shortDescription": { "text": finding.title },
        "help": { "text": finding.fix },
        "properties": {
            "tags": ["security", format!("external/cwe/cwe-{:03}", finding.cwe)],
            "security-severity": score,
        },
    })
}

fn result(finding: &Finding, has_baseline: bool) -> Value {
    let level = match (finding.kind, finding.severity) {
        (Kind::Publishable, _) => "note",
        (_, Severity::High) => "error",
        _ => "warning",
    };
    let region = match finding.position {
        Position::Line(line, column) => json!({ "startLine": line, "startColumn": column }),
        Position::Byte(at) => json!({ "byteOffset": at, "byteLength": 1 }),
    };
    let file = finding.place.path.split("!/").next().unwrap_or_default();
    // The line is one of the file in the archive: it is no place in the archive itself.
    let physical = if file == finding.place.path {
        json!({ "artifactLocation": { "uri": uri(file) }, "region": region })
    } else {
        json!({ "artifactLocation": { "uri": uri(file) } })
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level,
        "message": { "text": format!("{}: {} ({}). {}", finding.title, finding.preview, finding.place, finding.fix) },
        "locations": [{
            "physicalLocation": physical,
            "logicalLocations": [{ "fullyQualifiedName": format!("{}:{}", finding.place, finding.position) }],
        }],
        "properties": { "kind": finding.kind.name(), "item": finding.row },
    });
    if has_baseline && let Value::Object(members) = &mut result {
        members.insert("partialFingerprints".to_owned(), json!({ "secret/v1": finding.digest }));
    }
    result
}

fn not_read(one: &NotRead) -> Value {
    let file = one.place.path.split("!/").next().unwrap_or_default();
    json!({
        "level": "warning",
        "message": { "text": format!("not read: {}: {}", one.place, one.why) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } }],
    })
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
