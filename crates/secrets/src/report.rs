//! What a run found.

use std::collections::HashSet;

use crate::baseline::Baseline;
use crate::bounds::{FINDINGS_MAX, NOT_READ_MAX};
use crate::finding::{Finding, Kind, NotRead};
use crate::place::Place;

/// All that was found, and what was not looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order in which they were found.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub not_read: Vec<NotRead>,
    /// Findings that their own line allows.
    pub allowed: u64,
    /// Findings above the bound: how many.
    pub more: u64,
    /// What could not be read, above the bound.
    pub more_not_read: u64,
    /// Files, with those of archives.
    pub files: u64,
    /// Bytes that were looked at, as they came out of archives.
    pub bytes: u64,
}

/// A report, held against what was decided before.
#[derive(Debug, Default)]
pub struct Judged {
    /// What nobody decided about.
    pub new: Vec<Finding>,
    /// How many the baseline has.
    pub known: u64,
}

impl Report {
    pub(crate) fn found(&mut self, finding: Finding) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.findings.push(finding);
        }
    }

    /// Whether more findings are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
    }

    pub(crate) fn not_read(&mut self, place: Place, why: String) {
        if self.not_read.len() < NOT_READ_MAX {
            self.not_read.push(NotRead { place, why });
        } else {
            self.more_not_read += 1;
        }
    }

    /// With another one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        other.findings.into_iter().for_each(|finding| self.found(finding));
        other.not_read.into_iter().for_each(|one| self.not_read(one.place, one.why));
        self.allowed += other.allowed;
        self.more += other.more;
        self.more_not_read += other.more_not_read;
        self.files += other.files;
        self.bytes += other.bytes;
        self
    }

    /// With what a history has of the same files: what stands there as it is now was told already.
    #[must_use]
    pub fn with_history(self, mut history: Self) -> Self {
        let same = |one: &Finding| (one.place.path.clone(), one.rule.clone(), one.digest.clone());
        let told: HashSet<_> = self.findings.iter().map(same).collect();
        history.findings.retain(|one| !told.contains(&same(one)));
        self.and(history)
    }

    /// In the order of places.
    pub fn sort(&mut self) {
        self.findings.sort_by(|one, other| {
            (&one.place, one.position, &one.rule).cmp(&(&other.place, other.position, &other.rule))
        });
        self.not_read.sort_by(|one, other| one.place.cmp(&other.place));
    }

    /// Without what a baseline has.
    pub fn judged(&self, baseline: Option<&Baseline>) -> Judged {
        let is_known = |finding: &&Finding| baseline.is_some_and(|baseline| baseline.has(finding));
        let (known, new): (Vec<&Finding>, Vec<&Finding>) = self.findings.iter().partition(is_known);
        Judged { new: new.into_iter().cloned().collect(), known: known.len() as u64 }
    }

    /// Whether something could not be looked at.
    pub fn is_whole(&self) -> bool {
        self.not_read.is_empty()
    }
}

impl Judged {
    /// What must not be where it is.
    pub fn secrets(&self) -> usize {
        self.new.iter().filter(|finding| finding.kind != Kind::Publishable).count()
    }

    /// What may be there.
    pub fn publishable(&self) -> usize {
        self.new.len() - self.secrets()
    }
}
