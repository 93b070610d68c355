//! The threats to a system, with what answers each and how bad it is.

use crate::answering::Answering;
use crate::answers::{Answers, State};
use crate::rules::{Looked, RULES};
use crate::stated::Stated;
use crate::system::System;
use crate::threat::Threat;

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
