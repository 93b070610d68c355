//! How does somebody come to an object of their own, that may be harmed?

mod found;
mod kept;
mod made;

use serde_json::Value;

use super::Generator;
use super::left_alone;
use super::may::Person;

/// Objects that must be made before one can be.
const DEPTH_MAX: usize = 2;

/// An object of somebody, made or found by the steps.
#[derive(Debug, Clone)]
pub(super) struct Canary {
    pub(super) resource: usize,
    /// What comes before. It goes where the attack goes, so that a gateway learns whose the object is.
    pub(super) steps: Vec<Value>,
    /// The operation that made or showed it, by its index.
    pub(super) from: usize,
    /// The variables that hold its ids, by their place in the resource; none: not shown.
    pub(super) ids: Vec<Option<String>>,
    /// The variables that hold its owners, by their member.
    pub(super) owners: Vec<(String, String)>,
    /// Whether it was made for this, so that it may go.
    pub(super) is_made: bool,
    /// What stands in an answer that shows it, and nowhere else.
    pub(super) known_by: Option<String>,
}

impl Canary {
    /// The variable of an id.
    pub(super) fn id(&self, id: usize) -> Option<String> {
        self.ids.get(id).cloned().flatten()
    }
}

impl Generator<'_> {
    /// An object of a resource that is this person's. `prefix` begins the names of its variables.
    pub(super) fn canary(
        &self,
        resource: usize,
        person: &Person,
        prefix: &str,
        near: usize,
    ) -> Result<Canary, String> {
        self.canary_at((resource, near), person, prefix, 0)
    }

    fn canary_at(
        &self,
        (index, near): (usize, usize),
        person: &Person,
        prefix: &str,
        depth: usize,
    ) -> Result<Canary, String> {
        let resource = self.resource(index)?;
        let mut why = None;
        if Some(index) != left_alone::account(self.model) {
            for operation in self.nearest(0..self.model.contract.operations.len(), near) {
                match self.made((operation, near), index, person, prefix, depth) {
                    Ok(Some(canary)) => return Ok(canary),
                    Ok(None) => {}
                    Err(reason) => why = why.or(Some(reason)),
                }
            }
        }
        if let Some(canary) = self.found((index, near), person, prefix) {
            return Ok(canary);
        }
        let name = &resource.name;
        Err(match why {
            Some(why) => format!("no {name} of {} can be made: {why}", person.name),
            None => format!("no operation makes a {name} for {}, or lists their own", person.name),
        })
    }

    /// Operations, those first whose path begins like that of this one: versions of an API keep their objects apart.
    pub(super) fn nearest(
        &self,
        operations: impl Iterator<Item = usize>,
        near: usize,
    ) -> Vec<usize> {
        let template =
            |index| self.model.contract.operation(index).map_or("", |one| &*one.template);
        let shared = |index: usize| {
            let pairs = template(index).split('/').zip(template(near).split('/'));
            pairs.take_while(|(one, other)| one == other).count()
        };
        let mut all: Vec<usize> = operations.collect();
        all.sort_by_key(|index| std::cmp::Reverse(shared(*index)));
        all
    }
}
