//! The raw-socket cases of `crates/gateway/tests/rfc` against the gateway, nginx and haproxy, each a
//! plain reverse proxy before a recording API of its own.

mod subjects;
mod table;

use std::time::Duration;

use portcullis_testkit::http1::{Case, Group, Hint, Outcome, Recorder, Then, play};

use crate::http1::subjects::Subject;
use crate::shell;

/// How long nothing must come until a case is over. Nobody knows how many answers a peer gives.
const SILENCE: Duration = Duration::from_millis(250);
/// The same, where something odd happened.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What came of one case, in the order of the subjects.
pub(crate) struct Row<'c> {
    case: &'c Case,
    outcomes: Vec<&'c Outcome>,
}

pub(crate) fn run() -> Result<(), String> {
    if !shell::has("nginx", "-v") || !shell::has("haproxy", "-v") {
        shell::install(&["nginx", "haproxy"])?;
    }
    shell::run("cargo", &["build", "--locked", "--package", "portcullis"])?;
    let folder = shell::root().join("crates/gateway/tests/rfc");
    let groups = Group::read_folder(&folder)?;
    let cases: Vec<&Case> =
        groups.iter().flat_map(|(_, group)| &group.cases).filter(|case| !case.slow).collect();
    let subjects = Subject::all()?;
    let played = played(&subjects, &cases)?;
    let rows: Vec<Row<'_>> = cases
        .iter()
        .enumerate()
        .map(|(place, case)| {
            let outcomes = played.iter().filter_map(|outcomes| outcomes.get(place)).collect();
            Row { case, outcomes }
        })
        .collect();
    let names: Vec<&str> = subjects.iter().map(|subject| subject.name.as_str()).collect();
    let page = table::page(&groups, &rows, &names);
    let path = shell::root().join("docs/src/http1.md");
    std::fs::write(&path, &page).map_err(|error| format!("docs/src/http1.md: {error}"))?;
    shell::say("wrote docs/src/http1.md");
    Ok(())
}

/// Every subject plays all cases, one after the other, so that what reaches its API has one cause.
fn played(subjects: &[Subject], cases: &[&Case]) -> Result<Vec<Vec<Outcome>>, String> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = subjects
            .iter()
            .map(|subject| scope.spawn(|| all(subject, cases, &subject.api)))
            .collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.map(|one| one.map_err(|_| "a subject could not be played".to_owned())).collect()
    })
}

fn all(subject: &Subject, cases: &[&Case], api: &Recorder) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(cases.len());
    for (place, case) in cases.iter().enumerate() {
        let mut outcome = play(case, subject.address, api, Hint::Silence(SILENCE));
        if !matches!(outcome.then, Then::Open | Then::Closed) {
            // Perhaps it was only slow.
            outcome = play(case, subject.address, api, Hint::Silence(PATIENCE));
        }
        outcomes.push(outcome);
        if place % 100 == 99 {
            shell::say(&format!("{}: {} of {}", subject.name, place + 1, cases.len()));
        }
    }
    outcomes
}
