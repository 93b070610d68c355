//! What six kinds of real servers understand of the requests that the gateway forwards to them.
//!
//! Each server runs a tiny application that says what it understood. Requests go through the
//! gateway; what arrives must be what was checked, and the same for all servers.

mod chance;
mod requests;
mod servers;
mod table;
mod understood;

use std::collections::BTreeMap;
use std::time::Duration;

use portcullis_testkit::exchange;
use portcullis_testkit::http1::{Case, Group, Hint, Recorder, play};

use crate::origins::requests::Request;
use crate::origins::servers::{Origin, SERVERS};
use crate::origins::understood::Understood;
use crate::shell;

/// How long a case of the table may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of the requests of one kind.
#[derive(Default)]
pub(crate) struct Count {
    sent: usize,
    refused: usize,
    as_checked: usize,
}

/// What one server did.
#[derive(Default)]
pub(crate) struct Played {
    counts: BTreeMap<String, Count>,
    /// What was sent, and what of it was understood in another way.
    differences: Vec<(String, String)>,
    /// What was understood of each generated request that came without the gateway.
    direct: Vec<Option<Vec<u8>>>,
}

pub(crate) fn run() -> Result<(), String> {
    servers::install()?;
    shell::run("cargo", &["build", "--locked", "--package", "portcullis"])?;
    let folder = shell::root().join("crates/gateway/tests/rfc");
    let groups = Group::read_folder(&folder)?;
    let cases: Vec<&Case> = groups
        .iter()
        .flat_map(|(_, group)| &group.cases)
        .filter(|case| is_accepted(case))
        .collect();
    let mut requests = requests::all();
    requests.extend(chance::requests());
    let mut results = Vec::new();
    for (place, name) in SERVERS.iter().enumerate() {
        let origin = Origin::start(place)?;
        let mut result = Played::default();
        for request in &requests {
            generated(request, &origin, &mut result);
            let answer = exchange(origin.direct, &request.bytes);
            let understood = Understood::read(&answer.body);
            result.direct.push(understood.map(|one| one.meaning(&request.expected)));
        }
        for case in &cases {
            tabled(case, &origin, &mut result);
        }
        shell::say(&format!("{name}: {} differences", result.differences.len()));
        results.push(result);
    }
    let kinds: Vec<&str> = requests.iter().map(|request| request.kind).collect();
    let page = table::page(&results, &kinds);
    let path = shell::root().join("docs/src/origins.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/origins.md: {error}"))?;
    shell::say("wrote docs/src/origins.md");
    Ok(())
}

/// Whether a case of the table reaches the API and is answered by it with a body.
fn is_accepted(case: &Case) -> bool {
    !case.api.is_empty()
        && case.upstream().is_none()
        && case.api.iter().all(|one| !one.line.starts_with("HEAD "))
        && !case.shown().starts_with("HEAD ")
        && case.answer.iter().all(|status| *status == 200)
}

fn generated(request: &Request, origin: &Origin, result: &mut Played) {
    let answer = exchange(origin.gateway, &request.bytes);
    let count = result.counts.entry(request.kind.to_owned()).or_default();
    count.sent += 1;
    // What is refused never arrives; whether it should be is for other tests.
    if matches!(answer.status, 400 | 404 | 413 | 415) && answer.text().contains("request_id") {
        count.refused += 1;
        return;
    }
    let differences = match Understood::read(&answer.body) {
        Some(understood) => understood.differences(&request.expected),
        None => vec![format!("answered {}", answer.status)],
    };
    if differences.is_empty() {
        count.as_checked += 1;
    } else {
        let sent = request.bytes.escape_ascii().to_string();
        result.differences.push((sent, differences.join("; ")));
    }
}

fn tabled(case: &Case, origin: &Origin, result: &mut Played) {
    let nobody = Recorder::start();
    let outcome = play(case, origin.cases, &nobody, Hint::AsExpected(PATIENCE));
    let count = result.counts.entry("accepted cases of the table".to_owned()).or_default();
    count.sent += 1;
    let mut differences = Vec::new();
    if outcome.answers.len() != case.api.len() {
        differences.push(format!("{} answers, not {}", outcome.answers.len(), case.api.len()));
    }
    for (answer, wanted) in outcome.answers.iter().zip(&case.api) {
        let Some(understood) = Understood::read(&answer.body) else {
            differences.push(format!("answered {}", answer.status));
            continue;
        };
        let (method, target) = wanted.line.split_once(' ').unwrap_or_default();
        let path = decoded(target.split('?').next().unwrap_or_default());
        if understood.method != method || understood.path != path || understood.body != wanted.body
        {
            let (path, body) = (understood.path.escape_ascii(), understood.body.escape_ascii());
            differences.push(format!("understood `{} {path}` with `{body}`", understood.method));
        }
    }
    if differences.is_empty() {
        count.as_checked += 1;
    } else {
        result.differences.push((format!("{}: {}", case.id, case.shown()), differences.join("; ")));
    }
}

/// A path without its escapes.
pub(crate) fn decoded(path: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escape = behind.get(..2).filter(|_| *first == b'%');
        let byte = escape.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    out
}
