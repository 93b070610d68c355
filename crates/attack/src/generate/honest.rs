//! Who may call an operation, and how does their honest request look? Attacks on anything but objects begin with it.

use portcullis_model::Method;
use portcullis_policy::ObjectInput;
use serde_json::{Map, Value, json};

use super::Generator;
use super::danger::Danger;
use super::draft::Draft;
use super::kind::Kind;
use super::may::{Known, opens};
use super::request::Wanted;

/// A request that must work, of somebody who may send it.
pub(super) struct Honest<'s> {
    pub(super) operation: usize,
    /// Who sends it; none: nobody, where everybody may.
    pub(super) by: Option<&'s str>,
    /// What makes the objects that it names.
    before: Vec<Value>,
    objects: Vec<(&'s ObjectInput, Vec<String>)>,
    /// Whether it names objects, and all of them are made for this.
    pub(super) is_made: bool,
    pub(super) step: Map<String, Value>,
}

/// What makes an attack of it.
pub(super) struct Probe {
    pub(super) kind: Kind,
    /// What is done, in a word.
    pub(super) act: String,
    /// The place of the request that is meant.
    pub(super) at: Option<String>,
    pub(super) honest: Vec<Value>,
    pub(super) attack: Vec<Value>,
    pub(super) look: Vec<Value>,
    pub(super) harm: Vec<Value>,
}

impl<'s> Generator<'s> {
    /// An honest request, with objects that were made for it; or why there is none.
    pub(super) fn honest(&'s self, operation: usize) -> Result<Honest<'s>, String> {
        let declared = self.model.contract.operation(operation).ok_or("it is not there")?;
        if declared.method == Method::Delete {
            return Err("it deletes".to_owned());
        }
        let touched = self.model.authorization.operations.get(operation);
        let names_objects = touched.is_some_and(|one| !one.inputs.is_empty());
        let mut honest = if names_objects {
            self.with_objects(operation)?
        } else {
            let by = self.caller(operation).ok_or("nobody of those who are given surely may")?;
            let (before, objects, step) = Default::default();
            Honest { operation, by, before, objects, is_made: false, step }
        };
        let wanted = Wanted { by: honest.by, objects: honest.objects.clone(), ..Wanted::default() };
        honest.step = self.requests.write(operation, &wanted)?.step;
        Ok(honest)
    }

    /// The first one whose objects somebody may do it with, best they themselves.
    fn with_objects(&'s self, operation: usize) -> Result<Honest<'s>, String> {
        let touched =
            self.model.authorization.operations.get(operation).ok_or("it is not there")?;
        let resources: Vec<usize> = touched.inputs.iter().map(|input| input.resource).collect();
        let mut why = None;
        for owner in self.people {
            let Some(doer) = self.doer(operation, &resources, owner) else { continue };
            let (before, objects, canaries) = match self.named(operation, owner, "own") {
                Ok(named) => named,
                Err(reason) => {
                    why = why.or(Some(reason));
                    continue;
                }
            };
            let is_made = canaries.iter().all(|one| one.is_made);
            if touched.is_unsafe && !is_made {
                return Err("it would change what was not made for this".to_owned());
            }
            let by = Some(doer.name.as_str());
            return Ok(Honest { operation, by, before, objects, is_made, step: Map::new() });
        }
        Err(why.unwrap_or_else(|| "nobody of those who are given surely may".to_owned()))
    }

    /// Somebody who may call it: by name, or nobody where everybody may; none: it depends.
    #[expect(clippy::option_option, reason = "nobody is a caller, too")]
    pub(super) fn caller(&self, operation: usize) -> Option<Option<&'s str>> {
        let may = |known| self.people.iter().find(|one| opens(self.model, operation, one) == known);
        if let Some(person) = may(Known::Yes) {
            return Some(Some(&person.name));
        }
        self.is_anyones(operation).then_some(None)
    }

    /// The same request, with these members in its body.
    pub(super) fn with_members(
        &self,
        honest: &Honest<'_>,
        members: Vec<(String, Value)>,
    ) -> Result<Map<String, Value>, String> {
        let objects = honest.objects.clone();
        let wanted = Wanted { by: honest.by, objects, members, ..Wanted::default() };
        Ok(self.requests.write(honest.operation, &wanted)?.step)
    }

    /// An attack that begins with it. Where it names no honest steps, the honest request is the positive control.
    pub(super) fn probe(&self, honest: &Honest<'_>, probe: Probe) -> Draft {
        let Probe { kind, act, at, honest: mut own, attack, look, harm } = probe;
        if own.is_empty() {
            own.push(expecting(&honest.step, json!([{ "status": "2xx" }])));
        }
        Draft {
            worst: self.model.is_changing(Some(honest.operation)).then_some(Danger::Changes),
            operation: honest.operation,
            name: self.name(honest.operation),
            kind,
            by: honest.by.map(str::to_owned),
            act,
            at,
            before: honest.before.clone(),
            honest: own,
            attack,
            look,
            harm,
        }
    }
}

impl Honest<'_> {
    /// Whether it names a host that nobody knows to be there.
    pub(super) fn points_away(&self) -> bool {
        Value::Object(self.step.clone()).to_string().contains("://")
    }
}

/// A step, with what its answer must be like.
pub(super) fn expecting(step: &Map<String, Value>, expect: Value) -> Value {
    with(step, "expect", expect)
}

/// A step, with one key more.
pub(super) fn with(step: &Map<String, Value>, key: &str, value: Value) -> Value {
    let mut step = step.clone();
    step.insert(key.to_owned(), value);
    Value::Object(step)
}

/// A step, with this in its query, in the place of what stood there. The text goes as it is: it must be encoded.
pub(super) fn queried(step: &Map<String, Value>, name: &str, text: &str) -> Map<String, Value> {
    let mut step = step.clone();
    let send = step.get("send").and_then(Value::as_str).unwrap_or_default();
    let (path, query) = send.split_once('?').unwrap_or((send, ""));
    let is_other = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(name);
    let pair = format!("{name}={text}");
    let pairs: Vec<&str> = query.split('&').filter(is_other).chain([pair.as_str()]).collect();
    let send = format!("{path}?{}", pairs.join("&"));
    step.insert("send".to_owned(), json!(send));
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_once_in_a_query() {
        let step = |send: &str| json!({ "send": send }).as_object().cloned().unwrap();
        for (send, expected) in [
            ("GET /a", "GET /a?q=x%27"),
            ("GET /a?q=1", "GET /a?q=x%27"),
            ("GET /a?q=1&b=2&qq=3", "GET /a?b=2&qq=3&q=x%27"),
        ] {
            assert_eq!(queried(&step(send), "q", "x%27")["send"], expected, "{send}");
        }
    }
}
