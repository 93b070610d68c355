//! The page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::secrets::packages::{LOOKED_AT, SETS, Set};

/// Folders of a package that no browser loads.
const BESIDE: [&str; 8] =
    ["test", "tests", "__tests__", "scripts", "docs", "examples", "spec", "fixtures"];

/// Endings of files that no browser loads.
const UNLOADED: [&str; 5] = [".md", ".d.ts", ".d.cts", ".d.mts", ".markdown"];

pub(super) fn page(samples: &Value, clean: &[Value], streamed: &Value) -> String {
    let mut page = include_str!("words.md").to_owned();
    page.push_str(&of_samples(samples));
    page.push_str("\n## Packages that have no secrets\n");
    for (set, clean) in SETS.iter().zip(clean) {
        page.push_str(&of_packages(set, clean));
    }
    page.push_str(&of_speed(clean, streamed));
    page
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn of_samples(samples: &Value) -> String {
    let rows = samples.as_array().map_or(&[][..], Vec::as_slice);
    let sum = |name: &str| rows.iter().map(|row| number(row, name)).sum::<u64>();
    let (all, found) = (sum("samples"), sum("found"));
    let mut page = format!(
        "\n## Samples of each rule\n\n{} rules with a pattern, {all} samples, {found} found: {:.2} %. Rules of which some are missed:\n\n\
         | rule | samples | found |\n|---|--:|--:|\n",
        rows.len(),
        found as f64 * 100.0 / all.max(1) as f64,
    );
    for row in rows.iter().filter(|row| number(row, "found") < number(row, "samples")) {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            text(row, "rule"),
            number(row, "samples"),
            number(row, "found")
        );
    }
    page
}

fn of_packages(set: &Set, clean: &Value) -> String {
    let report = clean.get("report").unwrap_or(&Value::Null);
    let findings = report.get("findings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // What is made to be seen is told as that.
    let secrets = || findings.iter().filter(|one| text(one, "kind") == "secret");
    let (beside, shipped): (Vec<&Value>, Vec<&Value>) =
        secrets().partition(|one| is_beside(text(one, "path")));
    let mut page = format!(
        "\n### The {} fifty\n\nWhat was known of them: {}.\n\n\
         {} files with those of source maps, {:.0} MB. Taken for a secret in what they ship: **{}** values, {} places. In tests, scripts, \
         documentation and declarations of types: {} values. Told as made to be seen: {}. Not read: {}.\n",
        set.name,
        set.known,
        number(report, "files"),
        number(report, "bytes") as f64 / 1e6,
        values(&shipped),
        shipped.len(),
        values(&beside),
        findings.len() - secrets().count(),
        report.get("not_read").and_then(Value::as_array).map_or(0, Vec::len),
    );
    let mut by_place: BTreeMap<(&str, &str), Vec<&Value>> = BTreeMap::new();
    for one in shipped {
        by_place.entry((package(text(one, "path")), text(one, "rule"))).or_default().push(one);
    }
    if !by_place.is_empty() {
        page.push_str("\n| in | rule | values | places | what it is |\n|---|---|--:|--:|---|\n");
    }
    for ((name, rule), found) in by_place {
        let path = found.first().map_or("", |one| inside(text(one, "path")));
        let what = LOOKED_AT.iter().find(|(begin, _)| path.starts_with(begin));
        let what = what.map_or("not looked at", |(_, what)| what);
        let (values, places) = (values(&found), found.len());
        let _ = writeln!(page, "| `{name}` | `{rule}` | {values} | {places} | {what} |");
    }
    let _ = writeln!(page, "\nThe packages: {}.", set.packages.join(", "));
    page
}

/// How many different ones there are.
fn values(found: &[&Value]) -> usize {
    found.iter().map(|one| text(one, "digest")).collect::<BTreeSet<_>>().len()
}

/// Inside the folder of packages.
fn inside(path: &str) -> &str {
    path.rsplit("node_modules/").next().unwrap_or_default()
}

fn package(path: &str) -> &str {
    let path = inside(path);
    let scope = if path.starts_with('@') { path.find('/').map_or(0, |at| at + 1) } else { 0 };
    let rest = path.get(scope..).unwrap_or_default();
    let end = rest.find('/').map_or(path.len(), |at| scope + at);
    path.get(..end).unwrap_or(path)
}

fn is_beside(path: &str) -> bool {
    let path = inside(path);
    path.split('/').any(|part| BESIDE.contains(&part))
        || [".test.", ".spec."].iter().any(|part| path.contains(part))
        || UNLOADED.iter().any(|ending| path.ends_with(ending))
}

fn of_speed(clean: &[Value], streamed: &Value) -> String {
    let mut page = "\n## Speed and memory\n\nOne thread; seconds of its processor, the second time that the files are read.\n\n\
        | what | MB | seconds | MB/s | memory at most, MiB |\n|---|--:|--:|--:|--:|\n"
        .to_owned();
    let sets = SETS.iter().zip(clean).map(|(set, run)| (format!("the {} fifty", set.name), run));
    for (what, run) in sets.chain([("one file of scripts".to_owned(), streamed)]) {
        let bytes = run.get("report").map_or(0, |report| number(report, "bytes")) as f64 / 1e6;
        let seconds = run.get("seconds").and_then(Value::as_f64).unwrap_or_default();
        let peak = number(run, "peak_kib") / 1024;
        let _ = writeln!(
            page,
            "| {what} | {bytes:.0} | {seconds:.1} | {:.0} | {peak} |",
            bytes / seconds.max(0.001)
        );
    }
    page
}
