//! The page: what each judge finds directly and through, what fell, what stays and what is new, with causes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::JUDGES;
use super::finding::{Compared, Finding, Found};
use super::kept::{Judged, Kept};
use super::known;
use super::records::OF_THE_API;
use super::subjects::{SUBJECTS, Subject};
use super::tools::VERSIONS;

const WORDS: &str = include_str!("words.md");
/// Operations that are named of one kind of finding.
const NAMED_MAX: usize = 6;
/// Findings without a cause that are shown.
const UNEXPLAINED_MAX: usize = 60;

/// The page, and how many findings nothing explains.
pub(crate) fn page(kept: &Kept) -> (String, usize) {
    // Writing to a String cannot fail, here and below.
    let mut out = WORDS.replace("${versions}", VERSIONS);
    let mut unexplained = BTreeSet::new();
    for subject in &SUBJECTS {
        let all: Vec<(&str, &Judged)> = JUDGES
            .iter()
            .filter_map(|judge| Some((*judge, kept.get(subject.name, judge)?)))
            .collect();
        if all.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {}\n\n{}.\n", subject.title, capital(subject.from));
        table(&all, &mut out);
        fell(&all, &mut out);
        remains(subject, &all, &mut out, &mut unexplained);
    }
    out.push_str("\n## Not explained\n\n");
    for (api, finding, causes) in unexplained.iter().take(UNEXPLAINED_MAX) {
        let Finding { tool, check, operation, what } = finding;
        let _ = writeln!(out, "- {api}, {tool}: {check}, `{operation}`: {what} ({causes})");
    }
    if unexplained.is_empty() {
        out.push_str("Nothing.\n");
    }
    (out, unexplained.len())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn table(all: &[(&str, &Judged)], out: &mut String) {
    out.push_str("| judge | requests directly | through | found directly | fell | stay | new |\n");
    out.push_str("|---|---:|---:|---:|---:|---:|---:|\n");
    for (judge, judged) in all {
        let Judged { bare, through } = judged;
        let compared = Compared::of(bare, through);
        let count = |found: &Found| {
            let cut = if found.is_cut { " (cut)" } else { "" };
            let ended = if found.ended > 0 {
                format!("; the API ended {} times", found.ended)
            } else {
                String::new()
            };
            format!("{}{cut}{ended}", found.requests)
        };
        let _ = writeln!(
            out,
            "| {judge} | {} | {} | {} | {} | {} | {} |",
            count(bare),
            count(through),
            bare.findings.len(),
            compared.fell.len(),
            compared.stayed.len(),
            compared.new.len()
        );
    }
}

/// By check, with some of the operations.
fn kinds<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> BTreeMap<String, Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let Finding { tool, check, operation, what } = finding;
        let kind = match *tool {
            "Schemathesis" => format!("{tool}, `{check}`: {what}"),
            _ => format!("{tool}, {check}"),
        };
        let place = if *tool == "Schemathesis" { String::new() } else { format!(" ({what})") };
        kinds.entry(kind).or_default().push(format!("`{operation}`{place}"));
    }
    kinds
}

fn named(operations: &[String]) -> String {
    let shown: Vec<&str> = operations.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = operations.len().saturating_sub(NAMED_MAX);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

fn fell(all: &[(&str, &Judged)], out: &mut String) {
    let fell = all.iter().flat_map(|(_, judged)| Compared::of(&judged.bare, &judged.through).fell);
    let fell: Vec<Finding> = fell.collect();
    out.push_str("\n### What fell\n\n");
    for (kind, operations) in kinds(&fell) {
        let _ = writeln!(out, "- {kind}: {}: {}", operations.len(), named(&operations));
    }
    if fell.is_empty() {
        out.push_str("Nothing.\n");
    }
}

/// What is still found through the gateway, by cause.
fn remains(
    subject: &Subject,
    all: &[(&str, &Judged)],
    out: &mut String,
    unexplained: &mut BTreeSet<(&'static str, Finding, String)>,
) {
    let mut by_cause: BTreeMap<(&str, &str), Vec<Finding>> = BTreeMap::new();
    let mut deciders: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (_, judged) in all {
        let compared = Compared::of(&judged.bare, &judged.through);
        let rows = [("stay", compared.stayed), ("new", compared.new)];
        let rows =
            rows.into_iter().flat_map(|(word, set)| set.into_iter().map(move |one| (word, one)));
        for (word, finding) in rows {
            let causes = judged.through.causes.get(&finding);
            if let Some(cause) = known::cause(subject.name, &finding, causes) {
                by_cause.entry((word, cause)).or_default().push(finding);
                let those = causes.into_iter().flatten().map(|(cause, _)| cause.as_str());
                deciders.entry((word, cause)).or_default().extend(those);
            } else {
                let causes: Vec<&str> =
                    causes.into_iter().flatten().map(|(cause, _)| cause.as_str()).collect();
                let causes = format!("{word}; {}", causes.join(", "));
                unexplained.insert((subject.name, finding, causes));
            }
        }
    }
    out.push_str("\n### What stays or is new, and why\n\n");
    for ((word, cause), findings) in &by_cause {
        let _ = writeln!(out, "- **{} {word}.** {cause}", findings.len());
        for (kind, operations) in kinds(findings) {
            let _ = writeln!(out, "  - {kind}: {}: {}", operations.len(), named(&operations));
        }
        let decided = deciders.get(&(word, *cause)).into_iter().flatten().copied();
        let decided = decided.filter(|cause| *cause != OF_THE_API).collect::<Vec<_>>().join(", ");
        if !decided.is_empty() {
            let _ = writeln!(out, "  - decided: {decided}");
        }
    }
    if by_cause.is_empty() {
        out.push_str("Nothing.\n");
    }
}
