//! An audit for people: what it comes to, what to do first, the findings by what mends them, the ten answers.

mod answered;
mod found;

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::escaped::line;
use super::{Report, SEVERITIES};
use crate::answer::Verdict;
use crate::told::{ToldFix, ToldScore};

/// What mends most, as far as it is shown.
const FIXES_MAX: usize = 10;
/// Reasons why something was not looked at, and what one of them kept from it, that are shown.
const NOT_LOOKED_AT_MAX: usize = 10;
const NAMED_MAX: usize = 3;

impl Report {
    /// As text; `is_verbose`: with each finding by itself, and all of its places. Writing to a String cannot fail.
    pub fn text(&self, is_verbose: bool) -> String {
        let mut out = String::new();
        summary(self, &mut out);
        fixes(self, &mut out);
        if !self.findings.is_empty() {
            out.push('\n');
        }
        found::findings(self, is_verbose, &mut out);
        not_looked_at(self, is_verbose, &mut out);
        out.push('\n');
        answered::answers(self, is_verbose, &mut out);
        if !is_verbose && !self.findings.is_empty() {
            out.push_str(
                "\nwhat is the same in many places is shown once; --verbose shows each place\n",
            );
        }
        out
    }
}

fn summary(report: &Report, out: &mut String) {
    for one in &report.scores {
        let (score, document) = (points(one.tenths), line(&one.document));
        let operations = operations(one.operations);
        let _ = writeln!(out, "score: {score} of 100: {document}, {operations}");
    }
    if let Some(closed) = report.told_closed() {
        let _ = writeln!(out, "{}", line(&closed));
    }
    let counts = SEVERITIES.iter().map(|severity| (report.count_of(*severity), severity.name()));
    let counts = counts.chain([(report.enforced(), "enforced by the gateway")]);
    let counts: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    let _ = writeln!(out, "findings: {counts}");
    let [yes, no, open] =
        [Verdict::Yes, Verdict::No, Verdict::NotCheckable].map(|one| report.count(one));
    let _ = writeln!(out, "checklist: {yes} yes, {no} no, {open} not checkable");
    let _ = writeln!(out, "looked at: {}", line(&report.looked_at.join(", ")));
}

/// What regains most when all findings of a rule are mended.
fn fixes(report: &Report, out: &mut String) {
    let all = report.scores.iter().flat_map(|of| of.urgent().map(move |fix| (of, fix)));
    let mut all: Vec<(&ToldScore, &ToldFix)> = all.collect();
    all.sort_by_key(|(_, fix)| Reverse(fix.regains));
    if all.is_empty() {
        return;
    }
    out.push_str("\nwhat regains most points:\n");
    for (of, fix) in all.into_iter().take(FIXES_MAX) {
        let (points, rule, told) = (points(fix.regains), line(&fix.rule), line(&fix.fix));
        let document = line(&of.document);
        let document =
            if report.scores.len() > 1 { format!("  {document}") } else { String::new() };
        let _ = writeln!(out, "{:>6}  {rule}{document}: {told}", format!("+{points}"));
    }
}

/// One line for each reason.
fn not_looked_at(report: &Report, is_verbose: bool, out: &mut String) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in &report.not_looked_at {
        match reasons.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, all)) if !is_verbose => all.push(&one.what),
            _ => reasons.push((&one.why, vec![&one.what])),
        }
    }
    let max = if is_verbose { reasons.len() } else { NOT_LOOKED_AT_MAX };
    for (why, all) in reasons.iter().take(max) {
        let named: Vec<String> = all.iter().take(NAMED_MAX).map(|what| line(what)).collect();
        let more = match all.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(out, "not looked at: {}{more}: {}", named.join(", "), line(why));
    }
    if reasons.len() > max {
        let more = reasons.len() - max;
        let _ = writeln!(out, "not looked at: {more} more, which --verbose shows");
    }
}

/// So many operations.
fn operations(count: usize) -> String {
    if count == 1 { "1 operation".to_owned() } else { format!("{count} operations") }
}

/// Tenths, as people write them.
fn points(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
