//! What `try` and `run --observe` have seen: the first time of each kind is said, all are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_controls::Plan;
use portcullis_gateway::{Deed, Watch};
use portcullis_ledger::Noted;
use portcullis_model::{Refusal, RequestId, Status};
use portcullis_policy::Instance;

use crate::watch::{Refusals, without_count};
use crate::{explain, talk};

/// Kinds that are told apart; details come from outside, so their number is bounded.
const KINDS_MAX: usize = 1000;
/// Characters of a detail that are kept.
const DETAIL_MAX: usize = 240;

/// Gathers what would have been refused, replaced or removed.
pub(crate) struct Trial {
    /// Where places are looked up; none where there are several APIs.
    plan: Option<Arc<Plan>>,
    /// What follows `portcullis explain ID`, where requests are recorded.
    files: Option<String>,
    seen: Mutex<BTreeMap<Kind, Count>>,
    /// What cannot be observed: HTTP itself, and what no machine can hold.
    refusals: Refusals,
}

/// What is told in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    deed: Deed,
    /// `None`: header fields, which are the same in all operations.
    operation: Option<String>,
    control: &'static str,
    reason: &'static str,
    detail: String,
}

#[derive(Debug, Default)]
struct Count {
    times: u64,
    operations: BTreeSet<String>,
    at: Option<String>,
    /// The request that was the first one, where it is recorded: `explain` shows it, with its values masked.
    first: Option<RequestId>,
}

impl Trial {
    pub(crate) fn of(plan: Arc<Plan>) -> Self {
        Self {
            plan: Some(plan),
            files: None,
            seen: Mutex::default(),
            refusals: Refusals::default(),
        }
    }

    /// Of requests that are recorded; `files` are the options that lead `explain` to the same files.
    pub(crate) fn recorded(plan: Option<Arc<Plan>>, files: String) -> Self {
        let refusals = Refusals::led_to(files.clone());
        Self { plan, files: Some(files), seen: Mutex::default(), refusals }
    }

    /// What would have been done, and what of it breaks clients.
    pub(crate) fn summary(&self) -> String {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_empty() {
            return "nothing would have been refused or removed\n".to_owned();
        }
        let mut out = String::new();
        for (deed, breaks) in [
            (Deed::Refuse, "these break clients, who would get an error"),
            (Deed::Replace, "clients who read the body of these errors break"),
            (Deed::Remove, "all else passes; clients, or the API, break only if they need it"),
        ] {
            let mut kinds: Vec<_> = seen.iter().filter(|(kind, _)| kind.deed == deed).collect();
            kinds.sort_by_key(|(_, count)| std::cmp::Reverse(count.times));
            if kinds.is_empty() {
                continue;
            }
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{} ({breaks}):", word(deed));
            for (kind, count) in kinds {
                let _ = writeln!(out, "{:>6} x {}", count.times, line(kind, count));
                if let (Some(id), Some(files)) = (count.first, &self.files) {
                    let _ = writeln!(out, "         the first: portcullis explain {id}{files}");
                }
            }
        }
        if seen.keys().all(|kind| kind.deed == Deed::Remove) {
            out.push_str("nothing would have been refused\n");
        }
        if [Deed::Refuse, Deed::Replace, Deed::Remove]
            .iter()
            .any(|deed| seen.keys().filter(|kind| kind.deed == *deed).count() >= KINDS_MAX)
        {
            let _ = writeln!(out, "more than {KINDS_MAX} kinds: some are not shown");
        }
        out
    }
}

const fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Refuse => "would refuse",
        Deed::Replace => "would replace",
        Deed::Remove => "would remove",
    }
}

fn line(kind: &Kind, count: &Count) -> String {
    let Kind { operation, control, reason, detail, .. } = kind;
    let operations = match (operation, count.operations.len()) {
        (Some(operation), _) => operation.clone(),
        (None, 1) => count.operations.iter().cloned().collect(),
        (None, many) => format!("in {many} operations"),
    };
    let at = count.at.as_deref().map(|at| format!(" ({at})")).unwrap_or_default();
    format!("{operations}: {control} ({reason}) {detail}{at}")
}

impl Watch for Trial {
    fn refused(&self, id: RequestId, what: &str, refusal: &Refusal) {
        self.refusals.refused(id, what, refusal);
    }

    fn failed(&self, id: RequestId, what: &str, status: Status, detail: &str) {
        self.refusals.failed(id, what, status, detail);
    }

    fn canary_read(&self, id: RequestId, peer: &str) {
        self.refusals.canary_read(id, peer);
    }

    fn issuer_fails(&self, issuer: &str, detail: &str) {
        self.refusals.issuer_fails(issuer, detail);
    }

    fn instance_rests(&self, instance: &Instance, rest: Duration) {
        self.refusals.instance_rests(instance, rest);
    }

    fn instance_returns(&self, instance: &Instance) {
        self.refusals.instance_returns(instance);
    }

    fn noted(&self, id: RequestId, what: &str, noted: &Noted, deed: Deed, is_done: bool) {
        if is_done {
            // What overrides HTTP never passes, tried or not (rule 28).
            return;
        }
        let name = talk::clean(what);
        let is_of_all = noted.reason.ends_with("_header");
        let detail = talk::clean(without_count(&noted.detail)).chars().take(DETAIL_MAX).collect();
        let kind = Kind {
            deed,
            operation: (!is_of_all).then(|| name.clone()),
            control: noted.control.name(),
            reason: noted.reason,
            detail,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // What clients call their header fields must not keep refusals from being counted.
        let is_known = seen.contains_key(&kind);
        let alike = || seen.keys().filter(|one| one.deed == deed).count();
        if !is_known && alike() >= KINDS_MAX {
            return;
        }
        let is_new = !is_known;
        let count = seen.entry(kind.clone()).or_default();
        count.times += 1;
        if count.operations.len() < KINDS_MAX {
            count.operations.insert(name);
        }
        if is_new {
            let plan = self.plan.as_ref().filter(|_| !is_of_all);
            count.at = plan.and_then(|plan| explain::place(plan, what, noted));
            count.first = self.files.is_some().then_some(id);
            talk::say(&format!("{}: {}", word(deed), line(&kind, count)));
        }
    }
}
