//! Open threats as SARIF 2.1.0 (OASIS): for code hosts and editors.
//!
//! A result is an open threat, at the line that declares its element; what is answered or accepted is no result.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_model::Span;
use serde_json::{Value, json};

use super::{Shown, words};
use crate::risk::{Level, Rating};
use crate::rules::Rule;
use crate::threat::Threat;

/// Where nothing is known of a place, the result stands at this line of the first file.
const LINE_FIRST: u32 = 1;

/// The model as a SARIF log, by this version of the program.
pub fn sarif(shown: &Shown<'_>, version: &str) -> Value {
    let open: Vec<&Threat> = shown.model.threats.iter().filter(|one| one.is_open()).collect();
    let mut worst: BTreeMap<&str, (&Rule, Level)> = BTreeMap::new();
    for threat in &open {
        let known = worst.entry(threat.rule.id).or_insert((threat.rule, threat.residual.level));
        known.1 = known.1.max(threat.residual.level);
    }
    let rules: Vec<Value> = worst.into_values().map(|(one, level)| rule(one, level)).collect();
    let results: Vec<Value> = open.into_iter().map(|one| result(shown, one)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "Portcullis", "semanticVersion": version, "rules": rules } },
            "automationDetails": { "id": "portcullis/threats/" },
            "invocations": [{ "executionSuccessful": true, "endTimeUtc": shown.at.rfc3339() }],
            "results": results,
        }],
    })
}

fn rule(one: &Rule, level: Level) -> Value {
    let mut tags = vec!["security".to_owned(), "threat-model".to_owned(), one.item.to_owned()];
    tags.extend(one.cwe.iter().map(|id| format!("external/cwe/cwe-{id:03}")));
    tags.extend(one.capec.iter().map(|id| format!("external/capec/capec-{id}")));
    json!({
        "id": one.id,
        "shortDescription": { "text": one.title },
        "fullDescription": { "text": one.text },
        "help": { "text": one.advice },
        "properties": { "tags": tags, "security-severity": score(level) },
    })
}

fn result(shown: &Shown<'_>, one: &Threat) -> Value {
    let system = &shown.model.system;
    let title = system.title(one.element);
    let answer = one.mitigations.first().map(|answer| match answer.control {
        Some(control) => format!(" `{}`: {}.", control.name(), answer.why),
        None => format!(" {}.", answer.why),
    });
    let text = format!(
        "{title}: {}, since {}.{} What to do: {}.",
        one.rule.title,
        one.why,
        answer.unwrap_or_default(),
        one.rule.advice
    );
    let logical = json!([{ "name": title, "fullyQualifiedName": system.id(one.element) }]);
    let place = words::place(shown, one.element).or_else(|| first_file(shown));
    let location = match place.as_deref().map(parted) {
        Some((file, line)) => json!({
            "physicalLocation": {
                "artifactLocation": { "uri": encoded(file) },
                "region": { "startLine": line },
            },
            "logicalLocations": logical,
        }),
        None => json!({ "logicalLocations": logical }),
    };
    json!({
        "ruleId": one.rule.id,
        "level": level(one.residual),
        "message": { "text": text },
        "locations": [location],
        // The same threat is the same finding, wherever the document moves it.
        "partialFingerprints": { "threat/v1": shown.model.name(one) },
        "properties": {
            "state": one.state.name(),
            "likelihood": words::tenths(one.residual.likelihood),
            "impact": words::tenths(one.residual.impact),
        },
    })
}

/// The beginning of the first file that the model knows.
fn first_file(shown: &Shown<'_>) -> Option<String> {
    let system = &shown.model.system;
    let entries = system.entries.iter().map(|one| &one.known);
    let mut known = entries.chain(system.components.iter().map(|one| &one.known));
    let span: Span = known.find_map(|known| known.at)?;
    let place = (shown.place)(span);
    let (file, _) = parted(&place);
    Some(format!("{file}:{LINE_FIRST}"))
}

/// The file and the line of `openapi.yaml:12:3`.
fn parted(place: &str) -> (&str, u32) {
    let numbered = |text: &str| -> Option<(usize, u32)> {
        let (file, number) = text.rsplit_once(':')?;
        Some((file.len(), number.parse().ok().filter(|number| *number > 0)?))
    };
    let Some((end, last)) = numbered(place) else { return (place, LINE_FIRST) };
    let before = place.get(..end).unwrap_or(place);
    match numbered(before) {
        Some((end, line)) => (before.get(..end).unwrap_or(before), line),
        None => (before, last),
    }
}

/// A path as a reference of RFC 3986.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

const fn level(rating: Rating) -> &'static str {
    match rating.level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::Note => "note",
    }
}

/// What GitHub sorts by: the middle of CVSS's span of each level.
const fn score(level: Level) -> &'static str {
    match level {
        Level::Critical => "9.5",
        Level::High => "8.0",
        Level::Medium => "5.5",
        Level::Low => "2.0",
        Level::Note => "0.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_parted_into_file_and_line() {
        assert_eq!(parted("openapi.yaml:12:3"), ("openapi.yaml", 12));
        assert_eq!(parted("openapi.yaml:12"), ("openapi.yaml", 12));
        assert_eq!(parted("a:b/openapi.yaml"), ("a:b/openapi.yaml", 1));
        assert_eq!(parted("openapi.yaml:0:0"), ("openapi.yaml:0:0", 1));
        assert_eq!(encoded("api docs/ö.yaml"), "api%20docs/%C3%B6.yaml");
    }
}
