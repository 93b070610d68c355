//! Open threats as SARIF 2.1.0 (OASIS): for code hosts and editors.
//!
//! A result is a threat that nothing answers, at the line that declares its element. One that somebody takes is a result
//! that is suppressed (section 3.27.23), by whom and until when; what is answered is no result.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_model::Span;
use serde_json::{Value, json};

use super::{Shown, words};
use crate::risk::Level;
use crate::rules::Rule;
use crate::threat::Threat;

/// Where nothing is known of a place, the result stands at this line of the first file.
const LINE_FIRST: u32 = 1;

/// The model as a SARIF log, by this version of the program.
pub fn sarif(shown: &Shown<'_>, version: &str) -> Value {
    let is_unanswered = |one: &&Threat| one.state.is_open();
    let open: Vec<&Threat> = shown.model.threats.iter().filter(is_unanswered).collect();
    let mut worst: BTreeMap<&str, (&Rule, Level)> = BTreeMap::new();
    for threat in &open {
        let known = worst.entry(threat.rule.id).or_insert((threat.rule, threat.residual.level));
        known.1 = known.1.max(threat.residual.level);
    }
    let places: BTreeMap<&str, usize> =
        worst.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let result = |one: &Threat| result(shown, one, places.get(one.rule.id).copied());
    let results: Vec<Value> = open.into_iter().map(result).collect();
    let rules: Vec<Value> = worst.into_values().map(|(one, level)| rule(one, level)).collect();
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
        "help": { "text": help(one) },
        "defaultConfiguration": { "level": named(level) },
        "properties": { "tags": tags, "security-severity": score(level) },
    })
}

fn result(shown: &Shown<'_>, one: &Threat, rule: Option<usize>) -> Value {
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
    let location = match place.as_deref().map(physical) {
        Some(physical) => json!({ "physicalLocation": physical, "logicalLocations": logical }),
        None => json!({ "logicalLocations": logical }),
    };
    json!({
        "ruleId": one.rule.id,
        "ruleIndex": rule,
        "level": named(one.residual.level),
        "message": { "text": text },
        "locations": [location],
        // All results have it or none; empty: it was looked at, and nobody takes it.
        "suppressions": suppressions(shown, one),
        // The same threat is the same finding, wherever the document moves it.
        "partialFingerprints": { "threat/v1": shown.model.name(one) },
        "properties": {
            "state": one.state.name(),
            "likelihood": words::tenths(one.residual.likelihood),
            "impact": words::tenths(one.residual.impact),
        },
    })
}

/// Who takes it: kept in `threats.yaml`, so outside of the document that the result is in.
fn suppressions(shown: &Shown<'_>, one: &Threat) -> Vec<Value> {
    let taken = one.accepted.and_then(|at| shown.model.stated.accepted.get(at));
    let told = taken.map(|taken| {
        let mut told = json!({
            "kind": "external",
            "status": "accepted",
            "justification": format!("{} takes it until {}: {}", taken.by, taken.until, taken.reason),
            "properties": { "by": taken.by, "until": taken.until.to_string() },
        });
        if let (Some(place), Some(told)) = (shown.at(taken.span), told.as_object_mut()) {
            let location = json!({ "physicalLocation": physical(&place) });
            told.insert("location".to_owned(), location);
        }
        told
    });
    told.into_iter().collect()
}

fn physical(place: &str) -> Value {
    let (file, line) = parted(place);
    json!({ "artifactLocation": { "uri": encoded(file) }, "region": { "startLine": line } })
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

/// What to do, and how people look where no attack shows it.
fn help(one: &Rule) -> String {
    let look = words::looked_at(one).map(|how| format!(" How people look: {how}."));
    format!("What to do: {}.{}", one.advice, look.unwrap_or_default())
}

const fn named(level: Level) -> &'static str {
    match level {
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
