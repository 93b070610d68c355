//! How does somebody come to an object of their own, that may be harmed?

use portcullis_contract::Types;
use portcullis_model::Method;
use portcullis_policy::naming::words;
use portcullis_policy::{ObjectInput, Resource, Verb};
use serde_json::{Map, Value, json};

use super::Generator;
use super::body::MARK;
use super::left_alone;
use super::may::{Known, Person, Whose, opens, touches};
use super::request::Wanted;
use super::shown::{Shown, member, shown};

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

    /// By an operation that creates one.
    fn made(
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

    /// By an operation that shows the caller's own.
    fn found(
        &self,
        (index, near): (usize, usize),
        person: &Person,
        prefix: &str,
    ) -> Option<Canary> {
        let model = self.model;
        let resource = self.resource(index).ok()?;
        let is_account = Some(index) == left_alone::account(model);
        let whoami = model.callers.whoami.as_ref().map(|whoami| whoami.operation);
        let whoami = whoami.filter(|_| is_account);
        let own = |operation: &usize| {
            let declared = model.contract.operation(*operation);
            declared.is_some_and(|declared| {
                let segments = declared.template.split('/').chain(declared.id.as_deref());
                segments.flat_map(words).any(|word| matches!(word.as_str(), "my" | "me" | "own"))
            })
        };
        let named = (0..model.contract.operations.len()).filter(own);
        let all = self.nearest(whoami.into_iter().chain(resource.own_list).chain(named), near);
        all.into_iter().filter(|operation| opens(model, *operation, person) != Known::No).find_map(
            |operation| {
                let declared = model.contract.operation(operation)?;
                let touched = model.authorization.operations.get(operation)?;
                let is_plain = declared.method == Method::Get && touched.inputs.is_empty();
                let shown = shown(&model.contract, declared, resource).filter(|_| is_plain)?;
                let wanted = Wanted { by: Some(&person.name), ..Wanted::default() };
                let written = self.requests.write(operation, &wanted).ok()?;
                let mut canary = self.kept(
                    (index, resource, operation),
                    written.step,
                    Vec::new(),
                    &shown,
                    (prefix, false),
                );
                canary.is_made = false;
                Some(canary)
            },
        )
    }

    /// The canary that a step leads to, with what is saved of its answer.
    fn kept(
        &self,
        (index, resource, from): (usize, &Resource, usize),
        mut step: Map<String, Value>,
        mut steps: Vec<Value>,
        shown: &Shown,
        (prefix, is_marked): (&str, bool),
    ) -> Canary {
        let mut save = Map::new();
        let mut ids = Vec::new();
        let mut known_by = is_marked.then(|| MARK.to_owned());
        for (place, id) in resource.ids.iter().enumerate() {
            let declared = member(&self.model.contract, shown.shape, id);
            let variable = format!("{prefix}_id{place}");
            if let Some(shape) = declared {
                save.insert(variable.clone(), json!(format!("{}{id}", shown.first())));
                let types = self.model.contract.shapes.get(shape).types;
                let is_text = !types.intersects(Types::NUMBER) && types.intersects(Types::STRING);
                if known_by.is_none() && is_text {
                    known_by = Some(format!("${{{variable}}}"));
                }
            }
            ids.push(declared.map(|_| variable));
        }
        let mut owners = Vec::new();
        for (place, owner) in resource.owners.iter().enumerate() {
            if member(&self.model.contract, shown.shape, &owner.at).is_some() {
                let variable = format!("{prefix}_owner{place}");
                save.insert(variable.clone(), json!(format!("{}{}", shown.first(), owner.at)));
                owners.push((owner.at.clone(), variable));
            }
        }
        step.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
        step.insert("save".to_owned(), Value::Object(save));
        steps.push(Value::Object(step));
        Canary { resource: index, from, steps, ids, owners, is_made: true, known_by }
    }
}
