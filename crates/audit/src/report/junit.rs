//! An audit as JUnit's XML: a test case for each rule and each question, for build servers.

use std::fmt::Write as _;

use super::Report;
use super::escaped::Escaped;
use crate::answer::{Answer, Verdict};
use crate::told::{Part, Told, ToldRule};

impl Report {
    /// As JUnit's XML. Writing to a String cannot fail.
    pub fn junit(&self) -> String {
        let mut suites: Vec<(&str, Vec<Case>)> = Vec::new();
        for part in Part::ALL {
            let cases: Vec<Case> =
                rules_of(self, part).into_iter().map(|rule| of_rule(self, part, rule)).collect();
            if !cases.is_empty() {
                suites.push((part.name(), cases));
            }
        }
        suites.push(("checklist", self.answers.iter().map(of_answer).collect()));
        let all = || suites.iter().flat_map(|(_, cases)| cases);
        let (tests, failures) = (all().count(), all().filter(|case| case.is_failure()).count());
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"portcullis audit\" tests=\"{tests}\" \
             failures=\"{failures}\">\n"
        );
        suites.iter().for_each(|(name, cases)| suite(name, cases, &self.at.rfc3339(), &mut out));
        out.push_str("</testsuites>\n");
        out
    }
}

struct Case {
    name: String,
    class: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Skipped(String),
    Failed { kind: &'static str, message: String, text: String },
}

impl Case {
    const fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}

/// The rules of a part, each once: what was asked, and what found something.
fn rules_of(report: &Report, part: Part) -> Vec<&ToldRule> {
    let asked = report.rules.iter().filter(|(of, _)| *of == part).map(|(_, rule)| rule);
    let found = report.findings.iter().filter(|one| one.part == part).map(|one| &one.rule);
    let mut rules: Vec<&ToldRule> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    rules.extend(asked.chain(found).filter(|rule| ids.insert(rule.id.as_str())));
    rules
}

fn of_rule(report: &Report, part: Part, rule: &ToldRule) -> Case {
    let is_of = |one: &&Told| one.part == part && one.rule.id == rule.id && report.denies(one);
    let found: Vec<&Told> = report.findings.iter().filter(is_of).collect();
    let outcome = match found.first() {
        None => Outcome::Passed,
        Some(first) => {
            let each = found.iter().map(|one| {
                let place = one.places.first().map(crate::told::Spot::told).unwrap_or_default();
                format!("{place}: {}. Do: {}", one.message, one.fix)
            });
            Outcome::Failed {
                kind: first.severity.name(),
                message: format!("{}: {}", found.len(), first.message),
                text: each.collect::<Vec<_>>().join("\n"),
            }
        }
    };
    Case {
        name: format!("{}: {}", rule.id, rule.title),
        class: format!("portcullis.{}", part.name()),
        outcome,
    }
}

fn of_answer(one: &Answer) -> Case {
    let next = one.next().unwrap_or_default();
    let outcome = match one.verdict {
        Verdict::Yes => Outcome::Passed,
        Verdict::NotCheckable => Outcome::Skipped(format!("{}. Supply: {next}", one.evidence)),
        Verdict::No => Outcome::Failed {
            kind: "no",
            message: one.evidence.clone(),
            text: format!("Do: {next}\nAgain: {}", one.repeat),
        },
    };
    Case {
        name: format!("{} {}", one.item, one.question),
        class: "portcullis.checklist".to_owned(),
        outcome,
    }
}

fn suite(name: &str, cases: &[Case], at: &str, out: &mut String) {
    let failures = cases.iter().filter(|case| case.is_failure()).count();
    let skipped = cases.iter().filter(|case| matches!(case.outcome, Outcome::Skipped(_))).count();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
         timestamp=\"{}\">",
        cases.len(),
        Escaped(at)
    );
    for case in cases {
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"{}\"",
            Escaped(&case.name),
            Escaped(&case.class)
        );
        match &case.outcome {
            Outcome::Passed => out.push_str("/>\n"),
            Outcome::Skipped(why) => {
                let _ = writeln!(out, "><skipped message=\"{}\"/></testcase>", Escaped(why));
            }
            Outcome::Failed { kind, message, text } => {
                let _ = write!(out, "><failure type=\"{kind}\" message=\"{}\">", Escaped(message));
                let lines: Vec<String> =
                    text.lines().map(|line| Escaped(line).to_string()).collect();
                let _ = writeln!(out, "{}</failure></testcase>", lines.join("\n"));
            }
        }
    }
    out.push_str("  </testsuite>\n");
}
