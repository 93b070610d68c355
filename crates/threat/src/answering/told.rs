//! What the plan says of a control at an element, and what traffic showed of it.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_controls::{Expectation, Plan, face};
use portcullis_model::{ControlId, Mode, UnixMillis};

use super::parts::part;
use crate::answers::{Answers, Mitigation, Seen, State};
use crate::rules::Rule;
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
        (rule, control): (&Rule, ControlId),
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
            Some(entry @ Entry { kind: EntryKind::Operation { of, .. }, .. }) => {
                match (self.at(control, *of), self.part(rule, control, entry, *of)) {
                    ((State::Configured, _), Some(Ok(why))) => (State::Configured, why),
                    ((State::Configured, _), Some(Err(why))) => {
                        (State::Missing, Cow::Borrowed(why))
                    }
                    (told, _) => told,
                }
            }
            _ => self.whole(control),
        };
        Mitigation::without_proof(Some(control), state, why)
    }

    fn part(
        &self,
        rule: &Rule,
        control: ControlId,
        entry: &Entry,
        of: OperationRef,
    ) -> Option<Result<Cow<'static, str>, &'static str>> {
        part(rule, control, self.answers.plans.get(of.api)?, (of.operation, entry))
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
            let relaxed = answers.plans.iter().find_map(|plan| relaxed(plan, control, answers.now));
            if let Some(name) = relaxed {
                (State::Missing, Cow::Owned(format!("it only observes at `{name}`")))
            } else if answers.plans.is_empty() {
                (State::Missing, Cow::Borrowed("nothing is enforced"))
            } else {
                (State::Configured, Cow::Borrowed(face(control).guarantee))
            }
        };
        self.whole.entry(control).or_insert_with(decide).clone()
    }
}

/// Where a control only observes, if anywhere.
fn relaxed(plan: &Plan, control: ControlId, now: UnixMillis) -> Option<String> {
    let is_observed = |operation| plan.mode(control, operation, now) != Mode::Enforce;
    if is_observed(None) {
        return Some("all operations".to_owned());
    }
    let mut operations = plan.operations.iter().enumerate();
    operations.find(|(at, _)| is_observed(Some(*at))).map(|(_, one)| one.name.to_string())
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

/// For how long a refusal says that a control acts: 90 days.
const SEEN_FOR_MS: u64 = 90 * 86_400_000;

/// What controls were seen to refuse lately, at operations.
pub(crate) struct Traffic<'a>(HashMap<(ControlId, &'a str), u64>);

impl<'a> Traffic<'a> {
    pub(crate) fn of(answers: &'a Answers<'a>) -> Self {
        let mut found = HashMap::new();
        for Seen { control, operation, count, last } in answers.seen {
            let is_old = answers.now.0.saturating_sub(last.0) > SEEN_FOR_MS;
            if let (Some(operation), false) = (operation, is_old) {
                let sum: &mut u64 = found.entry((*control, operation.as_str())).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        Self(found)
    }

    /// One that is configured at an operation, and was seen to act there, is more than configured. Of the whole, and of
    /// what was proven and is over, a refusal somewhere says nothing.
    pub(super) fn add(&self, entry: Option<&Entry>, all: &mut [Mitigation]) {
        let Some(entry) = entry else { return };
        for one in all {
            let Some(control) = one.control else { continue };
            one.seen = self.0.get(&(control, entry.name.as_str())).copied().unwrap_or_default();
            if one.seen > 0 && one.state == State::Configured {
                one.state = State::Seen;
            }
        }
    }
}
