//! Which evidence still speaks of what is there, and what of it should stop a build.

use std::collections::{HashMap, HashSet};

use portcullis_model::UnixMillis;

use crate::digest::Sha256Hex;
use crate::record::{Digests, Kind, Record};
use crate::verdict::{Outcome, Passage, Severity, State};

/// What there is now.
pub trait Now {
    /// The time.
    fn at(&self) -> UnixMillis;
    /// The operations that are served, by name.
    fn operations(&self) -> Vec<String>;
    /// What evidence about these operations would be taken of, but for the text of the attack; none if one of them
    /// is not there any more.
    fn slices(&self, operations: &[String]) -> Option<(Sha256Hex, Sha256Hex)>;
    /// The text of an attack or journey as it is now; none where nobody has it at hand.
    fn suite(&self, id: &str) -> Option<Sha256Hex>;
    /// This program; none where another one may have taken the evidence.
    fn binary(&self) -> Option<Sha256Hex>;
}

/// What the last record of each attack and journey says now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The last of each, in the order in which they were first seen, with why it says nothing any more.
    pub last: Vec<(Record, Vec<&'static str>)>,
    /// What should stop a build.
    pub complaints: Vec<Complaint>,
}

/// Something that should stop a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Which kind.
    pub kind: ComplaintKind,
    /// The attack, journey or operation.
    pub of: String,
    /// How bad that is.
    pub severity: Severity,
    /// In words.
    pub what: String,
}

/// What kind of complaint it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComplaintKind {
    /// An attack comes through that did not, or that nobody knew of.
    NewlyOpen,
    /// It is stopped, and nobody knows any more by what.
    LostAttribution,
    /// Honest clients do not get what they got.
    LostJourney,
    /// What was shown says nothing of what is there now.
    Expired,
    /// An operation of which nothing is shown.
    NoProbe,
}

impl ComplaintKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NewlyOpen, Self::LostAttribution, Self::LostJourney, Self::Expired, Self::NoProbe];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewlyOpen => "newly-open",
            Self::LostAttribution => "lost-attribution",
            Self::LostJourney => "lost-journey",
            Self::Expired => "expired",
            Self::NoProbe => "no-probe",
        }
    }
}

/// What records, in the order in which they were made, say now.
pub fn stand(records: &[Record], now: &impl Now) -> Standing {
    let mut standing = Standing::default();
    let mut order: Vec<&str> = Vec::new();
    let mut known: HashMap<&str, (Option<&Record>, &Record)> = HashMap::new();
    for record in records {
        let before = known.get(record.id.as_str()).map(|(_, last)| *last);
        if before.is_none() {
            order.push(&record.id);
        }
        known.insert(&record.id, (before, record));
    }
    let mut shown: HashSet<&str> = HashSet::new();
    for (before, last) in order.iter().filter_map(|id| known.get(id)) {
        let over = over(last, now);
        if over.is_empty() && says_something(&last.kind) {
            shown.extend(last.operations.iter().map(String::as_str));
        }
        standing.complaints.extend(changed(*before, last));
        if !over.is_empty() {
            standing.complaints.push(Complaint {
                kind: ComplaintKind::Expired,
                of: last.id.clone(),
                severity: severity(&last.kind),
                what: format!("another {} since", over.join(", another ")),
            });
        }
        standing.last.push(((*last).clone(), over));
    }
    let unshown = now.operations().into_iter().filter(|one| !shown.contains(one.as_str()));
    standing.complaints.extend(unshown.map(|of| Complaint {
        kind: ComplaintKind::NoProbe,
        of,
        severity: Severity::High,
        what: "no evidence that holds speaks of it".to_owned(),
    }));
    standing.complaints.sort_by_key(|one| one.kind);
    standing
}

/// What is not any more what it was when a record was made.
fn over(record: &Record, now: &impl Now) -> Vec<&'static str> {
    let Digests { contract, policy, suite, binary } = record.digests;
    let mut over = Vec::new();
    let slices = now.slices(&record.operations);
    // An operation that is gone is another contract.
    if slices.is_none_or(|(now, _)| now != contract) {
        over.push("contract");
    }
    if slices.is_some_and(|(_, now)| now != policy) {
        over.push("policy");
    }
    if now.suite(&record.id).is_some_and(|now| now != suite) {
        over.push("text of the attack");
    }
    if now.binary().is_some_and(|now| now != binary) {
        over.push("program");
    }
    if record.expires <= now.at() {
        over.push("time");
    }
    over
}

/// Whether it shows anything of its operations.
const fn says_something(kind: &Kind) -> bool {
    match kind {
        Kind::Attack { state, .. } => !matches!(state, State::Inconclusive),
        Kind::Journey { .. } => false,
    }
}

fn severity(kind: &Kind) -> Severity {
    match kind {
        Kind::Attack { item, .. } => Severity::of_item(item),
        // Honest clients that are locked out are what a gateway is taken down for.
        Kind::Journey { .. } => Severity::High,
    }
}

/// What is worse than it was.
fn changed(before: Option<&Record>, last: &Record) -> Option<Complaint> {
    let severity = severity(&last.kind);
    let complain = |kind, what: &str| {
        Some(Complaint { kind, of: last.id.clone(), severity, what: what.to_owned() })
    };
    match (&last.kind, before.map(|before| &before.kind)) {
        (Kind::Attack { state, .. }, before) if state.is_way_in() => {
            let was = match before {
                Some(Kind::Attack { state, .. }) => Some(*state),
                _ => None,
            };
            match was {
                Some(was) if was.is_way_in() => None,
                Some(was) => {
                    complain(ComplaintKind::NewlyOpen, &format!("it was {} before", was.name()))
                }
                None => complain(ComplaintKind::NewlyOpen, "it comes through"),
            }
        }
        (Kind::Attack { direct: Outcome::Succeeded, knock_out, state, .. }, _)
            if *knock_out != Some(true) || *state != State::Closed =>
        {
            complain(
                ComplaintKind::LostAttribution,
                "it does not come through, and no control is known without which it would",
            )
        }
        (Kind::Attack { state: State::Inconclusive, .. }, Some(Kind::Attack { state, .. }))
            if *state != State::Inconclusive =>
        {
            complain(ComplaintKind::LostAttribution, "nothing can be said of it any more")
        }
        (Kind::Journey { through: Passage::Broken, .. }, _) => {
            complain(ComplaintKind::LostJourney, "honest clients do not get through")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
