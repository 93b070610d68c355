//! Whether rules say whose objects an operation touches, who may use it, and who sees which of their properties.

use std::borrow::Cow;
use std::collections::BTreeSet;

use portcullis_controls::Plan;
use portcullis_controls::object_ownership::declares_total;
use portcullis_policy::{Hidden, Rule, Touches};

use super::owners::Objects;
use super::part::Part;
use super::said::{Said, held, told};

pub(super) fn said(part: Part, plan: &Plan, operation: usize) -> Said {
    let nothing = Touches::default();
    let model = &plan.model;
    let touches = model.authorization.operations.get(operation).unwrap_or(&nothing);
    let objects = |resource| Objects { model, operation, touches, resource };
    let named = || touches.inputs.iter().map(|input| objects(input.resource));
    let shown = || touches.shows.iter().map(|one| objects(*one));
    match part {
        Part::Owned if touches.inputs.is_empty() => {
            held(false, "its requests name no object of a resource: `resources`, `operations`")
        }
        Part::Owned => owned(named()),
        Part::Shown if touches.shows.is_empty() => held(false, SHOWS_NONE),
        Part::Shown => owned(shown()),
        Part::Apart => match named().chain(shown()).find_map(Objects::to_other_tenants) {
            Some(why) => Err(Cow::Owned(why)),
            None => Ok(None),
        },
        Part::Totals if touches.shows.is_empty() && touches.inputs.is_empty() => {
            held(false, SHOWS_NONE)
        }
        Part::Totals => {
            let said = owned(named().chain(shown()))?;
            let is_told =
                touches.inputs.is_empty() && !touches.hides_totals && has_total(plan, operation);
            if is_told {
                return held(false, "a total counts what is not shown: `totals: hide`");
            }
            Ok(said)
        }
        Part::SomeCallers => held(
            !opening(plan, operation).any(is_for_everybody),
            "a rule opens it to every caller: `access`",
        ),
        _ => {
            let is_hidden = plan.operations.get(operation).is_some_and(|one| !one.masks.is_empty())
                || hides(plan, operation, touches);
            told(
                is_hidden,
                "rules hide properties, or put others in their place",
                "nobody says who sees which of its properties: `hide` in `access`, or `answers`",
            )
        }
    }
}

fn has_total(plan: &Plan, operation: usize) -> bool {
    let contract = &plan.model.contract;
    contract.operation(operation).is_none_or(|one| declares_total(&contract.shapes, one))
}

const SHOWS_NONE: &str = "its answers show no object of a resource: `resources`";

/// Whether none of these are everybody's to callers at large; and for which roles they are.
fn owned<'a>(all: impl Iterator<Item = Objects<'a>> + Clone) -> Said {
    if let Some(why) = all.clone().find_map(Objects::to_callers) {
        return Err(Cow::Owned(why));
    }
    let staff: BTreeSet<String> = all.flat_map(Objects::to_staff).collect();
    if staff.is_empty() {
        return Ok(None);
    }
    let staff: Vec<String> = staff.into_iter().collect();
    let words =
        format!("whose an object is, is asked; everybody's are for {}", staff.join(" and "));
    Ok(Some(Cow::Owned(words)))
}

/// Whether its requests or answers have objects of a resource.
pub(super) fn touches_objects(plan: &Plan, operation: usize) -> bool {
    let touches = plan.model.authorization.operations.get(operation);
    touches.is_some_and(|one| !one.inputs.is_empty() || !one.shows.is_empty())
}

/// Whether a rule that speaks of the operation hides something of what it shows.
fn hides(plan: &Plan, operation: usize, touches: &Touches) -> bool {
    let rules = plan.model.authorization.rules.iter().filter(|rule| !rule.forbids);
    let mut on = rules.flat_map(|rule| rule.on.iter().map(move |on| (rule, on)));
    on.any(|(rule, on)| {
        on.hidden != Hidden::Nothing
            && (touches.shows.contains(&on.resource) || touches.acts_on(on.resource))
            && rule.speaks_of(on, operation, touches)
    })
}

/// The rules that open an operation.
fn opening(plan: &Plan, operation: usize) -> impl Iterator<Item = &Rule> {
    let rules = plan.model.authorization.rules.iter();
    rules.filter(move |rule| !rule.forbids && rule.functions.binary_search(&operation).is_ok())
}

fn is_for_everybody(rule: &Rule) -> bool {
    rule.who.roles.is_empty() && rule.who.groups.is_empty() && rule.who.scopes.is_empty()
}
