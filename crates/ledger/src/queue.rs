//! What waits to be written, bounded in bytes, and what is known of the writing.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many bytes may wait. A record has about 500. The writer holds as much again.
pub(crate) const QUEUE_BYTES_MAX: usize = 8 << 20;
/// Of these, what is left for requests under way when no new ones are taken, and for events.
const RESERVE_BYTES: usize = 1 << 20;

/// What writer and requests share.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    pub(crate) changed: Condvar,
    /// Beside the lock, because every request asks.
    is_full: AtomicBool,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) bytes: Vec<u8>,
    pub(crate) records: u64,
    pub(crate) lost: u64,
    pub(crate) lost_unsaid: u64,
    /// The writer holds a batch that is not written.
    pub(crate) is_writing: bool,
    pub(crate) is_closing: bool,
    /// The writer has ended.
    pub(crate) is_over: bool,
    /// Attempts to write that failed.
    pub(crate) failures: u64,
    /// Why the last one failed; `None` if it did not.
    pub(crate) error: Option<String>,
    pub(crate) reopening: Reopening,
}

/// The state of opening the file again.
#[derive(Default)]
pub(crate) enum Reopening {
    #[default]
    Not,
    Wanted,
    Done(io::Result<()>),
}

impl Queue {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is no room for the record of another request.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Adds one record, or counts it as lost.
    pub(crate) fn add(&self, record: &[u8]) {
        let mut state = self.lock();
        if state.bytes.len() + record.len() > QUEUE_BYTES_MAX {
            state.lost += 1;
            state.lost_unsaid += 1;
            self.is_full.store(true, Ordering::Relaxed);
            return;
        }
        let must_wake = state.bytes.is_empty() && !state.is_writing;
        state.bytes.extend_from_slice(record);
        state.records += 1;
        if state.bytes.len() > QUEUE_BYTES_MAX - RESERVE_BYTES {
            self.is_full.store(true, Ordering::Relaxed);
        }
        drop(state);
        if must_wake {
            self.changed.notify_all();
        }
    }

    /// Hands over all that waits, into an empty `batch`; how many records, and how many were lost
    /// before them.
    pub(crate) fn take(&self, state: &mut State, batch: &mut Vec<u8>) -> (u64, u64) {
        std::mem::swap(batch, &mut state.bytes);
        state.is_writing = true;
        self.is_full.store(false, Ordering::Relaxed);
        (std::mem::take(&mut state.records), std::mem::take(&mut state.lost_unsaid))
    }
}
