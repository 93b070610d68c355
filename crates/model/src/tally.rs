//! How many of something there were, for a record.

use std::sync::atomic::{AtomicU32, Ordering};

/// Counts up. Whoever does what is counted needs one, and whoever gave it writes the number down.
#[derive(Debug, Default)]
pub struct Tally(AtomicU32);

impl Tally {
    /// So many more.
    pub fn add(&self, more: u32) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
