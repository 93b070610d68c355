//! What `crates/secrets` finds that it should, and what it takes for a secret that is none; how fast it is, and in how much memory.
//!
//! Not part of `check`: packages come from npm, unpacked below `target/secrets`. The measuring itself is
//! `crates/secrets/examples/measure`.

mod packages;
mod page;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::secrets::packages::{SETS, Set};
use crate::shell;

const PAGE: &str = "docs/src/secrets.md";
/// Bytes of the long file.
const LONG_BYTES: u64 = 1 << 30;

pub(crate) fn run() -> Result<(), String> {
    shell::run(
        "cargo",
        &["build", "--profile", "corpus", "-p", "portcullis-secrets", "--example", "measure"],
    )?;
    let samples = measured(&["samples"])?;
    let (mut clean, mut folders) = (Vec::new(), Vec::new());
    for set in &SETS {
        let packages = installed(set)?;
        clean.push(measured(&["folder", &packages.display().to_string()])?);
        folders.push(packages);
    }
    let long = long_file(folders.first().ok_or("there is no set of packages")?)?;
    let streamed = measured(&["folder", &long.display().to_string()])?;
    fs::remove_file(&long).map_err(|error| error.to_string())?;
    let page = page::page(&samples, &clean, &streamed);
    fs::write(shell::root().join(PAGE), page).map_err(|error| format!("`{PAGE}`: {error}"))?;
    shell::say(&format!("wrote {PAGE}"));
    Ok(())
}

fn folder() -> PathBuf {
    shell::root().join("target/secrets")
}

fn installed(set: &Set) -> Result<PathBuf, String> {
    let folder = folder().join(set.name);
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let known = folder.join("package.json");
    fs::write(&known, "{\"private\":true}\n").map_err(|error| error.to_string())?;
    let shown = folder.display().to_string();
    // Nothing of a package is run.
    let settings = [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--legacy-peer-deps",
        "--prefix",
        &shown,
    ];
    shell::run("npm", &[&settings[..], &set.packages[..]].concat())?;
    Ok(folder.join("node_modules"))
}

fn measured(arguments: &[&str]) -> Result<Value, String> {
    let program = shell::root().join("target/corpus/examples/measure").display().to_string();
    let told = shell::output(&shell::root(), &program, arguments)?;
    serde_json::from_str(&told).map_err(|error| error.to_string())
}

/// Scripts of the packages one after the other, again and again.
fn long_file(packages: &Path) -> Result<PathBuf, String> {
    let path = folder().join("long.js");
    let fault = |error: io::Error| error.to_string();
    let mut file = File::create(&path).map_err(fault)?;
    let mut scripts = Vec::new();
    collect(packages, &mut scripts).map_err(fault)?;
    scripts.sort();
    let mut written = 0;
    while written < LONG_BYTES && !scripts.is_empty() {
        for script in &scripts {
            written +=
                io::copy(&mut File::open(script).map_err(fault)?, &mut file).map_err(fault)?;
            if written >= LONG_BYTES {
                break;
            }
        }
    }
    Ok(path)
}

fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            collect(&path, scripts)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "js") {
            scripts.push(path);
        }
    }
    Ok(())
}
