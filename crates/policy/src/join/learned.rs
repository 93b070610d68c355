//! Attributes that callers' own answers say, and what a request could make them say (rule 2).

use portcullis_contract::{BodyKind, Contract, Media, Operation, Parameter, Place, Schema, Shapes};
use portcullis_model::Diagnostic;
use portcullis_yaml::{Notes, shown};

use super::names::Names;
use crate::callers::{Callers, LearnedFrom};
use crate::codes;
use crate::file::{CallersSection, LearnedSection};

/// Adds to the attributes of each API what is learned there.
pub(super) fn join(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    names: &Names,
    callers: &mut [Callers],
    notes: &mut Notes,
) {
    let attributes = section.and_then(|section| section.attributes.as_ref());
    for (key, attribute) in attributes.iter().flat_map(|attributes| &attributes.0) {
        let Some(learned) = &attribute.learned else { continue };
        let LearnedSection { operation, at } = learned;
        let (Some(name), Some(at)) = (operation.0.as_ref(), at.0.as_ref()) else { continue };
        let Some((api, index)) = names.find(&name.value, name.span, notes) else { continue };
        let contract = contracts.get(api).and_then(Option::as_ref);
        if let Some(contract) = contract
            && let Some(operation) = contract.operation(index)
            && let Some(message) = why_not(operation, &at.value.0, contract)
        {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_CALLER, message)
                    .at(at.span)
                    .label("what callers write or choose says nothing about them")
                    .help("name a member that the API alone decides, or write `readOnly` into the document")
            });
        }
        let rules = callers.get_mut(api).map(|callers| &mut callers.attributes);
        let rule = rules.into_iter().flatten().find(|rule| *rule.name == *key.text);
        if let Some(rule) = rule {
            let pointer = at.value.0.clone();
            let source = format!("{} of {} {pointer}", key.text, name.value).into();
            rule.learned = Some(LearnedFrom { operation: index, pointer, source });
        }
    }
}

/// Why a member of an operation's answers says nothing of who asked: the request chooses whose answer it
/// is, or somebody can write it, there or in another operation on the same path.
fn why_not(operation: &Operation, pointer: &str, contract: &Contract) -> Option<String> {
    let own = shown(&operation.name());
    if operation.parameters.iter().any(|one| one.place == Place::Path) {
        return Some(format!("the path of {own} chooses what it answers about"));
    }
    let same_path = |other: &&Operation| other.template == operation.template;
    let others = contract.operations.iter().filter(same_path);
    let writer = others.into_iter().find(|other| may_set(other, pointer, &contract.shapes))?;
    Some(format!("a request of {} can set {} itself", shown(&writer.name()), shown(pointer)))
}

/// Whether a request of the operation can have a value under this name, in whatever spelling, anywhere in
/// its body or its parameters: around it the answer may be built otherwise.
fn may_set(operation: &Operation, pointer: &str, shapes: &Shapes) -> bool {
    let last = folded(pointer.rsplit('/').next().unwrap_or_default());
    let is_meant = |name: &str| folded(name) == last;
    let may_hold = |schema: &Option<Schema>| {
        schema.as_ref().is_none_or(|schema| shapes.may_set(schema.shape, is_meant))
    };
    let parameter = |one: &Parameter| is_meant(&one.name) || may_hold(&one.schema);
    let media = |one: &Media| {
        let is_tree = matches!(
            one.kind,
            BodyKind::Json | BodyKind::Form | BodyKind::FormData | BodyKind::Xml
        );
        !is_tree || may_hold(&one.schema)
    };
    let mut bodies = operation.body.iter().flat_map(|body| &body.media);
    operation.parameters.iter().any(parameter) || bodies.any(media)
}

/// `customer_id`, `customerId` and `X-Customer-Id` without its mark are one name.
fn folded(name: &str) -> String {
    let name = name.replace("~1", "/").replace("~0", "~").to_lowercase();
    let name: String = name.chars().filter(|one| one.is_alphanumeric()).collect();
    name.strip_prefix('x').filter(|rest| rest.len() > 3).map_or(name.clone(), str::to_owned)
}
