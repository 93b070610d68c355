//! The page: what was sent, what arrived, and how each reader reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::readers::judges::Judge;
use crate::readers::make::Kind;
use crate::readers::{Count, Read};

const WORDS: &str = include_str!("words.md");
/// Differences of one reader that are shown.
const SHOWN_MAX: usize = 12;
/// Characters of a text that are shown.
const TEXT_MAX: usize = 240;

pub(crate) fn page(counts: &BTreeMap<Kind, Count>, reads: &[(Kind, &Judge, Read)]) -> String {
    let mut out = WORDS.to_owned();
    // Writing to a String cannot fail, here and below.
    out.push_str("| | sent | forwarded | refused |\n|---|---:|---:|---:|\n");
    let (mut sent, mut forwarded) = (0, 0);
    for (kind, count) in counts {
        sent += count.sent;
        forwarded += count.forwarded;
        let (refused, name) = (count.sent - count.forwarded, kind.name());
        let _ = writeln!(out, "| {name} | {} | {} | {refused} |", count.sent, count.forwarded);
    }
    let _ = writeln!(out, "| together | {sent} | {forwarded} | {} |", sent - forwarded);
    out.push_str("\n## Readers\n\n| | reader | as checked | numbers rounded | refused by the reader | explained below | not explained |\n");
    out.push_str("|---|---|---:|---:|---:|---:|---:|\n");
    for (kind, judge, read) in reads {
        let known: usize = read.known.values().sum();
        let (name, different) = (kind.name(), read.different.len());
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {known} | {different} |",
            judge.name, read.same, read.rounded, read.refused
        );
    }
    explained(reads, &mut out);
    unexplained(reads, &mut out);
    out
}

fn explained(reads: &[(Kind, &Judge, Read)], out: &mut String) {
    let mut causes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (kind, judge, read) in reads {
        for (cause, count) in &read.known {
            causes.entry(cause).or_default().push(format!(
                "{} ({}): {count}",
                judge.name,
                kind.name()
            ));
        }
    }
    out.push_str("\n## Differences that are explained\n\n");
    for (cause, readers) in causes {
        let _ = writeln!(out, "- {cause}\n  {}.", readers.join(", "));
    }
    if reads.iter().all(|(_, _, read)| read.known.is_empty()) {
        out.push_str("None.\n");
    }
}

fn unexplained(reads: &[(Kind, &Judge, Read)], out: &mut String) {
    out.push_str("\n## Differences that are not\n\n");
    let mut is_none = true;
    for (kind, judge, read) in reads {
        for [text, ours, theirs] in read.different.iter().take(SHOWN_MAX) {
            is_none = false;
            let (text, name) = (short(text), kind.name());
            let (ours, theirs) = (short(ours), short(theirs));
            let _ = writeln!(
                out,
                "- {name}, {}: `` {text} ``: `{ours}` was checked, `{theirs}` read",
                judge.name
            );
        }
    }
    if is_none {
        out.push_str("None.\n");
    }
}

fn short(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
