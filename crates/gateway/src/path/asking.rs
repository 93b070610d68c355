//! Who asks, and what is known of whose an object is: for the rooms that judge by rules.

use portcullis_controls::rules::{Asked, Truth};
use portcullis_policy::RequestPlace;
use portcullis_store::Object;

use super::context::Context;
use crate::holdings::Named;

/// Who asks.
pub(super) fn asked<'a>(
    context: &'a Context<'_>,
    request: &'a dyn Fn(&RequestPlace) -> Option<Vec<String>>,
) -> Asked<'a> {
    Asked {
        model: &context.plan.model.authorization,
        caller: context.carried.identity.as_deref(),
        request,
        limits: context.carried.key.as_ref().map_or(&[], |key| &key.rules),
    }
}

/// Whether the caller holds an object: they made it, or one of their own lists showed it.
pub(super) fn held(context: &Context<'_>, resource: usize, kind: usize, id: &str) -> Truth {
    let (Some((caller, _)), Some(object)) =
        (&context.objects.holder, object(context, resource, kind, id))
    else {
        return Truth::Unknown;
    };
    let holds = context.worker.shared.holdings.holds(caller, &object, context.now());
    if holds { Truth::Yes } else { Truth::Unknown }
}

/// Whether somebody holds an object, and it is not the caller.
pub(super) fn is_of_others(context: &Context<'_>, resource: usize, kind: usize, id: &str) -> bool {
    let (Some((caller, _)), Some(object)) =
        (&context.objects.holder, object(context, resource, kind, id))
    else {
        return true;
    };
    context.worker.shared.holdings.is_of_others(caller, &object, context.now())
}

/// An object as the register knows it.
pub(super) fn object(
    context: &Context<'_>,
    resource: usize,
    kind: usize,
    id: &str,
) -> Option<Object> {
    let model = &context.plan.model;
    let resource = &model.authorization.resources.get(resource)?.name;
    context.worker.shared.holdings.object(Named { api: &model.name, resource, kind, id })
}
