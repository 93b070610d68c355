//! The page of issuers that are not ours.

use std::fmt::Write as _;

use super::Run;

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
    let lines = |run: &Run, result: &str| {
        let found = run.probes.iter().filter(|(_, probe)| probe.result == result);
        found.fold(String::new(), |text, (id, probe)| text + &format!("- `{id}`: {}\n", probe.why))
    };
    for (heading, lines) in [
        ("Open at the strict one", lines(strict, "open")),
        ("Open at the careless one, and how it was seen", lines(careless, "open")),
        ("Inconclusive", lines(strict, "inconclusive") + &lines(careless, "inconclusive")),
        ("Not tried at the strict one", lines(strict, "not_tried")),
        ("Not tried at the careless one", lines(careless, "not_tried")),
    ] {
        let lines = if lines.is_empty() { "Nothing.\n" } else { &lines };
        let _ = write!(page, "\n## {heading}\n\n{lines}");
    }
    page
}
