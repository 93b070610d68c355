//! Time that moves only when it is told to.

use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_model::{Clock, UnixMillis};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FakeClock {
    now: AtomicU64,
}

impl FakeClock {
    /// A clock that shows `now`.
    pub const fn at(now: UnixMillis) -> Self {
        Self { now: AtomicU64::new(now.0) }
    }

    /// Moves it on.
    pub fn advance_ms(&self, milliseconds: u64) {
        self.now.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.now.load(Ordering::Relaxed))
    }
}
