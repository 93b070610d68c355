//! Every attack speaks of a threat, and every threat that attacks are to show has one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_threat::rules::{Probe, RULES, Rule};

const ATTACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../attack");

/// Row and weakness, and one attack that says so.
type Pairs = BTreeMap<(String, u16), String>;

/// Whether an attack of this row and weakness speaks of a rule: [`Rule::is_shown_by`], without a record.
fn speaks_of((item, cwe): &(String, u16), rule: &Rule) -> bool {
    rule.probe == Probe::Attacks && item == rule.item && rule.cwe.contains(cwe)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml") {
            found.push(path);
        }
    }
}

/// A line at the margin: attacks write row and weakness so.
fn said<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    lines.next().map(str::trim)
}

/// Of the files of attacks.
fn written() -> Pairs {
    let mut found = Vec::new();
    files(Path::new(&format!("{ATTACKS}/attacks")), &mut found);
    let mut pairs = Pairs::new();
    for path in &found {
        let text = fs::read_to_string(path).unwrap();
        let name = path.display().to_string();
        let item = said(&text, "item").unwrap_or_else(|| panic!("{name} has no item"));
        let cwe = said(&text, "cwe").and_then(|cwe| cwe.parse().ok());
        let cwe = cwe.unwrap_or_else(|| panic!("{name} has no cwe"));
        pairs.insert((item.to_owned(), cwe), name);
    }
    assert!(found.len() > 300, "{} attacks were found, and there are more", found.len());
    pairs
}

/// Of attacks that are made for an API: the table in `generate/kind.rs`, and the languages of `generate/sink.rs`.
fn generated() -> Pairs {
    let kinds = fs::read_to_string(format!("{ATTACKS}/src/generate/kind.rs")).unwrap();
    let sinks = fs::read_to_string(format!("{ATTACKS}/src/generate/sink.rs")).unwrap();
    let (_, table) = kinds.split_once("fn facts(self)").unwrap();
    let (table, _) = table.split_once("\n    }\n").unwrap();
    let (_, cwes) = sinks.split_once("fn cwe(self)").unwrap();
    let (cwes, _) = cwes.split_once("\n    }\n").unwrap();
    let cwes = cwes
        .lines()
        .filter_map(|line| line.split_once("=> ")?.1.trim_end_matches(',').parse().ok());
    let cwes: Vec<u16> = cwes.collect();
    let mut pairs = Pairs::new();
    for line in table.lines().filter(|line| line.contains("=> (\"")) {
        let (_, row) = line.split_once("=> (\"").unwrap();
        let (item, rest) = row.split_once('"').unwrap();
        let last = rest.trim_end_matches("),").rsplit(", ").next().unwrap();
        let all = match last.parse() {
            Ok(cwe) => vec![cwe],
            Err(_) => cwes.clone(),
        };
        assert!(!all.is_empty(), "`{line}` was not understood");
        pairs.extend(all.into_iter().map(|cwe| ((item.to_owned(), cwe), line.trim().to_owned())));
    }
    assert!(pairs.len() > 15, "{} kinds were found, and there are more", pairs.len());
    pairs
}

#[test]
fn every_attack_speaks_of_a_threat() {
    let mut untold = Vec::new();
    for (pair, name) in written().iter().chain(&generated()) {
        if !RULES.iter().any(|rule| speaks_of(pair, rule)) {
            untold.push(format!("{} CWE-{}: {name}", pair.0, pair.1));
        }
    }
    assert!(untold.is_empty(), "attacks that no rule knows:\n{}", untold.join("\n"));
}

#[test]
fn a_threat_that_no_attack_shows_says_how_people_look_at_it() {
    let mut all = written();
    all.extend(generated());
    for rule in RULES {
        let is_shown = all.keys().any(|pair| speaks_of(pair, rule));
        assert!(
            is_shown || matches!(rule.probe, Probe::People(_)),
            "no attack speaks of `{}` ({} {:?})",
            rule.id,
            rule.item,
            rule.cwe
        );
    }
}
