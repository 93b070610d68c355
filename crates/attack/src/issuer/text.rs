//! What was found at an issuer, as text for people.

use std::fmt::Write as _;

use super::judged::{Found, Result};
use super::report::IssuerReport;
use crate::table::{columns, counted};

impl IssuerReport {
    /// The report as text.
    pub fn text(&self) -> String {
        let row = |found: &Found| {
            let section = found.section.to_owned();
            let result = found.result.name().replace('_', " ");
            [found.id.to_owned(), found.severity.name().to_owned(), section, result]
        };
        let mut text =
            columns(["probe", "severity", "written in", "result"], self.probes.iter().map(row));
        for (result, heading) in [(Result::Open, "open"), (Result::Inconclusive, "inconclusive")] {
            let found: Vec<&Found> = match result {
                Result::Open => self.open(),
                _ => self.probes.iter().filter(|one| one.result == result).collect(),
            };
            if !found.is_empty() {
                let _ = writeln!(text, "\n{heading}:");
            }
            for one in found {
                let why = one.why.as_deref().unwrap_or_default();
                let _ = writeln!(text, "  {} (CWE-{}): {}: {why}", one.id, one.cwe, one.title);
            }
        }
        text.push_str(&self.left_out());
        let totals = &self.totals;
        let _ = writeln!(
            text,
            "\n{}: {} safe, {} open, {} inconclusive, {} not tried\n{} sent",
            counted(totals.probes, "probe"),
            totals.safe,
            totals.open,
            totals.inconclusive,
            totals.not_tried,
            counted(usize::try_from(self.requests).unwrap_or(usize::MAX), "request")
        );
        text
    }

    /// What was not tried: a line for each reason.
    fn left_out(&self) -> String {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for found in self.probes.iter().filter(|found| found.result == Result::NotTried) {
            let why = found.why.as_deref().unwrap_or_default();
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, ids)) => ids.push(found.id),
                None => reasons.push((why, vec![found.id])),
            }
        }
        let mut text = String::new();
        if !reasons.is_empty() {
            text.push_str("\nnot tried:\n");
        }
        for (why, ids) in reasons {
            let _ = writeln!(text, "  {why}: {}", ids.join(", "));
        }
        text
    }
}
