//! Evidence speaks of what it was taken of, and stops a build where it should.

use super::*;
use crate::record::Digests;

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);

/// A place where nothing has changed.
struct Here {
    contract: &'static str,
    policy: &'static str,
    suite: &'static str,
    binary: &'static str,
    at: UnixMillis,
    operations: Vec<&'static str>,
}

const HERE: Here =
    Here { contract: "c", policy: "p", suite: "s", binary: "b", at: NOW, operations: Vec::new() };

impl Now for Here {
    fn at(&self) -> UnixMillis {
        self.at
    }

    fn operations(&self) -> Vec<String> {
        self.operations.iter().map(|name| (*name).to_owned()).collect()
    }

    fn slices(&self, operations: &[String]) -> Option<(Sha256Hex, Sha256Hex)> {
        let is_there = |name: &String| name != "gone";
        operations.iter().all(is_there).then(|| {
            (Sha256Hex::of(self.contract.as_bytes()), Sha256Hex::of(self.policy.as_bytes()))
        })
    }

    fn suite(&self, _: &str) -> Option<Sha256Hex> {
        Some(Sha256Hex::of(self.suite.as_bytes()))
    }

    fn binary(&self) -> Option<Sha256Hex> {
        Some(Sha256Hex::of(self.binary.as_bytes()))
    }
}

fn record(id: &str, direct: Outcome, through: Outcome, state: State) -> Record {
    let is_closed = state == State::Closed;
    Record {
        id: id.to_owned(),
        title: "read another's order".to_owned(),
        kind: Kind::Attack {
            item: "A1".to_owned(),
            cwe: 639,
            threats: Vec::new(),
            aimed_at: Vec::new(),
            direct,
            through,
            stopped_by: is_closed.then(|| "object_ownership".to_owned()).into_iter().collect(),
            knock_out: is_closed.then_some(true),
            twin: None,
            state,
        },
        operations: vec!["getOrder".to_owned()],
        digests: Digests {
            contract: Sha256Hex::of(b"c"),
            policy: Sha256Hex::of(b"p"),
            suite: Sha256Hex::of(b"s"),
            binary: Sha256Hex::of(b"b"),
        },
        at: NOW,
        expires: UnixMillis(NOW.0 + 1000),
    }
}

fn closed(id: &str) -> Record {
    record(id, Outcome::Succeeded, Outcome::Stopped, State::Closed)
}

fn open(id: &str) -> Record {
    record(id, Outcome::Succeeded, Outcome::Succeeded, State::Open)
}

fn unclear(id: &str) -> Record {
    record(id, Outcome::Succeeded, Outcome::Stopped, State::Inconclusive)
}

fn kinds(records: &[Record], now: &Here) -> Vec<ComplaintKind> {
    stand(records, now).complaints.iter().map(|one| one.kind).collect()
}

#[test]
fn evidence_of_what_is_there_stands() {
    let now = Here { operations: vec!["getOrder"], ..HERE };
    let standing = stand(&[closed("a")], &now);
    assert_eq!(standing.complaints, []);
    assert_eq!(standing.last, [(closed("a"), vec![])]);
}

#[test]
fn only_what_changed_is_over() {
    let records = [closed("a")];
    for (now, why) in [
        (Here { contract: "x", ..HERE }, "contract"),
        (Here { policy: "x", ..HERE }, "policy"),
        (Here { suite: "x", ..HERE }, "text of the attack"),
        (Here { binary: "x", ..HERE }, "program"),
        (Here { at: UnixMillis(NOW.0 + 1000), ..HERE }, "time"),
    ] {
        let standing = stand(&records, &now);
        assert_eq!(standing.last[0].1, [why]);
        assert_eq!(standing.complaints[0].kind, ComplaintKind::Expired);
        assert_eq!(standing.complaints[0].severity, Severity::High);
    }
    let gone = Record { operations: vec!["gone".to_owned()], ..closed("a") };
    assert_eq!(kinds(&[gone], &HERE), [ComplaintKind::Expired]);
}

#[test]
fn what_comes_through_is_new_unless_it_did_before() {
    use ComplaintKind::NewlyOpen;
    assert_eq!(kinds(&[closed("a"), open("a")], &HERE), [NewlyOpen]);
    assert_eq!(kinds(&[open("a")], &HERE), [NewlyOpen], "nobody knew of it");
    assert_eq!(kinds(&[open("a"), open("a")], &HERE), [], "somebody knew of it");
    assert_eq!(kinds(&[open("a"), closed("a")], &HERE), []);
    assert_eq!(kinds(&[open("a"), closed("a"), open("a")], &HERE), [NewlyOpen]);
    let by_gateway = record("a", Outcome::Failed, Outcome::Succeeded, State::OpenedByGateway);
    assert_eq!(kinds(&[closed("a"), by_gateway], &HERE), [NewlyOpen]);
}

#[test]
fn what_is_stopped_by_nobody_is_said() {
    use ComplaintKind::LostAttribution;
    assert_eq!(kinds(&[unclear("a")], &HERE), [LostAttribution]);
    let nothing = record("a", Outcome::Inconclusive, Outcome::Inconclusive, State::Inconclusive);
    assert_eq!(kinds(&[closed("a"), nothing.clone()], &HERE), [LostAttribution]);
    assert_eq!(kinds(&[nothing], &HERE), [], "it never was shown");
    let safe = record("a", Outcome::Failed, Outcome::Failed, State::AlreadySafe);
    assert_eq!(kinds(&[closed("a"), safe], &HERE), [], "the API was mended");
}

#[test]
fn honest_clients_that_are_lost_are_said() {
    let journey = |through| Record {
        kind: Kind::Journey { direct: Passage::Ok, through },
        ..closed("browse")
    };
    assert_eq!(kinds(&[journey(Passage::Ok)], &HERE), []);
    assert_eq!(kinds(&[journey(Passage::Broken)], &HERE), [ComplaintKind::LostJourney]);
}

#[test]
fn an_operation_needs_evidence_that_holds() {
    use ComplaintKind::{Expired, NoProbe};
    let now = |policy| Here { operations: vec!["getOrder", "pay"], policy, ..HERE };
    let standing = stand(&[closed("a")], &now("p"));
    assert_eq!(standing.complaints.len(), 1);
    assert_eq!((standing.complaints[0].kind, standing.complaints[0].of.as_str()), (NoProbe, "pay"));
    assert_eq!(kinds(&[closed("a")], &now("x")), [Expired, NoProbe, NoProbe]);
    // A journey shows that honest clients pass, and nothing of attacks; what is unclear shows nothing.
    let journey = Record {
        kind: Kind::Journey { direct: Passage::Ok, through: Passage::Ok },
        ..closed("browse")
    };
    assert_eq!(kinds(&[journey], &now("p")), [NoProbe, NoProbe]);
}
