//! The same for programs.

use portcullis_contract::Contract;
use portcullis_policy::SuggestedResource;
use serde_json::{Value, json};

use super::facts::{ApiFacts, Asked, OperationFacts, ResourceFacts};
use crate::report::{Places, located};

/// What is known.
pub(super) fn known(apis: &[ApiFacts]) -> Value {
    let apis = apis.iter().map(|api| {
        json!({
            "name": api.name,
            "resources": api.resources.iter().map(resource).collect::<Vec<_>>(),
            "operations": api.operations.iter().map(operation).collect::<Vec<_>>(),
        })
    });
    json!({ "apis": apis.collect::<Vec<_>>() })
}

fn resource(one: &ResourceFacts) -> Value {
    let ids = one.ids.iter().zip(&one.read_by);
    let told = json!({
        "name": one.name,
        "schemas": one.schemas,
        "shapes_without_name": one.further_shapes,
        "ids": ids.map(|(at, read_by)| json!({ "at": at, "read_by": read_by })).collect::<Vec<_>>(),
        "owners": one.owners.iter().map(|(at, is)| json!({ "at": at, "is": is })).collect::<Vec<_>>(),
        "relations": one.relations.iter().map(|(name, at)| json!({ "name": name, "at": at })).collect::<Vec<_>>(),
        "tenant": one.tenant,
        "own_list": one.own_list,
    });
    located(told, Some(&one.at))
}

fn operation(one: &OperationFacts) -> Value {
    let inputs = one.inputs.iter().map(|input| {
        json!({
            "place": input.place,
            "resource": input.resource,
            "id": input.id,
            "pattern": input.pattern,
        })
    });
    let (asked, why, line) = match &one.asked {
        Asked::Each => ("each", None, None),
        Asked::Not(why) => ("not", Some(*why), None),
        Asked::Closed { why, line } => ("closed", Some(why.as_str()), Some(line)),
    };
    let told = json!({
        "name": one.name,
        "title": one.title,
        "does": one.does.iter().map(|(verb, of)| json!({ "verb": verb, "resource": of })).collect::<Vec<_>>(),
        "inputs": inputs.collect::<Vec<_>>(),
        "shows": one.shows,
        "belongs": one.belongs.iter().map(|(at, place)| json!({ "at": at, "equals": place })).collect::<Vec<_>>(),
        "undecided": one.undecided,
        "objects_none": one.is_none,
        "asked": asked,
        "why": why,
        "decide": line,
    });
    located(told, Some(&one.at))
}

/// What a document suggests.
pub(super) fn suggested(
    contract: &Contract,
    all: &[SuggestedResource],
    places: &mut Places<'_>,
) -> Value {
    let operation =
        |index: usize| contract.operation(index).map(portcullis_contract::Operation::name);
    let one = |one: &SuggestedResource| {
        let at = contract.operation(one.read_by).map(|read| places.at(read.span));
        let told = json!({
            "name": one.name,
            "schemas": one.schemas,
            "ids": one.ids,
            "owners": one.owners,
            "tenants": one.tenants,
            "read_by": operation(one.read_by),
            "list": one.list.and_then(operation),
            "is_own_list": one.is_own_list,
        });
        located(told, at.as_deref())
    };
    json!({ "suggested": all.iter().map(one).collect::<Vec<_>>() })
}
