//! What does the document forbid that the API itself lets through? Requests that are not as they are declared, by
//! somebody who may call the operation.
//!
//! Only operations that name no object: what they make is new, and nobody's object is in danger.

use portcullis_contract::{BodyKind, Place, is_valid};
use portcullis_model::Method;
use serde_json::{Map, Value, json};

use super::draft::Draft;
use super::effects::by_status;
use super::kind::Kind;
use super::request::Wanted;
use super::sent::media;
use super::{Found, Generator};

/// A body that ends in the middle.
const HALF: &str = "{\"portcullis\": [";
/// How programs say where they failed: Java, Python, JavaScript, Ruby, PHP, Go, .NET.
const TRACE: &str = r"Traceback \(most recent call last\)|\bat [\w.$<>]+ ?\([\w.]+:\d+(:\d+)?\)|\bat [\w./<>-]+:\d+:\d+|\.rb:\d+:in |Stack trace:\s*#0 |goroutine \d+ \[|   at [\w.<>]+\(.*\) in ";

impl Generator<'_> {
    /// Wrong types, labels that are not true, bodies that end in the middle.
    pub(super) fn faults(&self, operation: usize, found: &mut Found) {
        let Some(declared) = self.model.contract.operation(operation) else { return };
        let touched = self.model.authorization.operations.get(operation);
        let names_objects = touched.is_some_and(|one| !one.inputs.is_empty());
        if names_objects || declared.method == Method::Delete {
            return;
        }
        let Some(by) = self.caller(operation) else { return };
        let wanted = Wanted { by, ..Wanted::default() };
        // Whoever cannot be asked at all was left out before.
        let Ok(honest) = self.requests.write(operation, &wanted).map(|one| one.step) else {
            return;
        };
        if Value::Object(honest.clone()).to_string().contains("://") {
            return found.leave(
                "faults",
                "its honest request points at a host that nobody knows to be there",
            );
        }
        let success = by_status();
        let mut add = |kind, act: &str, attack: Map<String, Value>, harm: Vec<Value>| {
            let mut honest = honest.clone();
            honest.insert("expect".to_owned(), json!(success.expect));
            found.drafts.push(Draft {
                worst: None,
                operation,
                name: self.name(operation),
                kind,
                by: by.map(str::to_owned),
                act: act.to_owned(),
                at: None,
                before: Vec::new(),
                honest: vec![Value::Object(honest)],
                attack: vec![Value::Object(attack)],
                look: Vec::new(),
                harm,
            });
        };
        if let Some(attack) = self.wrong_number(operation, &honest) {
            add(Kind::Shape, "number", attack, success.harm.clone());
        }
        let is_json = media(declared).is_ok_and(|media| media.kind == BodyKind::Json);
        if !is_json {
            return;
        }
        if let Some(attack) = self.wrong_member(operation, by) {
            add(Kind::Shape, "type", attack, success.harm.clone());
        }
        let label = |step: &Map<String, Value>, label: &str| {
            let mut step = step.clone();
            let headers = step.entry("headers").or_insert_with(|| json!({}));
            if let Value::Object(headers) = headers {
                headers.insert("Content-Type".to_owned(), json!(label));
            }
            step
        };
        add(Kind::Label, "label", label(&honest, "text/plain"), success.harm.clone());
        let mut half = label(&honest, "application/json");
        half.insert("body".to_owned(), json!({ "text": HALF }));
        add(
            Kind::Trace,
            "half",
            half,
            vec![json!({ "status": "5xx" }), json!({ "matches": TRACE })],
        );
    }

    /// The first number of a query, as a word.
    fn wrong_number(
        &self,
        operation: usize,
        honest: &Map<String, Value>,
    ) -> Option<Map<String, Value>> {
        let declared = self.model.contract.operation(operation)?;
        let is_number = |value: &Value| value.is_number();
        let number = declared.parameters.iter().find(|one| {
            one.place == Place::Query
                && one
                    .name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
                && self.requests.samples.parameter(declared, one).as_ref().is_some_and(is_number)
        })?;
        let mut step = honest.clone();
        let send = step.get("send")?.as_str()?.to_owned();
        // One that is there already would be said twice, which is another fault.
        if send.contains(&format!("{}=", number.name)) {
            return None;
        }
        let mark = if send.contains('?') { '&' } else { '?' };
        step.insert("send".to_owned(), json!(format!("{send}{mark}{}=seven", number.name)));
        Some(step)
    }

    /// The first member of a body that is a single value, as a list in a list; none where the schema takes that.
    fn wrong_member(&self, operation: usize, by: Option<&str>) -> Option<Map<String, Value>> {
        let declared = self.model.contract.operation(operation)?;
        let media = media(declared).ok()?;
        let body = self.requests.samples.body(declared, media)?;
        let members = body.as_object()?;
        let wrong = json!([["portcullis"]]);
        let broken = members.iter().find(|(name, value)| {
            let mut body = members.clone();
            body.insert((*name).clone(), wrong.clone());
            (value.is_string() || value.is_number()) && !is_valid(media, &Value::Object(body))
        });
        let (name, _) = broken?;
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let wanted = Wanted { by, members: vec![(pointer, wrong)], ..Wanted::default() };
        self.requests.write(operation, &wanted).ok().map(|one| one.step)
    }
}
