//! The gateway's record, by request: who decided what became of an answer that a judge complains of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::document::Document;

/// What is said of an answer that the gateway only passed on.
pub(crate) const OF_THE_API: &str = "the API's own answer";

/// The API's status with a body of the gateway's.
pub(crate) const NEUTRAL: &str = "a neutral body in the place of the API's";

/// What became of requests.
#[derive(Default)]
pub(crate) struct Records {
    /// Causes by request id.
    by_id: BTreeMap<String, String>,
    /// Method, path and cause of each answer above 499.
    failures: Vec<[String; 3]>,
}

impl Records {
    /// Without a ledger there is no gateway.
    pub(crate) fn read(ledger: Option<&Path>) -> Result<Self, String> {
        let Some(path) = ledger else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let mut records = Self::default();
        for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
            let cause = cause(&line);
            if line.get("status").and_then(Value::as_u64).is_some_and(|status| status > 499) {
                let (method, path) = (text("method").to_owned(), text("path").to_owned());
                records.failures.push([method, path, cause.clone()]);
            }
            records.by_id.insert(text("request_id").to_owned(), cause);
        }
        Ok(records)
    }

    pub(crate) fn cause(&self, request: Option<&str>) -> String {
        let known = request.and_then(|request| self.by_id.get(request));
        known.cloned().unwrap_or_else(|| OF_THE_API.to_owned())
    }

    /// Why answers to this operation failed, for tools that do not say which.
    pub(crate) fn failures(&self, document: &Document, operation: &str) -> BTreeSet<String> {
        let mine = self
            .failures
            .iter()
            .filter(|[method, path, _]| document.operation(method, path) == operation);
        mine.map(|[_, _, cause]| cause.clone()).collect()
    }
}

fn cause(record: &Value) -> String {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    if let (Some(control), Some(reason)) = (text("control"), text("reason")) {
        return format!("refused by {control} ({reason})");
    }
    if let Some(failure) = text("failure") {
        return format!("failed: {}", failure.split(':').next().unwrap_or_default());
    }
    let edits = record.get("edits").and_then(Value::as_array).into_iter().flatten();
    let mut edited = edits.filter_map(|edit| {
        let (control, reason) = (edit.get("control")?.as_str()?, edit.get("reason")?.as_str()?);
        // What was taken out of a request is not what the answer says.
        let is_of_answers = matches!(control, "response_shape" | "upstream_answer");
        is_of_answers.then(|| format!("edited by {control} ({reason})"))
    });
    edited.next().unwrap_or_else(|| OF_THE_API.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_who_decided() {
        let of = |text: &str| cause(&serde_json::from_str(text).unwrap());
        let refused = r#"{"verdict":"refused","control":"input_shape","reason":"schema"}"#;
        assert_eq!(of(refused), "refused by input_shape (schema)");
        let edited = r#"{"edits":[{"control":"response_shape","reason":"undeclared_property"}]}"#;
        assert_eq!(of(edited), "edited by response_shape (undeclared_property)");
        assert_eq!(of(r#"{"verdict":"allowed"}"#), OF_THE_API);
    }
}
