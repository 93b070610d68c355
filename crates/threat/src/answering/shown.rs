//! What attacks showed of a threat at an element.

use std::collections::HashMap;

use portcullis_evidence::{Kind, Outcome, Record};
use portcullis_model::ControlId;

use super::spoken::Spoken;
use crate::answers::{Mitigation, Proof, State};
use crate::rules::Rule;
use crate::system::{Entry, EntryKind};

/// A record, what is over of it, and of what it speaks.
#[derive(Debug)]
struct Told<'a> {
    record: &'a Record,
    over: &'a [&'static str],
    spoken: Spoken,
}

/// Evidence, by the operations that it speaks of.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    all: Vec<Told<'a>>,
    /// Their places in it.
    by_operation: HashMap<&'a str, Vec<usize>>,
    is_in_front: bool,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(evidence: &'a [(Record, Vec<&'static str>)], is_in_front: bool) -> Self {
        let mut by_operation: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, (record, _)) in evidence.iter().enumerate() {
            for operation in &record.operations {
                by_operation.entry(operation).or_default().push(at);
            }
        }
        let told = |(record, over): &'a (Record, Vec<&'static str>)| Told {
            record,
            over: over.as_slice(),
            spoken: Spoken::of(record),
        };
        Self { all: evidence.iter().map(told).collect(), by_operation, is_in_front }
    }

    /// Adds what attacks showed to what is to answer a threat.
    pub(crate) fn add(&self, rule: &Rule, entry: Option<&Entry>, all: &mut Vec<Mitigation>) {
        // What the element itself answers is answered by one of the rule's controls.
        let is_answered = all.iter().any(|one| !one.state.is_open());
        let mut add = |told: &Told<'_>, is_aimed: bool| {
            self.add_one((rule, is_answered), (told, is_aimed), all);
        };
        match entry {
            Some(Entry { kind: EntryKind::Operation { .. }, name, .. }) => {
                let places = self.by_operation.get(name.as_str()).into_iter().flatten();
                for told in places.filter_map(|at| self.all.get(*at)) {
                    add(told, told.record.shows_at().contains(name));
                }
            }
            // What no operation declares, and what is no operation, is asked of the whole.
            Some(_) => {
                let of_none = self.all.iter().filter(|told| told.record.operations.is_empty());
                of_none.for_each(|told| add(told, true));
            }
            None => {
                self.all.iter().for_each(|told| add(told, true));
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

    fn add_one(
        &self,
        (rule, is_answered): (&Rule, bool),
        (Told { record, over, spoken }, is_aimed): (&Told<'_>, bool),
        all: &mut Vec<Mitigation>,
    ) {
        let Kind::Attack { direct, through, stopped_by, knock_out, state, .. } = &record.kind
        else {
            return;
        };
        let proof = || Proof {
            attack: record.id.clone(),
            at: record.at,
            expires: record.expires,
            knock_out: *knock_out,
            over: over.to_vec(),
        };
        // What an attack does to the API alone is the same under any policy.
        let holds = over.iter().all(|what| !self.is_in_front && *what == "policy");
        match if self.is_in_front { *through } else { *direct } {
            // It stays so until another try shows that it does not, whatever was changed since.
            Outcome::Succeeded if spoken.may_be(rule) => {
                let why = "an attack on it succeeds";
                noted(all, None, State::ComesThrough, why, proof());
            }
            // What it asked on its way shows nothing of what it passed.
            _ if !is_aimed || !spoken.is_proof_of(rule) => {}
            Outcome::Stopped if *state == portcullis_evidence::State::Closed => {
                for control in stopped_by.iter().filter_map(|name| ControlId::from_name(name)) {
                    let is_proven = holds && *knock_out == Some(true);
                    let state = if is_proven { State::Proven } else { State::Stale };
                    let is_its_own = is_answered && rule.controls.contains(&control);
                    proven(all, (control, is_its_own), state, proof());
                }
            }
            // A connection that ended without a word failed, and shows nothing.
            Outcome::Failed if *state == portcullis_evidence::State::Inconclusive => {}
            Outcome::Failed if holds => {
                let why = "attacks on it fail at the API itself";
                noted(all, None, State::Withstands, why, proof());
            }
            Outcome::Failed => {
                let why = "attacks on it failed at the API itself, and that is over";
                noted(all, None, State::Missing, why, proof());
            }
            Outcome::Succeeded | Outcome::Stopped | Outcome::Inconclusive => {}
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

/// A control was seen to stop an attack. One that is missing in part stays so: what was tried is not all. One that is
/// none of the threat's own stopped this attack, and nobody says that it stops the next one.
fn proven(
    all: &mut Vec<Mitigation>,
    (control, is_its_own): (ControlId, bool),
    state: State,
    proof: Proof,
) {
    if let Some(known) = all.iter_mut().find(|one| one.control == Some(control)) {
        known.state = match (known.state, state) {
            (State::Missing, _) => State::Missing,
            (State::Proven, _) | (_, State::Proven) => State::Proven,
            (_, shown) => shown,
        };
        known.proof_count += 1;
        known.proofs.push(proof);
        return;
    }
    let why = "an attack on it was stopped by this control";
    let state = if is_its_own && state == State::Proven { state } else { State::Missing };
    noted(all, Some(control), state, why, proof);
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
