//! Schemathesis: requests by the document, two peers, and what its report says of each.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bounded;
use super::finding::{Finding, Found};
use super::place::{Place, basic};
use super::records::{NEUTRAL, OF_THE_API, Records};
use super::subjects::{Callers, Subject, write};
use super::tools::Tools;

const TOOL: &str = "Schemathesis";
/// Examples of each operation and phase.
const EXAMPLES: &str = "5";
/// Seconds after which it begins no more.
const SECONDS: u64 = 150;
/// Seconds that it may then take to write its report.
const GRACE: u64 = 60;

pub(crate) fn judge(
    subject: &Subject,
    tools: &Tools,
    place: &Place,
    folder: &Path,
    seed: u64,
) -> Result<Found, String> {
    let document = place.document.shown(subject.examples);
    write(&folder.join("openapi.json"), &document.at(place.address).to_string())?;
    let mut settings = String::new();
    if subject.callers != Callers::Nobody {
        let (text, peers) = people(subject.callers);
        write(&folder.join("people.json"), &text.to_string())?;
        settings = format!("[auth.wfc]\npath = \"people.json\"\npeers = {}\n", json!(peers));
    }
    write(&folder.join("schemathesis.toml"), &settings)?;
    let mut command = Command::new(tools.tool("schemathesis"));
    command.current_dir(folder).args(["--config-file", "schemathesis.toml", "run", "openapi.json"]);
    command.arg("--url").arg(format!("http://{}{}", place.address, document.base()));
    command.args(["--checks", "all", "--max-examples", EXAMPLES, "--continue-on-failure"]);
    command.args(["--seed", &seed.to_string(), "--generation-database", "none", "--workers", "1"]);
    command.args(["--max-time", &SECONDS.to_string(), "--request-timeout", "10", "--no-color"]);
    command.args(["--report", "ndjson", "--report-ndjson-path", "report.ndjson"]);
    let longest = Duration::from_secs(SECONDS + GRACE);
    let in_time = bounded::run(command, longest, &folder.join("schemathesis.log"))?;
    let records = Records::read(place.ledger.as_deref())?;
    let report = folder.join("report.ndjson");
    let mut found = read(&report, &records)?;
    found.requests = place.relay.seen();
    let log = std::fs::read_to_string(folder.join("schemathesis.log")).unwrap_or_default();
    found.is_cut = !in_time || place.relay.is_spent() || log.contains("Time limit");
    if found.requests == 0 {
        return Err(format!("Schemathesis sent nothing: {log}"));
    }
    Ok(found)
}

/// The file of identities (Web Fuzzing Commons), and their names.
fn people(callers: Callers) -> (Value, Vec<String>) {
    let short = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let (all, names): (Vec<Value>, Vec<String>) = match callers {
        Callers::Nobody => (Vec::new(), Vec::new()),
        Callers::Basic(people) => people
            .iter()
            .map(|one| {
                let field = json!({ "name": "Authorization", "value": basic(*one) });
                (json!({ "name": short(one.0), "fixedHeaders": [field] }), short(one.0))
            })
            .unzip(),
        Callers::Login(path, people) => people
            .iter()
            .map(|(name, password)| {
                let login = json!({
                    "endpoint": path, "verb": "POST", "contentType": "application/json",
                    "payloadUserPwd": { "username": name, "password": password,
                        "usernameField": "email", "passwordField": "password" },
                    "token": { "extractFrom": "body", "extractSelector": "/token", "sendIn": "header",
                        "sendName": "Authorization", "sendTemplate": "Bearer {token}" },
                });
                (json!({ "name": short(name), "loginEndpointAuth": login }), short(name))
            })
            .unzip(),
    };
    (json!({ "auth": all }), names)
}

fn read(report: &Path, records: &Records) -> Result<Found, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", report.display());
    let file = std::fs::File::open(report).map_err(problem)?;
    let mut found = Found::default();
    for line in BufReader::new(file).lines() {
        let event: Value = serde_json::from_str(&line.map_err(problem)?).unwrap_or_default();
        if let Some(recorder) = event.pointer("/ScenarioFinished/recorder") {
            scenario(recorder, records, &mut found);
        }
    }
    Ok(found)
}

/// The findings of one scenario: its checks by case, and the answers that they are about.
fn scenario(recorder: &Value, records: &Records, found: &mut Found) {
    let none = serde_json::Map::new();
    let checks = recorder.get("checks").and_then(Value::as_object).unwrap_or(&none);
    let answers: BTreeMap<&str, &Value> = recorder
        .get("interactions")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(case, exchange)| Some((case.as_str(), exchange.get("response")?)))
        .collect();
    for (case, checks) in checks {
        for check in checks.as_array().into_iter().flatten() {
            let Some(failure) = check.pointer("/failure_info/failure") else { continue };
            let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
            let name = text(check.get("name")).unwrap_or_default();
            // A probe of a check has a case of its own.
            let probe = failure.get("case_id").and_then(Value::as_str);
            let answer = probe.and_then(|probe| answers.get(probe)).or(answers.get(case.as_str()));
            let status = answer.and_then(|answer| answer.get("status_code")?.as_u64());
            let title = text(failure.get("title")).unwrap_or_default();
            let tells_status = name == "not_a_server_error" || name == "status_code_conformance";
            let what = match status {
                Some(status) if tells_status => status.to_string(),
                _ => title,
            };
            let operation = text(failure.get("operation")).unwrap_or_default();
            let finding = Finding { tool: TOOL, check: name, operation, what };
            let field = answer.and_then(|answer| answer.pointer("/headers/x-request-id/0"));
            let mut cause = records.cause(field.and_then(Value::as_str));
            if cause == OF_THE_API && answer.is_some_and(|answer| is_neutral(answer)) {
                NEUTRAL.clone_into(&mut cause);
            }
            let message = text(failure.get("message")).unwrap_or_default();
            found.add(finding, cause, message);
        }
    }
}

/// Whether the gateway wrote the body: its problem documents name the request.
fn is_neutral(answer: &Value) -> bool {
    let content = answer.pointer("/content/$base64").and_then(Value::as_str).unwrap_or_default();
    let content = STANDARD.decode(content).unwrap_or_default();
    let said: Value = serde_json::from_slice(&content).unwrap_or_default();
    said.get("request_id").is_some() && answer.pointer("/headers/x-request-id").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_operation_and_status_and_who_answered() {
        let recorder = json!({
            "checks": { "a": [{ "name": "not_a_server_error", "failure_info": { "failure":
                { "operation": "GET /orders", "title": "Server error", "message": "" } } },
                { "name": "status_code_conformance", "failure_info": null }] },
            "interactions": { "a": { "response": { "status_code": 500, "headers": {} } } },
        });
        let mut found = Found::default();
        scenario(&recorder, &Records::default(), &mut found);
        let all: Vec<_> = found.findings.iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].operation.as_str(), all[0].what.as_str()), ("GET /orders", "500"));
    }
}
