//! The system's clock: the one place where civil time is read.

use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_model::{Clock, UnixMillis};

/// The system's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> UnixMillis {
        // A clock before 1970 is a broken one; everything then happens at its first instant.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(since.as_millis() as u64)
    }
}
