//! What attacks had shown is not lost with the evidence.

use portcullis_evidence::{Digests, Kind, Outcome, Record, Sha256Hex, State as Shown};
use portcullis_model::UnixMillis;
use portcullis_threat::diff::{Change, Tried, Worse};
use portcullis_threat::{Proof, State, ThreatModel, conclusive};

use crate::shop::{CONTRACT, NOW, all_worse, found};

type Seen = Vec<(Record, Vec<&'static str>)>;

/// An attack on an order of somebody else, as it ended.
fn attack(
    id: &str,
    (direct, through): (Outcome, Outcome),
    state: Shown,
) -> (Record, Vec<&'static str>) {
    let stopped_by = match through {
        Outcome::Stopped => vec!["object_ownership".to_owned()],
        _ => Vec::new(),
    };
    let knock_out = (through == Outcome::Stopped).then_some(true);
    let digests = Digests {
        contract: Sha256Hex::NOTHING,
        policy: Sha256Hex::NOTHING,
        suite: Sha256Hex::NOTHING,
        binary: Sha256Hex::NOTHING,
    };
    let record = Record {
        id: id.to_owned(),
        title: "reads an order of somebody else".to_owned(),
        kind: Kind::Attack {
            item: "A1".to_owned(),
            cwe: 639,
            threats: vec!["others-objects-read".to_owned()],
            aimed_at: Vec::new(),
            direct,
            through,
            stopped_by,
            knock_out,
            twin: None,
            state,
        },
        operations: vec!["GET /orders/{id}".to_owned()],
        digests,
        at: NOW,
        expires: UnixMillis(NOW.0 + 1),
    };
    (record, Vec::new())
}

fn through(id: &str) -> (Record, Vec<&'static str>) {
    attack(id, (Outcome::Succeeded, Outcome::Succeeded), Shown::Open)
}

fn stopped(id: &str) -> (Record, Vec<&'static str>) {
    attack(id, (Outcome::Succeeded, Outcome::Stopped), Shown::Closed)
}

fn inconclusive(id: &str) -> (Record, Vec<&'static str>) {
    attack(id, (Outcome::Succeeded, Outcome::Inconclusive), Shown::Inconclusive)
}

fn shop(seen: &Seen) -> ThreatModel {
    found(CONTRACT, "", true, seen)
}

/// What is worse at the order, compared with this evidence.
fn worse(before: &Seen, now: &Seen, tried: &Tried) -> Vec<Worse> {
    let mut all = all_worse(&shop(before), &shop(now), tried);
    all.retain(|one| one.name == "others-objects-read entry/get-orders-id");
    all
}

#[test]
fn an_attack_that_came_through_is_not_mended_by_leaving_the_evidence_out() {
    let before = vec![through("a")];
    let [one] = worse(&before, &Vec::new(), &Tried::default()).try_into().unwrap();
    assert_eq!(one.change, Change::LostEvidence);
    assert!(one.what.contains("it came through by a; no evidence is given"), "{}", one.what);
    // Evidence of something else, or in which nothing was shown, is no better.
    for now in [vec![], vec![stopped("b")], vec![inconclusive("a")]] {
        let [one] = worse(&before, &now, &Tried::of(&now, true)).try_into().unwrap();
        assert_eq!(one.change, Change::LostEvidence, "{now:?}");
        assert!(one.what.contains("by a, and no evidence shows"), "{}", one.what);
    }
    let now = vec![stopped("a")];
    assert_eq!(worse(&before, &now, &Tried::of(&now, true)), [], "tried again, and stopped");
    assert_eq!(worse(&before, &before, &Tried::of(&before, true)), [], "as it was");
}

#[test]
fn each_of_several_attacks_must_be_tried_again() {
    let before: Seen = ["a", "b", "c", "d", "e", "f"].map(through).into();
    let mut now: Seen = ["a", "b", "c", "d", "e"].map(stopped).into();
    assert_eq!(worse(&before, &now, &Tried::of(&now, true)).len(), 1, "one is left");
    now.push(stopped("f"));
    assert_eq!(worse(&before, &now, &Tried::of(&now, true)), []);
}

#[test]
fn a_try_that_showed_nothing_mends_nothing() {
    let ids = |tries: &[(Record, Vec<&'static str>)], is_in_front| {
        let records = tries.iter().map(|(record, _)| record.clone()).collect();
        let kept = conclusive(records, is_in_front);
        kept.iter().map(|one| one.kind.clone()).collect::<Vec<Kind>>()
    };
    let kinds = |tries: &[(Record, Vec<&'static str>)]| -> Vec<Kind> {
        tries.iter().map(|(record, _)| record.kind.clone()).collect()
    };
    let (came, held, nothing) = (through("a"), stopped("a"), inconclusive("a"));
    let tries = [came.clone(), nothing.clone(), inconclusive("b")];
    assert_eq!(ids(&tries, true), kinds(&[came.clone(), inconclusive("b")]));
    let tries = [came, held.clone(), nothing];
    assert_eq!(ids(&tries, true), kinds(&tries), "it was stopped, and then nothing was shown");
}

/// The shop, and the same with a proof of the control that answers one of its threats.
fn proven(state: State) -> (ThreatModel, ThreatModel) {
    let (mut before, now) = (shop(&Vec::new()), shop(&Vec::new()));
    let is_it = |one: &portcullis_threat::Mitigation| {
        one.state == State::Configured && one.control.is_some()
    };
    let mut threats = before.threats.iter_mut().filter(|one| one.state == State::Configured);
    let threat = threats.find(|one| one.mitigations.iter().any(is_it)).unwrap();
    let answer = threat.mitigations.iter_mut().find(|one| is_it(one)).unwrap();
    let (attack, knock_out) = ("a".to_owned(), Some(true));
    answer.proofs = vec![Proof { attack, at: NOW, expires: NOW, knock_out, over: Vec::new() }];
    answer.proof_count = 1;
    answer.state = state;
    threat.state = state;
    (before, now)
}

#[test]
fn what_was_proven_is_lost_with_its_evidence_and_not_as_a_control() {
    let (before, now) = proven(State::Proven);
    let [one] = all_worse(&before, &now, &Tried::default()).try_into().unwrap();
    assert_eq!(one.change, Change::LostEvidence);
    assert_eq!(one.what, "it was proven by a, now it is configured");
    assert_eq!(all_worse(&before, &before, &Tried::default()), []);
}

#[test]
fn a_control_whose_proof_vanished_is_told_where_its_state_is_the_same() {
    let (before, now) = proven(State::Configured);
    let [one] = all_worse(&before, &now, &Tried::default()).try_into().unwrap();
    assert_eq!(one.change, Change::LostEvidence);
    assert!(one.what.ends_with("is not there any more: a"), "{}", one.what);
    assert_eq!(all_worse(&now, &before, &Tried::default()), [], "to be shown is no loss");
}
