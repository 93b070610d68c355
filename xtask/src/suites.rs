//! The public test suites: JSON's own, and JSON Schema's, through the code that the gateway runs.
//!
//! The suites are data of others and no part of a clone: `--data FOLDER` says where they lie.

mod cases;
mod inapplicable;
mod parsing;
mod place;
mod schemas;
mod table;

use std::path::{Path, PathBuf};

use crate::shell;

/// The page that is written.
const PAGE: &str = "docs/src/suites.md";

/// Runs all suites, writes the page, and fails if a test does.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let data = match arguments {
        [flag, folder] if flag == "--data" => PathBuf::from(folder),
        _ => return Err("usage: cargo xtask suites --data FOLDER".to_owned()),
    };
    let suites = vec![
        parsing::run(&data.join("json-parsing"))?,
        schemas::run(&data.join("json-schema"), &schemas::OPENAPI_31)?,
        schemas::run(&data.join("json-schema"), &schemas::OPENAPI_31_FORMATS)?,
        schemas::run(&data.join("json-schema"), &schemas::OPENAPI_31_OPTIONAL)?,
        schemas::run(&data.join("json-schema"), &schemas::OPENAPI_30)?,
        schemas::run(&data.join("json-schema"), &schemas::OPENAPI_30_FORMATS)?,
    ];
    let page = shell::root().join(PAGE);
    std::fs::write(&page, table::page(&suites)).map_err(|error| format!("`{PAGE}`: {error}"))?;
    for suite in &suites {
        shell::say(&suite.line());
        for failure in &suite.failed {
            shell::say(&format!("  failed: {failure}"));
        }
    }
    shell::say(&format!("wrote {PAGE}"));
    let failed: usize = suites.iter().map(|suite| suite.failed.len()).sum();
    if failed == 0 { Ok(()) } else { Err(format!("{failed} tests fail")) }
}

/// What became of one suite.
pub(crate) struct Suite {
    /// What it is called on the page.
    name: &'static str,
    /// Whose it is, and which version.
    source: &'static str,
    passed: usize,
    /// The name of each, and what was expected.
    failed: Vec<String>,
    /// How many tests do not apply, by the reason.
    inapplicable: Vec<(&'static str, usize, Vec<String>)>,
    /// Where the suite leaves the choice: the test, and what is chosen.
    chosen: Vec<(String, String)>,
}

impl Suite {
    fn new(name: &'static str, source: &'static str) -> Self {
        Self {
            name,
            source,
            passed: 0,
            failed: Vec::new(),
            inapplicable: Vec::new(),
            chosen: Vec::new(),
        }
    }

    /// Counts a test that does not apply.
    fn leave_out(&mut self, reason: &'static str, count: usize, name: String) {
        if let Some((_, total, names)) =
            self.inapplicable.iter_mut().find(|(known, ..)| *known == reason)
        {
            *total += count;
            names.push(name);
        } else {
            self.inapplicable.push((reason, count, vec![name]));
        }
    }

    fn inapplicable_count(&self) -> usize {
        self.inapplicable.iter().map(|(_, count, _)| count).sum()
    }

    fn line(&self) -> String {
        format!(
            "{}: {} passed, {} failed, {} not applicable",
            self.name,
            self.passed,
            self.failed.len(),
            self.inapplicable_count()
        )
    }
}

/// The JSON files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("`{}`: {error}; is `--data` right?", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    Ok(files)
}

/// The name of a file without its ending.
fn stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
