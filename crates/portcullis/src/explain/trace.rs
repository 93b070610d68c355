//! What happened in each room, told by the gateway as one request walks.

use std::sync::{Mutex, PoisonError};

use portcullis_gateway::{Deed, Watch};
use portcullis_ledger::Noted;
use portcullis_model::{Refusal, RequestId, Room, Status};

/// Notes of one room that are kept; more are counted.
const NOTES_MAX: usize = 100;

/// The walk of the one request that is sent.
#[derive(Debug, Default)]
pub(super) struct Trace {
    walked: Mutex<Walked>,
}

/// How far a request came.
#[derive(Debug, Default, Clone)]
pub(super) struct Walked {
    pub(super) steps: Vec<Step>,
    /// The operation that it is, by its index.
    pub(super) operation: Option<usize>,
    pub(super) refusal: Option<Refusal>,
}

/// One room.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) room: Room,
    /// What a control removed (`true`), or would have removed or refused.
    pub(super) notes: Vec<(Noted, bool)>,
    pub(super) notes_more: usize,
}

impl Trace {
    pub(super) fn walked(&self) -> Walked {
        self.walked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Walked)) {
        change(&mut self.walked.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Watch for Trace {
    fn refused(&self, _: RequestId, _: &str, refusal: &Refusal) {
        self.change(|walked| walked.refusal = Some(refusal.clone()));
    }

    fn failed(&self, _: RequestId, _: &str, _: Status, _: &str) {
        // What the stand-in answers is of no interest.
    }

    fn entered(&self, _: RequestId, room: Room) {
        self.change(|walked| {
            walked.steps.push(Step { room, notes: Vec::new(), notes_more: 0 });
        });
    }

    fn found(&self, _: RequestId, operation: usize) {
        self.change(|walked| walked.operation = Some(operation));
    }

    fn noted(&self, _: RequestId, _: &str, noted: &Noted, _: Deed, is_removed: bool) {
        self.change(|walked| {
            let Some(step) = walked.steps.last_mut() else { return };
            if step.notes.len() < NOTES_MAX {
                step.notes.push((noted.clone(), is_removed));
            } else {
                step.notes_more += 1;
            }
        });
    }
}
