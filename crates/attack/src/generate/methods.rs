//! Which methods work that nobody declared? Servers route by path and forget the method, and frameworks add their own.

use portcullis_contract::Operation;
use portcullis_model::Method;
use serde_json::{Map, Value, json};

use super::danger::Danger;
use super::honest::{Honest, Probe, expecting, with};
use super::kind::Kind;
use super::{Found, Generator};

/// What changes something. Each is tried where it is not declared.
const CHANGING: [Method; 3] = [Method::Put, Method::Patch, Method::Delete];
/// What no API has. Where it works, the method means nothing, and that others work shows nothing.
const UNKNOWN: &str = "PORTCULLIS";
/// Where what was read is kept.
const STATE: &str = "state";

impl Generator<'_> {
    /// What an operation reads is changed and deleted by methods that its path does not have.
    pub(super) fn methods(&self, honest: &Honest<'_>, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(honest.operation) else { return };
        if declared.method != Method::Get {
            return;
        }
        let all = &self.model.contract.operations;
        let has = |method| {
            let is_it = |one: &Operation| one.template == declared.template && one.method == method;
            all.iter().any(is_it)
        };
        let missing: Vec<Method> = CHANGING.into_iter().filter(|method| !has(*method)).collect();
        if missing.is_empty() {
            return;
        }
        if !honest.is_made && !self.permits_destruction {
            return found.leave("methods", "they would change what was not made for this");
        }
        for method in missing {
            let attack = by_method(&honest.step, method.name());
            let mut steps = Vec::new();
            let mut attack = attack;
            if method != Method::Delete {
                // What was read is written again, so that nothing but the method is wrong.
                steps.push(with(&honest.step, "save", json!({ STATE: "" })));
                attack.insert("body".to_owned(), json!({ "json": format!("${{{STATE}}}") }));
            }
            steps.push(Value::Object(attack));
            let works = expecting(&honest.step, json!([{ "status": "2xx" }]));
            let unknown = by_method(&honest.step, UNKNOWN);
            let refused = expecting(&unknown, json!([{ "status": ["3xx", "4xx", "5xx"] }]));
            let mut draft = self.probe(
                honest,
                Probe {
                    kind: Kind::Method,
                    act: method.name().to_lowercase(),
                    at: Some(method.name().to_owned()),
                    honest: vec![works, refused],
                    attack: steps,
                    look: Vec::new(),
                    harm: vec![json!({ "status": "2xx" })],
                },
            );
            draft.worst = (!honest.is_made).then_some(Danger::Destroys);
            found.drafts.push(draft);
        }
    }
}

/// The same request by another method.
pub(super) fn by_method(step: &Map<String, Value>, method: &str) -> Map<String, Value> {
    let mut step = step.clone();
    let send = step.get("send").and_then(Value::as_str).unwrap_or_default();
    let target = send.split_once(' ').map_or("/", |(_, target)| target);
    let send = format!("{method} {target}");
    step.insert("send".to_owned(), json!(send));
    step
}

#[cfg(test)]
mod tests {
    use super::super::small::{files, made, why};
    use super::*;

    #[test]
    fn methods_that_nobody_declared_are_tried_on_what_was_made_for_this() {
        let made = made("", "", false);
        let files = files(&made, "gen-a9-get-order-ann-");
        let by: Vec<_> = files.iter().map(|file| &file["title"]).collect();
        assert_eq!(files.len(), 3, "{by:?}");
        let put = &files[0];
        assert_eq!(put["before"][0]["send"], "POST /v2/orders");
        assert_eq!(put["honest"][1]["send"], "PORTCULLIS /v2/orders/${own0_id0}");
        assert_eq!(put["attack"][0]["save"]["state"], "");
        assert_eq!(put["attack"][1]["send"], "PUT /v2/orders/${own0_id0}");
        assert_eq!(put["attack"][1]["body"]["json"], "${state}");
        assert_eq!(files[2]["attack"][0]["send"], "DELETE /v2/orders/${own0_id0}");
        let why = why(&made, "listOrders", "methods");
        assert_eq!(why, Some("they would change what was not made for this"));
    }

    #[test]
    fn what_was_there_before_is_changed_only_where_that_is_permitted_and_last() {
        let made = made("", "", true);
        let last = made.attacks.last().unwrap();
        assert_eq!((last.danger, &*last.operation), (Danger::Destroys, "listOrders"));
        let dangers: Vec<Danger> = made.attacks.iter().map(|one| one.danger).collect();
        assert!(dangers.is_sorted() && dangers[0] == Danger::Reads);
    }
}
