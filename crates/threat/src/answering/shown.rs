//! What attacks showed of a threat at an element.

use std::collections::HashMap;

use portcullis_evidence::{Kind, Outcome, Record};
use portcullis_model::ControlId;

use crate::answers::{Mitigation, Proof, State};
use crate::rules::Rule;
use crate::system::{Entry, EntryKind};

type Standing = (Record, Vec<&'static str>);

/// Evidence, by the operations that it speaks of.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    by_operation: HashMap<&'a str, Vec<&'a Standing>>,
    /// Records that speak of no declared operation.
    of_none: Vec<&'a Standing>,
    all: &'a [Standing],
    is_in_front: bool,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(evidence: &'a [Standing], is_in_front: bool) -> Self {
        let mut by_operation: HashMap<&str, Vec<&Standing>> = HashMap::new();
        for standing in evidence {
            for operation in &standing.0.operations {
                by_operation.entry(operation).or_default().push(standing);
            }
        }
        let of_none = evidence.iter().filter(|(record, _)| record.operations.is_empty()).collect();
        Self { by_operation, of_none, all: evidence, is_in_front }
    }

    /// Adds what attacks showed to what is to answer a threat.
    pub(crate) fn add(&self, rule: &Rule, entry: Option<&Entry>, all: &mut Vec<Mitigation>) {
        match entry {
            Some(Entry { kind: EntryKind::Operation { .. }, name, .. }) => {
                for standing in self.by_operation.get(name.as_str()).into_iter().flatten() {
                    self.add_one(rule, standing, all);
                }
            }
            // What no operation declares, and what is no operation, is asked of the whole.
            Some(_) => self.of_none.iter().for_each(|standing| self.add_one(rule, standing, all)),
            None => {
                self.all.iter().for_each(|standing| self.add_one(rule, standing, all));
                // Of one operation it says that much, and no more of all of them.
                all.iter_mut().for_each(|one| one.state = at_the_whole(one));
            }
        }
        for one in all.iter_mut() {
            // What holds first, the latest of it.
            one.proofs.sort_by_key(|proof| (!proof.over.is_empty(), std::cmp::Reverse(proof.at)));
            one.proofs.truncate(Mitigation::PROOFS_MAX);
        }
    }

    fn add_one(&self, rule: &Rule, (record, over): &Standing, all: &mut Vec<Mitigation>) {
        if !rule.is_shown_by(record) {
            return;
        }
        let Kind::Attack { direct, through, stopped_by, knock_out, state, .. } = &record.kind
        else {
            return;
        };
        let proof = || Proof {
            attack: record.id.clone(),
            at: record.at,
            expires: record.expires,
            knock_out: *knock_out,
            over: over.clone(),
        };
        // What an attack does to the API alone is the same under any policy.
        let holds = over.iter().all(|what| !self.is_in_front && *what == "policy");
        let outcome = if self.is_in_front { *through } else { *direct };
        match outcome {
            // It stays so until another try shows that it does not, whatever was changed since.
            Outcome::Succeeded => {
                let why = "an attack on it succeeds";
                noted(all, None, State::ComesThrough, why, proof());
            }
            Outcome::Stopped if *state == portcullis_evidence::State::Closed => {
                for name in stopped_by {
                    let control = ControlId::from_name(name);
                    let is_proven = holds && *knock_out == Some(true);
                    let state = if is_proven { State::Proven } else { State::Stale };
                    proven(all, control, state, proof());
                }
            }
            Outcome::Failed if holds => {
                let why = "attacks on it fail at the API itself";
                noted(all, None, State::Withstands, why, proof());
            }
            Outcome::Failed => {
                let why = "attacks on it failed at the API itself, and that is over";
                noted(all, None, State::Missing, why, proof());
            }
            Outcome::Stopped | Outcome::Inconclusive => {}
        }
    }
}

/// What is known of a mitigation of the whole: that it is configured, or that an attack comes through somewhere.
const fn at_the_whole(one: &Mitigation) -> State {
    match one.state {
        State::Proven | State::Withstands if one.control.is_some() => State::Configured,
        State::Withstands => State::Missing,
        state => state,
    }
}

/// A control was seen to stop an attack. One that is missing in part stays so: what was tried is not all.
fn proven(all: &mut Vec<Mitigation>, control: Option<ControlId>, state: State, proof: Proof) {
    if control.is_none() {
        return;
    }
    if let Some(known) = all.iter_mut().find(|one| one.control == control) {
        known.state = match (known.state, state) {
            (State::Missing, _) => State::Missing,
            (State::Proven, _) | (_, State::Proven) => State::Proven,
            (_, shown) => shown,
        };
        known.proof_count += 1;
        known.proofs.push(proof);
    } else {
        // What was stopped once, and by what nothing expects there, is no answer when that is over.
        let state = if state == State::Stale { State::Missing } else { state };
        let why = "an attack on it was stopped by this control";
        noted(all, control, state, why, proof);
    }
}

fn noted(
    all: &mut Vec<Mitigation>,
    control: Option<ControlId>,
    state: State,
    why: &'static str,
    proof: Proof,
) {
    let is_same =
        |one: &&mut Mitigation| one.control == control && one.why == why && !one.proofs.is_empty();
    if let Some(known) = all.iter_mut().find(is_same) {
        known.state = known.state.max(state);
        known.proof_count += 1;
        known.proofs.push(proof);
        return;
    }
    let mut one = Mitigation::without_proof(control, state, why);
    one.proof_count = 1;
    one.proofs.push(proof);
    all.push(one);
}
