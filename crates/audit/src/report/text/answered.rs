//! The ten answers for people.

use std::fmt::Write as _;

use super::super::Report;
use super::super::alike::alike;
use super::super::escaped::line;
use crate::answer::{Answer, Verdict};

/// What nobody can tell for one and the same reason is one line, where the first of them stands.
pub(super) fn answers(report: &Report, is_verbose: bool, out: &mut String) {
    for (items, one) in alike(&report.answers) {
        if items.len() < 2 {
            answer(one, report, is_verbose, out);
            continue;
        }
        let (items, supply) = (items.join(", "), one.next().unwrap_or_default());
        let (evidence, supply) = (line(&one.evidence), line(supply));
        let _ = writeln!(out, "{items}  not checkable  {evidence}; supply: {supply}");
    }
}

fn answer(one: &Answer, report: &Report, is_verbose: bool, out: &mut String) {
    // What nobody can tell is not repeated, and needs no reasons but what is missing.
    let is_short = !is_verbose && one.verdict == Verdict::NotCheckable;
    let verdict = one.verdict.name();
    let _ = writeln!(out, "{}  {verdict}  {}", one.item, one.question);
    if one.parts.is_empty() {
        let _ = writeln!(out, "    {}", line(&one.evidence));
    }
    let shown = |part: &&Answer| !is_short || part.verdict != Verdict::NotCheckable;
    for part in one.parts.iter().filter(shown) {
        let _ =
            writeln!(out, "    {}: {}: {}", part.about, part.verdict.name(), line(&part.evidence));
    }
    let word = if one.verdict == Verdict::No { "do" } else { "supply" };
    if let Some(next) = one.next() {
        let _ = writeln!(out, "    {word}: {}", line(next));
    }
    if is_short {
        return;
    }
    let day = report.until(one).rfc3339();
    let day = day.split('T').next().unwrap_or_default();
    let _ = writeln!(out, "    again: {}; until {day} at most", line(&one.repeat));
}
