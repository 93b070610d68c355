//! Which declared operations are not served.

use std::borrow::Cow;

use portcullis_controls::{Closed, Plan};

use super::Sources;
use crate::system::Unserved;

/// Those that cannot be read, and those that the gateway closes, in the order of documents.
pub(super) fn unserved(sources: &Sources<'_>) -> Vec<Unserved> {
    let mut all = Vec::new();
    for plan in sources.plans {
        all.extend(unreadable(plan));
        if sources.has_gateway {
            all.extend(closed(plan));
        }
    }
    all
}

fn unreadable(plan: &Plan) -> impl Iterator<Item = Unserved> {
    plan.model.contract.not_served.iter().map(|one| Unserved {
        title: one.title.clone(),
        is_closed: false,
        why: Cow::Owned(format!("it cannot be read: {}", one.why)),
        at: Some(one.span),
    })
}

fn closed(plan: &Plan) -> impl Iterator<Item = Unserved> {
    plan.model.contract.operations.iter().enumerate().filter_map(|(index, operation)| {
        let why = match plan.why_closed(index)? {
            Closed::Caller => "nobody said who may call it",
            Closed::Function => "no rule lets anybody use it",
            Closed::Graphql => "it looks like GraphQL, and nobody decided about that",
            Closed::Objects => "nobody said whose objects it touches",
        };
        Some(Unserved {
            title: operation.title(),
            is_closed: true,
            why: Cow::Borrowed(why),
            at: Some(operation.span),
        })
    })
}
