//! How much of an API a run may take: so many requests in all, and not more than so many a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts the requests of a run, and holds them back.
#[derive(Debug)]
pub struct Budget {
    sent: AtomicU64,
    most: u64,
    pause: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { sent: AtomicU64::new(0), most: u64::MAX, pause: Duration::ZERO }
    }
}

impl Budget {
    /// At most so many requests, at most so many a second.
    pub fn of(most: u64, per_second: Option<u32>) -> Self {
        let pause = per_second.map(|count| Duration::from_secs(1) / count.max(1));
        Self { sent: AtomicU64::new(0), most, pause: pause.unwrap_or_default() }
    }

    /// How many were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed).min(self.most)
    }

    /// Takes one; or says that there is none left.
    pub(crate) fn take(&self) -> Result<(), String> {
        if self.sent.fetch_add(1, Ordering::Relaxed) < self.most {
            return Ok(());
        }
        Err(format!("not tried: the run has sent its {} requests", self.most))
    }

    /// Waits until the next one may go. An API of one's own is attacked by one sequence at a time, so the pause
    /// between two is the rate.
    pub(crate) async fn wait(&self) {
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_sends_so_many_and_no_more() {
        let budget = Budget::of(2, Some(50));
        assert_eq!(budget.pause, Duration::from_millis(20));
        assert!(budget.take().is_ok() && budget.take().is_ok());
        assert!(budget.take().unwrap_err().contains("its 2 requests"));
        assert_eq!(budget.sent(), 2);
    }
}
