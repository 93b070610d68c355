//! What is known of the objects of one API, in words.

use portcullis_controls::Plan;
use portcullis_controls::object_ownership::Expected;
use portcullis_policy::{OfCaller, Resource, Touches};

use crate::report::Places;

/// One API.
pub(super) struct ApiFacts {
    /// Empty where there is one only.
    pub(super) name: String,
    pub(super) resources: Vec<ResourceFacts>,
    pub(super) operations: Vec<OperationFacts>,
}

/// A type of object.
pub(super) struct ResourceFacts {
    pub(super) name: String,
    pub(super) at: String,
    pub(super) schemas: Vec<String>,
    /// Answers without a named schema that describe it, too.
    pub(super) further_shapes: usize,
    pub(super) ids: Vec<String>,
    /// Where it names an owner, and what of the caller that must equal.
    pub(super) owners: Vec<(String, String)>,
    pub(super) relations: Vec<(String, String)>,
    pub(super) tenant: Option<String>,
    pub(super) own_list: Option<String>,
    /// For each id: the operation that reads one by it.
    pub(super) read_by: Vec<Vec<String>>,
}

/// An operation.
pub(super) struct OperationFacts {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) at: String,
    /// What it does, and to objects of what.
    pub(super) does: Vec<(&'static str, String)>,
    pub(super) inputs: Vec<InputFacts>,
    pub(super) shows: Vec<String>,
    /// What looks like an id, and nobody says of what.
    pub(super) undecided: Vec<String>,
    /// The member that names what an object belongs to, and where the request names it.
    pub(super) belongs: Vec<(String, String)>,
    /// Whether the policy says `objects: none`.
    pub(super) is_none: bool,
    pub(super) asked: Asked,
}

/// A value of requests that is taken for an id.
pub(super) struct InputFacts {
    pub(super) place: String,
    pub(super) resource: String,
    pub(super) id: String,
    pub(super) pattern: Option<String>,
}

/// Whether its objects are asked for.
pub(super) enum Asked {
    Each,
    Not(&'static str),
    /// Why it is closed, and the line that would decide it.
    Closed {
        why: String,
        line: String,
    },
}

impl ApiFacts {
    pub(super) fn of(plan: &Plan, places: &mut Places<'_>) -> Self {
        let model = &plan.model;
        let all = &model.authorization.resources;
        let operations = model.contract.operations.iter().zip(&plan.operations).enumerate();
        let operations = operations.map(|(index, (declared, planned))| {
            let nothing = Touches::default();
            let touches = model.authorization.operations.get(index).unwrap_or(&nothing);
            let asked = match &planned.objects {
                Expected::Asked => Asked::Each,
                Expected::NotAsked(why) => Asked::Not(why),
                Expected::Closed(why) => {
                    Asked::Closed { why: why.words(model), line: why.help(model, index) }
                }
            };
            OperationFacts {
                name: declared.name(),
                title: declared.title(),
                at: places.at(declared.span),
                asked,
                ..touched(touches, all)
            }
        });
        Self {
            name: model.name.to_string(),
            operations: operations.collect(),
            resources: all.iter().map(|one| resource(one, plan, places)).collect(),
        }
    }
}

fn touched(touches: &Touches, all: &[Resource]) -> OperationFacts {
    let name = |resource: usize| all.get(resource).map_or("", |one| &one.name).to_owned();
    let inputs = touches.inputs.iter().map(|input| InputFacts {
        place: input.place.to_string(),
        resource: name(input.resource),
        id: all
            .get(input.resource)
            .and_then(|one| one.ids.get(input.id))
            .map_or_else(String::new, Clone::clone),
        pattern: input.pattern.as_ref().map(|pattern| pattern.text().to_owned()),
    });
    OperationFacts {
        name: String::new(),
        title: String::new(),
        at: String::new(),
        does: touches.does.iter().map(|(one, verb)| (verb.name(), name(*one))).collect(),
        inputs: inputs.collect(),
        shows: touches.shows.iter().map(|one| name(*one)).collect(),
        undecided: touches.undecided.iter().map(ToString::to_string).collect(),
        belongs: touches
            .belongs
            .iter()
            .map(|(at, place)| (at.clone(), place.to_string()))
            .collect(),
        is_none: touches.is_none,
        asked: Asked::Each,
    }
}

fn resource(one: &Resource, plan: &Plan, places: &mut Places<'_>) -> ResourceFacts {
    let contract = &plan.model.contract;
    let operation =
        |index: usize| contract.operation(index).map(portcullis_contract::Operation::name);
    ResourceFacts {
        name: one.name.to_string(),
        at: places.at(one.span),
        schemas: one
            .schemas
            .iter()
            .map(|name| contract.shapes.schema_name(*name).to_owned())
            .collect(),
        further_shapes: one.shapes.len(),
        ids: one.ids.clone(),
        owners: one.owners.iter().map(|owner| (owner.at.clone(), of_caller(&owner.is))).collect(),
        relations: one.relations.iter().map(|(name, at)| (name.to_string(), at.clone())).collect(),
        tenant: one.tenant.clone(),
        own_list: one.own_list.and_then(operation),
        read_by: one
            .read_by
            .iter()
            .map(|all| all.iter().filter_map(|index| operation(*index)).collect())
            .collect(),
    }
}

fn of_caller(of: &OfCaller) -> String {
    match of {
        OfCaller::Subject => "the caller's subject".to_owned(),
        OfCaller::Attribute(name) => format!("caller.{name}"),
    }
}
