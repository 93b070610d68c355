//! Who writes a property that is not for them? What the rules make read-only for somebody, what the contract
//! calls `readOnly`, and what answers show of an object and its requests do not declare (mass assignment).

use portcullis_contract::{BodyKind, Media, Operation};
use portcullis_policy::{Hidden, Verb};
use serde_json::{Value, json};

use super::body::CHANGED;
use super::draft::{Draft, Kind};
use super::may::{Person, grants};
use super::properties::{Said, are_closed, said, single};
use super::request::Wanted;
use super::stage::{MADE, Sight, Stage};
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
        let Some(touched) = self.model.authorization.operations.get(operation) else { return };
        let has_body =
            self.model.contract.operation(operation).is_some_and(|one| one.body.is_some());
        let Some(written) = touched.writes().first().copied().filter(|_| has_body) else { return };
        if touched.verb(written.0).is_none() && self.only_reads(operation) {
            return;
        }
        let mut known: Vec<Option<&[String]>> = Vec::new();
        for person in self.people {
            let roles = person.roles.as_deref();
            if known.contains(&roles) {
                continue;
            }
            known.push(roles);
            if let Err(why) = self.written_by(operation, written, person, found) {
                found.leave(&format!("properties by {}", person.name), why);
            }
        }
    }

    fn written_by(
        &self,
        operation: usize,
        written: (usize, Verb),
        person: &Person,
        found: &mut Found,
    ) -> Result<(), String> {
        let declared = self.model.contract.operation(operation).ok_or("it is not there")?;
        let Some(stage) = self.stage(operation, written, person)? else { return Ok(()) };
        let media = media(declared).ok_or("its body is neither JSON nor a form")?;
        let sight = self.sight(&stage, &stage.owner.name)?;
        let grants = grants(self.model, operation, written.0, person, stage.whose);
        let masks: Vec<&Hidden> = grants.into_iter().map(|on| &on.readonly).collect();
        let mut all = self.properties(&stage, &sight, (declared, media), &masks)?;
        if all.len() > PROPERTIES_MAX {
            let why = format!("there are more than {PROPERTIES_MAX} properties");
            found.leave(&format!("properties by {}", person.name), why);
            all.truncate(PROPERTIES_MAX);
        }
        for (place, property) in all.iter().enumerate() {
            found.drafts.push(self.writing(&stage, &sight, &masks, (place, property))?);
        }
        Ok(())
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
            all.extend(value.map(|value| Property { at, value }));
        }
        Ok(all)
    }

    /// The honest body, and the same with the property; then a look at what is there.
    fn writing(
        &self,
        stage: &Stage<'_>,
        sight: &Sight,
        masks: &[&Hidden],
        (place, property): (usize, &Property),
    ) -> Result<Draft, String> {
        let is_theirs = |name: &str| {
            let at = format!("/{name}");
            at != property.at && !are_closed(masks, &at)
        };
        let write = |members| {
            let wanted = Wanted {
                by: Some(&stage.person.name),
                objects: stage.objects.clone(),
                members,
                mark: Some((CHANGED, &is_theirs)),
                may_say: Some(&is_theirs),
            };
            let mut step = self.requests.write(stage.operation, &wanted)?.step;
            if let Some(at) = &stage.made_at {
                step.insert("save".to_owned(), json!({ MADE: at }));
            }
            Ok::<_, String>(step)
        };
        let at = format!("{}{}", sight.at, property.at.replace("/*", "/0"));
        let has = |test: &str| json!([{ "status": "2xx" }, { "json": at, test: property.value }]);
        let mut honest = vec![write(Vec::new())?];
        honest.extend(sight.step.clone());
        if let [first, .., _] = honest.as_mut_slice() {
            first.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
        }
        if let Some(last) = honest.last_mut() {
            last.insert("expect".to_owned(), has("differs"));
        }
        let attack = write(vec![(property.at.clone(), property.value.clone())])?;
        let look = sight.step.clone().map(|mut step| {
            step.remove("at_api");
            Value::Object(step)
        });
        Ok(Draft {
            operation: stage.operation,
            name: self.name(stage.operation),
            kind: Kind::Property,
            by: Some(stage.person.name.clone()),
            act: format!("writes{place}"),
            at: Some(property.at.clone()),
            before: stage.before.clone(),
            honest: honest.into_iter().map(Value::Object).collect(),
            attack: vec![Value::Object(attack)],
            look: look.into_iter().collect(),
            harm: has("equals").as_array().cloned().unwrap_or_default(),
        })
    }
}

/// What honest requests before it write there.
fn taken(before: &[Value], at: &str) -> Vec<Value> {
    let at = at.replace("/*", "/0");
    let bodies = before.iter().filter_map(|step| step.pointer("/body/json"));
    bodies.filter_map(|body| body.pointer(&at)).cloned().collect()
}

/// The type in which a body is sent: JSON, if it may be.
fn media(operation: &Operation) -> Option<&Media> {
    let all = &operation.body.as_ref()?.media;
    let of_kind = |kind| all.iter().find(|media| media.kind == kind);
    of_kind(BodyKind::Json).or_else(|| of_kind(BodyKind::Form))
}
