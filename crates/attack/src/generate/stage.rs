//! What does somebody need to make or change an object, and where is it looked at afterwards?

use portcullis_contract::ShapeId;
use portcullis_policy::{ObjectInput, Verb};
use serde_json::{Map, Value};

use super::Generator;
use super::canary::Canary;
use super::may::{Known, Person, Whose, opens, touches};
use super::shown::shown;

/// Where the id of what a request made is kept.
pub(super) const MADE: &str = "made";

/// Somebody who may write an object, and that object.
pub(super) struct Stage<'s> {
    pub(super) operation: usize,
    pub(super) resource: usize,
    pub(super) person: &'s Person,
    /// Whose object it is.
    pub(super) owner: &'s Person,
    pub(super) whose: Whose,
    pub(super) before: Vec<Value>,
    pub(super) objects: Vec<(&'s ObjectInput, Vec<String>)>,
    /// The object; what is made has an id when it is there.
    pub(super) object: Canary,
    /// Where the answer shows the id of what was made; none: nothing is made.
    pub(super) made_at: Option<String>,
}

/// Where an object is looked at.
pub(super) struct Sight {
    /// The step that reads it; none: the answer shows what was made, and nothing reads it again.
    pub(super) step: Option<Map<String, Value>>,
    /// The operation that shows it.
    pub(super) operation: usize,
    /// Where in the answer.
    pub(super) at: String,
    /// What is declared of it.
    pub(super) shape: ShapeId,
}

impl<'a> Generator<'a> {
    /// Everything that is needed; none: the rules do not let them.
    pub(super) fn stage(
        &'a self,
        operation: usize,
        (resource, verb): (usize, Verb),
        person: &'a Person,
    ) -> Result<Option<Stage<'a>>, String> {
        if opens(self.model, operation, person) == Known::No {
            return Ok(None);
        }
        let touched = self.model.authorization.operations.get(operation);
        let named = touched.into_iter().flat_map(|one| &one.inputs).map(|input| input.resource);
        let all: Vec<usize> = named.chain([resource]).collect();
        let may = |whose| {
            all.iter().all(|one| touches(self.model, operation, *one, person, whose) != Known::No)
        };
        if verb == Verb::Create {
            let own = may(Whose::Own).then(|| self.making((operation, resource), person));
            return own.transpose();
        }
        let whose = |owner: &Person| {
            if owner.name == person.name { Whose::Own } else { Whose::Foreign }
        };
        let owners = self.people.iter().filter(|owner| may(whose(owner)));
        let mut found: Vec<Result<Stage<'a>, String>> = owners
            .map(|owner| self.changing((operation, resource), person, (owner, whose(owner))))
            .collect();
        // Best one of their own that is made for this, then one of another; what is only found may not be there.
        found.sort_by_key(|one| match one {
            Ok(stage) if stage.object.is_made => u8::from(stage.whose == Whose::Foreign),
            Ok(_) => 2,
            Err(_) => 3,
        });
        found.into_iter().next().transpose()
    }

    /// An object that is there, and whatever else the request names, of one owner.
    fn changing(
        &'a self,
        (operation, resource): (usize, usize),
        person: &'a Person,
        (owner, whose): (&'a Person, Whose),
    ) -> Result<Stage<'a>, String> {
        let (before, objects, canaries) = self.named(operation, owner, "canary")?;
        let mut canaries = canaries.into_iter();
        let object = canaries.find(|one| one.resource == resource);
        let object = object.ok_or("the request does not say which object it changes")?;
        let made_at = None;
        Ok(Stage { operation, resource, person, owner, whose, before, objects, object, made_at })
    }

    /// What the making of an object names.
    fn making(
        &'a self,
        (operation, index): (usize, usize),
        person: &'a Person,
    ) -> Result<Stage<'a>, String> {
        let (contract, resource) = (&self.model.contract, self.resource(index)?);
        let declared = contract.operation(operation).ok_or("it is not there")?;
        let touched = self.model.authorization.operations.get(operation);
        if touched.is_some_and(|one| one.inputs.iter().any(|input| input.resource == index)) {
            return Err("the request says under which id it is made".to_owned());
        }
        let (before, objects, _) = self.named(operation, person, "own")?;
        let shown = shown(contract, declared, resource).filter(|one| !one.is_list);
        let shown = shown.ok_or("it does not show what it made")?;
        let is_there = |id: &&String| super::shown::member(contract, shown.shape, id).is_some();
        let id = resource.ids.iter().find(is_there).ok_or("it does not show the id")?;
        let ids = resource.ids.iter().map(|one| (one == id).then(|| MADE.to_owned())).collect();
        let object = Canary {
            resource: index,
            steps: Vec::new(),
            from: operation,
            ids,
            owners: Vec::new(),
            is_made: true,
            known_by: None,
        };
        Ok(Stage {
            operation,
            resource: index,
            person,
            owner: person,
            whose: Whose::Own,
            before,
            objects,
            object,
            made_at: Some(format!("{}{id}", shown.at)),
        })
    }

    /// The objects that requests of an operation name, all of one owner.
    #[expect(clippy::type_complexity, reason = "steps, ids, and what they are of")]
    pub(super) fn named(
        &'a self,
        operation: usize,
        owner: &Person,
        prefix: &str,
    ) -> Result<(Vec<Value>, Vec<(&'a ObjectInput, Vec<String>)>, Vec<Canary>), String> {
        let touched = self.model.authorization.operations.get(operation);
        let (mut before, mut objects, mut canaries) = (Vec::new(), Vec::new(), Vec::new());
        for (place, input) in touched.into_iter().flat_map(|one| &one.inputs).enumerate() {
            let named = format!("{prefix}{place}");
            let canary = self.canary(input.resource, owner, &named, operation)?;
            let id = canary.id(input.id).ok_or("an id that it needs is not shown")?;
            before.extend(canary.steps.iter().cloned());
            objects.push((input, vec![id]));
            canaries.push(canary);
        }
        Ok((before, objects, canaries))
    }

    /// Where somebody sees what became of it.
    pub(super) fn sight(&self, stage: &Stage<'_>, by: &str) -> Result<Sight, String> {
        let (contract, resource) = (&self.model.contract, self.resource(stage.resource)?);
        let (operation, step) = match self.reading(&stage.object, by) {
            Ok(reading) => (reading.operation, Some(reading.step)),
            Err(_) if stage.made_at.is_some() => (stage.operation, None),
            Err(why) => return Err(why),
        };
        let declared = contract.operation(operation).ok_or("it is not there")?;
        let shown = shown(contract, declared, resource).ok_or("nothing shows it")?;
        Ok(Sight { step, operation, at: shown.at, shape: shown.shape })
    }
}
