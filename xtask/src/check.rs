//! All that CI runs, in one command.

use crate::{docs, doors, own, shell, tidy};

pub(crate) fn run() -> Result<(), String> {
    tidy::run()?;
    shell::run("cargo", &["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    shell::run("cargo", &clippy)?;
    if shell::has("cargo-nextest", "--version") {
        shell::run("cargo", &["nextest", "run", "--workspace", "--locked", "--no-fail-fast"])?;
    } else {
        shell::run("cargo", &["test", "--workspace", "--locked", "--no-fail-fast", "--tests"])?;
    }
    shell::run("cargo", &["test", "--workspace", "--locked", "--doc", "--quiet"])?;
    docs::check()?;
    own::check()?;
    doors::smoke()?;
    shell::say("all checks passed");
    Ok(())
}
