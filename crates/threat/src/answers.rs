//! What answers a threat, and how far that is shown: from the plan, from evidence, from traffic.

mod shown;
mod taken;
mod told;

use std::borrow::Cow;

use portcullis_controls::Plan;
use portcullis_evidence::Record;
use portcullis_model::{ControlId, UnixMillis};

pub(crate) use self::shown::Shown;
pub(crate) use self::taken::names;
use crate::found::Threat;
use crate::risk;
use crate::rules::{By, Hit, Rule};
use crate::stated::Stated;
use crate::system::{Element, System};

/// How far something answers a threat, from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// An attack of ours came through.
    ComesThrough,
    /// Nothing answers it.
    Missing,
    /// It was proven, and what was proven is not what is there now.
    Stale,
    /// People say that something answers it.
    Stated,
    /// A control is to answer it, and nothing showed that it does.
    Configured,
    /// A control was seen to refuse in traffic.
    Seen,
    /// Attacks failed at the API itself.
    Withstands,
    /// An attack succeeds directly, is stopped, and succeeds again without the control.
    Proven,
}

impl State {
    /// All of them, from the worst to the best.
    pub const ALL: [Self; 8] = [
        Self::ComesThrough,
        Self::Missing,
        Self::Stale,
        Self::Stated,
        Self::Configured,
        Self::Seen,
        Self::Withstands,
        Self::Proven,
    ];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ComesThrough => "comes through",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Stated => "stated",
            Self::Configured => "configured",
            Self::Seen => "seen in traffic",
            Self::Withstands => "withstands",
            Self::Proven => "proven",
        }
    }

    /// The state of this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether the threat is open.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::ComesThrough | Self::Missing)
    }
}

/// What may answer threats.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// The plans of the gateway.
    pub plans: &'a [Plan],
    /// Whether it stands in front: without it, only what the API does counts.
    pub is_in_front: bool,
    /// The last record of each attack, with what is not any more what it was (`stand`).
    pub evidence: &'a [(Record, Vec<&'static str>)],
    /// What was seen in traffic.
    pub seen: &'a [Seen],
    /// What time it is.
    pub now: UnixMillis,
}

/// Refusals of a control that were recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The control.
    pub control: ControlId,
    /// The operation, by its name; none: what is of no operation.
    pub operation: Option<String>,
    /// How many.
    pub count: u64,
    /// The last of them.
    pub last: UnixMillis,
}

/// One control, as it answers a threat at an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mitigation {
    /// The control; none: the API itself, people, or what the element is.
    pub control: Option<ControlId>,
    /// How far.
    pub state: State,
    /// Why, in words: what the control expects, or why it does not.
    pub why: Cow<'static, str>,
    /// Attacks that speak of it, at most [`Self::PROOFS_MAX`]; the best first.
    pub proofs: Vec<Proof>,
    /// How many attacks speak of it.
    pub proof_count: usize,
    /// Refusals in traffic.
    pub seen: u64,
}

impl Mitigation {
    /// How many proofs are kept of one mitigation.
    pub const PROOFS_MAX: usize = 4;
}

/// An attack that speaks of a mitigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The attack.
    pub attack: String,
    /// When it was made.
    pub at: UnixMillis,
    /// Until when it says something.
    pub expires: UnixMillis,
    /// Whether it succeeds again without the control: none where nothing stopped it.
    pub knock_out: Option<bool>,
    /// What is not any more what it was; empty: it holds.
    pub over: Vec<&'static str>,
}

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
            traffic: told::Traffic::of(answers.seen),
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
        let rated = taken::rated(self.stated, self.system, rule, element);
        let (likelihood, impact) = rated.map_or_else(
            || {
                let likelihood = risk::likelihood(self.system, rule.factors, element);
                let impact = risk::impact(self.system, self.stated, rule.harm, element);
                (risk::mean(&likelihood), risk::mean(&impact))
            },
            |rating| (rating.likelihood, rating.impact),
        );
        let (inherent, residual) = risk::rate(likelihood, impact, state);
        let accepted = taken::accepted(self.stated, self.system, rule, element, self.answers.now);
        Threat { rule, element, why, mitigations, state, inherent, residual, accepted }
    }

    fn mitigations(&mut self, rule: &Rule, element: Element, by: By) -> Vec<Mitigation> {
        let mut all = match by {
            By::Known(state, because) => vec![Mitigation::without_proof(None, state, because)],
            By::Controls if self.answers.is_in_front => {
                let each = rule.controls.iter();
                each.map(|control| self.expected.mitigation(self.system, *control, element))
                    .collect()
            }
            By::Controls => Vec::new(),
        };
        let operation = match element {
            Element::Entry(at) => self.system.entries.get(at),
            _ => None,
        };
        self.shown.add(rule, operation, &mut all);
        if self.answers.is_in_front {
            self.traffic.add(operation, &mut all);
        }
        all
    }

    /// What people say that answers it.
    fn said(&self, rule: &Rule, element: Element) -> Option<Mitigation> {
        let one = self.stated.answered.iter().find(|one| {
            one.threat == rule.id
                && names(one.of.as_deref(), self.system, element)
                && one.until.is_none_or(|until| self.answers.now < until.end())
        })?;
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

impl Mitigation {
    pub(crate) fn without_proof(
        control: Option<ControlId>,
        state: State,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { control, state, why: why.into(), proofs: Vec::new(), proof_count: 0, seen: 0 }
    }
}
