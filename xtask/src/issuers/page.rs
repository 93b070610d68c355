//! The page of issuers that are not ours.

use std::fmt::Write as _;

use super::{Probe, Run};

const WORDS: &str = include_str!("words.md");

pub(crate) fn page(issuer: &str, strict: &Run, careless: &Run) -> String {
    let mut page = WORDS.replace("ISSUER", issuer);
    let count =
        |run: &Run, result: &str| run.probes.values().filter(|one| one.result == result).count();
    page.push_str("\n| | strict | careless |\n|---|---|---|\n");
    for (result, word) in [
        ("safe", "safe"),
        ("open", "open"),
        ("inconclusive", "inconclusive"),
        ("not_tried", "not tried"),
    ] {
        let _ =
            writeln!(page, "| {word} | {} | {} |", count(strict, result), count(careless, result));
    }
    let _ = writeln!(page, "| requests | {} | {} |", strict.requests, careless.requests);
    let _ = writeln!(
        page,
        "| seconds (debug build) | {:.1} | {:.1} |",
        strict.seconds, careless.seconds
    );
    page.push_str(
        "\n## Every probe\n\n| probe | what the attacker gets | severity | written in | strict | careless |\n\
         |---|---|---|---|---|---|\n",
    );
    for (id, one) in &strict.probes {
        let other = careless.probes.get(id).map_or("", |other| &other.result);
        let (title, severity, section) = (&one.title, &one.severity, &one.section);
        let word = |result: &str| match result {
            "open" => "**open**".to_owned(),
            result => result.replace('_', " "),
        };
        let (strict, careless) = (word(&one.result), word(other));
        let _ =
            writeln!(page, "| `{id}` | {title} | {severity} | {section} | {strict} | {careless} |");
    }
    page.push_str("\n## What is open at the strict one, and what shows nothing\n\n");
    for (name, run) in [("strict", strict), ("careless", careless)] {
        for (id, probe) in &run.probes {
            if probe.result == "inconclusive" || probe.result == "open" && name == "strict" {
                line(name, id, probe, &mut page);
            }
        }
    }
    page.push_str("\n## What was not tried\n\n");
    for (id, probe) in strict.probes.iter().filter(|(_, probe)| probe.result == "not_tried") {
        line("strict", id, probe, &mut page);
    }
    page
}

fn line(name: &str, id: &str, probe: &Probe, page: &mut String) {
    let _ = writeln!(page, "- `{id}` ({name}, {}): {}", probe.result.replace('_', " "), probe.why);
}
