//! HTTP/1.1 as it stands in the RFCs: every case of the files beside this one, over a raw socket.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

#[path = "../gateway/support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Running, start};
use portcullis_ledger::Ledger;
use portcullis_testkit::FakeClock;
use portcullis_testkit::http1::{Case, Group, Hint, Recorder, Then, play};
use support::{Setup, model, noon};

const CONTRACT: &str = include_str!("openapi.yaml");
/// How long a case may keep the test waiting. Only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(8);
/// Gateways that the cases are spread over.
const LANES: usize = 4;

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rfc");
    let groups = Group::read_folder(&folder).unwrap();
    groups.into_iter().flat_map(|(_, group)| group.cases).collect()
}

/// A gateway and the API behind it.
struct Lane {
    gateway: Running,
    api: Recorder,
}

impl Lane {
    fn new(limits: &str) -> Self {
        let api = Recorder::start();
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\nlimits: {limits}\n"
        );
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let model = model(CONTRACT, api.address(), &setup);
        let plan = Arc::new(Plan::compile(model, PlanOptions::default()));
        let clock = Arc::new(FakeClock::at(noon()));
        let ledger = Ledger::to(Box::new(std::io::sink()), clock.clone()).unwrap();
        let gateway = start(plan, Arc::new(ledger), clock, Options::default()).unwrap();
        Self { gateway, api }
    }

    /// What is wrong with a case.
    fn faults(&self, case: &Case) -> Option<String> {
        let outcome = play(case, self.gateway.address(), &self.api, Hint::AsExpected(PATIENCE));
        let faults = case.differences(&outcome);
        (!faults.is_empty()).then(|| format!("{} ({}): {}", case.id, case.rfc, faults.join("; ")))
    }
}

/// Plays cases on a few gateways at once; gives what was wrong.
fn run(cases: &[Case], limits: &str, lanes: usize) -> String {
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(String::new());
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                let lane = Lane::new(limits);
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(fault) = lane.faults(case) {
                        let _ = writeln!(faults.lock().unwrap(), "{fault}");
                    }
                }
            });
        }
    });
    faults.into_inner().unwrap()
}

#[test]
fn every_message_has_one_reading_and_leaves_its_connection_in_step() {
    let cases: Vec<Case> = cases().into_iter().filter(|case| !case.slow).collect();
    assert!(cases.len() >= 300, "{}", cases.len());
    let faults = run(&cases, "{}", LANES);
    assert!(faults.is_empty(), "{} of {}:\n{faults}", faults.lines().count(), cases.len());
}

#[test]
fn what_never_ends_is_ended() {
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.slow).collect();
    let faults = run(&cases, "{ head_timeout: 100ms, body_idle_timeout: 100ms }", 1);
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn every_case_has_a_name_of_its_own_and_wants_a_connection_in_step() {
    let mut names = HashSet::new();
    for case in cases() {
        assert!(names.insert(case.id.clone()), "`{}` twice", case.id);
        assert!(matches!(case.then, Then::Open | Then::Closed), "{}", case.id);
        assert!(!case.pieces().is_empty(), "{}", case.id);
    }
}
