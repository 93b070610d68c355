//! Licences, duplicate versions and sources; then advisories, which need the network.

use crate::shell;

pub(crate) fn run() -> Result<(), String> {
    if !shell::has("cargo-deny", "--version") {
        shell::run("cargo", &["install", "--locked", "cargo-deny"])?;
    }
    shell::run("cargo", &["deny", "check", "bans", "licenses", "sources"])?;
    shell::run("cargo", &["deny", "check", "advisories"])
}
