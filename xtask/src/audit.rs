//! What the audit finds in published documents, and how long it takes: `docs/src/audit-figures.md`.
//!
//! The documents are those of `cargo xtask corpus`. Each is audited, mended by the Overlay that the audit writes, and
//! audited again (`crates/audit/examples/documents.rs`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::corpus::documents::{self, File, PACKAGE};
use crate::shell;

/// Operations of the document that is made.
const MADE: u64 = 500;
/// Documents that are named as the slowest.
const SLOWEST: usize = 5;

pub(crate) fn run() -> Result<(), String> {
    let files = documents::installed()?;
    shell::run(
        "cargo",
        &["build", "--locked", "--package", "portcullis-audit", "--example", "documents"],
    )?;
    let made = told(&["--made", &MADE.to_string()], &[])?;
    shell::say(&format!("{} documents", files.len()));
    let told = told(&[], &files)?;
    let page = page(made.first(), &told, files.len());
    let path = "docs/src/audit-figures.md";
    std::fs::write(shell::root().join(path), &page).map_err(|why| format!("`{path}`: {why}"))?;
    shell::say(&page);
    Ok(())
}

/// What the program says, a line for each document.
fn told(arguments: &[&str], files: &[File]) -> Result<Vec<Value>, String> {
    let problem = |why: std::io::Error| format!("the program cannot be run: {why}");
    let mut child = Command::new(shell::root().join("target/debug/examples/documents"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(problem)?;
    let paths: String =
        files.iter().fold(String::new(), |all, file| all + &file.path.to_string_lossy() + "\n");
    let stdin = child.stdin.take();
    // It answers while it is still asked.
    let asking =
        std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(paths.as_bytes())));
    let output = child.wait_with_output().map_err(problem)?;
    let _ = asking.join();
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).map_err(|why| why.to_string())).collect()
}

fn number(of: &Value, key: &str) -> u64 {
    of.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// Whether it has more findings than are told, so that nobody can say which are new.
fn is_untold(one: &Value) -> bool {
    one.pointer("/mended/not_compared").is_some()
}

fn page(made: Option<&Value>, told: &[Value], asked: usize) -> String {
    let read: Vec<&Value> = told.iter().filter(|one| one.get("rules").is_some()).collect();
    let panics = told.iter().filter(|one| one.get("panic").is_some()).count();
    let sum = |key: &str| read.iter().map(|one| number(one, key)).sum::<u64>();
    let mended = |one: &Value, key: &str| one.get("mended").map_or(0, |after| number(after, key));
    let left: u64 = read.iter().map(|one| mended(one, "findings")).sum();
    let new = read.iter().filter(|one| {
        let new = one.pointer("/mended/new").and_then(Value::as_object);
        new.is_none_or(|new| !new.is_empty()) && !is_untold(one)
    });
    let median = |key: &dyn Fn(&Value) -> u64| {
        let mut all: Vec<u64> = read.iter().map(|one| key(one)).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    let tenths = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
    let mut page = format!(
        "# The audit of published documents\n\nWritten by `cargo xtask audit`: all documents of the npm package \
         `{PACKAGE}`, audited without a policy, mended by the actions of the Overlay that the audit writes (no \
         proposal), and audited again. The program is built without optimisation and looks at one document at a \
         time; what a release takes is not measured here.\n\n| | |\n|---|---:|\n"
    );
    let made_ms = made.map_or(0, |made| number(made, "audit_ms"));
    let rows = [
        ("documents", asked.to_string()),
        ("audited", read.len().to_string()),
        ("panics", panics.to_string()),
        (
            "larger than a bound of the audit",
            read.iter()
                .filter(|one| one.get("is_whole") != Some(&Value::Bool(true)))
                .count()
                .to_string(),
        ),
        ("operations", sum("operations").to_string()),
        ("findings", sum("findings").to_string()),
        ("findings after the Overlay", left.to_string()),
        ("documents in which a rule speaks more often after it", new.count().to_string()),
        (
            "documents with more findings than are told, not compared",
            read.iter().filter(|one| is_untold(one)).count().to_string(),
        ),
        ("actions", sum("actions").to_string()),
        ("proposals", sum("proposals").to_string()),
        ("score, median", tenths(median(&|one| number(one, "score")))),
        ("score after the Overlay, median", tenths(median(&|one| mended(one, "score")))),
        ("time of all audits, without reading", format!("{:.1} s", sum("audit_ms") as f64 / 1e3)),
        ("time of one, median", format!("{} ms", median(&|one| number(one, "audit_ms")))),
    ];
    for (what, figure) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {what} | {figure} |");
    }
    let _ = writeln!(page, "| a made document of {MADE} operations | {made_ms} ms |");
    let behind_ms = made.map_or(0, |made| number(made, "behind_ms"));
    let _ = writeln!(page, "| the same, with a policy | {behind_ms} ms |");
    slowest(&mut page, &read);
    rules(&mut page, &read);
    page
}

fn slowest(page: &mut String, read: &[&Value]) {
    let mut slow = read.to_vec();
    slow.sort_by_key(|one| std::cmp::Reverse(number(one, "audit_ms")));
    page.push_str(
        "\n## The slowest\n\n| document | operations | findings | reading | audit |\n|---|---:|---:|---:|---:|\n",
    );
    for one in slow.iter().take(SLOWEST) {
        let name = one.get("name").and_then(Value::as_str).unwrap_or_default();
        let name = name.rsplit_once("/api/").map_or(name, |(_, name)| name);
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} ms | {} ms |",
            name.trim_end_matches(".json"),
            number(one, "operations"),
            number(one, "findings"),
            number(one, "read_ms"),
            number(one, "audit_ms")
        );
    }
}

fn rules(page: &mut String, read: &[&Value]) {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (rule, said) in read.iter().filter_map(|one| one.get("rules")?.as_object()).flatten() {
        let (documents, findings) = counts.entry(rule).or_default();
        *documents += 1;
        *findings += said.get(0).and_then(Value::as_u64).unwrap_or_default();
    }
    let mut counts: Vec<(&str, (u64, u64))> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, (documents, _))| (std::cmp::Reverse(*documents), *rule));
    page.push_str(
        "\n## How often each rule speaks\n\n| rule | documents | findings |\n|---|---:|---:|\n",
    );
    for (rule, (documents, findings)) in counts {
        let _ = writeln!(page, "| `{rule}` | {documents} | {findings} |");
    }
}
