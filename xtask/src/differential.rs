//! Our verdict on requests beside those of two other validators: PyPI `openapi-core` and npm
//! `express-openapi-validator`.
//!
//! Requests are made from real documents (`crates/corpus/src/requests.rs`): an honest one for each
//! operation, and copies with one thing wrong. Where the three do not agree, the table says who is
//! right, and by which sentence.

mod adjudicated;
mod judges;
mod table;

use std::process::Command;

use serde_json::Value;

use crate::corpus::documents::{self, File};
use crate::differential::judges::Judges;
use crate::shell;

/// The documents, by name: two versions, many kinds of schemas, small enough for all three.
const DOCUMENTS: [&str; 10] = [
    "adyen.com/ManagementService-v3",
    "asana.com",
    "box.com",
    "codat.io/accounting",
    "digitalocean.com",
    "discourse.local",
    "launchdarkly.com",
    "netlify.com",
    "spotify.com",
    "squareup.com",
];

/// One request, and what all three say of it.
pub(crate) struct Case {
    document: &'static str,
    request: Value,
    core: String,
    express: String,
}

pub(crate) fn run() -> Result<(), String> {
    let files = documents::installed()?;
    let judges = Judges::install()?;
    let build = ["build", "--locked", "--profile", "corpus", "--package", "portcullis-corpus"];
    shell::run("cargo", &build)?;
    let mut cases = Vec::new();
    let mut silent = Vec::new();
    for name in DOCUMENTS {
        let file = files.iter().find(|file| file.name == name);
        let file = file.ok_or_else(|| format!("`{name}` is not in the package"))?;
        let requests = requests(file)?;
        let count = requests.lines().count();
        let (core, express) = (judges.core(file, &requests)?, judges.express(file, &requests)?);
        shell::say(&format!("{name}: {count} requests"));
        if core.len() != count || express.len() != count {
            // A validator that does not read the document says nothing of any request.
            silent.push(name);
            continue;
        }
        for ((line, core), express) in requests.lines().zip(core).zip(express) {
            let request = serde_json::from_str(line).map_err(|error| error.to_string())?;
            cases.push(Case { document: name, request, core, express });
        }
    }
    let page = table::page(&cases, &silent);
    let path = shell::root().join("docs/src/differential.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/differential.md: {error}"))?;
    shell::say(&page);
    Ok(())
}

/// The requests of a document, a line each, with our verdict.
fn requests(file: &File) -> Result<String, String> {
    let output = Command::new(shell::root().join("target/corpus/portcullis-corpus"))
        .arg(&file.path)
        .arg("requests")
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
