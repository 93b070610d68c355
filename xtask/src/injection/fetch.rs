//! What comes from npm, PyPI and Debian, unpacked below `target` and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell;

const WEBHOOKS: &str = "@octokit/webhooks-examples@7.6.1";
pub(crate) const ENGINE: &str = "libmodsecurity==3.0.15.post2";
/// The peer's rules, as Debian has them.
pub(crate) const RULES: &str = "modsecurity-crs";
const FORTUNES: [&str; 2] = ["fortunes", "fortunes-min"];

/// Where all of it is.
pub(crate) fn folder() -> PathBuf {
    shell::root().join("target/injection")
}

/// The list of bodies that GitHub sends.
pub(crate) fn webhooks() -> Result<PathBuf, String> {
    let folder = folder().join("npm");
    let list = folder.join("node_modules/@octokit/webhooks-examples/api.github.com/index.json");
    if !list.exists() {
        let shown = folder.to_string_lossy().into_owned();
        std::fs::create_dir_all(&folder).map_err(|error| format!("`{shown}`: {error}"))?;
        shell::run("npm", &["install", "--no-save", "--prefix", &shown, WEBHOOKS])?;
    }
    Ok(list)
}

/// The folder of sayings.
pub(crate) fn fortunes() -> Result<PathBuf, String> {
    let unpacked = folder().join("fortunes");
    let sayings = unpacked.join("usr/share/games/fortunes");
    if !sayings.join("fortunes").exists() || !sayings.join("zippy").exists() {
        debian(&FORTUNES, &unpacked)?;
    }
    Ok(sayings)
}

/// The interpreter that has the peer's engine, and the folder of the peer's rules.
pub(crate) fn peer() -> Result<(PathBuf, PathBuf), String> {
    let environment = folder().join("venv");
    let python = environment.join("bin/python");
    if !Command::new(&python)
        .args(["-c", "import libmodsecurity"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        let shown = environment.to_string_lossy().into_owned();
        shell::run("python3", &["-m", "venv", &shown])?;
        let pip = format!("{shown}/bin/pip");
        shell::run(&pip, &["install", "--quiet", "--disable-pip-version-check", ENGINE])?;
    }
    let rules = folder().join("crs");
    if !rules.join("usr/share/modsecurity-crs/rules").is_dir() {
        debian(&[RULES], &rules)?;
    }
    Ok((python, rules))
}

/// Unpacks Debian packages into a folder, without installing them.
fn debian(packages: &[&str], into: &Path) -> Result<(), String> {
    let shown = into.display();
    std::fs::create_dir_all(into).map_err(|error| format!("`{shown}`: {error}"))?;
    let command = format!(
        "cd '{shown}' && apt-get download --quiet {} && \
         for one in *.deb; do dpkg --extract \"$one\" . && rm \"$one\"; done",
        packages.join(" ")
    );
    shell::run("sh", &["-c", &command])
        .map_err(|problem| format!("{problem}; `apt-get update` may help"))
}
