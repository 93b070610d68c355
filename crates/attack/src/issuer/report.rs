//! What was found at an issuer.

use portcullis_evidence::Severity;
use serde::Serialize;

use super::judged::{Found, Result};

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub struct IssuerReport {
    /// The issuer's URL, as it was given.
    pub issuer: String,
    /// In the order in which they were tried.
    pub probes: Vec<Found>,
    /// Counted.
    pub totals: IssuerTotals,
    /// Requests that were sent.
    pub requests: u64,
}

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each counts the probes with the result of that name")]
pub struct IssuerTotals {
    /// All probes.
    pub probes: usize,
    pub safe: usize,
    pub open: usize,
    pub inconclusive: usize,
    pub not_tried: usize,
}

impl IssuerReport {
    pub(super) fn of(issuer: String, probes: Vec<Found>, requests: u64) -> Self {
        let count = |result| probes.iter().filter(|found| found.result == result).count();
        let totals = IssuerTotals {
            probes: probes.len(),
            safe: count(Result::Safe),
            open: count(Result::Open),
            inconclusive: count(Result::Inconclusive),
            not_tried: count(Result::NotTried),
        };
        Self { issuer, probes, totals, requests }
    }

    /// What is open, the worst first.
    pub fn open(&self) -> Vec<&Found> {
        let mut open: Vec<&Found> =
            self.probes.iter().filter(|found| found.result == Result::Open).collect();
        open.sort_by_key(|found| std::cmp::Reverse(found.severity));
        open
    }

    /// Whether nothing is open that is so bad, or worse.
    pub fn is_closed_from(&self, least: Severity) -> bool {
        self.open().iter().all(|found| found.severity < least)
    }
}
