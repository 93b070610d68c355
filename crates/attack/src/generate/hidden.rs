//! Who sees a member of an object that no rule shows them?

use portcullis_policy::{Hidden, InputPlace, ObjectInput, RequestPlace};
use serde_json::{Value, json};

use super::draft::Draft;
use super::kind::Kind;
use super::may::{Known, Person, Whose, grants, opens};
use super::request::Wanted;
use super::shown::{member, shown};
use super::{Found, Generator};

impl Generator<'_> {
    /// An object is read by everybody who may, from whom a member of it is hidden: it must not be there.
    pub(super) fn hidden(&self, operation: usize, found: &mut Found) {
        let authorization = &self.model.authorization;
        let Some(touched) = authorization.operations.get(operation) else { return };
        let [input] = touched.inputs.as_slice() else { return };
        let is_path = matches!(input.place, InputPlace::One(RequestPlace::Path(_)));
        if touched.is_unsafe || !is_path || !touched.shows.contains(&input.resource) {
            return;
        }
        for person in self.people {
            match self.hidden_from(operation, input, person) {
                Ok(drafts) => found.drafts.extend(drafts),
                Err(why) => found.leave(&format!("hidden from {}", person.name), why),
            }
        }
    }

    fn hidden_from(
        &self,
        operation: usize,
        input: &ObjectInput,
        person: &Person,
    ) -> Result<Vec<Draft>, String> {
        let (contract, resource) = (&self.model.contract, self.resource(input.resource)?);
        let declared = contract.operation(operation).ok_or("it is not there")?;
        let shown = shown(contract, declared, resource).filter(|one| !one.is_list);
        let Some(shown) = shown else { return Ok(Vec::new()) };
        let mut drafts = Vec::new();
        for (whose, word) in [(Whose::Own, "own"), (Whose::Foreign, "others")] {
            let grants = grants(self.model, operation, input.resource, person, whose);
            let masks: Vec<&Hidden> = grants.into_iter().map(|on| &on.hidden).collect();
            let members: Vec<&String> = named(&masks)
                .into_iter()
                .filter(|at| masks.iter().all(|mask| hides(mask, at)))
                .filter(|at| member(contract, shown.shape, at).is_some())
                .collect();
            if members.is_empty() || opens(self.model, operation, person) == Known::No {
                continue;
            }
            let is_owner = |one: &&Person| (one.name == person.name) == (whose == Whose::Own);
            let owners = self.people.iter().filter(is_owner);
            let mut canaries =
                owners.map(|one| self.canary(input.resource, one, "canary0", operation));
            let canary =
                canaries.find_map(Result::ok).ok_or("nobody has one that could be read")?;
            let id = canary.id(input.id).ok_or("an id that it needs is not shown")?;
            let objects = vec![(input, vec![id.clone()])];
            let wanted = Wanted { by: Some(&person.name), objects, ..Wanted::default() };
            let attack = self.requests.write(operation, &wanted)?.step;
            let mut honest = attack.clone();
            honest.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
            drafts.extend(members.into_iter().enumerate().map(|(place, at)| Draft {
                worst: None,
                operation,
                name: self.name(operation),
                kind: Kind::Hidden,
                by: Some(person.name.clone()),
                act: format!("{word}-hidden{place}"),
                at: Some(at.clone()),
                before: canary.steps.clone(),
                honest: vec![Value::Object(honest.clone())],
                attack: vec![Value::Object(attack.clone())],
                look: Vec::new(),
                harm: vec![
                    json!({ "status": "2xx" }),
                    json!({ "json": format!("{}{at}", shown.at), "exists": true }),
                ],
            }));
        }
        Ok(drafts)
    }
}

/// The members that masks hide by name.
fn named<'m>(masks: &[&'m Hidden]) -> Vec<&'m String> {
    let mut all: Vec<&String> = masks
        .iter()
        .filter_map(|mask| match mask {
            Hidden::These(members) => Some(members),
            Hidden::Nothing | Hidden::AllBut(_) => None,
        })
        .flatten()
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn hides(mask: &Hidden, at: &String) -> bool {
    match mask {
        Hidden::Nothing => false,
        Hidden::These(members) => members.contains(at),
        Hidden::AllBut(shown) => !shown.contains(at),
    }
}
