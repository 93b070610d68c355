//! What this caller may not write of the objects that a request makes or changes.

use portcullis_controls::rules::{Object, Of, Purpose};
use portcullis_controls::writable_properties::{self, Sent};
use portcullis_json::Value;
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{Hidden, RequestPlace, Verb};

use super::super::asking::asked;
use super::super::context::{Context, Exit};
use super::super::validate::{Valid, take_out};

/// Takes it out of the body, or refuses.
pub(super) fn strip(
    valid: &mut Valid,
    operation: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    if context.mode(ControlId::WritableProperties) == Mode::NotAsked {
        return Ok(());
    }
    let masks = masks(valid, operation, context);
    if masks.is_empty() {
        return Ok(());
    }
    let plan = context.plan;
    take_out(valid, operation, context, |document, shape, is_patch| {
        let shapes = &plan.model.contract.shapes;
        let sent = Sent { shape, shapes, places: &plan.places, is_patch };
        writable_properties::find(document, &masks, sent)
    })
}

/// What is not written, by resource. What an object was before says which rules permit it; of one that is not
/// named, what the body makes of it.
fn masks(valid: &Valid, operation: usize, context: &mut Context<'_>) -> Vec<(usize, Hidden)> {
    let known = std::mem::take(&mut context.objects.unwritten);
    let plan = context.plan;
    let touches = plan.model.authorization.operations.get(operation);
    let does = touches.map_or(&[][..], |touches| &touches.does);
    let mut masks = Vec::new();
    for (resource, verb) in does {
        let of_known = known.iter().filter(|(named, _)| named == resource);
        match verb {
            Verb::Update if of_known.clone().next().is_some() => masks.extend(of_known.cloned()),
            Verb::Create | Verb::Update => {
                let said = |place: &RequestPlace| context.objects.said(place);
                let asked = asked(context, &said);
                let of = Of { operation, resource: *resource, purpose: Purpose::Touch };
                let root = valid.body().tree();
                let is_list = root.is_some_and(Value::is_array);
                let items = root.filter(|_| is_list).into_iter().flat_map(Value::items);
                let objects = items.map(Some).chain((!is_list).then_some(root));
                for object in objects {
                    // What an update leaves out is as it was.
                    let object = match object {
                        Some(object) if *verb == Verb::Update => Object::given(object),
                        object => Object::new(object),
                    };
                    let found = plan.rules.masks(&asked, of, &object);
                    masks.extend(found.into_iter().map(|mask| (*resource, mask.readonly)));
                }
            }
            Verb::Read | Verb::List | Verb::Delete => {}
        }
        masks.dedup();
    }
    masks.retain(|(_, mask)| *mask != Hidden::Nothing);
    masks
}
