//! One process for one document, within a time.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::corpus::documents::File;
use crate::shell;

/// How long one document may take, reading and checking together.
const DOCUMENT_TIME_MAX: Duration = Duration::from_mins(3);

/// The program that is started for each document.
pub(crate) struct Worker(PathBuf);

/// What came of a document.
pub(crate) enum Outcome {
    /// The process ended by itself: what it said of reading, and of checking.
    Ended {
        /// What came of reading.
        read: Value,
        /// What was checked; null if reading stopped.
        checks: Value,
    },
    /// It ended with a panic or a signal.
    Panicked(String),
    /// It was ended after [`DOCUMENT_TIME_MAX`].
    TooSlow,
}

impl Outcome {
    /// All that is known, in one line.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Ended { read, checks } => format!("{read} {checks}"),
            Self::Panicked(problem) => format!("panicked: {problem}"),
            Self::TooSlow => format!("took more than {} s", DOCUMENT_TIME_MAX.as_secs()),
        }
    }
}

impl Worker {
    pub(crate) fn build() -> Result<Self, String> {
        let build = ["build", "--locked", "--profile", "corpus", "--package", "portcullis-corpus"];
        shell::run("cargo", &build)?;
        Ok(Self(shell::root().join("target/corpus/portcullis-corpus")))
    }

    pub(crate) fn run(&self, file: &File) -> Outcome {
        self.try_run(file).unwrap_or_else(Outcome::Panicked)
    }

    fn try_run(&self, file: &File) -> Result<Outcome, String> {
        let problem = |error: std::io::Error| error.to_string();
        let mut child = Command::new(&self.0)
            .arg(&file.path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(problem)?;
        let (Some(mut out), Some(mut err)) = (child.stdout.take(), child.stderr.take()) else {
            return Err("no pipes".to_owned());
        };
        let (sender, said) = mpsc::channel();
        // They end with the process, so nobody waits for them.
        thread::spawn(move || {
            let mut text = String::new();
            let _ = out.read_to_string(&mut text);
            let _ = sender.send(text);
        });
        let errors = thread::spawn(move || {
            let mut text = String::new();
            let _ = err.read_to_string(&mut text);
            text
        });
        let Ok(text) = said.recv_timeout(DOCUMENT_TIME_MAX) else {
            child.kill().map_err(problem)?;
            child.wait().map_err(problem)?;
            return Ok(Outcome::TooSlow);
        };
        let status = child.wait().map_err(problem)?;
        if !status.success() {
            let errors = errors.join().unwrap_or_default();
            return Ok(Outcome::Panicked(format!("{status}: {}", errors.trim())));
        }
        let mut lines = text.lines().map(serde_json::from_str::<Value>);
        let mut line = || lines.next().and_then(Result::ok).unwrap_or_default();
        Ok(Outcome::Ended { read: line(), checks: line() })
    }
}
