//! Wapiti: injections that a scanner of web applications knows, and its report.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::bounded;
use super::document::Document;
use super::finding::{Finding, Found};
use super::place::Place;
use super::records::{OF_THE_API, Records};
use super::subjects::{Subject, write};
use super::tools::Tools;

const TOOL: &str = "Wapiti";
/// What it looks for. The rest asks servers of its makers, or for web pages.
const MODULES: &str = "sql,xss,file,exec,redirect,crlf,ldap";
/// What it calls an answer above 499.
const FAILURE: &str = "Internal Server Error";
/// Seconds of one of them.
const MODULE_SECONDS: &str = "15";
/// Seconds after which it is ended.
const SECONDS: u64 = 200;

pub(crate) fn judge(
    subject: &Subject,
    tools: &Tools,
    place: &Place,
    folder: &Path,
) -> Result<Found, String> {
    let document = place.document.shown(subject.examples).without(subject.ends);
    write(&folder.join("openapi.json"), &document.at(place.address).to_string())?;
    let mut command = Command::new(tools.wapiti());
    command.current_dir(folder).arg("--url").arg(format!("http://{}/", place.address));
    command.args(["--swagger", "openapi.json", "--module", MODULES, "--scope", "folder"]);
    command.args(["--depth", "1", "--max-scan-time", "40", "--max-attack-time", MODULE_SECONDS]);
    command.args(["--timeout", "10", "--tasks", "4", "--flush-session", "--no-bugreport"]);
    // Nobody but this machine is asked anything.
    command.args(["--endpoint", "http://127.0.0.1:9/", "--dns-endpoint", "localhost"]);
    command.args(["--store-session", "session", "--store-config", "settings"]);
    command.args(["--format", "json", "--output", "report.json"]);
    if let Some((name, value)) = &place.credential {
        command.arg("--header").arg(format!("{name}: {value}"));
    }
    let longest = Duration::from_secs(SECONDS);
    let in_time = bounded::run(command, longest, &folder.join("wapiti.log"))?;
    let log = std::fs::read_to_string(folder.join("wapiti.log")).unwrap_or_default();
    let report = std::fs::read_to_string(folder.join("report.json"))
        .map_err(|error| format!("Wapiti wrote no report: {error}: {log}"))?;
    let report: Value = serde_json::from_str(&report).map_err(|error| error.to_string())?;
    let records = Records::read(place.ledger.as_deref())?;
    let mut found = Found::default();
    for finding in read(&report, &document) {
        let mut causes = BTreeSet::new();
        if finding.check == FAILURE {
            causes = records.failures(&document, &finding.operation);
        }
        if causes.is_empty() {
            causes.insert(OF_THE_API.to_owned());
        }
        for cause in causes {
            found.add(finding.clone(), cause, String::new());
        }
    }
    found.requests = place.relay.seen();
    found.is_cut = !in_time || place.relay.is_spent() || log.contains("time was reached");
    if found.requests == 0 {
        return Err(format!("Wapiti sent nothing: {log}"));
    }
    Ok(found)
}

/// Its vulnerabilities, and the failures of the API that it caused.
fn read(report: &Value, document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in ["vulnerabilities", "anomalies"] {
        for (category, all) in report.get(part).and_then(Value::as_object).into_iter().flatten() {
            for one in all.as_array().into_iter().flatten() {
                let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
                let operation = document.operation(text("method"), text("path"));
                let parameter = text("parameter");
                // A name that it made up itself is no parameter.
                let is_name =
                    parameter.chars().all(|one| one.is_alphanumeric() || "_-".contains(one));
                let what = if is_name { parameter } else { "a name of its own" };
                let (check, what) = (category.clone(), what.to_owned());
                findings.push(Finding { tool: TOOL, check, operation, what });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_is_read_by_category_operation_and_parameter() {
        let document =
            Document(json!({ "swagger": "2.0", "paths": { "/go/{to}": { "get": {} } } }));
        let one = json!({ "method": "GET", "path": "/go/x", "parameter": "url" });
        let other = json!({ "method": "GET", "path": "/go/x", "parameter": ";env;" });
        let report = json!({ "vulnerabilities": { "Open Redirect": [one] },
            "anomalies": { "Internal Server Error": [other] } });
        let found = read(&report, &document);
        let shown: Vec<_> =
            found.iter().map(|one| (one.operation.as_str(), one.what.as_str())).collect();
        assert_eq!(shown, [("GET /go/{to}", "url"), ("GET /go/{to}", "a name of its own")]);
    }
}
