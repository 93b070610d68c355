//! By which operation is an object made for this?

use portcullis_policy::{ObjectInput, Verb};

use super::super::Generator;
use super::super::body::MARK;
use super::super::left_alone;
use super::super::may::{Known, Person, Whose, opens, touches};
use super::super::request::Wanted;
use super::super::shown::{member, shown};
use super::{Canary, DEPTH_MAX};

impl Generator<'_> {
    /// By an operation that creates one.
    pub(super) fn made(
        &self,
        (operation, near): (usize, usize),
        index: usize,
        person: &Person,
        prefix: &str,
        depth: usize,
    ) -> Result<Option<Canary>, String> {
        let (model, resource) = (self.model, self.resource(index)?);
        let Some(touched) = model.authorization.operations.get(operation) else { return Ok(None) };
        let creates = touched.verb(index) == Some(Verb::Create)
            && !touched.inputs.iter().any(|input| input.resource == index);
        let is_theirs = opens(model, operation, person) != Known::No
            && touches(model, operation, index, person, Whose::Own) != Known::No;
        if !creates || !is_theirs || left_alone::why(model, operation).is_some() {
            return Ok(None);
        }
        let name = self.name(operation);
        let declared = model.contract.operation(operation).ok_or("it is not there")?;
        let shown = shown(&model.contract, declared, resource)
            .filter(|shown| !shown.is_list)
            .ok_or_else(|| format!("`{name}` does not show what it made"))?;
        let mut steps = Vec::new();
        let mut objects: Vec<(&ObjectInput, Vec<String>)> = Vec::new();
        for (place, input) in touched.inputs.iter().enumerate() {
            if depth == DEPTH_MAX {
                return Err(format!("`{name}` needs objects that need objects"));
            }
            let below = format!("{prefix}_of{place}");
            let other = self.canary_at((input.resource, near), person, &below, depth + 1)?;
            let id = other
                .id(input.id)
                .ok_or_else(|| format!("`{name}` needs an id that is not shown"))?;
            steps.extend(other.steps);
            objects.push((input, vec![id]));
        }
        let is_shown =
            |name: &str| member(&model.contract, shown.shape, &format!("/{name}")).is_some();
        // Only the object that is attacked is known by the word; one's own beside it is not.
        let mark: Option<&dyn Fn(&str) -> bool> =
            if depth == 0 && prefix.starts_with("canary") { Some(&is_shown) } else { None };
        let mark = mark.map(|may_be| (MARK, may_be));
        let wanted = Wanted { by: Some(&person.name), objects, mark, ..Wanted::default() };
        let written = self.requests.write(operation, &wanted);
        let written = written.map_err(|why| format!("`{name}`: {why}"))?;
        let marked = written.is_marked;
        Ok(Some(self.kept(
            (index, resource, operation),
            written.step,
            steps,
            &shown,
            (prefix, marked),
        )))
    }
}
