//! Finds what answers each threat, and how bad that leaves it.

mod parts;
mod shown;
mod spoken;
pub(crate) mod taken;
mod told;

use crate::answers::{Answers, Mitigation, State};
use crate::risk;
use crate::rules::{By, Hit, Rule};
use crate::stated::Stated;
use crate::system::{Element, Entry, Reach, System};
use crate::threat::Threat;
use shown::Shown;

/// Finds what answers threats, one after another.
pub(crate) struct Answering<'a> {
    pub(crate) answers: &'a Answers<'a>,
    pub(crate) system: &'a System,
    pub(crate) stated: &'a Stated,
    pub(crate) shown: Shown<'a>,
    pub(crate) expected: told::Expected<'a>,
    pub(crate) traffic: told::Traffic<'a>,
}

impl<'a> Answering<'a> {
    pub(crate) fn new(answers: &'a Answers<'a>, system: &'a System, stated: &'a Stated) -> Self {
        Self {
            answers,
            system,
            stated,
            shown: Shown::of(answers.evidence, answers.is_in_front),
            expected: told::Expected::of(answers),
            traffic: told::Traffic::of(answers),
        }
    }

    /// What answers a threat at an element, and how bad that leaves it.
    pub(crate) fn threat(&mut self, rule: &'static Rule, hit: Hit) -> Threat {
        let Hit { element, why, by } = hit;
        let mut mitigations = self.mitigations(rule, element, by);
        mitigations.extend(self.said(rule, element));
        mitigations.sort_by_key(|one| std::cmp::Reverse(one.state));
        let state = worst_or_best(&mitigations);
        if mitigations.is_empty() {
            mitigations.push(Mitigation::without_proof(None, State::Missing, rule.advice));
        }
        let derived = taken::derived(self.system, self.stated, rule, element);
        let rated = taken::rated(self.stated, self.system, rule, element);
        let rated = rated.and_then(|at| self.stated.rated.get(at));
        let before = rated.map_or(derived, |one| taken::counted(one, derived, self.answers.now));
        let (inherent, residual) = risk::rate(before.likelihood, before.impact, state);
        let accepted = taken::accepted(self.stated, self.system, rule, element, self.answers.now);
        Threat { rule, element, why, mitigations, state, inherent, residual, accepted }
    }

    fn mitigations(&mut self, rule: &Rule, element: Element, by: By) -> Vec<Mitigation> {
        let operation = match element {
            Element::Entry(at) => self.system.entries.get(at),
            _ => None,
        };
        let is_ajar =
            |entry: &Entry| entry.reach == Reach::Nobody && !self.expected.is_closed(entry);
        let is_closed = |entry: &Entry| self.answers.is_in_front && self.expected.is_closed(entry);
        let mut all = match by {
            // What a rule knows of it is of requests that pass, and none does.
            By::Known(State::Missing, _) if operation.is_some_and(is_closed) => {
                vec![Mitigation::without_proof(None, State::Configured, told::CLOSED)]
            }
            By::Known(state, _) if !state.is_open() && operation.is_some_and(is_ajar) => {
                let because = "what closes it only observes: somebody relaxed it";
                vec![Mitigation::without_proof(None, State::Missing, because)]
            }
            By::Known(state, because) => vec![Mitigation::without_proof(None, state, because)],
            By::Controls if self.answers.is_in_front => {
                let each = rule.controls.iter();
                each.map(|control| self.expected.mitigation(self.system, (rule, *control), element))
                    .collect()
            }
            By::Controls => Vec::new(),
        };
        self.shown.add(rule, operation, &mut all);
        if self.answers.is_in_front {
            self.traffic.add(operation, &mut all);
        }
        all
    }

    /// What people say that answers it.
    fn said(&self, rule: &Rule, element: Element) -> Option<Mitigation> {
        let at = taken::answered(self.stated, self.system, rule, element, self.answers.now)?;
        let one = self.stated.answered.get(at)?;
        let why = format!("{} (says {})", one.how, one.by);
        Some(Mitigation::without_proof(None, State::Stated, why))
    }
}

/// An attack that comes through outweighs everything; else the best answer counts.
fn worst_or_best(mitigations: &[Mitigation]) -> State {
    let states = || mitigations.iter().map(|one| one.state);
    if states().any(|state| state == State::ComesThrough) {
        return State::ComesThrough;
    }
    states().max().unwrap_or(State::Missing)
}
