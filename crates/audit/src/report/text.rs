//! An audit for people: findings, then the ten answers, then what it comes to.

use std::fmt::Write as _;

use super::escaped::line;
use super::{Report, SEVERITIES};
use crate::answer::{Answer, Verdict};
use crate::told::Told;

/// Places of one finding that are shown.
const PLACES_MAX: usize = 3;

impl Report {
    /// As text. Writing to a String cannot fail.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.findings.iter().for_each(|one| finding(one, &mut out));
        for one in &self.not_looked_at {
            let _ = writeln!(out, "not looked at: {}: {}", line(&one.what), line(&one.why));
        }
        if !self.findings.is_empty() || !self.not_looked_at.is_empty() {
            out.push('\n');
        }
        answers(self, &mut out);
        out.push('\n');
        summary(self, &mut out);
        out
    }
}

fn finding(one: &Told, out: &mut String) {
    let first = one.places.first().map(|spot| format!("  {}", line(&spot.told())));
    let first = first.unwrap_or_default();
    if let Some(by) = &one.enforced {
        // What is answered takes one line.
        let seen = match by.evidence.len() {
            0 => "no evidence was given".to_owned(),
            count => format!("seen to stop {count} attacks"),
        };
        let (id, control) = (line(&one.rule.id), line(&by.control));
        let _ = writeln!(out, "enforced  {id}{first}  by {control}, {seen}");
        return;
    }
    let _ = writeln!(out, "{:<8}  {}{first}", one.severity.name(), line(&one.rule.id));
    let _ = writeln!(out, "    {}", line(&one.message));
    for spot in one.places.iter().skip(1).take(PLACES_MAX - 1) {
        let _ = writeln!(out, "    also: {}", line(&spot.told()));
    }
    if one.places.len() > PLACES_MAX {
        let _ = writeln!(out, "    also: {} more places", one.places.len() - PLACES_MAX);
    }
    let regains = one.regains.filter(|tenths| *tenths > 0);
    let regains = regains.map(|tenths| format!("  (+{}.{} points)", tenths / 10, tenths % 10));
    let _ = writeln!(out, "    do: {}{}", line(&one.fix), regains.unwrap_or_default());
}

/// What nobody can tell for one and the same reason is one line, where the first of them stands.
fn answers(report: &Report, out: &mut String) {
    let is_same = |one: &Answer, other: &Answer| {
        one.verdict == Verdict::NotCheckable
            && other.verdict == Verdict::NotCheckable
            && one.parts.is_empty()
            && other.parts.is_empty()
            && (&one.evidence, &one.supply) == (&other.evidence, &other.supply)
    };
    for (at, one) in report.answers.iter().enumerate() {
        if report.answers.iter().take(at).any(|before| is_same(before, one)) {
            continue;
        }
        let alike = report.answers.iter().filter(|other| is_same(one, other));
        let items: Vec<&str> = alike.map(|other| other.item).collect();
        if items.len() < 2 {
            answer(one, report, out);
            continue;
        }
        let (items, supply) = (items.join(", "), one.next().unwrap_or_default());
        let (evidence, supply) = (line(&one.evidence), line(supply));
        let _ = writeln!(out, "{items}  not checkable  {evidence}; supply: {supply}");
    }
}

fn answer(one: &Answer, report: &Report, out: &mut String) {
    let verdict = one.verdict.name();
    let _ = writeln!(out, "{}  {verdict}  {}", one.item, one.question);
    if one.parts.is_empty() {
        let _ = writeln!(out, "    {}", line(&one.evidence));
    }
    for part in &one.parts {
        let _ =
            writeln!(out, "    {}: {}: {}", part.about, part.verdict.name(), line(&part.evidence));
    }
    let word = if one.verdict == Verdict::No { "do" } else { "supply" };
    if let Some(next) = one.next() {
        let _ = writeln!(out, "    {word}: {}", line(next));
    }
    let day = report.until(one).rfc3339();
    let day = day.split('T').next().unwrap_or_default();
    let _ = writeln!(out, "    again: {}; until {day} at most", line(&one.repeat));
}

fn summary(report: &Report, out: &mut String) {
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
    for one in &report.scores {
        let (whole, tenth) = (one.tenths / 10, one.tenths % 10);
        let document = line(&one.document);
        let _ = writeln!(
            out,
            "score: {whole}.{tenth} of 100: {document}, {} operations",
            one.operations
        );
    }
    let _ = writeln!(out, "looked at: {}", line(&report.looked_at.join(", ")));
}
