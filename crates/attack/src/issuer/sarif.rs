//! What is open at an issuer, as SARIF 2.1.0. Its place is the file that describes the client: an issuer has no line.

use serde_json::{Value, json};

use super::judged::Found;
use super::report::IssuerReport;
use crate::sarif::{Declared, result, score};

impl IssuerReport {
    /// The report as a SARIF log.
    pub fn sarif(&self, version: &str, file: &str) -> Value {
        let open = self.open();
        let place = Declared { file: file.to_owned(), line: 1 };
        let of = |found: &&Found| {
            let why = found.why.as_deref().unwrap_or_default();
            let text = format!("{}: {why}.\n\n{}", found.title, found.replay);
            result((found.id, found.severity), &text, &place)
        };
        let rules: Vec<Value> = open.iter().map(|found| rule(found)).collect();
        let results: Vec<Value> = open.iter().map(of).collect();
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

fn rule(found: &Found) -> Value {
    let tags = ["security".to_owned(), format!("external/cwe/cwe-{:03}", found.cwe)];
    json!({
        "id": found.id,
        "shortDescription": { "text": found.title },
        "help": { "text": format!("Written in {}.", found.section) },
        "properties": { "tags": tags, "security-severity": score(found.severity) },
    })
}
