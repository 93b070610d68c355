//! Findings for people: those of one rule together, because one and the same thing mends them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::Report;
use super::super::escaped::line;
use super::{operations, points};
use crate::answer::many;
use crate::contract::PLACES_MAX;
use crate::finding::Severity;
use crate::told::{Spot, Told};

/// Causes of one group that are shown where they are bad, and where they are not.
const CAUSES_MAX: usize = 3;
const SMALL_CAUSES_MAX: usize = 1;
/// Further places of a cause that are shown.
const FURTHER_MAX: usize = 2;

/// All findings, in groups, or each by itself with all places.
pub(super) fn findings(report: &Report, is_verbose: bool, out: &mut String) {
    if is_verbose {
        report.findings.iter().for_each(|one| whole(one, report.has_evidence, out));
    } else {
        groups(report).for_each(|all| group(all, report.has_evidence, out));
    }
}

/// What is mended together: they stand side by side, because the report is sorted.
fn groups(report: &Report) -> impl Iterator<Item = &[Told]> {
    report.findings.chunk_by(|one, other| {
        let key = |of: &Told| {
            let by = of.enforced.as_ref().map(|by| (by.control.clone(), by.evidence.is_empty()));
            (of.severity, of.part, by)
        };
        key(one) == key(other) && one.rule.id == other.rule.id && one.fix == other.fix
    })
}

fn group(all: &[Told], has_evidence: bool, out: &mut String) {
    let Some(first) = all.first() else { return };
    if first.enforced.is_some() {
        return enforced(first, all.len() - 1, has_evidence, out);
    }
    if first.severity == Severity::Info {
        let more =
            if all.len() == 1 { String::new() } else { format!(" and {} more", all.len() - 1) };
        let (id, message) = (line(&first.rule.id), line(&first.message));
        let place = first.places.first().map(|spot| format!("{}: ", line(&spot.told())));
        let place = place.unwrap_or_default();
        let _ = writeln!(out, "info      {id}  {place}{message}{more}");
        return;
    }
    if let [one] = all {
        return single(one, out);
    }
    let (severity, id) = (first.severity.name(), line(&first.rule.id));
    let _ = writeln!(out, "{severity:<8}  {id}  {} causes{}", all.len(), at_operations(all));
    let max = if is_small(first) { SMALL_CAUSES_MAX } else { CAUSES_MAX };
    for one in all.iter().take(max) {
        let place = one.places.first().map(|spot| format!("{}: ", line(&spot.told())));
        let _ = writeln!(out, "    {}{}", place.unwrap_or_default(), line(&one.message));
    }
    if all.len() > max && !is_small(first) {
        let _ = writeln!(out, "    and {} more", all.len() - max);
    }
    let _ = writeln!(out, "    do: {}", line(&first.fix));
}

/// Whether few words are enough.
fn is_small(one: &Told) -> bool {
    one.severity < Severity::Medium
}

/// How many operations a group is about; what is cut off at a number of places is counted no further.
fn at_operations(all: &[Told]) -> String {
    let spots = all.iter().flat_map(|one| &one.places);
    let named: BTreeSet<(&str, &str)> =
        spots.filter_map(|spot| Some((spot.name(), spot.operation.as_deref()?))).collect();
    let is_cut = all.iter().any(|one| one.places.len() >= PLACES_MAX);
    let or_more = if is_cut { " or more" } else { "" };
    match named.len() {
        0 => String::new(),
        count => format!(" at {}{or_more}", operations(count)),
    }
}

fn single(one: &Told, out: &mut String) {
    let first = one.places.first().map(|spot| format!("  {}", line(&spot.told())));
    let (severity, id) = (one.severity.name(), line(&one.rule.id));
    let _ = writeln!(out, "{severity:<8}  {id}{}", first.unwrap_or_default());
    let _ = writeln!(out, "    {}", line(&one.message));
    let further: Vec<String> =
        one.places.iter().skip(1).take(FURTHER_MAX).map(|spot| short(spot, one)).collect();
    if !further.is_empty() && !is_small(one) {
        let more = match one.places.len() - 1 - further.len() {
            0 => String::new(),
            1 => " and 1 more place".to_owned(),
            more => format!(" and {more} more places"),
        };
        let _ = writeln!(out, "    also: {}{more}", further.join(", "));
    }
    let _ = writeln!(out, "    do: {}", line(&one.fix));
}

/// A place by its operation, where that is in the file that was just named.
fn short(spot: &Spot, one: &Told) -> String {
    let is_there = one.places.first().is_some_and(|first| first.name() == spot.name());
    match &spot.operation {
        Some(operation) if is_there => format!("`{}`", line(operation)),
        _ => line(&spot.told()),
    }
}

/// What is answered takes one line.
fn enforced(one: &Told, more: usize, has_evidence: bool, out: &mut String) {
    let Some(by) = &one.enforced else { return };
    let first = one.places.first().map(|spot| format!("  {}", line(&spot.told())));
    let seen = match by.evidence.len() {
        0 if has_evidence => "no attack in the evidence shows it".to_owned(),
        0 => "no evidence was given".to_owned(),
        count => format!("seen to stop {}", many(count, "attack")),
    };
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let (id, control) = (line(&one.rule.id), line(&by.control));
    let first = first.unwrap_or_default();
    let _ = writeln!(out, "enforced  {id}{first}{more}  by {control}, {seen}");
}

/// One finding, with every place.
fn whole(one: &Told, has_evidence: bool, out: &mut String) {
    if one.enforced.is_some() {
        return enforced(one, 0, has_evidence, out);
    }
    let first = one.places.first().map(|spot| format!("  {}", line(&spot.told())));
    let (severity, id) = (one.severity.name(), line(&one.rule.id));
    let _ = writeln!(out, "{severity:<8}  {id}{}", first.unwrap_or_default());
    let _ = writeln!(out, "    {}", line(&one.message));
    for spot in one.places.iter().skip(1) {
        let _ = writeln!(out, "    also: {}", line(&spot.told()));
    }
    let regains = one.regains.filter(|tenths| *tenths > 0);
    let regains = regains.map(|tenths| format!("  (+{} points)", points(tenths)));
    let _ = writeln!(out, "    do: {}{}", line(&one.fix), regains.unwrap_or_default());
}
