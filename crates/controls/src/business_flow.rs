//! # `business_flow`
//!
//! What makes sense only in an order, at a pace of people, or with values that the API itself told, comes so or not
//! at all.
//!
//! ## Why
//!
//! Each request of a checkout is honest; a script that pays without an address, books in the same second in which
//! the sale opens, or pays the price that it likes, sends the same requests (unrestricted access to sensitive
//! business flows, OWASP API6:2023; CWE-841, CWE-799, CWE-602). The API sees one request at a time.
//!
//! ## Example
//!
//! ```yaml
//! flows:
//!   checkout:
//!     steps:
//!       - { step: createOrder, of: answer./id, shows: { total: answer./total_cents } }
//!       - { step: setAddress, of: path.id, after: 2s }
//!       - { step: payOrder, of: path.id, within: 30min, equal: { body./amount_cents: total } }
//! operations:
//!   register: { values: { body./referral_code: not caller.referral_code, body./website: empty } }
//!   transfer: { values: { body./amount_cents: "1..500000", body./to: not body./from } }
//! ```
//!
//! `payOrder` is answered 409 until the address of this order was set, and again where the amount is not the total
//! that the API told; `setAddress` is answered 429 within two seconds of the order. A `website`, which no person
//! sees, is answered 400.
//!
//! ## Limits
//!
//! A step counts as done when the API answers with a status below 400: one that says 200 to what it did not do lets
//! the next step come. What was done before a restart is forgotten, and so are the oldest of 400,000: such a person
//! begins anew, nobody skips a step. Two gateways remember for themselves. Whoever runs the flow as slowly and in the
//! order that people do is not told from people: bound how often with `rates`. Without a verified caller, everybody
//! behind one address walks together, unless `per` names a value.

mod amount;
mod findings;
mod told;
mod values;
mod walk;

use std::sync::Arc;

use portcullis_model::{Code, ControlId, Room};
use portcullis_policy::{Flow, Model};

use crate::face::{Expectation, Face, Stride, Threat};

pub use told::{Told, of_number, of_text, told};
pub use values::judge as judge_values;
pub use walk::{Begun, Ended, NoStep, Outcome, TOLD_MAX, Walk};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::BusinessFlow,
    item: "A11",
    guarantee: "what the policy calls a flow is done in its order, not faster than people, with the values that were told",
    threat: Threat {
        id: "flow-abuse",
        text: "a program jumps steps, runs them faster than people can, or brings values that nobody told it",
        stride: Stride::Tampering,
        cwe: &[602, 799, 841],
    },
    rooms: &[Room::Reserve, Room::Inspect],
    expectation,
    source: include_str!("business_flow.rs"),
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&findings::NO_FLOW];

/// One step that an operation is.
#[derive(Debug, Clone)]
pub struct Step {
    /// Of which flow.
    pub flow: Arc<Flow>,
    /// Which of its steps.
    pub index: usize,
}

impl Step {
    /// The steps that an operation is, of all flows of a model.
    pub(crate) fn all(flows: &[Arc<Flow>], operation: usize) -> Vec<Self> {
        let found = |flow: &Arc<Flow>| {
            let index = flow.step_of(operation)?;
            Some(Self { flow: Arc::clone(flow), index })
        };
        flows.iter().filter_map(found).collect()
    }

    /// Whether the flow is over with it.
    pub fn is_last(&self) -> bool {
        self.index + 1 == self.flow.steps.len()
    }
}

fn expectation(model: &Model, index: usize) -> Expectation {
    let steps = model.flows.iter().filter_map(|flow| Some((flow, flow.step_of(index)?)));
    let mut expected: Vec<String> = steps
        .map(|(flow, step)| format!("step {} of {} of `{}`", step + 1, flow.steps.len(), flow.name))
        .collect();
    let rules = model.values.get(index).map_or(&[][..], Vec::as_slice);
    expected.extend(rules.iter().map(|rule| format!("`{}`", rule.text)));
    if !expected.is_empty() {
        return Expectation::Required(expected.join("; "));
    }
    match findings::undecided(model, index) {
        Some(finding) => Expectation::Missing(vec![finding]),
        None => Expectation::NotApplicable("no flow names it, and no rule speaks of its values"),
    }
}
