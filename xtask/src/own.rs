//! The threat model and the audit of our own doors: `docs/src/own-threats.md`, `docs/src/own-audit.md` and a picture.
//!
//! Document, policy and what people say lie in `docs/own`. They are laid into a folder that goes with this, beside keys
//! of chance and a certificate, and the program is asked there. What differs from host to host or from day to day is not
//! in the pages.

mod audited;
mod modelled;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::shell;

/// What is laid out.
const FILES: [&str; 3] = ["openapi.yaml", "portcullis.yaml", "threats.yaml"];
/// Its own policy; nothing stands in front of the doors themselves.
const OWN: [&str; 2] = ["-c", "portcullis.yaml"];

/// A page or picture, and what is to stand in it.
type Made = (&'static str, String);

/// Writes them; `--check` compares. `--gateway FILE` takes a binary that is built already.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let at = arguments.iter().position(|one| one == "--gateway");
    let gateway = at.and_then(|at| arguments.get(at + 1)).map(PathBuf::from);
    let made = made(gateway)?;
    if arguments.iter().any(|one| one == "--check") {
        return compared(&made);
    }
    for (page, text) in &made {
        let written = std::fs::write(shell::root().join(page), text);
        written.map_err(|error| format!("`{page}`: {error}"))?;
        shell::say(&format!("wrote {page}"));
    }
    Ok(())
}

/// Fails if one of them is not what the program says.
pub(crate) fn check() -> Result<(), String> {
    compared(&made(None)?)
}

fn compared(made: &[Made]) -> Result<(), String> {
    for (page, text) in made {
        let known = std::fs::read_to_string(shell::root().join(page)).unwrap_or_default();
        if known != *text {
            return Err(format!("`{page}` is not what the program says; run `cargo xtask own`"));
        }
    }
    Ok(())
}

fn made(gateway: Option<PathBuf>) -> Result<Vec<Made>, String> {
    let binary = if let Some(gateway) = gateway {
        gateway
    } else {
        shell::run("cargo", &["build", "--locked", "--quiet", "--package", "portcullis"])?;
        shell::root().join("target/debug/portcullis")
    };
    let desk = Desk::laid(&binary)?;
    let model = desk.json(&["threats", "--without-gateway", "--format", "json"], &OWN)?;
    let markdown = desk.asked(&["threats", "--without-gateway", "--format", "markdown"], &OWN)?;
    let html = desk.asked(&["threats", "--without-gateway", "--format", "html"], &OWN)?;
    let documents = desk.json(&["audit", "--format", "json"], &["openapi.yaml"])?;
    let deployment = desk.json(&["audit", "--format", "json"], &OWN)?;
    Ok(vec![
        ("docs/src/own-threats.md", modelled::page(&markdown, &model)?),
        ("docs/src/img/own-threats.svg", modelled::picture(&html)?),
        ("docs/src/own-audit.md", audited::page(&documents, &deployment)),
    ])
}

/// A folder that goes with this, as a host has it.
struct Desk {
    binary: PathBuf,
    folder: PathBuf,
}

impl Desk {
    fn laid(binary: &Path) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("portcullis-own-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
        let shown = binary.display().to_string();
        let binary = binary.canonicalize().map_err(|why| format!("{shown}: {why}"))?;
        let desk = Self { binary, folder };
        for name in FILES {
            let from = shell::root().join("docs/own").join(name);
            let copied = std::fs::copy(&from, desk.folder.join(name));
            copied.map_err(|why| format!("{}: {why}", from.display()))?;
        }
        let keys = "umask 077; chmod -R go= .; \
                    for name in store pepper; do head -c 32 /dev/urandom > $name.key; done";
        shell::output(&desk.folder, "sh", &["-c", keys])?;
        desk.asked(&["dev-certificate", "--host", "gateway.example.com", "--out", "dev"], &[])?;
        Ok(desk)
    }

    /// What the program prints. It ends with 1 where something is open: that is no failure here.
    fn asked(&self, what: &[&str], of: &[&str]) -> Result<String, String> {
        let mut command = Command::new(&self.binary);
        let output = command.args(what).args(of).current_dir(&self.folder).output();
        let output = output.map_err(|why| format!("{}: {why}", self.binary.display()))?;
        if output.stdout.is_empty() && !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        String::from_utf8(output.stdout).map_err(|_| format!("`{what:?}` does not print UTF-8"))
    }

    fn json(&self, what: &[&str], of: &[&str]) -> Result<Value, String> {
        serde_json::from_str(&self.asked(what, of)?).map_err(|why| format!("{what:?}: {why}"))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A member that is a text; nothing, where it is none.
fn text<'v>(of: &'v Value, key: &str) -> &'v str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list.
fn list<'v>(of: &'v Value, key: &str) -> &'v [Value] {
    of.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
