//! Runs one document: `portcullis-corpus FILE` prints two lines of JSON, what came of reading it
//! and what came of checking it. A process each, so that time and memory are its own.

use std::io::{self, Write as _};
use std::process::ExitCode;

use portcullis_corpus::{Source, checks, compile};

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
    writeln!(out, "{}", compiled.to_json())?;
    out.flush()?;
    if let Ok(contract) = &compiled.result {
        let root = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
        writeln!(out, "{}", checks(contract, Source::new(&root), &file).to_json())?;
    }
    Ok(())
}
