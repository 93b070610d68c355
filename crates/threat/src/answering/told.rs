//! What the plan says of a control at an element, and what traffic showed of it.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_controls::{Expectation, Plan, face};
use portcullis_model::{ControlId, Mode};

use crate::answers::{Answers, Mitigation, Seen, State};
use crate::system::{Element, Entry, EntryKind, OperationRef, Reach, System};

/// What controls expect of operations, each asked once.
pub(crate) struct Expected<'a> {
    answers: &'a Answers<'a>,
    known: HashMap<(ControlId, OperationRef), (State, Cow<'static, str>)>,
    /// Of a control for all operations together.
    whole: HashMap<ControlId, (State, Cow<'static, str>)>,
}

impl<'a> Expected<'a> {
    pub(crate) fn of(answers: &'a Answers<'a>) -> Self {
        Self { answers, known: HashMap::new(), whole: HashMap::new() }
    }

    /// How far a control is to answer threats at an element.
    pub(crate) fn mitigation(
        &mut self,
        system: &System,
        control: ControlId,
        element: Element,
    ) -> Mitigation {
        let entry = match element {
            Element::Entry(at) => system.entries.get(at),
            _ => None,
        };
        let (state, why) = match entry {
            Some(entry) if entry.reach == Reach::Nobody => {
                (State::Configured, Cow::Borrowed("it is closed: nobody may use it"))
            }
            Some(Entry { kind: EntryKind::Operation { of, .. }, .. }) => self.at(control, *of),
            _ => self.whole(control),
        };
        Mitigation::without_proof(Some(control), state, why)
    }

    fn at(&mut self, control: ControlId, of: OperationRef) -> (State, Cow<'static, str>) {
        let answers = self.answers;
        let known = self.known.entry((control, of));
        known.or_insert_with(|| expected(answers, control, of)).clone()
    }

    /// Enforced for all operations, unless somebody relaxed all of it.
    fn whole(&mut self, control: ControlId) -> (State, Cow<'static, str>) {
        let answers = self.answers;
        let decide = || {
            let is_observed = |plan: &Plan| plan.mode(control, None, answers.now) != Mode::Enforce;
            if answers.plans.is_empty() || answers.plans.iter().any(is_observed) {
                (State::Missing, Cow::Borrowed("it only observes"))
            } else {
                (State::Configured, Cow::Borrowed(face(control).guarantee))
            }
        };
        self.whole.entry(control).or_insert_with(decide).clone()
    }
}

fn expected(
    answers: &Answers<'_>,
    control: ControlId,
    OperationRef { api, operation }: OperationRef,
) -> (State, Cow<'static, str>) {
    let Some(plan) = answers.plans.get(api) else {
        return (State::Missing, Cow::Borrowed("there is no such API"));
    };
    if plan.mode(control, Some(operation), answers.now) != Mode::Enforce {
        return (State::Missing, Cow::Borrowed("it only observes here: somebody relaxed it"));
    }
    match (face(control).expectation)(&plan.model, operation) {
        Expectation::Required(what) => (State::Configured, Cow::Owned(what)),
        Expectation::NotApplicable(why) => {
            (State::Missing, Cow::Owned(format!("it asks nothing here: {why}")))
        }
        Expectation::Missing(found) => {
            let first = found.into_iter().next().map(|one| one.message);
            (State::Missing, first.map_or(Cow::Borrowed("it cannot be derived"), Cow::Owned))
        }
    }
}

/// What controls were seen to refuse.
pub(crate) struct Traffic<'a> {
    by_operation: HashMap<(ControlId, &'a str), u64>,
    of_all: HashMap<ControlId, u64>,
}

impl<'a> Traffic<'a> {
    pub(crate) fn of(seen: &'a [Seen]) -> Self {
        let mut traffic = Self { by_operation: HashMap::new(), of_all: HashMap::new() };
        for Seen { control, operation, count, .. } in seen {
            let sum = traffic.of_all.entry(*control).or_default();
            *sum = sum.saturating_add(*count);
            if let Some(operation) = operation {
                let sum = traffic.by_operation.entry((*control, operation)).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        traffic
    }

    /// One that is configured, and was seen to act, is more than configured.
    pub(super) fn add(&self, entry: Option<&Entry>, all: &mut [Mitigation]) {
        for one in all {
            let Some(control) = one.control else { continue };
            let count = match entry {
                Some(entry) => self.by_operation.get(&(control, entry.name.as_str())),
                None => self.of_all.get(&control),
            };
            one.seen = count.copied().unwrap_or_default();
            if one.seen > 0 && matches!(one.state, State::Configured | State::Stale) {
                one.state = State::Seen;
            }
        }
    }
}
