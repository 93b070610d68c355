//! Whether a flow or a rule about values answers that steps are left out, repeated, run by programs or invented.

use std::time::Duration;

use portcullis_controls::Plan;
use portcullis_policy::{Flow, FlowStep, InputPlace, RequestPlace, ValueMust};

use super::part::Part;
use super::said::{Said, held};
use crate::system::says_how_much;

/// The shortest pause that slows a program down to people.
const PAUSE_MIN: Duration = Duration::from_secs(1);

pub(super) fn said(part: Part, plan: &Plan, operation: usize) -> Said {
    let steps = || plan.model.flows.iter().filter_map(|flow| Some((flow, step(flow, operation)?)));
    let rules = plan.model.values.get(operation).map_or(&[][..], Vec::as_slice);
    match part {
        Part::Step => {
            held(steps().next().is_some(), "no flow of the policy has it as a step: `flows`")
        }
        Part::LastStep => held(
            steps().any(|(flow, step)| flow.steps.last() == Some(step)),
            "it ends no flow, so that it may be done again: `flows`",
        ),
        Part::Pace => held(
            steps().any(|(_, step)| step.after >= PAUSE_MIN)
                || rules.iter().any(|rule| matches!(rule.must, ValueMust::Empty)),
            "nothing tells people from programs there: `after`, a second or more, in `flows`, or an `empty` field in `values`",
        ),
        _ => held(
            steps().any(|(_, step)| step.equal.iter().any(|(place, _)| is_of_value(place)))
                || rules
                    .iter()
                    .any(|rule| !matches!(rule.must, ValueMust::Empty) && is_of_value(&rule.place)),
            "nothing says what a price, an amount or a count in it must be: `values`, or `equal` in `flows`",
        ),
    }
}

/// Whether what stands there says how much, by its name. Of another one nobody can tell.
fn is_of_value(place: &InputPlace) -> bool {
    let name = match place {
        InputPlace::One(
            RequestPlace::Body(name)
            | RequestPlace::Path(name)
            | RequestPlace::Query(name)
            | RequestPlace::Cookie(name),
        )
        | InputPlace::Header(name) => name,
        InputPlace::Names(_) => return false,
    };
    name.rsplit('/').find(|one| *one != "*").is_some_and(says_how_much)
}

fn step(flow: &Flow, operation: usize) -> Option<&FlowStep> {
    flow.steps.get(flow.step_of(operation)?)
}
