//! What the plan says of a control at an element, and what traffic showed of it.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_controls::{Closed, Expectation, Plan, face};
use portcullis_model::{ControlId, Mode, UnixMillis};

use super::parts::{Part, Parts, Row, Said, row};
use crate::answers::{Answers, Mitigation, Seen, State};
use crate::rules::Rule;
use crate::system::{Element, Entry, EntryKind, OperationRef, Reach, System};

/// What controls expect of operations, each asked once.
pub(crate) struct Expected<'a> {
    answers: &'a Answers<'a>,
    known: HashMap<(ControlId, OperationRef), Told>,
    /// Of a control for all operations together.
    whole: HashMap<ControlId, Told>,
    parts: Parts<'a>,
}

/// What is said of what nobody is served.
pub(super) const CLOSED: &str = "it is closed: nobody may use it";

/// How far, and why.
type Told = (State, Cow<'static, str>);

impl<'a> Expected<'a> {
    pub(crate) fn of(answers: &'a Answers<'a>) -> Self {
        let parts = Parts::of(answers.plans, answers.now);
        Self { answers, known: HashMap::new(), whole: HashMap::new(), parts }
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
        let (state, why) = match (entry, row(rule.id, control)) {
            (Some(entry), _) if self.is_closed(entry) => (State::Configured, Cow::Borrowed(CLOSED)),
            (_, None) => (State::Missing, Cow::Borrowed("nobody decided whether it answers this")),
            (Some(entry @ Entry { kind: EntryKind::Operation { of, .. }, .. }), Some(row)) => {
                match self.at(control, *of) {
                    (State::Configured, what) => {
                        let said = self.parts.at(row.part, entry, *of);
                        self.with(row, Some(*of), said.map(|words| words.unwrap_or(what)))
                    }
                    told => told,
                }
            }
            (_, Some(row)) => match self.whole(control) {
                (State::Configured, what) => {
                    let used = self.used(system);
                    let said = match row.part {
                        Part::Everywhere => self.everywhere(control, &used),
                        part => self.parts.whole(part, &used),
                    };
                    self.with(row, None, said.map(|words| words.unwrap_or(what)))
                }
                told => told,
            },
        };
        Mitigation::without_proof(Some(control), state, why)
    }

    /// Whether nobody may use it: what closes it enforces. While that only observes, requests pass.
    pub(crate) fn is_closed(&self, entry: &Entry) -> bool {
        let EntryKind::Operation { of, .. } = &entry.kind else {
            return entry.reach == Reach::Nobody;
        };
        let plan = self.answers.plans.get(of.api);
        let by = plan.and_then(|plan| Some((plan, plan.why_closed(of.operation)?)));
        let holds = |(plan, why): (&Plan, Closed)| {
            let control = match why {
                Closed::Caller => ControlId::CallerIdentity,
                Closed::Function | Closed::Graphql => ControlId::FunctionAccess,
                Closed::Objects => ControlId::ObjectOwnership,
            };
            plan.mode(control, Some(of.operation), self.answers.now) == Mode::Enforce
        };
        entry.reach == Reach::Nobody && by.is_none_or(holds)
    }

    /// What is there, if the controls that must enforce beside it do.
    fn with(
        &self,
        row: &Row,
        of: Option<OperationRef>,
        said: Result<Cow<'static, str>, Cow<'static, str>>,
    ) -> Told {
        let why = match said {
            Ok(why) => why,
            Err(why) => return (State::Missing, why),
        };
        let now = self.answers.now;
        let is_off = |control: &&ControlId| {
            if let Some(of) = of {
                let plan = self.answers.plans.get(of.api);
                let mode = plan.map(|plan| plan.mode(**control, Some(of.operation), now));
                return mode != Some(Mode::Enforce);
            }
            self.answers.plans.iter().any(|plan| relaxed(plan, **control, now).is_some())
        };
        match row.with.iter().find(is_off) {
            Some(control) => {
                let why = format!("it has a hole where `{control}` only observes");
                (State::Missing, Cow::Owned(why))
            }
            None => (State::Configured, why),
        }
    }

    /// The operations that somebody may use.
    fn used<'s>(&self, system: &'s System) -> Vec<(&'s Entry, OperationRef)> {
        let of = |entry: &'s Entry| match entry.kind {
            EntryKind::Operation { of, .. } => Some((entry, of)),
            _ => None,
        };
        system.entries.iter().filter(|entry| !self.is_closed(entry)).filter_map(of).collect()
    }

    /// Whether what a control asks can be derived of each of them.
    fn everywhere(&mut self, control: ControlId, used: &[(&Entry, OperationRef)]) -> Said {
        for (entry, of) in used {
            let Some(plan) = self.answers.plans.get(of.api) else { continue };
            let expectation = (face(control).expectation)(&plan.model, of.operation);
            if let Expectation::Missing(_) = expectation {
                let (_, why) = self.at(control, *of);
                return Err(Cow::Owned(format!("not at `{}`: {why}", entry.title)));
            }
        }
        Ok(None)
    }

    fn at(&mut self, control: ControlId, of: OperationRef) -> Told {
        let answers = self.answers;
        let known = self.known.entry((control, of));
        known.or_insert_with(|| expected(answers, control, of)).clone()
    }

    /// Enforced for all operations, unless somebody relaxed all of it.
    fn whole(&mut self, control: ControlId) -> Told {
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
) -> Told {
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
