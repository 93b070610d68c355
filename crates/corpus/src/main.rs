//! Runs one document: `portcullis-corpus FILE` prints two lines of JSON, what came of reading it
//! and what came of checking it. A process each, so that time and memory are its own.
//! `portcullis-corpus FILE requests` prints requests, and what our controls say of each.

use std::io::{self, Write as _};
use std::process::ExitCode;

use portcullis_corpus::{Source, checks, compile, requests};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let file = std::env::args().nth(1).ok_or_else(|| io::Error::other("which file?"))?;
    let text = std::fs::read_to_string(&file)?;
    let compiled = compile(&file, text);
    let mut out = io::stdout().lock();
    if std::env::args().nth(2).as_deref() == Some("requests") {
        let root = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
        let contract = compiled.result.map_err(|_| io::Error::other("it is not read"))?;
        for request in requests(&contract, Source::new(&root), &file) {
            writeln!(out, "{request}")?;
        }
        return Ok(());
    }
    writeln!(out, "{}", compiled.to_json())?;
    out.flush()?;
    if let Ok(contract) = &compiled.result {
        let root = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
        writeln!(out, "{}", checks(contract, Source::new(&root), &file).to_json())?;
    }
    Ok(())
}
