//! Whether a flow or a rule about values answers that steps are left out, repeated, run by programs or invented.

use portcullis_controls::Plan;
use portcullis_policy::{Flow, FlowStep, ValueMust};

use super::part::Part;
use super::said::{Said, held};

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
            steps().any(|(_, step)| !step.after.is_zero())
                || rules.iter().any(|rule| matches!(rule.must, ValueMust::Empty)),
            "nothing tells people from programs there: `after` in `flows`, or an `empty` field in `values`",
        ),
        _ => held(
            steps().any(|(_, step)| !step.equal.is_empty())
                || rules.iter().any(|rule| !matches!(rule.must, ValueMust::Empty)),
            "nothing says what its values must be: `values`, or `equal` in `flows`",
        ),
    }
}

fn step(flow: &Flow, operation: usize) -> Option<&FlowStep> {
    flow.steps.get(flow.step_of(operation)?)
}
