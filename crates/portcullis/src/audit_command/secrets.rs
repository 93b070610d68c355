//! Secrets in the paths that were given: as findings, and as what the checklist asks.

use std::path::{Path, PathBuf};

use portcullis_audit::{
    NotLookedAt, Part, SeenFiles, SeenSecret, Severity, Spot, SpotAt, Told, ToldRule,
};
use portcullis_secrets::tree::Listed;
use portcullis_secrets::{
    Baseline, Bounds, Finding, Kind, Place, Position, Rules, Salt, Scanner, Severity as Found, tree,
};

use crate::report::many;
use crate::talk;

/// Bytes of a baseline.
const BASELINE_BYTES_MAX: u64 = 64 << 20;
/// Keys of ours that are asked about.
const ASKED_MAX: usize = 100;

/// Files of clients that are named.
const NAMES_MAX: usize = 3;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct FoundSecrets {
    pub(super) seen: SeenFiles,
    pub(super) findings: Vec<Told>,
    pub(super) not_looked_at: Vec<NotLookedAt>,
}

/// Looks through files. `liveness` says of a key of ours whether it opens something.
pub(super) fn found(
    paths: &[PathBuf],
    listed: Listed,
    baseline: Option<&Path>,
    liveness: &dyn Fn(&str) -> Option<String>,
) -> Result<FoundSecrets, String> {
    let baseline = baseline.map(read_baseline).transpose()?;
    let scanner = Rules::built_in().and_then(Scanner::new).map_err(|fault| fault.to_string())?;
    let salt = match &baseline {
        Some(baseline) => baseline.salt(),
        None => Salt::new().map_err(|error| format!("no chance is to be had: {error}"))?,
    };
    let is_client = |path: &&PathBuf| Place::file(&path.display().to_string()).is_client;
    let client_files = listed.files.iter().filter(is_client).count();
    let client_names = listed.files.iter().filter(is_client).take(NAMES_MAX);
    let client_names = client_names.map(|path| talk::clean(&path.display().to_string())).collect();
    let left_out = listed.left_out;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let report = tree::look(&scanner, listed, salt, &Bounds::default(), threads);
    let judged = report.judged(baseline.as_ref());
    let mut found = FoundSecrets {
        seen: SeenFiles {
            paths: paths.iter().map(|path| talk::clean(&path.display().to_string())).collect(),
            files: report.files,
            client_files,
            client_names,
            not_read: report.not_read.len() as u64 + report.more_not_read,
            secrets: Vec::new(),
        },
        ..FoundSecrets::default()
    };
    let mut asked = 0;
    for one in &judged.new {
        let key = one.key.as_deref().filter(|_| asked < ASKED_MAX);
        asked += usize::from(key.is_some());
        let told = key.and_then(liveness);
        found.findings.push(finding(one, told.as_deref()));
        if one.kind != Kind::Publishable {
            let what = format!("{} in `{}:{}`", one.title, one.place, one.position);
            let (row, fix) = (one.row, one.fix.to_owned());
            found.seen.secrets.push(SeenSecret { row, told: talk::clean(&what), fix, asked: told });
        }
    }
    let not_read = report.not_read.iter();
    found.not_looked_at = not_read
        .map(|one| NotLookedAt { what: one.place.path.clone(), why: one.why.clone() })
        .collect();
    if left_out > 0 {
        let what = format!("{left_out} of links, pipes and sockets");
        let why = "links are not followed, and pipes not waited for: name what they lead to";
        found.not_looked_at.push(NotLookedAt { what, why: why.to_owned() });
    }
    for (more, what) in [
        (report.more, "more secrets that are not shown"),
        (report.more_not_read, "more files that could not be read"),
    ] {
        if more > 0 {
            let why = "`portcullis audit secrets` with less at a time shows them".to_owned();
            found.not_looked_at.push(NotLookedAt { what: format!("{more} {what}"), why });
        }
    }
    Ok(found)
}

fn finding(one: &Finding, liveness: Option<&str>) -> Told {
    let severity = match (one.kind, one.severity) {
        (Kind::Publishable, _) => Severity::Info,
        _ if liveness.is_some_and(|told| told.starts_with("LIVE")) => Severity::Critical,
        (_, Found::High) => Severity::High,
        (_, Found::Medium) => Severity::Medium,
        (_, Found::Low) => Severity::Low,
    };
    let line = match one.position {
        Position::Line(line, column) => Some((line as usize, column as usize)),
        Position::Byte(_) => None,
    };
    let mut message = format!("{}: {} ({})", one.title, one.preview, one.kind.name());
    if let Position::Byte(at) = one.position {
        message = format!("{message} at byte {at}");
    }
    if let Some(key) = &one.key {
        message = format!(
            "{message}; key {key}: {}",
            liveness.unwrap_or("-c POLICY asks its gateway about it")
        );
    }
    let rule = ToldRule {
        id: one.rule.clone(),
        title: format!("no {} lies in the open", one.title),
        item: one.row.to_owned(),
        cwe: vec![one.cwe],
        severity,
        page: format!(
            "{}\n\nA line with `portcullis:allow-secret REASON` may have its secret.",
            one.fix
        ),
    };
    let at = SpotAt::File(one.place.path.clone());
    Told {
        part: Part::Secrets,
        rule,
        severity,
        message,
        fix: one.fix.to_owned(),
        places: vec![Spot { at, line, operation: None }],
        enforced: None,
        regains: None,
    }
}

fn read_baseline(path: &Path) -> Result<Baseline, String> {
    use std::io::Read as _;
    let shown = path.display();
    let mut text = Vec::new();
    let file = std::fs::File::open(path);
    let read = file.and_then(|file| file.take(BASELINE_BYTES_MAX).read_to_end(&mut text));
    read.map_err(|error| format!("`{shown}`: {error}"))?;
    Baseline::read(&text).map_err(|fault| format!("`{shown}`: {fault}"))
}

/// What was looked at, in words.
pub(super) fn looked_at(found: &FoundSecrets) -> String {
    format!("{} for secrets", many(found.seen.files as usize, "file"))
}
