//! Who asks, and what is known of whose an object is: for the rooms that judge by rules.

use portcullis_controls::rules::{Asked, Truth};
use portcullis_policy::RequestPlace;

use super::context::Context;

/// Who asks.
pub(super) fn asked<'a>(
    context: &'a Context<'_>,
    request: &'a dyn Fn(&RequestPlace) -> Option<Vec<String>>,
) -> Asked<'a> {
    Asked {
        model: &context.plan.model.authorization,
        caller: context.carried.identity.as_deref(),
        request,
    }
}

/// Whether the caller holds an object.
pub(super) fn held(_context: &Context<'_>, _resource: usize, _kind: usize, _id: &str) -> Truth {
    Truth::Unknown
}
