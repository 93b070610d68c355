//! Saying what happens, as it happens, without drowning anybody.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use portcullis_gateway::Watch;
use portcullis_ledger::Noted;
use portcullis_model::{Clock as _, Refusal, RequestId};

use crate::clock::SystemClock;
use crate::talk;

/// Refusals that are said in one second; more are counted.
const LINES_PER_SECOND_MAX: u32 = 20;

/// Says one line per refusal (rule 31).
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    second: u64,
    said: u32,
    unsaid: u32,
}

impl Watch for Refusals {
    fn refused(&self, id: RequestId, refusal: &Refusal) {
        let second = SystemClock.now().0 / 1000;
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.second != second {
            let unsaid = window.unsaid;
            *window = Window { second, said: 0, unsaid: 0 };
            if unsaid > 0 {
                talk::say(&format!("{unsaid} more refusals, all in the ledger"));
            }
        }
        if window.said >= LINES_PER_SECOND_MAX {
            window.unsaid += 1;
            return;
        }
        window.said += 1;
        drop(window);
        let Refusal { control, status, reason, detail, .. } = refusal;
        let shown: String = detail.chars().filter(|letter| !letter.is_control()).collect();
        talk::say(&format!(
            "refused {} by {control} ({reason}): {shown}; portcullis explain {id}",
            status.0
        ));
    }

    fn would_refuse(&self, _: RequestId, _: Option<&str>, _: &Noted) {}
}

/// Gathers what would have been refused: the first time of each kind is said, all are counted.
#[derive(Debug, Default)]
pub(crate) struct Trial {
    seen: Mutex<BTreeMap<Kind, u64>>,
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
    fn refused(&self, id: RequestId, refusal: &Refusal) {
        // What cannot be observed: HTTP itself, and what no machine can hold.
        Refusals::default().refused(id, refusal);
    }

    fn would_refuse(&self, _: RequestId, operation: Option<&str>, noted: &Noted) {
        let Noted { control, reason, detail } = noted;
        let operation = operation.unwrap_or("(undeclared)").to_owned();
        let detail: String = detail.chars().filter(|one| !one.is_control()).take(160).collect();
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
