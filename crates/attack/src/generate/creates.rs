//! Who can make an object in another one's name?

use portcullis_contract::BodyKind;
use portcullis_policy::{ObjectInput, Verb};
use serde_json::{Value, json};

use super::canary::Canary;
use super::draft::{Draft, Kind};
use super::may::{Known, Person, Whose, opens, touches};
use super::request::Wanted;
use super::shown::{member, shown};
use super::stage::MADE;
use super::{Found, Generator};

impl Generator<'_> {
    /// Everybody who may make such objects makes one that names another one as its owner.
    pub(super) fn creates(&self, operation: usize, found: &mut Found) {
        let Some(touched) = self.model.authorization.operations.get(operation) else { return };
        let made = touched.does.iter().find(|(_, verb)| *verb == Verb::Create);
        let Some((resource, _)) = made.copied() else { return };
        let is_new = |input: &ObjectInput| input.resource == resource;
        if super::left_alone::why(self.model, operation).is_some()
            || touched.inputs.iter().any(is_new)
        {
            return;
        }
        for person in self.people {
            let is_theirs = opens(self.model, operation, person) != Known::No
                && touches(self.model, operation, resource, person, Whose::Own) != Known::No;
            let is_others = touches(self.model, operation, resource, person, Whose::Foreign);
            if !is_theirs || is_others != Known::No {
                continue;
            }
            let others = self.people.iter().filter(|one| one.name != person.name);
            let drafts =
                others.map(|owner| self.in_the_name_of(operation, resource, (owner, person)));
            match drafts.reduce(|first, next| if first.is_ok() { first } else { next }) {
                Some(Ok(Some(draft))) => found.drafts.push(draft),
                Some(Err(why)) => found.leave(&format!("owner by {}", person.name), why),
                Some(Ok(None)) | None => {}
            }
        }
    }

    /// None: a body cannot say whose it is.
    fn in_the_name_of(
        &self,
        operation: usize,
        index: usize,
        (owner, by): (&Person, &Person),
    ) -> Result<Option<Draft>, String> {
        let (contract, resource) = (&self.model.contract, self.resource(index)?);
        let declared = contract.operation(operation).ok_or("it is not there")?;
        let body = declared.body.iter().flat_map(|body| &body.media);
        let json = body.into_iter().find(|media| media.kind == BodyKind::Json);
        let shape = json.and_then(|media| media.schema.as_ref()).map(|schema| schema.shape);
        let says = |at: &str| shape.is_some_and(|shape| member(contract, shape, at).is_some());
        let Some(at) = resource.owners.iter().map(|one| one.at.as_str()).find(|at| says(at)) else {
            return Ok(None);
        };
        let canary = self.canary(index, owner, "canary0", operation)?;
        let name = canary.owners.iter().find(|(known, _)| known == at).map(|(_, name)| name);
        let name = name.ok_or("what names its owner is not shown")?.clone();
        let shown = shown(contract, declared, resource).filter(|one| !one.is_list);
        let shown = shown.ok_or("it does not show what it made")?;
        let id = canary.ids.iter().position(Option::is_some).ok_or("no id is shown")?;
        let id_at = resource.ids.get(id).ok_or("no id is shown")?;
        let mut before = canary.steps.clone();
        let mut objects: Vec<(&ObjectInput, Vec<String>)> = Vec::new();
        let touched = self.model.authorization.operations.get(operation);
        for (place, input) in touched.into_iter().flat_map(|one| &one.inputs).enumerate() {
            let own = self.canary(input.resource, by, &format!("own{place}"), operation)?;
            objects
                .push((input, vec![own.id(input.id).ok_or("an id that it needs is not shown")?]));
            before.extend(own.steps);
        }
        let write = |members| {
            let wanted = Wanted {
                by: Some(&by.name),
                objects: objects.clone(),
                members,
                ..Wanted::default()
            };
            self.requests.write(operation, &wanted).map(|one| one.step)
        };
        let mut honest = write(Vec::new())?;
        honest.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
        let mut attack = write(vec![(at.to_owned(), json!(format!("${{{name}}}")))])?;
        attack.insert("save".to_owned(), json!({ MADE: format!("{}{id_at}", shown.at) }));
        let mut ids = vec![None; canary.ids.len()];
        if let Some(place) = ids.get_mut(id) {
            *place = Some(MADE.to_owned());
        }
        let made = Canary { ids, ..canary };
        let mut look = self.reading(&made, &owner.name)?.step;
        look.remove("at_api");
        Ok(Some(Draft {
            operation,
            name: self.name(operation),
            kind: Kind::Object,
            by: Some(by.name.clone()),
            act: "owner".to_owned(),
            at: None,
            before,
            honest: vec![Value::Object(honest)],
            attack: vec![Value::Object(attack)],
            look: vec![Value::Object(look)],
            harm: vec![
                json!({ "status": "2xx" }),
                json!({ "json": at, "equals": format!("${{{name}}}") }),
            ],
        }))
    }
}
