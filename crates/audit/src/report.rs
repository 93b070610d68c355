//! An audit as a whole, in the forms that people and programs read.

mod alike;
mod escaped;
mod html;
mod json;
mod junit;
mod sarif;
mod text;

use portcullis_model::UnixMillis;

use crate::answer::{Answer, Verdict};
use crate::closed::ClosedOperations;
use crate::finding::Severity;
use crate::told::{Part, Told, ToldRule, ToldScore};

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// Everything of one audit.
#[derive(Debug, Clone)]
pub struct Report {
    /// The version of the program.
    pub version: &'static str,
    /// When it was.
    pub at: UnixMillis,
    /// The policy file, if there is one: what has no file of its own is told there.
    pub policy: Option<String>,
    /// The ten answers.
    pub answers: Vec<Answer>,
    /// The worst first.
    pub findings: Vec<Told>,
    /// Rules that something was held against, whether they found something or not.
    pub rules: Vec<(Part, ToldRule)>,
    /// What each document is worth.
    pub scores: Vec<ToldScore>,
    /// What was looked at, in words.
    pub looked_at: Vec<String>,
    /// What was not.
    pub not_looked_at: Vec<NotLookedAt>,
    /// What the policy closes to everybody; none: there is no policy.
    pub closed: Option<ClosedOperations>,
    /// Whether evidence of attacks was given.
    pub has_evidence: bool,
    /// Findings that are so bad, or worse, fail.
    pub deny: Severity,
}

/// Something that was asked for and not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotLookedAt {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Report {
    /// In the order in which it is told: what nobody answers yet before what somebody does, the worst first.
    pub fn sort(&mut self) {
        self.findings.sort_by_cached_key(|one| {
            let place = one.places.first().map(|spot| (spot.name().to_owned(), spot.line));
            (!one.is_open(), std::cmp::Reverse(one.severity), one.part, one.rule.id.clone(), place)
        });
    }

    /// Whether it fails: something is to be done.
    pub fn is_denied(&self) -> bool {
        self.no() > 0 || self.findings.iter().any(|one| self.denies(one))
    }

    /// Whether a finding fails it.
    pub fn denies(&self, one: &Told) -> bool {
        one.is_open() && one.severity >= self.deny
    }

    fn no(&self) -> usize {
        self.count(Verdict::No)
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.answers.iter().filter(|one| one.verdict == verdict).count()
    }

    fn count_of(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|one| one.is_open() && one.severity == severity).count()
    }

    fn enforced(&self) -> usize {
        self.findings.iter().filter(|one| !one.is_open()).count()
    }

    /// How many operations are closed, in a sentence; nothing where none is.
    fn told_closed(&self) -> Option<String> {
        self.closed.as_ref()?.told()
    }

    /// Until when an answer may be believed.
    fn until(&self, answer: &Answer) -> UnixMillis {
        UnixMillis(self.at.0.saturating_add(u64::from(answer.lasts_days) * DAY_MS))
    }

    /// A place for what has none: the policy, else the first file that was found something in.
    fn somewhere(&self) -> Option<&str> {
        let file = || self.findings.iter().find_map(|one| one.places.first()?.file());
        self.policy.as_deref().or_else(file)
    }
}

/// The severities, the worst first.
const SEVERITIES: [Severity; 5] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

#[cfg(test)]
mod tests;
