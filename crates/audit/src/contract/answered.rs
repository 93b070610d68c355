//! Which findings a gateway answers already, and whether attacks showed it.

use std::collections::HashMap;

use portcullis_controls::Plan;
use portcullis_evidence::{Kind, Standing, State};
use portcullis_model::{Mode, UnixMillis};

use super::control::Answered;
use super::raised::Draft;
use super::score::Answer;
use super::subject::Subject;
use crate::finding::Enforced;

/// Attacks that are named for one finding.
const NAMED_MAX: usize = 16;

/// Attacks that were stopped, by the control that stopped them, the row of the mission, and the operation.
#[derive(Debug, Default)]
pub(super) struct Proofs<'e> {
    stopped: HashMap<(&'e str, &'e str, &'e str), Vec<&'e str>>,
    /// Whether the control of a rule holds at an operation: findings of one rule share operations.
    known: HashMap<(&'static str, usize), bool>,
}

impl<'e> Proofs<'e> {
    /// Those that still speak of what is there, and succeeded again without the control.
    pub(super) fn of(standing: Option<&'e Standing>) -> Self {
        let mut proofs = Self::default();
        let last = standing.into_iter().flat_map(|standing| &standing.last);
        for (record, _) in last.filter(|(_, over)| over.is_empty()) {
            let Kind::Attack {
                item, stopped_by, knock_out: Some(true), state: State::Closed, ..
            } = &record.kind
            else {
                continue;
            };
            for control in stopped_by {
                for operation in record.shows_at() {
                    let key = (control.as_str(), item.as_str(), operation.as_str());
                    proofs.stopped.entry(key).or_default().push(&record.id);
                }
            }
        }
        proofs
    }
}

/// How far a finding is answered, and by what.
pub(super) fn answer(
    draft: &Draft,
    subject: &Subject<'_>,
    proofs: &mut Proofs<'_>,
) -> (Answer, Option<Enforced>) {
    let (Some(plan), Some(answered)) = (subject.plan, draft.answered) else {
        return (Answer::Open, None);
    };
    let served: Vec<(usize, String)> = draft
        .operations
        .iter()
        .filter_map(|number| subject.operation(*number))
        .filter_map(|one| Some((one.said.index?, one.served?.name())))
        .collect();
    let mut is_held_at = |index: usize| {
        let known = proofs.known.entry((draft.rule.id, index));
        *known.or_insert_with(|| holds(plan, answered, index, subject.now))
    };
    // What concerns no operation is answered if the control holds at each.
    let is_held = if served.is_empty() {
        let all = 0..subject.contract.operations.len();
        !all.is_empty() && all.into_iter().all(&mut is_held_at)
    } else {
        served.iter().all(|(index, _)| is_held_at(*index))
    };
    if !is_held {
        return (Answer::Open, None);
    }
    let mut evidence: Vec<String> = Vec::new();
    let mut is_proven = !served.is_empty() && !draft.has_more;
    for (_, name) in &served {
        let key = (answered.control.name(), draft.rule.item, name.as_str());
        let shown = proofs.stopped.get(&key);
        is_proven &= shown.is_some();
        for attack in shown.into_iter().flatten() {
            if evidence.len() < NAMED_MAX && !evidence.iter().any(|known| known == attack) {
                evidence.push((*attack).to_owned());
            }
        }
    }
    let answer = if is_proven { Answer::Proven } else { Answer::Configured };
    (answer, Some(Enforced { control: answered.control, evidence }))
}

/// Whether a control refuses there, or nobody may call the operation at all.
fn holds(plan: &Plan, answered: Answered, operation: usize, now: UnixMillis) -> bool {
    let is_enforced = plan.mode(answered.control, Some(operation), now) == Mode::Enforce;
    is_enforced && (plan.why_closed(operation).is_some() || (answered.holds)(plan, operation))
}

#[cfg(test)]
mod tests;
