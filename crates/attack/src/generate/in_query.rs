//! Who takes a credential from the address, where logs, proxies and browsers keep it?

use portcullis_contract::{Place, Security};
use portcullis_model::Method;
use serde_json::{Map, Value, json};

use super::honest::{Honest, Probe, expecting, with};
use super::kind::Kind;
use super::{Found, Generator};

/// Under which names servers look for it: RFC 6750 section 2.3, and what people call it.
const NAMES: [&str; 2] = ["access_token", "token"];

impl Generator<'_> {
    /// The caller's credential stands in the query, and nowhere else. Without it nobody gets anything.
    pub(super) fn in_query(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        let is_required = matches!(declared.security, Security::Required { .. });
        if declared.method != Method::Get || honest.by.is_none() || !is_required {
            return;
        }
        let is_declared = |name: &str| {
            declared.parameters.iter().any(|one| one.place == Place::Query && one.name == name)
        };
        let nobody: Map<String, Value> =
            honest.step.clone().into_iter().filter(|(key, _)| key != "as").collect();
        for name in NAMES.into_iter().filter(|name| !is_declared(name)) {
            let works = expecting(&honest.step, json!([{ "status": "2xx" }]));
            let refused = expecting(&nobody, json!([{ "status": ["3xx", "4xx"] }]));
            found.drafts.push(self.probe(
                honest,
                Probe {
                    kind: Kind::Query,
                    act: name.replace('_', "-"),
                    at: Some(name.to_owned()),
                    honest: vec![works, refused],
                    attack: vec![with(&honest.step, "credential_in", json!(name))],
                    look: Vec::new(),
                    harm: vec![json!({ "status": "2xx" })],
                },
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small::{files, made};

    #[test]
    fn a_credential_stands_in_the_query_where_nobody_gets_anything_without() {
        let files = files(&made("", "", false), "gen-c7-get-order-ann");
        let sent: Vec<_> =
            files.iter().map(|file| file["attack"][0]["credential_in"].clone()).collect();
        assert_eq!(sent, ["access_token", "token"]);
        let honest = &files[0]["honest"];
        assert_eq!((&honest[0]["as"], &honest[1]["as"]), (&json!("ann"), &json!(null)));
        assert_eq!(honest[1]["expect"][0]["status"], json!(["3xx", "4xx"]));
    }
}
