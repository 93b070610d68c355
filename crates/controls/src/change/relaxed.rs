//! Controls that do less than they could: relaxations that are new, last longer, or are gone.

use portcullis_model::{ControlId, Effect, Relaxation, UnixMillis};

use super::{Changes, Pair, Reach};
use crate::plan::Plan;

/// When something ends that has no end.
const NEVER: UnixMillis = UnixMillis(u64::MAX);

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    if pair.before.observes_everything() != pair.after.observes_everything() {
        let (reach, what) = if pair.after.observes_everything() {
            (Reach::Wider, "every control observes")
        } else {
            (Reach::Narrower, "controls enforce again")
        };
        changes.of_all(reach, what, None);
    }
    for relaxation in &pair.after.model.relaxations {
        if end(relaxation) > pair.now && !is_covered(relaxation, pair.after, pair.before) {
            let what = format!("{} (`{}`: {})", told(relaxation), relaxation.by, relaxation.reason);
            push(changes, Reach::Wider, relaxation, pair.after, what);
        }
    }
    for relaxation in &pair.before.model.relaxations {
        if end(relaxation) > pair.now && !is_covered(relaxation, pair.before, pair.after) {
            let what = format!("no longer: {}", told(relaxation));
            let gone = Relaxation { span: None, ..relaxation.clone() };
            push(changes, Reach::Narrower, &gone, pair.before, what);
        }
    }
}

fn push(changes: &mut Changes, reach: Reach, of: &Relaxation, plan: &Plan, what: String) {
    changes.push(super::Change { reach, operation: name(of, plan), what, span: of.span });
}

/// The operation of a relaxation, as people call it.
fn name(relaxation: &Relaxation, plan: &Plan) -> Option<String> {
    plan.operations.get(relaxation.scope.operation?).map(|operation| operation.name.to_string())
}

fn told(relaxation: &Relaxation) -> String {
    let control = relaxation.scope.control.map(ControlId::name);
    let what = match (relaxation.effect, control) {
        (Effect::AllowUndeclared, _) => "lets undeclared properties through".to_owned(),
        (Effect::Observe, Some(control)) => format!("is only observed by `{control}`"),
        (Effect::Observe, None) => "is only observed, by every control".to_owned(),
    };
    let of_all = if relaxation.scope.operation.is_none() { "every operation " } else { "" };
    let until = relaxation.until.map(|until| format!(", until {until}")).unwrap_or_default();
    format!("{of_all}{what}{until}")
}

fn end(relaxation: &Relaxation) -> UnixMillis {
    relaxation.until.map_or(NEVER, portcullis_model::Date::end)
}

/// Whether all that a relaxation of `plan` allows is allowed as long in `other`.
fn is_covered(relaxation: &Relaxation, plan: &Plan, other: &Plan) -> bool {
    let controls: Vec<ControlId> = match relaxation.scope.control {
        Some(control) => vec![control],
        None => ControlId::ALL.to_vec(),
    };
    let title = relaxation.scope.operation.map(|index| {
        plan.model.contract.operation(index).map(portcullis_contract::Operation::title)
    });
    let operation = match title {
        None => None,
        // One that the other does not have is covered by what holds for all of its operations.
        Some(title) => title.and_then(|title| {
            other.model.contract.operations.iter().position(|one| one.title() == title)
        }),
    };
    controls.into_iter().all(|control| {
        let holds_as_long = |one: &Relaxation| {
            one.effect == relaxation.effect
                && one.scope.control.is_none_or(|scoped| scoped == control)
                && (one.scope.operation.is_none()
                    || operation.is_some() && one.scope.operation == operation)
                && end(one) >= end(relaxation)
        };
        other.model.relaxations.iter().any(holds_as_long)
    })
}
