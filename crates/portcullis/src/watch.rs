//! Saying what happens, as it happens, without drowning anybody.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use portcullis_gateway::Watch;
use portcullis_ledger::Noted;
use portcullis_model::{Clock as _, Refusal, RequestId, Status};

use crate::clock::SystemClock;
use crate::talk;

/// Refusals that are said in one second; more are counted.
const LINES_PER_SECOND_MAX: u32 = 20;

/// Says one line per refusal (rule 31).
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// What follows `portcullis explain ID`, so that the line can be pasted: ` -c FILE`.
    files: String,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    second: u64,
    said: u32,
    unsaid: u32,
}

impl Refusals {
    /// With the options that lead `explain` to the same files.
    pub(crate) fn led_to(files: String) -> Self {
        Self { files, ..Self::default() }
    }

    /// Whether one more line may be said in this second.
    fn may_say(&self) -> bool {
        let second = SystemClock.now().0 / 1000;
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.second != second {
            let unsaid = window.unsaid;
            *window = Window { second, said: 0, unsaid: 0 };
            if unsaid > 0 {
                talk::say(&format!("{unsaid} more lines like these, all in the ledger"));
            }
        }
        if window.said >= LINES_PER_SECOND_MAX {
            window.unsaid += 1;
            return false;
        }
        window.said += 1;
        true
    }
}

impl Watch for Refusals {
    fn refused(&self, id: RequestId, what: &str, refusal: &Refusal) {
        if self.may_say() {
            let Refusal { control, status, reason, detail, .. } = refusal;
            let (what, detail, files) = (talk::clean(what), talk::clean(detail), &self.files);
            talk::say(&format!(
                "refused {} {what}: {control} ({reason}): {detail}; portcullis explain {id}{files}",
                status.0
            ));
        }
    }

    fn would_refuse(&self, _: RequestId, _: &str, _: &Noted) {}

    fn failed(&self, id: RequestId, what: &str, status: Status, detail: &str) {
        if self.may_say() {
            let (what, detail) = (talk::clean(what), talk::clean(detail));
            talk::say(&format!("failed {} {what}: {detail}; request {id}", status.0));
        }
    }
}

/// Gathers what would have been refused: the first time of each kind is said, all are counted.
#[derive(Debug, Default)]
pub(crate) struct Trial {
    seen: Mutex<BTreeMap<Kind, u64>>,
    /// What cannot be observed: HTTP itself, and what no machine can hold.
    refusals: Refusals,
}

/// Operation, control, reason, detail.
type Kind = (String, &'static str, &'static str, String);

/// Kinds that are told apart; details come from outside, so their number is bounded.
const KINDS_MAX: usize = 1000;

impl Trial {
    /// What would have been refused, most frequent first.
    pub(crate) fn summary(&self) -> String {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_empty() {
            return "nothing would have been refused or removed\n".to_owned();
        }
        let mut kinds: Vec<_> = seen.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let lines = kinds.iter().map(|((operation, control, reason, detail), count)| {
            format!("{count:>6} x {operation}: {control} ({reason}) {detail}\n")
        });
        lines.collect()
    }
}

impl Watch for Trial {
    fn refused(&self, id: RequestId, what: &str, refusal: &Refusal) {
        self.refusals.refused(id, what, refusal);
    }

    fn failed(&self, id: RequestId, what: &str, status: Status, detail: &str) {
        self.refusals.failed(id, what, status, detail);
    }

    fn would_refuse(&self, _: RequestId, what: &str, noted: &Noted) {
        let Noted { control, reason, detail } = noted;
        let operation = talk::clean(what);
        let detail: String = talk::clean(detail).chars().take(160).collect();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = seen.len() >= KINDS_MAX;
        let kind = (operation, control.name(), *reason, detail);
        if let Some(count) = seen.get_mut(&kind) {
            *count += 1;
        } else if !is_full {
            let (operation, control, reason, detail) = &kind;
            talk::say(&format!("would refuse: {operation}: {control} ({reason}) {detail}"));
            seen.insert(kind, 1);
        }
    }
}
