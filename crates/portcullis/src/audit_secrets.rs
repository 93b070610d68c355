//! `portcullis audit secrets`: which secrets lie in this tree, archive, history or client artefact?

pub(crate) mod asked;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use portcullis_secrets::{
    Baseline, Bounds, Finding, Judged, Kind, Report, Rules, Salt, Scanner, git, tree,
};
use serde_json::{Value, json};

use crate::audit_arguments::{SecretsFormat, SecretsOptions};
use crate::exit::Exit;
use crate::report::many;
use crate::talk;

pub(crate) fn secrets(options: &SecretsOptions) -> Exit {
    looked(options).unwrap_or_else(|why| {
        talk::say(&talk::clean(&why));
        Exit::Unusable
    })
}

fn looked(options: &SecretsOptions) -> Result<Exit, String> {
    let baseline = options
        .baseline
        .as_deref()
        .map(|path| baseline(path, options.write_baseline))
        .transpose()?;
    let scanner = Rules::built_in().and_then(Scanner::new).map_err(|fault| fault.to_string())?;
    let salt = match baseline.as_ref().and_then(Option::as_ref) {
        Some(baseline) => baseline.salt(),
        None => Salt::new().map_err(|error| format!("no chance is to be had: {error}"))?,
    };
    let report = read(options, &scanner, salt)?;
    let baseline = baseline.flatten();
    let judged = report.judged(baseline.as_ref());
    if options.write_baseline
        && let Some(path) = &options.baseline
    {
        let whole = Baseline::of(salt, &report.findings).write();
        std::fs::write(path, whole).map_err(|error| format!("`{}`: {error}", path.display()))?;
        talk::say(&format!("{} in `{}`", many(report.findings.len(), "finding"), path.display()));
    }
    let answers = match &options.ask {
        Some(policy) => match asked::about(policy, &judged.new) {
            Ok(answers) => answers,
            Err(exit) => return Ok(exit),
        },
        None => Vec::new(),
    };
    match options.format {
        SecretsFormat::Text => print_text(&judged, &report, &answers),
        SecretsFormat::Json => {
            let mut told = judged.json(&report);
            if let (Value::Object(members), true) = (&mut told, options.ask.is_some()) {
                let each =
                    answers.iter().map(|(key, answer)| json!({ "key": key, "answer": answer }));
                members.insert("asked".to_owned(), each.collect());
            }
            talk::print(&format!("{told:#}\n"));
        }
        SecretsFormat::Sarif => {
            let told = judged.sarif(&report, env!("CARGO_PKG_VERSION"), options.baseline.is_some());
            talk::print(&format!("{told:#}\n"));
        }
    }
    let is_bad = judged.secrets() > 0 && !options.write_baseline || report.more > 0;
    let is_open = !report.is_whole() && !options.allow_not_read;
    Ok(if is_bad || is_open { Exit::Failure } else { Exit::Success })
}

/// A baseline; none where one is to be written for the first time.
fn baseline(path: &Path, may_be_new: bool) -> Result<Option<Baseline>, String> {
    let shown = path.display();
    // To open a pipe would wait for whoever writes to it.
    if std::fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        return Err(format!("`{shown}` is no ordinary file: name one"));
    }
    match std::fs::read(path) {
        Ok(text) => Baseline::read(&text).map(Some).map_err(|fault| format!("`{shown}`: {fault}")),
        Err(error) if may_be_new && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("`{shown}`: {error}; --write-baseline writes it")),
    }
}

fn read(options: &SecretsOptions, scanner: &Scanner, salt: Salt) -> Result<Report, String> {
    let here = [PathBuf::from(".")];
    let paths = if options.paths.is_empty() { &here[..] } else { &options.paths };
    let threads = options.threads.map_or_else(processors, usize::from);
    let bounds = Bounds::default();
    let mut whole = Report::default();
    for path in paths {
        let fault = |fault: git::GitFault| format!("`{}`: {fault}", path.display());
        if options.staged {
            whole = whole.and(git::staged(scanner, path, salt, &bounds).map_err(fault)?);
            continue;
        }
        std::fs::metadata(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        let listed =
            if options.gitignore { git::tracked(path).map_err(fault)? } else { tree::files(path) };
        let mut found = tree::look(scanner, listed, salt, &bounds, threads);
        if options.history {
            found = found.with_history(git::history(scanner, path, salt, &bounds).map_err(fault)?);
        }
        whole = whole.and(found);
    }
    Ok(whole)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn print_text(judged: &Judged, report: &Report, answers: &[(String, Value)]) {
    let shown = judged.new.iter().filter(|one| one.kind != Kind::Publishable);
    shown.for_each(|one| print_finding(one, answers));
    judged
        .new
        .iter()
        .filter(|one| one.kind == Kind::Publishable)
        .for_each(|one| print_finding(one, answers));
    for one in &report.not_read {
        talk::print(&format!(
            "{}: not read: {}\n",
            talk::clean(&one.place.path),
            talk::clean(&one.why)
        ));
    }
    let secrets = many(judged.secrets(), "secret");
    let mut line = format!("{secrets}, {} publishable", judged.publishable());
    for (count, what) in [
        (judged.known, "in the baseline"),
        (report.allowed, "allowed by their lines"),
        (report.more, "more that are not shown"),
        (report.not_read.len() as u64 + report.more_not_read, "not read"),
    ] {
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = write!(line, ", {count} {what}");
        }
    }
    let files = many(report.files as usize, "file");
    talk::print(&format!("{line}; {files}, {:.1} MB\n", report.bytes as f64 / 1e6));
}

fn print_finding(one: &Finding, answers: &[(String, Value)]) {
    let path = talk::clean(&one.place.path);
    let (title, preview) = (&one.title, talk::clean(&one.preview));
    talk::print(&format!(
        "{path}:{}  {}  {title} ({}): {preview}\n    {} CWE-{}; entropy {:.1}; digest {}",
        one.position,
        one.kind.name(),
        one.row,
        one.severity,
        one.cwe,
        one.entropy,
        one.digest,
    ));
    if !one.through.is_empty() {
        talk::print(&format!("; through {}", one.through.join(", ")));
    }
    if let Some(commit) = &one.commit {
        talk::print(&format!("; commit {}", talk::clean(commit)));
    }
    talk::print("\n");
    if let Some(key) = &one.key {
        let answer = answers.iter().find(|(asked, _)| asked == key);
        let told = answer.map_or_else(
            || "--ask POLICY asks the gateway about it".to_owned(),
            |(_, answer)| asked::words(answer),
        );
        talk::print(&format!("    key {key}: {}\n", talk::clean(&told)));
    }
    talk::print(&format!("    do: {}\n", one.fix));
}
