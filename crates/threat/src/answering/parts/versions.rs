//! Whether an operation, or every other version of it, has a last day.

use portcullis_controls::Plan;

use super::said::{Said, told};
use crate::system::versionless;

pub(super) fn last_day(plan: &Plan, index: usize) -> Said {
    let operations = &plan.model.contract.operations;
    let Some(own) = operations.get(index) else { return Err("there is no such operation".into()) };
    let template = versionless(&own.template);
    let others = operations.iter().enumerate().filter(|(at, one)| {
        *at != index && one.method == own.method && versionless(&one.template) == template
    });
    let mut others = others.peekable();
    let are_over = others.peek().is_some() && others.all(|(_, one)| one.sunset.is_some());
    told(
        own.sunset.is_some() || !own.deprecated && are_over,
        "a last day stands in the document",
        "no last day stands in the document: `x-sunset`",
    )
}
