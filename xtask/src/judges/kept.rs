//! What runs found, kept between them, so that one API can be judged anew.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::JUDGES;
use super::finding::{Finding, Found};

/// One judge at one API.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) bare: Found,
    pub(crate) through: Found,
}

/// By API and judge.
#[derive(Default)]
pub(crate) struct Kept(BTreeMap<(String, &'static str), Judged>);

impl Kept {
    /// None, if nothing was kept.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let Ok(text) = std::fs::read_to_string(folder.join("results.json")) else {
            return Ok(Self::default());
        };
        let rows: Vec<Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let mut kept = Self::default();
        for row in &rows {
            let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
            let judge = JUDGES.into_iter().find(|judge| *judge == text("judge"));
            let (Some(judge), Some(bare), Some(through)) =
                (judge, row.get("bare"), row.get("through"))
            else {
                continue;
            };
            let judged = Judged { bare: found(judge, bare), through: found(judge, through) };
            kept.set(text("api"), judge, judged);
        }
        Ok(kept)
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let rows = self.0.iter().map(|((api, judge), Judged { bare, through })| {
            json!({ "api": api, "judge": judge, "bare": shown(bare), "through": shown(through) })
        });
        let rows = Value::Array(rows.collect()).to_string();
        std::fs::write(folder.join("results.json"), rows).map_err(|error| error.to_string())
    }

    pub(crate) fn set(&mut self, api: &str, judge: &'static str, judged: Judged) {
        self.0.insert((api.to_owned(), judge), judged);
    }

    pub(crate) fn get(&self, api: &str, judge: &'static str) -> Option<&Judged> {
        self.0.get(&(api.to_owned(), judge))
    }
}

fn shown(found: &Found) -> Value {
    let none = BTreeMap::new();
    let findings = found.findings.iter().map(|finding| {
        let causes = found.causes.get(finding).unwrap_or(&none);
        json!([finding.check, finding.operation, finding.what, causes])
    });
    json!({
        "requests": found.requests,
        "ended": found.ended,
        "is_cut": found.is_cut,
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn found(tool: &'static str, value: &Value) -> Found {
    let mut found = Found::default();
    let number = |name: &str| {
        let number = value.get(name).and_then(Value::as_u64).unwrap_or_default();
        usize::try_from(number).unwrap_or(usize::MAX)
    };
    (found.requests, found.ended) = (number("requests"), number("ended"));
    found.is_cut = value.get("is_cut").and_then(Value::as_bool).unwrap_or_default();
    for row in value.get("findings").and_then(Value::as_array).into_iter().flatten() {
        let text = |at: usize| row.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        let finding = Finding { tool, check: text(0), operation: text(1), what: text(2) };
        let causes = row.get(3).and_then(Value::as_object).into_iter().flatten();
        let causes = causes.map(|(cause, message)| {
            (cause.clone(), message.as_str().unwrap_or_default().to_owned())
        });
        found.causes.insert(finding.clone(), causes.collect());
        found.findings.insert(finding);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was() {
        let finding = Finding {
            tool: "sqlmap",
            check: "SQL injection".to_owned(),
            operation: "GET /orders".to_owned(),
            what: "q".to_owned(),
        };
        let mut before = Found { requests: 7, is_cut: true, ..Found::default() };
        before.add(finding, "refused by input_shape (schema)".to_owned(), "why".to_owned());
        let after = super::found("sqlmap", &shown(&before));
        assert_eq!(after.findings, before.findings);
        assert_eq!(after.causes, before.causes);
        assert_eq!((after.requests, after.is_cut), (7, true));
    }
}
