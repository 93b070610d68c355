//! Rules about the project that no compiler knows.

mod imports;
mod links;

use std::path::{Path, PathBuf};

use crate::shell;

/// A source file's lines, at most.
const FILE_LINES_MAX: usize = 600;

pub(crate) fn run() -> Result<(), String> {
    let root = shell::root();
    let files = tracked(&root)?;
    let mut problems = Vec::new();
    for file in &files {
        let Ok(text) = std::fs::read_to_string(root.join(file)) else { continue };
        problems.extend(names(file));
        if file.extension().is_some_and(|ending| ending == "rs") {
            problems.extend(source(file, &text));
        }
        if file.extension().is_some_and(|ending| ending == "md") {
            problems.extend(links::broken(&root, file, &text));
        }
    }
    problems.extend(imports::circles(&root, &files));
    if problems.is_empty() {
        shell::say(&format!("tidy: {} files", files.len()));
        Ok(())
    } else {
        Err(format!("tidy:\n{}", problems.join("\n")))
    }
}

/// What git tracks, or would.
fn tracked(root: &Path) -> Result<Vec<PathBuf>, String> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect())
}

fn names(file: &Path) -> Vec<String> {
    const VAGUE: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if VAGUE.contains(&stem.as_str()) {
        vec![format!("{}: a name that answers no question", file.display())]
    } else {
        Vec::new()
    }
}

fn source(file: &Path, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let shown = file.display();
    let count = text.lines().count();
    if count > FILE_LINES_MAX {
        problems.push(format!("{shown}: {count} lines; split it by the question it answers"));
    }
    if !text.starts_with("//!") {
        problems.push(format!("{shown}: the first line does not say what the file is for"));
    }
    for (number, line) in text.lines().enumerate() {
        // Spelt in halves, so that this file does not find itself.
        for mark in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX:")] {
            if line.contains(mark) {
                problems.push(format!("{shown}:{}: `{mark}` without a decision", number + 1));
            }
        }
    }
    problems
}
