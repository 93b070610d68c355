//! Who makes an object in another one's name, or gives one away?

use portcullis_policy::{Hidden, Verb};
use serde_json::{Value, json};

use super::canary::Canary;
use super::draft::Draft;
use super::kind::Kind;
use super::may::{Known, Person, Whose, grants, touches};
use super::properties::{Said, are_closed, said};
use super::sent::media;
use super::stage::{Sight, Stage};
use super::written::Written;
use super::{Found, Generator};

impl Generator<'_> {
    /// Everybody who may make or change such objects names another one as the owner. Of people with the same roles
    /// the first one does it.
    pub(super) fn gives(&self, operation: usize, found: &mut Found) {
        let Some(written) = self.is_written(operation) else { return };
        for person in self.unlike() {
            if let Err(why) = self.given_by(operation, written, person, found) {
                found.leave(&format!("owner by {}", person.name), why);
            }
        }
    }

    fn given_by(
        &self,
        operation: usize,
        written: (usize, Verb),
        person: &Person,
        found: &mut Found,
    ) -> Result<(), String> {
        let resource = self.resource(written.0)?;
        let contract = &self.model.contract;
        let declared = contract.operation(operation).ok_or("it is not there")?;
        let shape = media(declared)?.schema.as_ref().map(|schema| schema.shape);
        let mut owners = resource.owners.iter().map(|owner| owner.at.as_str()).filter_map(|at| {
            let said = shape.and_then(|shape| said(contract, shape, at))?;
            Some((at, said))
        });
        let Some((at, said)) = owners.next() else { return Ok(()) };
        let Some(stage) = self.stage(operation, written, person)? else { return Ok(()) };
        if !stage.object.is_made {
            return Err("it would give away what was not made for this".to_owned());
        }
        let grants = grants(self.model, operation, written.0, person, stage.whose);
        let masks: Vec<&Hidden> = grants.into_iter().map(|on| &on.readonly).collect();
        let kind = if said == Said::Writable && !are_closed(&masks, at) {
            match touches(self.model, operation, written.0, person, Whose::Foreign) {
                Known::No => Kind::Changed,
                Known::Unknown => {
                    return Err("whether the rules let them depends on the object".to_owned());
                }
                // Whoever may change what others have may say whose it is.
                Known::Yes => return Ok(()),
            }
        } else {
            Kind::Property
        };
        let sight = self.sight(&stage, &stage.owner.name)?;
        found.drafts.push(self.giving((&stage, &sight), &masks, at, kind)?);
        Ok(())
    }

    /// The first one who has such an object, and is named in it, becomes the owner, and sees it.
    fn giving(
        &self,
        (stage, sight): (&Stage<'_>, &Sight),
        masks: &[&Hidden],
        at: &str,
        kind: Kind,
    ) -> Result<Draft, String> {
        let others = self.people.iter().filter(|one| one.name != stage.owner.name);
        let theirs = |one| Ok((one, self.canary(stage.resource, one, "theirs", stage.operation)?));
        let all: Vec<Result<(&Person, Canary), String>> = others.map(theirs).collect();
        let why = all.iter().find_map(|one| one.as_ref().err()).cloned();
        let (other, canary) = all
            .into_iter()
            .find_map(Result::ok)
            .ok_or_else(|| why.unwrap_or_else(|| "there is nobody else".to_owned()))?;
        let name = canary.owners.iter().find(|(known, _)| known == at).map(|(_, name)| name);
        let name = name.ok_or("what names its owner is not shown")?;
        let value: Value = json!(format!("${{{name}}}"));
        let look = match &sight.step {
            Some(_) => Some(self.reading(&stage.object, &other.name)?.step),
            None => None,
        };
        let (at, act, before) = (at.to_owned(), "owner".to_owned(), canary.steps);
        self.writing(stage, sight, masks, Written { at, value, kind, act, before, look })
    }
}
