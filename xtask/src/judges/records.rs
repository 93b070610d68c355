//! The gateway's record, by request: who decided what became of an answer that a judge complains of.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// What is said of an answer that the gateway only passed on.
pub(crate) const OF_THE_API: &str = "the API's own answer";

/// Causes by request id.
#[derive(Default)]
pub(crate) struct Records(BTreeMap<String, String>);

impl Records {
    /// Without a ledger there is no gateway.
    pub(crate) fn read(ledger: Option<&Path>) -> Result<Self, String> {
        let Some(path) = ledger else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let pairs = lines.filter_map(|line| {
            Some((line.get("request_id")?.as_str()?.to_owned(), cause(&line)))
        });
        Ok(Self(pairs.collect()))
    }

    pub(crate) fn cause(&self, request: Option<&str>) -> String {
        let known = request.and_then(|request| self.0.get(request));
        known.cloned().unwrap_or_else(|| OF_THE_API.to_owned())
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
    let edit = record.pointer("/edits/0");
    let edited = edit.and_then(|edit| {
        let (control, reason) = (edit.get("control")?.as_str()?, edit.get("reason")?.as_str()?);
        Some(format!("edited by {control} ({reason})"))
    });
    edited.unwrap_or_else(|| OF_THE_API.to_owned())
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
