//! The page of the origins: how many requests arrived as they were checked, and every difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::origins::servers::SERVERS;
use crate::origins::{Count, Played};

/// What the tables show, in words.
const WORDS: &str = include_str!("words.md");
/// Differences of one server that are shown.
const SHOWN_MAX: usize = 40;
/// Characters of a request that are shown.
const REQUEST_MAX: usize = 120;

/// How many requests of a kind two servers understood differently, when they came directly.
fn disputed(results: &[Played], sent: &[&str], kind: &str) -> usize {
    let of_kind = sent.iter().enumerate().filter(|(_, one)| **one == kind);
    let is_disputed = |place: usize| {
        let meanings = results.iter().filter_map(|one| one.direct.get(place)?.as_ref());
        meanings.collect::<BTreeSet<_>>().len() > 1
    };
    of_kind.filter(|(place, _)| is_disputed(*place)).count()
}

pub(crate) fn page(results: &[Played], sent: &[&str]) -> String {
    let mut out = WORDS.to_owned();
    let kinds: BTreeSet<&String> = results.iter().flat_map(|one| one.counts.keys()).collect();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(
        out,
        "| | sent | read in several ways without the gateway | refused by the gateway | {} |",
        SERVERS.join(" | ")
    );
    let _ = writeln!(out, "|---|---:|---:|---:|{}", "---:|".repeat(SERVERS.len()));
    for kind in kinds {
        let counts: Vec<&Count> = results.iter().filter_map(|one| one.counts.get(kind)).collect();
        let first = counts.first();
        let (number, refused) = first.map_or((0, 0), |count| (count.sent, count.refused));
        let arrived: Vec<String> =
            counts.iter().map(|count| count.as_checked.to_string()).collect();
        let arrived = arrived.join(" | ");
        let disputed = disputed(results, sent, kind);
        let _ = writeln!(out, "| {kind} | {number} | {disputed} | {refused} | {arrived} |");
    }
    out.push_str("\n## Every difference\n");
    for (name, result) in SERVERS.iter().zip(results) {
        let _ = writeln!(out, "\n### {name}\n");
        if result.differences.is_empty() {
            out.push_str("None.\n");
        }
        for (sent, difference) in result.differences.iter().take(SHOWN_MAX) {
            let short: String = sent.chars().take(REQUEST_MAX).collect();
            let _ = writeln!(out, "- `` {short} ``: {difference}");
        }
        let more = result.differences.len().saturating_sub(SHOWN_MAX);
        if more > 0 {
            let _ = writeln!(out, "- ... and {more} more");
        }
    }
    out
}
