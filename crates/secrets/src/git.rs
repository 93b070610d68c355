//! What a git repository holds besides its files: everything that ever was in it, and what is about to be.
//!
//! The program `git` reads packs, bounded by pipes; it is told to run nothing that the repository names.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use crate::bounds::Bounds;
use crate::digest::Salt;
use crate::engine::Scanner;
use crate::finding::NotRead;
use crate::place::Place;
use crate::reader::Reader;
use crate::report::Report;
use crate::tree::Listed;

/// Bytes of a line that `git` writes.
const LINE_BYTES_MAX: u64 = 8 << 10;
/// Bytes of a name that goes to `git` on a line.
const NAME_BYTES_MAX: u64 = 4 << 10;
/// Bytes of a list of names.
const NAMES_BYTES_MAX: u64 = 256 << 20;
/// Bytes of the list of commits that concern one object.
const COMMITS_BYTES_MAX: u64 = 64 << 10;
/// Objects with findings whose commits are looked for.
const ASKED_MAX: usize = 200;

/// Why a repository cannot be read.
#[derive(Debug)]
pub enum GitFault {
    /// There is no `git`, or it cannot be talked to.
    Program(io::Error),
    /// It says so.
    Said(String),
    /// What it writes does not read.
    Unclear,
}

/// Everything that ever was in a repository, each version of a file once, and what commits say.
pub fn history(
    scanner: &Scanner,
    folder: &Path,
    salt: Salt,
    bounds: &Bounds,
) -> Result<Report, GitFault> {
    let mut listing = spawned(folder, &["rev-list", "--objects", "--all"], Stdio::null())?;
    let names = listing.child.stdout.take().ok_or(GitFault::Unclear)?;
    let reader = Reader::new(scanner, salt, bounds.clone());
    let report = objects(folder, names.into(), reader)?;
    finish(listing)?;
    let mut report = once(report);
    commits(folder, &mut report)?;
    Ok(report)
}

/// What the next commit would bring.
pub fn staged(
    scanner: &Scanner,
    folder: &Path,
    salt: Salt,
    bounds: &Bounds,
) -> Result<Report, GitFault> {
    let asked = [
        "diff",
        "--cached",
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        "--diff-filter=AMT",
        "--no-ext-diff",
        "--no-relative",
    ];
    // Outside of a repository `git diff` compares any two files, and explains how.
    output(folder, &["rev-parse", "--git-dir"], NAMES_BYTES_MAX)?;
    let raw = output(folder, &asked, NAMES_BYTES_MAX)?;
    let mut reader = Reader::new(scanner, salt, bounds.clone());
    let mut fields = raw.split(|byte| *byte == 0);
    let mut lines = Vec::new();
    while let (Some(about), Some(name)) = (fields.next(), fields.next()) {
        // `:100644 100644 <old> <new> M`; what is a repository of its own has no content here.
        let about: Vec<&[u8]> = about.split(|byte| *byte == b' ').collect();
        let [_, mode, _, object, ..] = about.as_slice() else { return Err(GitFault::Unclear) };
        if *mode == b"160000" {
            continue;
        }
        if name.contains(&b'\n') || name.len() as u64 >= NAME_BYTES_MAX {
            let place = Place::file(&String::from_utf8_lossy(name).escape_default().to_string());
            reader.not_read(place, "its name has a line end, or is too long".to_owned());
        } else {
            lines.extend_from_slice(&[object, &b" "[..], name, b"\n"].concat());
        }
    }
    let (from, mut to) = io::pipe().map_err(GitFault::Program)?;
    let writer = std::thread::spawn(move || to.write_all(&lines));
    let report = objects(folder, from.into(), reader);
    // Where it ended early, it did not read the rest: the report says why.
    let _ = writer.join();
    let mut report = report?;
    report.findings.iter_mut().for_each(|finding| finding.place.object = None);
    report.sort();
    Ok(report)
}

/// The files that git would track: without those that it is told to ignore.
pub fn tracked(folder: &Path) -> Result<Listed, GitFault> {
    let asked = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let names = output(folder, &asked, NAMES_BYTES_MAX)?;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let mut listed = Listed::default();
    for name in names {
        let path = folder.join(OsStr::from_bytes(name));
        // Links are not followed, and what was deleted since is not there.
        match path.symlink_metadata().map(|known| known.file_type()) {
            Ok(kind) if kind.is_file() => listed.files.push(path),
            Ok(kind) if kind.is_dir() => listed.not_read.push(NotRead {
                place: Place::file(&path.to_string_lossy()),
                why: "it is a repository of its own: name it as well".to_owned(),
            }),
            _ => {}
        }
    }
    Ok(listed)
}

/// Reads the objects that are named on `names`, with their paths behind them.
fn objects(folder: &Path, names: Stdio, mut reader: Reader<'_>) -> Result<Report, GitFault> {
    let batch = "--batch=%(objectname) %(objecttype) %(objectsize) %(rest)";
    let mut reading = spawned(folder, &["cat-file", batch], names)?;
    let from = reading.child.stdout.take().ok_or(GitFault::Unclear)?;
    let mut bytes = BufReader::with_capacity(256 << 10, from);
    while let Some(line) = line(&mut bytes)? {
        let mut parts = line.splitn(4, ' ');
        let (Some(object), Some(kind)) = (parts.next(), parts.next()) else {
            return Err(GitFault::Unclear);
        };
        let name =
            if kind == "commit" || kind == "tag" { Some(format!("{kind} {object}")) } else { None };
        let size = parts.next().and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size else {
            // An object that is missing: of a clone that is not whole.
            reader.not_read(Place::file(object), "git does not have it".to_owned());
            continue;
        };
        let path = name.unwrap_or_else(|| parts.next().unwrap_or(object).to_owned());
        let mut body = (&mut bytes).take(size);
        if kind != "tree" {
            let place = Place { object: Some(object.to_owned()), ..Place::file(&path) };
            reader.source(place, size, &mut body);
        }
        let rest = body.limit();
        // And the line end behind it.
        let skipped = io::copy(&mut (&mut bytes).take(rest + 1), &mut io::sink())
            .map_err(GitFault::Program)?;
        if skipped != rest + 1 {
            return Err(GitFault::Unclear);
        }
    }
    finish(reading)?;
    Ok(reader.into_report())
}

/// Each secret of a file once: as it came first. History is read from its end.
fn once(mut report: Report) -> Report {
    report.findings.reverse();
    let mut known = HashSet::new();
    report.findings.retain(|one| known.insert((one.place.path.clone(), one.digest.clone())));
    report.sort();
    report
}

/// Which commits brought what was found.
fn commits(folder: &Path, report: &mut Report) -> Result<(), GitFault> {
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for finding in &mut report.findings {
        let Some(object) = finding.place.object.clone() else { continue };
        if known.len() < ASKED_MAX && !known.contains_key(&object) {
            let asked = format!("--find-object={object}");
            let asked = [
                "log",
                "--all",
                "--no-ext-diff",
                "--no-textconv",
                "--no-show-signature",
                "--format=%h %cs",
                &asked,
            ];
            let told = output(folder, &asked, COMMITS_BYTES_MAX)?;
            // The last line is the oldest.
            let oldest = String::from_utf8_lossy(&told).lines().last().map(str::to_owned);
            known.insert(object.clone(), oldest);
        }
        finding.commit = known.get(&object).cloned().flatten();
    }
    Ok(())
}

fn line(bytes: &mut BufReader<ChildStdout>) -> Result<Option<String>, GitFault> {
    let mut line = Vec::new();
    bytes.take(LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(GitFault::Program)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == LINE_BYTES_MAX {
        // What is too long is a path: its beginning will do.
        bytes.skip_until(b'\n').map_err(GitFault::Program)?;
    } else {
        return Err(GitFault::Unclear);
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn output(folder: &Path, asked: &[&str], most: u64) -> Result<Vec<u8>, GitFault> {
    let mut asked = spawned(folder, asked, Stdio::null())?;
    let mut bytes = Vec::new();
    let mut from = asked.child.stdout.take().ok_or(GitFault::Unclear)?;
    (&mut from).take(most).read_to_end(&mut bytes).map_err(GitFault::Program)?;
    if bytes.len() as u64 == most {
        // It is let go: what it still has to say is more than is read.
        let _ = asked.child.kill();
        let _ = asked.child.wait();
        return Ok(bytes);
    }
    finish(asked)?;
    Ok(bytes)
}

/// `git`, at work.
struct Asked {
    child: Child,
    /// The first of what it complains of. All of it is taken, or it would wait for ever to say it.
    said: JoinHandle<Vec<u8>>,
}

fn spawned(folder: &Path, asked: &[&str], stdin: Stdio) -> Result<Asked, GitFault> {
    // Nothing that the repository's configuration names is run, and nothing is fetched.
    let settings = [
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "log.showSignature=false",
        "--no-replace-objects",
        "--no-pager",
    ];
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(settings)
        .args(asked)
        .env("GIT_NO_LAZY_FETCH", "1")
        // Versions that do not know the line above have no way to fetch.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(GitFault::Program)?;
    let stderr = child.stderr.take();
    let said = std::thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(mut stderr) = stderr {
            // What cannot be read is no complaint.
            let _ = (&mut stderr).take(LINE_BYTES_MAX).read_to_end(&mut said);
            let _ = io::copy(&mut stderr, &mut io::sink());
        }
        said
    });
    Ok(Asked { child, said })
}

fn finish(asked: Asked) -> Result<(), GitFault> {
    let Asked { mut child, said } = asked;
    drop(child.stdout.take());
    let status = child.wait().map_err(GitFault::Program)?;
    if status.success() {
        return Ok(());
    }
    let said = said.join().unwrap_or_default();
    // The first line says it; what follows is how else the command could be called.
    let said = String::from_utf8_lossy(&said);
    Err(GitFault::Said(said.trim().lines().next().unwrap_or_default().to_owned()))
}

impl fmt::Display for GitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(error) => write!(f, "`git` cannot be run: {error}"),
            Self::Said(text) => f.write_str(text),
            Self::Unclear => f.write_str("what `git` says does not read"),
        }
    }
}

impl std::error::Error for GitFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Program(error) => Some(error),
            Self::Said(_) | Self::Unclear => None,
        }
    }
}
