//! Who writes a property that is not for them? What the rules make read-only for somebody, what the contract
//! calls `readOnly`, and what answers show of an object and its requests do not declare (mass assignment).

use portcullis_contract::{Media, Operation};
use portcullis_policy::{Hidden, Verb};
use serde_json::Value;

use super::body::MARK;
use super::kind::Kind;
use super::may::{Person, grants};
use super::properties::{Said, are_closed, said, single};
use super::sent::media;
use super::stage::{Sight, Stage};
use super::written::Written;
use super::{Found, Generator};

/// Properties of one operation that one person tries to write.
const PROPERTIES_MAX: usize = 24;

/// A property, and what is written there.
struct Property {
    at: String,
    value: Value,
}

impl Generator<'_> {
    /// Everybody who may make or change an object writes each property of it that is not for them. Of people with
    /// the same roles the first one does it.
    pub(super) fn writes(&self, operation: usize, found: &mut Found) {
        let Some(written) = self.is_written(operation) else { return };
        let mut is_let = false;
        for person in self.unlike() {
            match self.written_by(operation, written, person, found) {
                Ok(is_theirs) => is_let |= is_theirs,
                Err(why) => {
                    is_let = true;
                    found.leave(&format!("properties by {}", person.name), why);
                }
            }
        }
        if !is_let {
            found.leave("properties", "the rules let nobody of those who are given do it");
        }
    }

    /// What a body of an operation makes or changes, if it does.
    pub(super) fn is_written(&self, operation: usize) -> Option<(usize, Verb)> {
        let touched = self.model.authorization.operations.get(operation)?;
        self.model.contract.operation(operation)?.body.as_ref()?;
        let written = touched.writes().first().copied()?;
        let is_read = touched.verb(written.0).is_none() && self.only_reads(operation);
        (!is_read).then_some(written)
    }

    /// The first one of each set of roles.
    pub(super) fn unlike(&self) -> Vec<&Person> {
        let mut all: Vec<&Person> = Vec::new();
        for person in self.people {
            if !all.iter().any(|known| known.roles == person.roles) {
                all.push(person);
            }
        }
        all
    }

    /// `false`: the rules do not let them.
    fn written_by(
        &self,
        operation: usize,
        written: (usize, Verb),
        person: &Person,
        found: &mut Found,
    ) -> Result<bool, String> {
        let declared = self.model.contract.operation(operation).ok_or("it is not there")?;
        let Some(stage) = self.stage(operation, written, person)? else { return Ok(false) };
        let media = media(declared)?;
        let sight = self.sight(&stage, &stage.owner.name)?;
        let grants = grants(self.model, operation, written.0, person, stage.whose);
        let masks: Vec<&Hidden> = grants.into_iter().map(|on| &on.readonly).collect();
        let mut all = self.properties(&stage, &sight, (declared, media), &masks)?;
        if all.len() > PROPERTIES_MAX {
            let why = format!("there are more than {PROPERTIES_MAX} properties");
            found.leave(&format!("properties by {}", person.name), why);
            all.truncate(PROPERTIES_MAX);
        }
        for (place, property) in all.into_iter().enumerate() {
            let written = Written {
                at: property.at,
                value: property.value,
                kind: Kind::Property,
                act: format!("writes{place}"),
                before: Vec::new(),
                look: None,
            };
            found.drafts.push(self.writing(&stage, &sight, &masks, written)?);
        }
        Ok(true)
    }

    /// What is not for them, and can be seen afterwards.
    fn properties(
        &self,
        stage: &Stage<'_>,
        sight: &Sight,
        (declared, media): (&Operation, &Media),
        masks: &[&Hidden],
    ) -> Result<Vec<Property>, String> {
        let (contract, resource) = (&self.model.contract, self.resource(stage.resource)?);
        let body = media.schema.as_ref().ok_or("nothing is said of its body")?.shape;
        if contract.shapes.get(body).items.is_some() {
            return Err("its body is a list".to_owned());
        }
        let shows = contract.operation(sight.operation).ok_or("it is not there")?;
        let is_id = |at: &String| stage.made_at.is_none() && resource.ids.contains(at);
        let is_owner = |at: &String| resource.owners.iter().any(|owner| owner.at == *at);
        let mut all = Vec::new();
        for at in single(contract, sight.shape) {
            // By its id the object is read again, and whose it is needs somebody else to be named.
            if is_id(&at) || is_owner(&at) {
                continue;
            }
            let samples = self.requests.samples;
            let taken = taken(&stage.before, &at);
            let of_answer =
                || samples.unusual_in_answer(shows, &format!("{}{at}", sight.at), &taken);
            let of_body = || samples.unusual_in_body((declared, media), &at, &taken);
            let value = match said(contract, body, &at) {
                Some(Said::ReadOnly | Said::Undeclared) => of_answer(),
                Some(Said::Writable) if are_closed(masks, &at) => of_body(),
                None if are_closed(masks, &at) => of_answer(),
                Some(Said::Writable) | None => None,
            };
            let is_id = resource.ids.contains(&at);
            let value = value.map(|value| if is_id { unused(value) } else { value });
            all.extend(value.map(|value| Property { at, value }));
        }
        Ok(all)
    }
}

/// An id that no object has yet: each try makes one, and the API may keep them all.
fn unused(value: Value) -> Value {
    match &value {
        Value::Number(number) if number.is_i64() => Value::from("${number}"),
        // A plain word: no format asks for another one.
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            Value::from(MARK)
        }
        _ => value,
    }
}

/// What honest requests before it write there.
fn taken(before: &[Value], at: &str) -> Vec<Value> {
    let at = at.replace("/*", "/0");
    let bodies = before.iter().filter_map(|step| step.pointer("/body/json"));
    bodies.filter_map(|body| body.pointer(&at)).cloned().collect()
}
