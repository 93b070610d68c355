//! What a run of attacks finds and costs: the built-in set on the sample, and attacks that are made for an API of
//! 50 operations.
//!
//! Both are what users run: the release build of the command, its report as JSON.

mod built_in;
mod fifty;
mod report;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell;

pub(crate) fn run() -> Result<(), String> {
    let build = ["build", "--release", "--locked", "--package", "portcullis"];
    shell::run("cargo", &build)?;
    shell::run(
        "cargo",
        &["build", "--release", "--locked", "--package", "portcullis-sample", "--example", "serve"],
    )?;
    let built_in = built_in::tried()?;
    let fifty = fifty::tried()?;
    let page = page(&built_in, &fifty);
    let path = shell::root().join("docs/src/attack-figures.md");
    std::fs::write(&path, &page).map_err(|error| format!("{}: {error}", path.display()))?;
    shell::say(&page);
    Ok(())
}

/// Runs the command; its report, and how long it took. Exit 1 is a report, too.
fn reported(command: &mut Command) -> Result<(Value, Duration), String> {
    let started = Instant::now();
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let took = started.elapsed();
    let report = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("{command:?}: {error}: {}", String::from_utf8_lossy(&output.stderr))
    })?;
    Ok((report, took))
}

fn page(built_in: &str, fifty: &str) -> String {
    format!(
        "# What a run of attacks finds and costs\n\n\
         Made by `cargo xtask proof`, on two cores. What the words mean: [What each answer proves](guides/proof.md).\n\n\
         ## The built-in set, on the sample\n\n{built_in}\n\n\
         ## Attacks that are made for an API of 50 operations\n\n{fifty}\n"
    )
}
