//! The page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::secrets::packages::PACKAGES;

/// Folders of a package that no browser loads.
const BESIDE: [&str; 8] =
    ["test", "tests", "__tests__", "scripts", "docs", "examples", "spec", "fixtures"];

pub(super) fn page(samples: &Value, clean: &Value, streamed: &Value) -> String {
    let mut page = include_str!("words.md").to_owned();
    page.push_str(&of_samples(samples));
    page.push_str(&of_packages(clean));
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

fn of_packages(clean: &Value) -> String {
    let report = clean.get("report").unwrap_or(&Value::Null);
    let findings = report.get("findings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (beside, shipped): (Vec<&Value>, Vec<&Value>) =
        findings.iter().partition(|one| is_beside(text(one, "path")));
    let mut page = format!(
        "\n## Packages that have no secrets\n\n{} packages of npm with all that they depend on: {} files with those of source maps, {:.0} MB. \
         Taken for a secret in what they ship: **{}**. In their tests, scripts and examples: {}. Not read: {}.\n",
        PACKAGES.len(),
        number(report, "files"),
        number(report, "bytes") as f64 / 1e6,
        shipped.len(),
        beside.len(),
        report.get("not_read").and_then(Value::as_array).map_or(0, Vec::len),
    );
    let mut by_place: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for one in shipped.iter().chain(&beside) {
        let path = text(one, "path").rsplit("node_modules/").next().unwrap_or_default().to_owned();
        *by_place.entry((path, text(one, "rule"))).or_default() += 1;
    }
    page.push_str("\n| file | rule | times |\n|---|---|--:|\n");
    for ((path, rule), count) in by_place {
        let _ = writeln!(page, "| `{path}` | `{rule}` | {count} |");
    }
    let _ = writeln!(page, "\nThe packages: {}.", PACKAGES.join(", "));
    page
}

fn is_beside(path: &str) -> bool {
    let path = path.rsplit("node_modules/").next().unwrap_or_default();
    path.split('/').any(|part| BESIDE.contains(&part))
        || path.contains(".test.")
        || path.contains(".spec.")
}

fn of_speed(clean: &Value, streamed: &Value) -> String {
    let mut page = "\n## Speed and memory\n\nOne thread; seconds of its processor, the second time that the files are read.\n\n\
        | what | MB | seconds | MB/s | memory at most, MiB |\n|---|--:|--:|--:|--:|\n"
        .to_owned();
    for (what, run) in [("the packages", clean), ("one file of scripts", streamed)] {
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
