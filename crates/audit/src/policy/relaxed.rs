//! Relaxations: who, why, until when, and how wide.

use portcullis_controls::Plan;
use portcullis_model::{Effect, Relaxation, UnixMillis};

use super::{at, finding, named, rules};
use crate::finding::{Finding, Severity};

pub(super) fn findings(plan: &Plan, now: UnixMillis) -> Vec<Finding> {
    plan.model.relaxations.iter().flat_map(|one| of(plan, one, now)).collect()
}

fn of(plan: &Plan, one: &Relaxation, now: UnixMillis) -> Vec<Finding> {
    let operation = one.scope.operation.and_then(|index| named(plan, index));
    let place = || at(one.span, operation.clone());
    let what = what(one, operation.as_deref());
    let (by, why) = (&one.by, &one.reason);
    if one.until.is_some_and(|until| now >= until.end()) {
        let message = format!("{what} was relaxed by {by} until {}", end(one));
        return vec![finding(
            &rules::RELAXATION_EXPIRED,
            message,
            "take the line out of `relax`",
            place(),
        )];
    }
    let message = format!("{what} is relaxed by {by} until {}: {why}", end(one));
    let fix = "take the line out of `relax` when its reason is gone";
    let mut found = vec![finding(&rules::RELAXATION_HOLDS, message, fix, place())];
    if one.until.is_none() {
        let message = format!("{what} is relaxed by {by} without an end: {why}");
        found.push(finding(
            &rules::RELAXATION_WITHOUT_END,
            message,
            "add `until: YYYY-MM-DD`",
            place(),
        ));
    }
    // What undeclared properties mean is a question of one control.
    let has_control = one.scope.control.is_some() || one.effect == Effect::AllowUndeclared;
    if one.scope.operation.is_none() || !has_control {
        let message = format!("{what} is relaxed at once, by {by}: {why}");
        let fix = "name the operation and the control that the reason is about";
        let mut wide = finding(&rules::RELAXATION_WIDE, message, fix, place());
        if one.scope.operation.is_none() && !has_control {
            wide.severity = Severity::High;
        }
        found.push(wide);
    }
    found
}

fn what(one: &Relaxation, operation: Option<&str>) -> String {
    let control = match (one.scope.control, one.effect) {
        (_, Effect::AllowUndeclared) => "what requests may not declare".to_owned(),
        (Some(control), Effect::Observe) => format!("`{}`", control.name()),
        (None, Effect::Observe) => "every control".to_owned(),
    };
    let operation =
        operation.map_or_else(|| "every operation".to_owned(), |name| format!("`{name}`"));
    format!("{control} for {operation}")
}

fn end(one: &Relaxation) -> String {
    one.until.map_or_else(|| "further notice".to_owned(), |until| until.to_string())
}
