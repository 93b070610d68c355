//! Whether rules say whose objects an operation touches, who may use it, and who sees which of their properties.

use portcullis_controls::Plan;
use portcullis_controls::object_ownership::declares_total;
use portcullis_policy::{Expression, Hidden, Rule, Touches};

use super::part::Part;
use super::said::{Said, held, told};

pub(super) fn said(part: Part, plan: &Plan, operation: usize) -> Said {
    let nothing = Touches::default();
    let touches = plan.model.authorization.operations.get(operation).unwrap_or(&nothing);
    let named = || touches.inputs.iter().map(|input| input.resource);
    let shown = || touches.shows.iter().copied();
    let is_for_all = |mut resources: Box<dyn Iterator<Item = usize> + '_>| {
        resources.any(|resource| is_open(plan, operation, touches, resource))
    };
    match part {
        Part::Owned if touches.inputs.is_empty() => {
            held(false, "its requests name no object of a resource: `resources`, `operations`")
        }
        Part::Owned => held(!is_for_all(Box::new(named())), OPEN),
        Part::Shown | Part::Totals if touches.shows.is_empty() && touches.inputs.is_empty() => {
            held(false, "its answers show no object of a resource: `resources`")
        }
        Part::Shown if touches.shows.is_empty() => {
            held(false, "its answers show no object of a resource: `resources`")
        }
        Part::Shown => held(!is_for_all(Box::new(shown())), OPEN),
        Part::Totals if is_for_all(Box::new(named().chain(shown()))) => held(false, OPEN),
        Part::Totals => held(
            !touches.inputs.is_empty() || touches.hides_totals || !has_total(plan, operation),
            "a total counts what is not shown: `totals: hide`",
        ),
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

const OPEN: &str = "a rule opens the objects of everybody to every caller: `when: mine`";

/// Whether a rule permits every caller everything of a resource, whoever it belongs to.
fn is_open(plan: &Plan, operation: usize, touches: &Touches, resource: usize) -> bool {
    let authorization = &plan.model.authorization;
    // A tenant keeps apart what a rule does not.
    if authorization.tenant.is_some() {
        return false;
    }
    authorization.rules.iter().filter(|rule| !rule.forbids && is_for_everybody(rule)).any(|rule| {
        let mut on = rule.on.iter().filter(|on| on.resource == resource);
        on.any(|on| on.when == Expression::Always && rule.speaks_of(on, operation, touches))
    })
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
