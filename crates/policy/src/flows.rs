//! In which order, how fast and with which values people do things, as the policy decided.

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::Span;
use regex::Regex;

use crate::authorization::InputPlace;
use crate::callers::OfCaller;
use crate::rates::RateKey;

/// Steps of one flow.
pub const STEPS_MAX: usize = 16;
/// Flows of one policy.
pub const FLOWS_MAX: usize = 32;

/// Operations that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// What the policy calls it.
    pub name: Arc<str>,
    /// All that it says, in one order: a flow that says the same goes on after a reload.
    pub text: Arc<str>,
    /// Where it stands.
    pub line: Option<Span>,
    /// Who walks through it: the combination of these.
    pub per: Vec<RateKey>,
    /// What follows what; two at least.
    pub steps: Vec<FlowStep>,
}

/// One step of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowStep {
    /// The operations, by index, of which any is this step.
    pub operations: Vec<usize>,
    /// What the policy calls them.
    pub name: Arc<str>,
    /// What walks through the flow: an order, a payment. None: the caller alone.
    pub of: Option<WalkPlace>,
    /// How long after the step before it comes at the earliest.
    pub after: Duration,
    /// How long after the step before it comes at the latest.
    pub within: Duration,
    /// Whether what came after it is to be done again.
    pub goes_back: bool,
    /// What its answers tell, by name.
    pub shows: Vec<(Arc<str>, String)>,
    /// What of its requests must be what was told.
    pub equal: Vec<(InputPlace, Arc<str>)>,
}

/// Where a step says what walks through the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkPlace {
    /// In its request.
    Request(InputPlace),
    /// In its answer, by a pointer: what the API has just made.
    Answer(String),
}

/// What the values at a place of a request must be, beside what the contract says.
#[derive(Debug, Clone)]
pub struct ValueRule {
    /// Where.
    pub place: InputPlace,
    /// What.
    pub must: ValueMust,
    /// As it is written.
    pub text: Arc<str>,
    /// Where it stands.
    pub line: Option<Span>,
}

/// What a value must be.
#[derive(Debug, Clone)]
pub enum ValueMust {
    /// A number from the one to the other, both included.
    Between(Option<Arc<str>>, Option<Arc<str>>),
    /// A text that fits.
    Fit(Regex),
    /// One of these.
    In(Vec<Arc<str>>),
    /// Nothing: people never see the place, and programs fill it in.
    Empty,
    /// What the caller has there; or anything else.
    Caller(OfCaller, bool),
    /// What stands at another place; or anything else.
    Place(InputPlace, bool),
}

impl Flow {
    /// Which step an operation is.
    pub fn step_of(&self, operation: usize) -> Option<usize> {
        self.steps.iter().position(|step| step.operations.contains(&operation))
    }
}

impl PartialEq for ValueRule {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.text == other.text
    }
}

impl Eq for ValueRule {}
