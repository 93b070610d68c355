//! Whole bodies of JSON, and the texts in them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::injection::case::{Case, Row, Side};

const WEBHOOKS: &str = "npm `@octokit/webhooks-examples` 7.6.1 (MIT)";
const NAUGHTY: &str = "minimaxir/big-list-of-naughty-strings db33ec7 (MIT)";

/// Bodies that GitHub sends: each text once, and each body whole.
pub(crate) fn webhooks(path: &Path) -> Result<Vec<Row>, String> {
    let bodies = examples(&read(path)?);
    if bodies.is_empty() {
        return Err(format!("`{}` has no examples", path.display()));
    }
    let mut texts = BTreeSet::new();
    for (_, body) in &bodies {
        gather(body, &mut texts);
    }
    let row = |name: &str, cases| {
        let name = format!("GitHub webhooks, {name}");
        Row { side: Side::Honest, name, source: WEBHOOKS, is_shown: true, cases }
    };
    Ok(vec![
        row("each text once", texts.iter().map(|text| Case::of_text(text)).collect()),
        row("whole bodies", bodies.iter().map(|(name, body)| Case::of_body(name, body)).collect()),
    ])
}

/// Strings that break programs.
pub(crate) fn naughty(folder: &Path) -> Result<Row, String> {
    let list = read(&folder.join("blns.json"))?;
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    let cases = texts.map(Case::of_text).collect();
    let name = "big list of naughty strings".to_owned();
    Ok(Row { side: Side::Robustness, name, source: NAUGHTY, is_shown: true, cases })
}

/// The bodies of a list of events, each with the name of its event.
pub(crate) fn examples(list: &Value) -> Vec<(String, Value)> {
    let mut bodies = Vec::new();
    for event in list.as_array().into_iter().flatten() {
        let name = event.get("name").and_then(Value::as_str).unwrap_or_default();
        let examples = event.get("examples").and_then(Value::as_array).into_iter().flatten();
        for (number, body) in examples.enumerate() {
            bodies.push((format!("{name} {}", number + 1), body.clone()));
        }
    }
    bodies
}

/// All strings of a value.
pub(crate) fn gather(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Value::Object(members) => members.values().for_each(|member| gather(member, texts)),
        _ => {}
    }
}

/// A file of JSON.
pub(crate) fn read(path: &Path) -> Result<Value, String> {
    let problem = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| problem(&error))?;
    serde_json::from_str(&text).map_err(|error| problem(&error))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_example_is_a_body_and_each_text_counts_once() {
        let list = json!([
            {"name": "ping", "examples": [{"zen": "a", "hook": {"tags": ["b", "a", 1]}}, {"zen": "c"}]},
            {"name": "none"},
        ]);
        let bodies = examples(&list);
        let names: Vec<_> = bodies.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["ping 1", "ping 2"]);
        let mut texts = BTreeSet::new();
        bodies.iter().for_each(|(_, body)| gather(body, &mut texts));
        assert_eq!(texts.into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
