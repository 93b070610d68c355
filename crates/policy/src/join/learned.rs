//! Attributes that callers' own answers say, and what a request could make them say (rule 2).

use portcullis_contract::{Contract, Media, Member, Operation, ShapeId, Shapes};
use portcullis_model::Diagnostic;

use super::names::Names;
use crate::callers::{Callers, LearnedFrom};
use crate::codes;
use crate::file::{CallersSection, LearnedSection};
use crate::notes::{Notes, shown};

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
        let operation = contract.and_then(|contract| contract.operation(index));
        if let (Some(contract), Some(operation)) = (contract, operation)
            && may_set(operation, &at.value.0, &contract.shapes)
        {
            let what = shown(&at.value.0);
            let message =
                format!("a request of {} can set {what} itself", shown(&operation.name()));
            notes.push(|| {
                Diagnostic::error(&codes::BAD_CALLER, message)
                    .at(at.span)
                    .label("what callers write says nothing about them")
                    .help("name a member of the answer that the API decides, or write `readOnly` into the document")
            });
        }
        let rules = callers.get_mut(api).map(|callers| &mut callers.attributes);
        let rule = rules.into_iter().flatten().find(|rule| *rule.name == *key.text);
        if let Some(rule) = rule {
            let pointer = at.value.0.clone();
            rule.learned = Some(LearnedFrom { operation: index, pointer });
        }
    }
}

/// Whether a request of the operation can have a value under this name: in its body, or as a parameter.
fn may_set(operation: &Operation, pointer: &str, shapes: &Shapes) -> bool {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let is_parameter = operation.parameters.iter().any(|one| one.name.eq_ignore_ascii_case(last));
    let media = operation.body.iter().flat_map(|body| &body.media);
    is_parameter || media.into_iter().any(|media| may_have(media, pointer, shapes))
}

/// Whether a body of this type can set a value there. What is undeclared beside declared properties,
/// or read-only, does not reach the API.
fn may_have(media: &Media, pointer: &str, shapes: &Shapes) -> bool {
    let Some(schema) = &media.schema else { return true };
    let mut shape: ShapeId = schema.shape;
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        match shapes.get(shape).object.member(&name, &mut 0) {
            Member::Property(property) if property.read_only => return false,
            Member::Property(property) => shape = property.shape,
            Member::Pattern(one) | Member::Map(one) => shape = one,
            Member::FreeForm => return true,
            Member::Undeclared | Member::Closed => return false,
        }
    }
    true
}
