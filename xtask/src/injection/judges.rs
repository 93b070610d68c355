//! Who judges: our detectors and the peer, a process each, asked and answering a line at a time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::injection::case::Case;
use crate::injection::fetch;
use crate::shell;

/// How long an answer may take: the peer needs seconds for some.
const PATIENCE: Duration = Duration::from_mins(2);

/// Cases that are asked twice, so that what is only made once is no cost of theirs.
const WARM_UP: usize = 20;

/// Where a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Body,
    Query,
}

/// What is said of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What was found, if anything was.
    pub(crate) found: Option<String>,
    /// The text in which it was found.
    pub(crate) leaf: String,
    /// Whether an answer was reached at all.
    pub(crate) is_judged: bool,
    /// Processor time of reading the JSON, where it was taken apart.
    pub(crate) read_ns: u64,
    /// Processor time of looking at texts; of the peer, all of it.
    pub(crate) look_ns: u64,
    /// Processor time of looking at names.
    pub(crate) names_ns: u64,
}

/// The peer, installed.
struct Peer {
    python: PathBuf,
    rules: PathBuf,
    /// `ModSecurity 3.0.15, OWASP_CRS/3.3.4`.
    version: String,
}

/// Ours, and the peer unless it cannot be had.
pub(crate) struct Judges {
    ours: PathBuf,
    peer: Result<Peer, String>,
}

impl Judges {
    /// Builds ours and installs the peer. A peer that cannot be installed is not measured.
    pub(crate) fn install() -> Result<Self, String> {
        let ours = build()?;
        let peer = Peer::install();
        if let Err(problem) = &peer {
            shell::say(&format!("the peer is not measured: {problem}"));
        }
        Ok(Self { ours, peer })
    }

    /// Builds ours, and asks no peer.
    pub(crate) fn ours_alone() -> Result<Self, String> {
        Ok(Self { ours: build()?, peer: Err("it was not asked".to_owned()) })
    }

    /// Ours on each case. Whoever does not answer has crashed.
    pub(crate) fn ours(&self, cases: &[&Case]) -> Result<Vec<Answer>, String> {
        asked(&mut Command::new(&self.ours), cases, Place::Body)
    }

    /// The peer on each case, or nothing if there is none.
    pub(crate) fn peer(&self, cases: &[&Case], place: Place) -> Option<Vec<Answer>> {
        let peer = self.peer.as_ref().ok()?;
        let answers = asked(&mut peer.command(), cases, place);
        answers.map_err(|problem| shell::say(&format!("the peer: {problem}"))).ok()
    }

    /// What the peer is, or why it is not measured.
    pub(crate) fn version(&self) -> Result<&str, &str> {
        self.peer.as_ref().map(|peer| peer.version.as_str()).map_err(String::as_str)
    }
}

fn build() -> Result<PathBuf, String> {
    let package = ["--package", "portcullis-injection", "--example", "judge"];
    let build = ["build", "--release", "--locked"];
    shell::run("cargo", &[&build[..], &package[..]].concat())?;
    Ok(shell::root().join("target/release/examples/judge"))
}

impl Peer {
    fn install() -> Result<Self, String> {
        let (python, rules) = fetch::peer()?;
        let script = fetch::folder().join("peer.py");
        std::fs::write(&script, include_str!("peer.py"))
            .map_err(|error| format!("peer.py: {error}"))?;
        let peer = Self { python, rules, version: String::new() };
        let said = peer.command().arg("--version").output().map_err(|error| error.to_string())?;
        let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        if said.status.success() && !version.is_empty() {
            Ok(Self { version, ..peer })
        } else {
            Err(String::from_utf8_lossy(&said.stderr).trim().to_owned())
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(fetch::folder().join("peer.py")).arg(&self.rules);
        command
    }
}

/// A process that ends when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An answer to each case, or the first case that has none.
fn asked(command: &mut Command, cases: &[&Case], place: Place) -> Result<Vec<Answer>, String> {
    let problem = |error: std::io::Error| error.to_string();
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = Process(command.spawn().map_err(problem)?);
    let both: Vec<&Case> = cases.iter().take(WARM_UP).chain(cases).copied().collect();
    let lines: Vec<String> =
        both.iter().enumerate().map(|(n, case)| line(n, case, place)).collect();
    let input = process.0.stdin.take();
    // Written beside the reading, so that neither waits for the other for ever.
    thread::spawn(move || {
        let mut input = input?;
        lines.iter().try_for_each(|line| writeln!(input, "{line}")).ok()
    });
    let output = process.0.stdout.take().ok_or("no standard output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    let mut answers = Vec::with_capacity(both.len());
    for case in &both {
        let line = receiver.recv_timeout(PATIENCE);
        let line = line.map_err(|error| format!("no answer to `{}`: {error}", case.shown))?;
        answers.push(answer(&line, answers.len())?);
    }
    Ok(answers.split_off(both.len() - cases.len()))
}

fn line(number: usize, case: &Case, place: Place) -> String {
    match place {
        Place::Body => json!({ "case": number, "place": "body", "json": case.json }),
        Place::Query => json!({ "case": number, "place": "query", "query": case.query }),
    }
    .to_string()
}

fn answer(line: &str, number: usize) -> Result<Answer, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("`{line}`: {error}"))?;
    if value.get("case").and_then(Value::as_u64) != Some(number as u64) {
        return Err(format!("`{line}` is no answer to case {number}"));
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let ns = |key: &str| value.get(key).and_then(Value::as_u64).unwrap_or_default();
    Ok(Answer {
        found: text("found"),
        leaf: text("leaf").unwrap_or_default(),
        is_judged: value.get("is_judged").and_then(Value::as_bool).unwrap_or(true),
        read_ns: ns("read_ns"),
        look_ns: ns("look_ns"),
        names_ns: ns("names_ns"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_has_its_own_answer() {
        let line = r#"{"case": 2, "found": "942100", "look_ns": 7}"#;
        let found = answer(line, 2).unwrap();
        assert_eq!((found.found.as_deref(), found.look_ns), (Some("942100"), 7));
        assert!(answer(line, 1).is_err());
        assert_eq!(answer(r#"{"case": 0, "found": null}"#, 0).unwrap().found, None);
    }

    #[test]
    fn who_does_not_answer_is_told_with_the_case() {
        let case = Case::of_text("a");
        let told = asked(&mut Command::new("true"), &[&case], Place::Body).unwrap_err();
        assert!(told.starts_with("no answer to `a`"), "{told}");
    }

    #[test]
    fn who_does_not_start_is_told() {
        let case = Case::of_text("a");
        assert!(asked(&mut Command::new("/nowhere"), &[&case], Place::Body).is_err());
    }
}
