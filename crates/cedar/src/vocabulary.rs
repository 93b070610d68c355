//! The words of one API: types of entities, attributes, actions and what stands in their context.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use portcullis_policy::{Authorization, Expression, InputPlace, Model, OfCaller, Operand, Touches};

use crate::kind::{self, Kind};
use crate::names::Types;

/// The type of callers.
pub(crate) const CALLER: &str = "Caller";
/// The type of somebody whom nobody knows.
pub(crate) const STRANGER: &str = "Stranger";
/// The type of the API itself: what a function is asked of.
pub(crate) const API: &str = "Api";
/// In the context: whether the ids register knows that the caller holds the object.
pub(crate) const HELD: &str = "held";

/// The words of one API.
#[derive(Debug)]
pub struct Vocabulary<'m> {
    /// The API.
    pub model: &'m Model,
    /// The namespace of its types, where there are several APIs.
    pub namespace: Option<String>,
    /// As in the model, by index.
    pub resources: Vec<Resource>,
    /// One for each operation, by index.
    pub actions: Vec<Action>,
    /// Attributes of callers, as they are called in the policy.
    pub attributes: BTreeSet<String>,
}

/// The type of a resource's objects.
#[derive(Debug)]
pub struct Resource {
    /// Its name.
    pub entity: String,
    /// Its attributes, by JSON Pointer.
    pub members: BTreeMap<String, Kind>,
}

/// What an operation is in Cedar.
#[derive(Debug)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// The resources whose objects it may touch, by index, sorted.
    pub on: Vec<usize>,
    /// What of a request its rules ask, as the policy file writes it.
    pub context: BTreeSet<String>,
    /// Whether its rules ask what the ids register knows.
    pub asks_held: bool,
}

impl<'m> Vocabulary<'m> {
    /// The words of each of these APIs.
    pub fn of(models: &'m [Model]) -> Vec<Self> {
        let mut spaces = Types::default();
        let one = |model| {
            let namespace = (models.len() > 1).then(|| spaces.name(&model_name(model)));
            Self::of_one(model, namespace)
        };
        models.iter().map(one).collect()
    }

    fn of_one(model: &'m Model, namespace: Option<String>) -> Self {
        let authorization = &model.authorization;
        let mut types = Types::beside(&[CALLER, STRANGER, API]);
        let resources = authorization.resources.iter().map(|resource| {
            let shapes = &model.contract.shapes;
            let owners = resource.owners.iter().map(|owner| &owner.at);
            let named = owners.chain(resource.relations.iter().map(|(_, at)| at));
            let named = named.chain(&resource.ids).chain(&resource.tenant).cloned();
            let all = kind::top(shapes, resource).into_iter().chain(named);
            let members = all.map(|at| (at.clone(), kind::of(shapes, resource, &at))).collect();
            Resource { entity: types.name(&resource.name), members }
        });
        let mut known = Self {
            model,
            namespace,
            resources: resources.collect(),
            actions: actions(model),
            attributes: attributes(model),
        };
        known.learn(authorization);
        known
    }

    /// What conditions ask for beside what is declared.
    fn learn(&mut self, authorization: &Authorization) {
        for rule in &authorization.rules {
            let when = rule.on.first().map_or(&rule.when, |on| &on.when);
            for operation in &rule.functions {
                self.action_asks(*operation, when);
            }
            for on in &rule.on {
                for pointer in on.when.operands().into_iter().filter_map(pointer) {
                    let shapes = &self.model.contract.shapes;
                    let Some(declared) = authorization.resources.get(on.resource) else { continue };
                    let kind = kind::of(shapes, declared, pointer);
                    if let Some(known) = self.resources.get_mut(on.resource) {
                        known.members.insert(pointer.to_owned(), kind);
                    }
                }
                for operation in self.touching(on.resource).collect::<Vec<usize>>() {
                    let touches = authorization.operations.get(operation);
                    if touches.is_some_and(|touches| rule.speaks_of(on, operation, touches)) {
                        self.action_asks(operation, &on.when);
                    }
                }
            }
        }
    }

    fn action_asks(&mut self, operation: usize, when: &Expression) {
        let Some(action) = self.actions.get_mut(operation) else { return };
        let places = when.operands().into_iter().filter_map(Operand::request);
        action.context.extend(places.map(|place| InputPlace::One(place.clone()).to_string()));
        action.asks_held |= asks_mine(when);
    }

    /// The type of entities of this name, as policies write it.
    pub(crate) fn entity(&self, name: &str) -> String {
        match &self.namespace {
            Some(space) => format!("{space}::{name}"),
            None => name.to_owned(),
        }
    }

    /// The operations in which objects of a resource are asked about.
    pub(crate) fn touching(&self, resource: usize) -> impl Iterator<Item = usize> {
        let all = self.actions.iter().enumerate();
        all.filter(move |(_, action)| action.on.contains(&resource)).map(|(index, _)| index)
    }
}

fn model_name(model: &Model) -> String {
    if model.name.is_empty() { "api".to_owned() } else { model.name.to_string() }
}

fn attributes(model: &Model) -> BTreeSet<String> {
    let authorization = &model.authorization;
    let mut all: BTreeSet<String> =
        model.callers.attributes.iter().map(|one| one.name.to_string()).collect();
    let mut learn = |of: &OfCaller| {
        if let OfCaller::Attribute(name) = of {
            all.insert(name.to_string());
        }
    };
    learn(&authorization.caller_id);
    authorization.tenant.iter().for_each(&mut learn);
    let owners = authorization.resources.iter().flat_map(|resource| &resource.owners);
    owners.for_each(|owner| learn(&owner.is));
    for rule in &authorization.rules {
        let conditions = rule.on.iter().map(|on| &on.when).chain([&rule.when]);
        for operand in conditions.flat_map(Expression::operands) {
            if let Operand::Caller(of) = operand {
                learn(of);
            }
        }
        for (name, list) in [("role", &rule.who.roles), ("group", &rule.who.groups)] {
            if !list.is_empty() {
                learn(&OfCaller::Attribute(name.into()));
            }
        }
    }
    all
}

fn actions(model: &Model) -> Vec<Action> {
    let mut taken = HashSet::new();
    let one = |(index, operation): (usize, &portcullis_contract::Operation)| {
        let mut name = operation.name();
        if !taken.insert(name.clone()) {
            name = format!("{name} ({})", operation.title());
            taken.insert(name.clone());
        }
        let on = touched(&model.authorization, index);
        Action { name, on, context: BTreeSet::new(), asks_held: false }
    };
    model.contract.operations.iter().enumerate().map(one).collect()
}

/// The resources whose objects an operation touches, or is said to.
fn touched(authorization: &Authorization, operation: usize) -> Vec<usize> {
    let Some(touches) = authorization.operations.get(operation) else { return Vec::new() };
    let Touches { does, inputs, shows, .. } = touches;
    let known = does.iter().map(|(resource, _)| *resource).chain(shows.iter().copied());
    let mut all: Vec<usize> = known.chain(inputs.iter().map(|input| input.resource)).collect();
    for on in authorization.rules.iter().flat_map(|rule| &rule.on) {
        if on.named.binary_search(&operation).is_ok() {
            all.push(on.resource);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn pointer(operand: &Operand) -> Option<&str> {
    match operand {
        Operand::Resource(pointer) => Some(pointer),
        _ => None,
    }
}

fn asks_mine(when: &Expression) -> bool {
    match when {
        Expression::Mine => true,
        Expression::Not(inner) => asks_mine(inner),
        Expression::All(parts) | Expression::Any(parts) => parts.iter().any(asks_mine),
        Expression::Always | Expression::Is(_) | Expression::Compare { .. } => false,
    }
}
