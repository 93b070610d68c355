//! The threats to a system, with what answers each and how bad it is.

use std::borrow::Cow;

use crate::answers::{Answering, Answers, Mitigation, State};
use crate::risk::Rating;
use crate::rules::{Looked, RULES, Rule};
use crate::stated::Stated;
use crate::system::{Element, System};

/// A threat to one element.
#[derive(Debug, Clone)]
pub struct Threat {
    /// What it is.
    pub rule: &'static Rule,
    /// To what.
    pub element: Element,
    /// Why it concerns that.
    pub why: Cow<'static, str>,
    /// What answers it: the best first; one at least, which says what is missing.
    pub mitigations: Vec<Mitigation>,
    /// How far it is answered.
    pub state: State,
    /// Before anything answers it.
    pub inherent: Rating,
    /// After.
    pub residual: Rating,
    /// Who takes the rest, by the place in [`Stated::accepted`], while that holds.
    pub accepted: Option<usize>,
}

impl Threat {
    /// Whether somebody has something to do: open, and taken by nobody.
    pub const fn is_open(&self) -> bool {
        self.state.is_open() && self.accepted.is_none()
    }
}

/// Everything together.
#[derive(Debug, Clone)]
pub struct ThreatModel {
    /// The elements.
    pub system: System,
    /// What people said.
    pub stated: Stated,
    /// By rule, in the order of elements.
    pub threats: Vec<Threat>,
}

/// What a model was found to have, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// All threats.
    pub all: usize,
    /// That nobody answers and nobody takes.
    pub open: usize,
    /// Whose answer is proven.
    pub proven: usize,
    /// That somebody takes.
    pub accepted: usize,
}

impl ThreatModel {
    /// How many there are.
    pub fn found(&self) -> Found {
        let count =
            |is_it: fn(&Threat) -> bool| self.threats.iter().filter(|one| is_it(one)).count();
        Found {
            all: self.threats.len(),
            open: count(Threat::is_open),
            proven: count(|one| one.state == State::Proven),
            accepted: count(|one| one.accepted.is_some()),
        }
    }

    /// What is said of one threat, for whoever names it again: `others-objects-read entry/get-orders-id`.
    pub fn name(&self, threat: &Threat) -> String {
        format!("{} {}", threat.rule.id, self.system.id(threat.element))
    }
}

/// Finds the threats to a system.
pub fn model(system: System, stated: Stated, answers: &Answers<'_>) -> ThreatModel {
    let looked =
        Looked { system: &system, plans: answers.plans, stated: &stated, now: answers.now };
    let mut answering = Answering::new(answers, &system, &stated);
    let mut threats = Vec::new();
    for rule in RULES {
        for hit in (rule.find)(&looked) {
            threats.push(answering.threat(rule, hit));
        }
    }
    drop(answering);
    ThreatModel { system, stated, threats }
}
