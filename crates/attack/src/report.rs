//! What was found, as it is printed.

use portcullis_evidence::Severity;
use portcullis_model::{ControlId, Method};
use serde::Serialize;

use crate::catalogue::Elsewhere;
use crate::closing;
use crate::form::{Attack, Journey};
use crate::generate::LeftOut;
use crate::replay;
use crate::verdict::{Outcome, Passage, State, Verdict};

/// Everything that was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// In the order of the files.
    pub attacks: Vec<AttackFound>,
    /// In the order of the files.
    pub journeys: Vec<JourneyFound>,
    /// Counted.
    pub totals: Totals,
    /// Requests that were sent, to the API and to gateways.
    pub requests: u64,
    /// Whether the attacks were generated: one that the API itself withstands is then as it should be.
    #[serde(skip)]
    pub is_generated: bool,
    /// Where what was seen is kept, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceKept>,
    /// What was not generated, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// What was seen, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceKept {
    /// How many records there are now.
    pub records: usize,
    /// Whether all of them were read again, and believed.
    pub verified: bool,
    /// The digest of the last line.
    pub head: String,
    /// The public key that checks it, in base64.
    pub key: String,
    /// The file; none where nothing is kept beyond this run.
    pub file: Option<String>,
}

/// One attack.
#[derive(Debug, Clone, Serialize)]
pub struct AttackFound {
    /// Its name.
    pub id: String,
    /// The mission's row.
    pub item: String,
    /// Directly.
    pub direct: Outcome,
    /// Through the gateway.
    pub through: Outcome,
    /// The control that stopped it, as its signed word and the knock-out say.
    pub control: Option<&'static str>,
    /// What follows.
    pub state: State,
    /// All controls that had to be left out before it succeeded again.
    pub stopped_by: Vec<&'static str>,
    /// The control that the file expects; `null` where there is none yet.
    pub expected_control: Option<&'static str>,
    /// Whether it succeeded again without them; `null` where nothing stopped it.
    pub knock_out: Option<bool>,
    /// The same attack at the safe operation; `null` where the file names none.
    pub twin: Option<Outcome>,
    /// The weakness (CWE number).
    pub cwe: u16,
    /// The threats that it speaks of, by their names.
    pub threats: Vec<String>,
    /// What others call it.
    #[serde(flatten)]
    pub elsewhere: Elsewhere,
    /// How bad it is where it comes through.
    pub severity: Severity,
    /// The operations that it asks, as far as the document declares them.
    pub operations: Vec<String>,
    /// What the attacker gets.
    pub title: String,
    /// Why something is not as clear as it should be.
    pub why: Option<String>,
    /// The line of a policy that would close it, where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// A script that shows it: bash, curl and jq.
    pub replay: String,
}

/// One journey.
#[derive(Debug, Clone, Serialize)]
pub struct JourneyFound {
    /// Its name.
    pub id: String,
    /// Directly.
    pub direct: Passage,
    /// Through the gateway.
    pub through: Passage,
    /// What honest clients do.
    pub title: String,
    /// What was not as expected, directly.
    pub direct_why: Option<String>,
    /// What was not as expected, through the gateway.
    pub through_why: Option<String>,
}

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each counts the attacks in the state of that name")]
pub struct Totals {
    /// All attacks.
    pub attacks: usize,
    pub closed: usize,
    pub already_safe: usize,
    pub open: usize,
    pub opened_by_gateway: usize,
    pub inconclusive: usize,
    /// All journeys.
    pub journeys: usize,
    /// Journeys that were `ok` both ways.
    pub journeys_ok: usize,
}

impl AttackFound {
    pub(crate) fn new(attack: &Attack, verdict: Verdict) -> Self {
        let state = verdict.state();
        let stopped_by: Vec<_> = verdict.stopped_by.iter().map(|control| control.name()).collect();
        Self {
            id: attack.id.value.clone(),
            item: attack.item.value.clone(),
            direct: verdict.direct,
            through: verdict.through,
            control: stopped_by.first().copied(),
            state,
            stopped_by,
            expected_control: attack.control.0.map(ControlId::name),
            knock_out: verdict.knock_out,
            twin: verdict.twin,
            cwe: attack.cwe,
            threats: attack.threats.iter().map(|one| one.value.clone()).collect(),
            elsewhere: Elsewhere::of(&attack.item.value, attack.cwe, changes(attack)),
            severity: Severity::of_item(&attack.item.value),
            operations: Vec::new(),
            title: attack.title.value.clone(),
            why: verdict.why,
            remedy: None,
            replay: replay::script(attack),
        }
    }

    /// Says which operations it asks, and so which line would close it: that of the file, or one for its control. Where
    /// the policy has that control look away, no other line would help.
    pub(crate) fn asks(&mut self, attack: &Attack, operations: Vec<String>, is_relaxed: bool) {
        self.operations = operations;
        if self.state == State::Open {
            let name = self.operations.first().map(String::as_str);
            let control = attack.control.0;
            let relaxed = control.filter(|_| is_relaxed).map(closing::enforced);
            let of_control = || control.map(|control| closing::line(control, name));
            self.remedy = relaxed.or_else(|| attack.remedy.clone()).or_else(of_control);
        }
    }

    /// Whether it succeeds through the gateway and not without it.
    pub(crate) const fn through_only(&self) -> bool {
        matches!(self.state, State::OpenedByGateway)
    }

    /// Whether it is as it should be: closed, unless there is no control for it yet.
    pub fn is_as_promised(&self) -> bool {
        self.expected_control.is_none() || self.state == State::Closed
    }

    /// Whether nothing shows that somebody comes in: for attacks of which nobody knows beforehand what becomes
    /// of them.
    pub fn is_no_way_in(&self) -> bool {
        self.through != Outcome::Succeeded
            && (self.direct != Outcome::Succeeded || self.state == State::Closed)
    }

    /// Whether another control than expected stopped it.
    pub fn is_by_another(&self) -> bool {
        self.expected_control.is_some()
            && !self.stopped_by.is_empty()
            && !self.expected_control.is_some_and(|expected| self.stopped_by.contains(&expected))
    }
}

/// Whether an attack has a request that changes something.
fn changes(attack: &Attack) -> bool {
    let lines = attack.attack.iter().filter_map(|step| step.value.send.as_deref());
    let mut methods = lines.filter_map(|line| line.split(' ').next());
    methods.any(|method| !Method::from_name(method).is_some_and(Method::is_safe))
}

impl JourneyFound {
    pub(crate) fn new(
        journey: &Journey,
        (direct, direct_why): (Passage, Option<String>),
        (through, through_why): (Passage, Option<String>),
    ) -> Self {
        Self {
            id: journey.id.value.clone(),
            direct,
            through,
            title: journey.title.value.clone(),
            direct_why,
            through_why,
        }
    }

    /// Whether it went well both ways.
    pub fn is_ok(&self) -> bool {
        self.direct == Passage::Ok && self.through == Passage::Ok
    }
}

impl Report {
    /// Counts again.
    pub(crate) fn count(&mut self) {
        let mut totals = Totals { attacks: self.attacks.len(), ..Totals::default() };
        for attack in &self.attacks {
            let count = match attack.state {
                State::Closed => &mut totals.closed,
                State::AlreadySafe => &mut totals.already_safe,
                State::Open => &mut totals.open,
                State::OpenedByGateway => &mut totals.opened_by_gateway,
                State::Inconclusive => &mut totals.inconclusive,
            };
            *count += 1;
        }
        totals.journeys = self.journeys.len();
        totals.journeys_ok = self.journeys.iter().filter(|journey| journey.is_ok()).count();
        self.totals = totals;
    }

    /// Whether anything at all can be said: an API that nobody reaches withstands every attack.
    pub fn says_something(&self) -> bool {
        let is_said = |one: &AttackFound| one.state != State::Inconclusive;
        let passes = |one: &JourneyFound| one.direct == Passage::Ok;
        self.attacks.iter().any(is_said) || self.journeys.iter().any(passes)
    }

    /// Whether every attack of an enforced control succeeded directly, was stopped through by a
    /// named control and succeeded again without it, and every journey went well both ways. Generated attacks may
    /// also fail, or not be judged.
    pub fn is_as_promised(&self) -> bool {
        self.is_as_promised_from(Severity::Low)
    }

    /// The same, of attacks that are so bad, or worse; and of every journey.
    pub fn is_as_promised_from(&self, least: Severity) -> bool {
        let is_kept = |one: &AttackFound| {
            let kept = if self.is_generated { one.is_no_way_in() } else { one.is_as_promised() };
            kept || one.severity < least
        };
        self.attacks.iter().all(is_kept) && self.journeys.iter().all(JourneyFound::is_ok)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An attack that succeeds directly, in a state.
    pub(crate) fn attack(id: &str, state: State) -> AttackFound {
        let is_closed = state == State::Closed;
        AttackFound {
            id: id.to_owned(),
            item: "A1".to_owned(),
            direct: Outcome::Succeeded,
            through: if is_closed { Outcome::Stopped } else { Outcome::Succeeded },
            control: is_closed.then_some("object_ownership"),
            state,
            stopped_by: is_closed.then_some("object_ownership").into_iter().collect(),
            expected_control: Some("object_ownership"),
            knock_out: is_closed.then_some(true),
            twin: None,
            cwe: 639,
            threats: vec!["others-objects-read".to_owned()],
            elsewhere: Elsewhere::of("A1", 639, false),
            severity: Severity::High,
            operations: Vec::new(),
            title: "read another's order".to_owned(),
            why: None,
            remedy: None,
            replay: String::new(),
        }
    }

    /// A journey that passes both ways.
    pub(crate) fn journey(id: &str) -> JourneyFound {
        JourneyFound {
            id: id.to_owned(),
            direct: Passage::Ok,
            through: Passage::Ok,
            title: "look around".to_owned(),
            direct_why: None,
            through_why: None,
        }
    }

    #[test]
    fn where_nothing_was_shown_nothing_is_said() {
        let unclear = attack("a1", State::Inconclusive);
        let report = Report { attacks: vec![unclear], ..Report::default() };
        assert!(!report.says_something() && !Report::default().says_something());
        let report = Report { attacks: vec![attack("a1", State::Closed)], ..Report::default() };
        assert!(report.says_something());
        let report = Report { journeys: vec![journey("browse")], ..Report::default() };
        assert!(report.says_something());
    }

    #[test]
    fn only_what_is_bad_enough_breaks_a_promise() {
        let open = AttackFound { severity: Severity::Medium, ..attack("a4-open", State::Open) };
        let report = Report { attacks: vec![open], ..Report::default() };
        assert!(!report.is_as_promised());
        assert!(!report.is_as_promised_from(Severity::Medium));
        assert!(report.is_as_promised_from(Severity::High));
        let lost = JourneyFound { through: Passage::Broken, ..journey("browse") };
        let report = Report { journeys: vec![lost], ..Report::default() };
        assert!(!report.is_as_promised_from(Severity::High));
    }
}
