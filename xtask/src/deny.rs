//! Licences, advisories, duplicate versions.

use crate::shell;

pub(crate) fn run() -> Result<(), String> {
    if !shell::has("cargo-deny", "--version") {
        shell::run("cargo", &["install", "--locked", "cargo-deny"])?;
    }
    shell::run("cargo", &["deny", "check"])
}
