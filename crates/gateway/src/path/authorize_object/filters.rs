//! Nobody filters or orders by what they do not see.

use portcullis_contract::ShapeId;
use portcullis_controls::response_shape::{hidden_filter, hidden_names, names_hidden};
use portcullis_controls::rules::{Object, Of, Purpose, Seen, Truth};
use portcullis_model::{ControlId, Mode};
use portcullis_policy::{Hidden, RequestPlace};

use super::super::asking::asked;
use super::super::context::{Context, Exit};
use super::super::validate::Valid;

/// Refuses a query that asks by a hidden member of what the answer may show.
pub(super) fn judge(
    valid: &Valid,
    operation: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let query = valid.parameters().map_or(&[][..], |accepted| &accepted.query);
    if query.is_empty() || context.mode(ControlId::ResponseShape) == Mode::NotAsked {
        return Ok(());
    }
    match names_hidden(query, &hidden(operation, context)) {
        Some(parameter) => context.refuse(hidden_filter(&parameter)),
        None => Ok(()),
    }
}

/// The names of all that this caller may not see of what the answer may show.
fn hidden(operation: usize, context: &Context<'_>) -> Vec<String> {
    let plan = context.plan;
    let masks = plan.operations.get(operation).into_iter().flat_map(|own| &own.masks);
    let masks = masks.filter_map(|index| plan.model.answers.masks.get(*index));
    let shapes = &plan.model.contract.shapes;
    let of_mask =
        |pointers: &[String]| hidden_names(&Hidden::These(pointers.to_vec()), &[], &[], shapes);
    let mut names: Vec<String> = masks.flat_map(|mask| of_mask(&mask.hide)).collect();
    let authorization = &plan.model.authorization;
    let touches = authorization.operations.get(operation);
    let said = |place: &RequestPlace| context.objects.said(place);
    let asked = asked(context, &said);
    // Whichever objects come: a filter works on all of them.
    let any = Object { id: None, seen: Seen::Nothing, held: Truth::Unknown };
    for index in touches.into_iter().flat_map(|touches| &touches.shows) {
        let Some(resource) = authorization.resources.get(*index) else { continue };
        let of = Of { operation, resource: *index, purpose: Purpose::Show };
        for mask in plan.rules.masks(&asked, of, &any) {
            let described = resource.schemas.iter().flat_map(|one| shapes.shapes_of(*one));
            let roots: Vec<ShapeId> = described.chain(resource.shapes.iter().copied()).collect();
            names.extend(hidden_names(&mask.hidden, &resource.ids, &roots, shapes));
        }
    }
    names
}
