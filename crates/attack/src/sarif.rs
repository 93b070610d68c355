//! What comes through, as SARIF 2.1.0 (OASIS): for code hosts and editors.
//!
//! A result is an attack that comes through, or a journey that does not; its place is the line of the document that
//! declares the operation. What is closed is no result: it is in the evidence.

use portcullis_evidence::Severity;
use serde_json::{Value, json};

use crate::percent::encoded;
use crate::report::{AttackFound, JourneyFound, Report};

/// Where an operation is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The file, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl Report {
    /// The report as a SARIF log. `declared` finds the place of an operation by its name, or of the document as a
    /// whole where none is named.
    pub fn sarif(&self, version: &str, declared: &dyn Fn(Option<&str>) -> Declared) -> Value {
        let ways_in = self.attacks.iter().filter(|attack| attack.state.is_way_in());
        let lost = self.journeys.iter().filter(|journey| !journey.is_ok());
        let mut rules: Vec<Value> = ways_in.clone().map(rule).collect();
        rules.extend(lost.clone().map(rule_of_journey));
        let of_attack = |attack: &AttackFound| {
            let place = declared(attack.operations.first().map(String::as_str));
            let way = if attack.through_only() {
                "only through the gateway"
            } else {
                "directly and through the gateway"
            };
            let remedy = attack
                .remedy
                .as_deref()
                .map_or_else(String::new, |line| format!(" What would close it: `{line}`."));
            result(
                (&attack.id, attack.severity),
                &format!("{}: it succeeds {way}.{remedy}\n\n{}", attack.title, attack.replay),
                &place,
            )
        };
        let of_journey = |journey: &JourneyFound| {
            let why = journey.through_why.as_deref().or(journey.direct_why.as_deref());
            let text = format!("{}: {}", journey.title, why.unwrap_or("it does not pass"));
            result((&journey.id, Severity::High), &text, &declared(None))
        };
        let results: Vec<Value> = ways_in.map(of_attack).chain(lost.map(of_journey)).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": { "name": "Portcullis", "semanticVersion": version, "rules": rules } },
                "invocations": [{ "executionSuccessful": self.totals.inconclusive == 0 }],
                "results": results,
            }],
        })
    }
}

fn rule(attack: &AttackFound) -> Value {
    let names = [attack.elsewhere.owasp_2023, attack.elsewhere.owasp_2019];
    let mut tags = vec!["security".to_owned(), format!("external/cwe/cwe-{:03}", attack.cwe)];
    tags.extend(names.into_iter().flatten().map(str::to_owned));
    tags.extend(attack.elsewhere.wfc.map(|code| format!("WFC-F{code}")));
    json!({
        "id": attack.id,
        "shortDescription": { "text": attack.title },
        "properties": { "tags": tags, "security-severity": score(attack.severity) },
    })
}

fn rule_of_journey(journey: &JourneyFound) -> Value {
    json!({ "id": journey.id, "shortDescription": { "text": journey.title } })
}

pub(crate) fn result((id, severity): (&str, Severity), text: &str, place: &Declared) -> Value {
    let level = match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    };
    json!({
        "ruleId": id,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": encoded(&place.file, b"/") },
            "region": { "startLine": place.line },
        } }],
        // The same attack is the same finding, wherever the document moves it.
        "partialFingerprints": { "attack/v1": id },
    })
}

/// What GitHub sorts by: the middle of CVSS's spans of high, medium and low.
pub(crate) const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Elsewhere;
    use crate::report::tests::{attack, journey};
    use crate::verdict::{Outcome, Passage, State};

    #[test]
    fn only_what_comes_through_is_a_result() {
        let mut closed = attack("a1-closed", State::Closed);
        closed.operations = vec!["getOrder".to_owned()];
        let mut open = attack("a6-open", State::Open);
        open.item = "A6".to_owned();
        open.cwe = 915;
        open.elsewhere = Elsewhere::of("A6", 915, true);
        open.operations = vec!["updateOrder".to_owned()];
        open.remedy = Some("access: [{ readonly: [/role] }]".to_owned());
        let mut by_gateway = attack("a7-opened", State::OpenedByGateway);
        (by_gateway.direct, by_gateway.severity) = (Outcome::Failed, Severity::Low);
        let mut lost = journey("browse");
        lost.through = Passage::Broken;
        lost.through_why = Some("status 403".to_owned());
        let report = Report {
            attacks: vec![closed, open, by_gateway],
            journeys: vec![journey("pay"), lost],
            ..Report::default()
        };
        let declared = |name: Option<&str>| Declared {
            file: "api docs/openapi.yaml".to_owned(),
            line: if name == Some("updateOrder") { 7 } else { 1 },
        };
        let log = report.sarif("0.1.0", &declared);
        let run = &log["runs"][0];
        let of = |at: usize, name: &str| run["results"][at][name].clone();
        assert_eq!(run["results"].as_array().unwrap().len(), 3);
        assert_eq!((of(0, "ruleId"), of(0, "level")), (json!("a6-open"), json!("error")));
        let text = of(0, "message")["text"].clone();
        assert!(text.as_str().unwrap().contains("close it: `access: [{ readonly: [/role] }]`"));
        assert_eq!((of(1, "ruleId"), of(1, "level")), (json!("a7-opened"), json!("note")));
        assert_eq!((of(2, "ruleId"), of(2, "level")), (json!("browse"), json!("error")));
        assert_eq!(
            of(0, "locations")[0]["physicalLocation"],
            json!({ "artifactLocation": { "uri": "api%20docs/openapi.yaml" }, "region": { "startLine": 7 } })
        );
        let rule = &run["tool"]["driver"]["rules"][0];
        assert_eq!(
            rule["properties"]["tags"],
            json!(["security", "external/cwe/cwe-915", "API3:2023", "API6:2019", "WFC-F203"])
        );
        let ids: Vec<_> = run["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].clone())
            .collect();
        assert_eq!(ids, ["a6-open", "a7-opened", "browse"]);
    }
}
