//! The page of what the corpus showed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use crate::corpus::Run;
use crate::corpus::documents::PACKAGE;
use crate::corpus::worker::Outcome;

/// Documents that have a row of their own.
const NAMED: [(&str, &str); 4] = [
    ("stripe.com", "Stripe"),
    ("github.com/api.github.com", "GitHub"),
    ("kubernetes.io", "Kubernetes"),
    ("microsoft.com/graph-beta", "Microsoft Graph beta"),
];
/// How many of the slowest have one.
const SLOWEST: usize = 10;
/// How many documents that were not read are named.
const STOPPED_MAX: usize = 60;

/// What was checked: its name in what the worker says, its title, and a word about it.
const PARTS: [(&str, &str, &str); 4] = [
    ("routing", "Routing", "Paths by chance, up to 4 for each of 1,000 operations a document."),
    ("unaccounted", "Operations that are not served", "Each of them must be reported."),
    ("examples", "Examples", "Those that documents give for parameters, bodies and answers."),
    (
        "answers",
        "Answers",
        "Examples, and answers made from the schemas, with names put in that nothing declares. \
         `leaked` must not be there.",
    ),
];

pub(crate) fn page(runs: &[Run], took: Duration) -> String {
    let mut page = format!(
        "# Real documents\n\nWritten by `cargo xtask corpus`: all documents of the npm package \
         `{PACKAGE}`, each read and checked in a process of its own. Oracles that share no code \
         with what they judge say where a path leads and which names are declared \
         (`crates/corpus`). How to read what was found stands in \
         [What real documents taught](guides/documents.md).\n\n"
    );
    summary(runs, took, &mut page);
    documents(runs, &mut page);
    let codes = |run: &Run| run.read()?.get("codes").cloned();
    let text = "A document tells at most 500 different warnings, at most 10,000 places; the rest is one \
                `contract-more-problems`.";
    counted("Warnings and errors", text, &each(runs, codes), &mut page);
    for (name, title, text) in PARTS {
        let part = |run: &Run| run.checks()?.get(name)?.get("counts").cloned();
        counted(title, text, &each(runs, part), &mut page);
    }
    stopped(runs, &mut page);
    page
}

fn each(runs: &[Run], of: impl Fn(&Run) -> Option<Value>) -> Vec<Option<Value>> {
    runs.iter().map(of).collect()
}

impl Run {
    fn read(&self) -> Option<&Value> {
        match &self.outcome {
            Outcome::Ended { read, .. } => Some(read),
            _ => None,
        }
    }

    fn checks(&self) -> Option<&Value> {
        match &self.outcome {
            Outcome::Ended { checks, .. } => Some(checks),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> u64 {
        self.read().and_then(|read| read.get(name)).and_then(Value::as_u64).unwrap_or(0)
    }

    fn is_compiled(&self) -> bool {
        self.read().and_then(|read| read.get("compiled")) == Some(&Value::Bool(true))
    }

    fn checked(&self, part: &str, name: &str) -> u64 {
        let count = self.checks().and_then(|checks| checks.get(part)?.get("counts")?.get(name));
        count.and_then(Value::as_u64).unwrap_or(0)
    }
}

fn summary(runs: &[Run], took: Duration, page: &mut String) {
    let count = |is: &dyn Fn(&&Run) -> bool| runs.iter().filter(|run| is(run)).count();
    let sum = |of: &dyn Fn(&Run) -> u64| runs.iter().map(of).sum::<u64>();
    let stated = |run: &Run| {
        run.checks().and_then(|checks| checks.get("stated")).and_then(Value::as_u64).unwrap_or(0)
    };
    let mut versions: BTreeMap<&str, u64> = BTreeMap::new();
    for run in runs {
        let version = run.read().and_then(|read| read.get("openapi")).and_then(Value::as_str);
        *versions.entry(version.unwrap_or("not known")).or_default() += 1;
    }
    let versions: Vec<String> =
        versions.iter().map(|(name, count)| format!("{name}: {count}")).collect();
    let panics = count(&|run| matches!(run.outcome, Outcome::Panicked(_)));
    let slow = count(&|run| matches!(run.outcome, Outcome::TooSlow));
    let peak = runs.iter().map(|run| run.number("peak_kib")).max().unwrap_or(0);
    let seconds =
        |name: &'static str| format!("{:.1} s", sum(&|run| run.number(name)) as f64 / 1e3);
    let rows: [(&str, String); 15] = [
        ("documents", runs.len().to_string()),
        ("by version", versions.join(", ")),
        ("compiled", count(&|run| run.is_compiled()).to_string()),
        ("panics", panics.to_string()),
        ("out of time", slow.to_string()),
        ("operations in documents that compiled", sum(&stated).to_string()),
        ("operations served", sum(&|run| run.number("operations")).to_string()),
        (
            "operations neither served nor reported",
            sum(&|run| run.checked("unaccounted", "neither served nor reported")).to_string(),
        ),
        ("routing: oracle disagrees", sum(&|run| run.checked("routing", "disagree")).to_string()),
        ("answers: names that leaked", sum(&|run| run.checked("answers", "leaked")).to_string()),
        ("warnings without a place", sum(&|run| run.number("unlocated")).to_string()),
        ("processor time to compile all", seconds("processor_ms")),
        ("time on the clock, two at a time", seconds("compile_ms")),
        ("most memory to compile one", format!("{} MB", peak / 1024)),
        (
            "this run, checks included",
            format!(
                "{:.1} minutes on {} processors",
                took.as_secs_f32() / 60.0,
                std::thread::available_parallelism().map_or(1, usize::from)
            ),
        ),
    ];
    page.push_str("| | |\n|---|---:|\n");
    for (name, value) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {name} | {value} |");
    }
}

/// The named ones and the slowest.
fn documents(runs: &[Run], page: &mut String) {
    let mut rows: Vec<(String, &Run)> = Vec::new();
    for (name, title) in NAMED {
        let run = runs.iter().find(|run| run.file.name == name);
        rows.extend(run.map(|run| (format!("**{title}**"), run)));
    }
    let mut slowest: Vec<&Run> = runs.iter().collect();
    slowest.sort_by_key(|run| std::cmp::Reverse(run.number("processor_ms")));
    rows.extend(slowest.iter().take(SLOWEST).map(|run| (run.file.name.clone(), *run)));
    let _ = writeln!(
        page,
        "\n## Named documents, and the {SLOWEST} slowest\n\n| document | size | operations | \
         processor time | by the clock | most memory | told |\n|---|---:|---:|---:|---:|---:|---:|"
    );
    for (name, run) in rows {
        let codes = run.read().and_then(|read| read.get("codes")?.as_object());
        let told: u64 =
            codes.into_iter().flat_map(|codes| codes.values()).filter_map(Value::as_u64).sum();
        let _ = writeln!(
            page,
            "| {name} | {:.1} MB | {} | {:.2} s | {:.2} s | {} MB | {told} |",
            run.file.bytes as f64 / 1e6,
            run.number("operations"),
            run.number("processor_ms") as f64 / 1e3,
            run.number("compile_ms") as f64 / 1e3,
            run.number("peak_kib") / 1024,
        );
    }
}

/// A table of counts by name: of all documents together, and in how many of them.
fn counted(title: &str, text: &str, counts: &[Option<Value>], page: &mut String) {
    let mut rows: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for counts in counts.iter().flatten() {
        for (name, count) in counts.as_object().into_iter().flatten() {
            let (total, documents) = rows.entry(name).or_default();
            *total += count.as_u64().unwrap_or(0);
            *documents += 1;
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(name, (total, _))| (std::cmp::Reverse(*total), *name));
    let _ = writeln!(page, "\n## {title}\n\n{text}\n\n| what | count | in documents |");
    page.push_str("|---|---:|---:|\n");
    for (name, (total, documents)) in rows {
        let _ = writeln!(page, "| {name} | {total} | {documents} |");
    }
}

/// Documents that were not read, and why.
fn stopped(runs: &[Run], page: &mut String) {
    let stopped: Vec<&Run> = runs.iter().filter(|run| !run.is_compiled()).collect();
    let _ = writeln!(page, "\n## Documents that are not read\n\n{} of them.\n", stopped.len());
    for run in stopped.iter().take(STOPPED_MAX) {
        let texts = run.read().and_then(|read| read.get("texts")?.as_object());
        let first = texts.and_then(|texts| {
            let (code, places) = texts.iter().next()?;
            Some(format!("{code} at {}", places.get(0)?.as_str()?))
        });
        let _ =
            writeln!(page, "- {}: {}", run.file.name, first.unwrap_or_else(|| run.outcome.told()));
    }
}
