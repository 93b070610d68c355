//! The other validators: installed below `target`, asked through a script each.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use crate::corpus::documents::File;
use crate::shell;

/// The versions whose verdicts the page shows.
const PACKAGES: [&str; 2] = ["express@5.3.0", "express-openapi-validator@5.6.2"];
const CORE: &str = "openapi-core==0.23.1";

/// Both validators.
pub(crate) struct Judges {
    folder: PathBuf,
}

impl Judges {
    /// Installs what is not there yet.
    pub(crate) fn install() -> Result<Self, String> {
        let folder = shell::root().join("target/differential");
        let shown = folder.to_string_lossy().into_owned();
        if !folder.join("node_modules").is_dir() {
            std::fs::create_dir_all(&folder).map_err(|error| format!("`{shown}`: {error}"))?;
            let mut install = vec!["install", "--no-save", "--prefix", &shown];
            install.extend(PACKAGES);
            shell::run("npm", &install)?;
        }
        let environment = format!("{shown}/venv");
        if !folder.join("venv").is_dir() {
            shell::run("python3", &["-m", "venv", &environment])?;
            shell::run(
                &format!("{environment}/bin/pip"),
                &["install", "--quiet", CORE, "werkzeug"],
            )?;
        }
        Ok(Self { folder })
    }

    /// What openapi-core says of each request.
    pub(crate) fn core(&self, file: &File, requests: &str) -> Result<Vec<String>, String> {
        let mut python = Command::new(self.folder.join("venv/bin/python"));
        asked(python.arg(script("judge.py")).arg(&file.path), requests)
    }

    /// What express-openapi-validator says of each request.
    pub(crate) fn express(&self, file: &File, requests: &str) -> Result<Vec<String>, String> {
        let mut node = Command::new("node");
        node.env("NODE_PATH", self.folder.join("node_modules"));
        asked(node.arg(script("judge.js")).arg(&file.path), requests)
    }
}

fn script(name: &str) -> PathBuf {
    shell::root().join("xtask/src/differential").join(name)
}

/// Gives the requests to a script, and takes a verdict for each.
fn asked(command: &mut Command, requests: &str) -> Result<Vec<String>, String> {
    let problem = |error: std::io::Error| error.to_string();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(problem)?;
    let input = child.stdin.take();
    let requests = requests.to_owned();
    // Written beside the reading, so that neither waits for the other for ever.
    thread::spawn(move || input.map(|mut input| input.write_all(requests.as_bytes())));
    let output = child.wait_with_output().map_err(problem)?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}
