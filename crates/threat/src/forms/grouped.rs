//! Threats by rule, the worst first; by level and state in words; and which parts of the system a threat touches.

use std::cmp::Reverse;

use crate::answers::State;
use crate::found::ThreatModel;
use crate::risk::{Level, Rating};
use crate::rules::{Probe, Rule};
use crate::system::{Element, Node, System};
use crate::threat::Threat;

/// All threats of one rule.
#[derive(Debug)]
pub(super) struct ByRule<'a> {
    pub(super) rule: &'static Rule,
    /// In the order of elements.
    pub(super) threats: Vec<&'a Threat>,
    /// The worst of all, before anything answers.
    pub(super) inherent: Rating,
    /// The worst of all, after.
    pub(super) residual: Rating,
}

impl<'a> ByRule<'a> {
    /// Where it is worst after all answers.
    pub(super) fn worst(&self) -> Option<&'a Threat> {
        self.threats.iter().copied().find(|one| one.residual == self.residual)
    }

    pub(super) fn open(&self) -> usize {
        self.threats.iter().filter(|one| one.is_open()).count()
    }

    pub(super) fn accepted(&self) -> usize {
        self.threats.iter().filter(|one| one.accepted.is_some()).count()
    }

    pub(super) fn of(&self, state: State) -> usize {
        self.threats.iter().filter(|one| one.state == state).count()
    }
}

/// By rule: what came through first, then what has open threats, then by what is left of the risk. In a level, what an
/// attack can show stands before what people must look at, which is open until somebody says more; and what this API shows
/// at its operations, data and ways before what every API has.
pub(super) fn by_rule(model: &ThreatModel) -> Vec<ByRule<'_>> {
    let mut groups: Vec<ByRule<'_>> = Vec::new();
    for threat in &model.threats {
        let known = groups.iter_mut().find(|group| group.rule.id == threat.rule.id);
        match known {
            Some(group) => {
                group.inherent = worse(group.inherent, threat.inherent);
                group.residual = worse(group.residual, threat.residual);
                group.threats.push(threat);
            }
            None => groups.push(ByRule {
                rule: threat.rule,
                threats: vec![threat],
                inherent: threat.inherent,
                residual: threat.residual,
            }),
        }
    }
    let order = |group: &ByRule<'_>| {
        let is_open = group.open() > 0;
        let comes_through = is_open && group.of(State::ComesThrough) > 0;
        let (level, weight) = weight(group.residual);
        let is_for_people = matches!(group.rule.probe, Probe::People(_));
        let is_of_any = !group.threats.iter().any(|one| is_of_this(one.element));
        let worst = (Reverse(level), is_for_people, is_of_any, Reverse(weight));
        (!comes_through, !is_open, worst, group.rule.id)
    };
    groups.sort_by_cached_key(order);
    groups
}

/// Whether a document shows an element: each API has callers, programs and stores.
const fn is_of_this(element: Element) -> bool {
    matches!(element, Element::Entry(_) | Element::Data(_) | Element::Flow(_))
}

/// Where a threat stands among others, the worst first: what came through, then by what is left of the risk.
pub(super) fn worst_first(threat: &Threat) -> impl Ord + use<> {
    (threat.state != State::ComesThrough, Reverse(weight(threat.residual)))
}

/// The worst of some threats, before anything answers and after.
pub(super) fn worst_of<'a>(threats: impl Iterator<Item = &'a Threat>) -> Option<(Rating, Rating)> {
    let both = threats.map(|one| (one.inherent, one.residual));
    both.reduce(|one, other| (worse(one.0, other.0), worse(one.1, other.1)))
}

/// How bad one is, for sorting: level, then likelihood times impact.
const fn weight(rating: Rating) -> (Level, u16) {
    (rating.level, rating.likelihood as u16 * rating.impact as u16)
}

/// How many are of each level after all answers, the worst first: `2 critical, 5 low`.
pub(super) fn by_level<'a>(threats: impl Iterator<Item = &'a Threat>) -> String {
    const LEVELS: [Level; 5] =
        [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Note];
    counted(threats.map(|one| one.residual.level), LEVELS.into_iter(), Level::name)
}

/// How many are in each state, the best first: `3 proven, 5 configured`.
pub(super) fn by_state<'a>(threats: impl Iterator<Item = &'a Threat>) -> String {
    counted(threats.map(|one| one.state), State::ALL.into_iter().rev(), State::name)
}

fn counted<T: Copy + PartialEq>(
    all: impl Iterator<Item = T>,
    kinds: impl Iterator<Item = T>,
    name: fn(T) -> &'static str,
) -> String {
    let all: Vec<T> = all.collect();
    let counts = kinds.map(|kind| (all.iter().filter(|one| **one == kind).count(), name(kind)));
    let told = counts.filter(|(count, _)| *count > 0);
    told.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

fn worse(one: Rating, other: Rating) -> Rating {
    if weight(other) > weight(one) { other } else { one }
}

/// The parts of the diagram that a threat to an element touches.
pub(super) fn touched(system: &System, element: Element) -> Vec<Node> {
    match element {
        Element::Actor(at) => vec![Node::Actor(at)],
        Element::Component(at) => vec![Node::Component(at)],
        Element::Store(at) => vec![Node::Store(at)],
        Element::Entry(at) => system
            .entries
            .get(at)
            .map(|entry| Node::Component(entry.component))
            .into_iter()
            .collect(),
        Element::Flow(at) => {
            system.flows.get(at).map(|flow| vec![flow.from, flow.to]).unwrap_or_default()
        }
        Element::Data(at) => {
            let data = system.data.get(at);
            data.into_iter()
                .flat_map(|data| &data.placed)
                .map(|placed| Node::Store(placed.store))
                .collect()
        }
        Element::Whole => {
            let components = system.components.iter().enumerate();
            let ours = components.filter(|(_, component)| component.is_in_scope);
            ours.map(|(at, _)| Node::Component(at)).collect()
        }
    }
}
