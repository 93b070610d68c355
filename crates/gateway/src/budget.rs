//! What all requests share: bytes in buffers, places in the API, connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of things of which only so many may be held at a time.
#[derive(Debug)]
pub(crate) struct Budget {
    held: AtomicUsize,
    max: AtomicUsize,
}

/// So many of them, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: Arc<Budget>,
    count: usize,
}

impl Budget {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), max: AtomicUsize::new(max) })
    }

    /// Another maximum, from now on. What is held above it is given back in its time.
    pub(crate) fn set_max(&self, max: usize) {
        self.max.store(max, Ordering::Relaxed);
    }

    /// Takes `count`, or nothing if that were too many.
    pub(crate) fn take(self: &Arc<Self>, count: usize) -> Option<Held> {
        let mut held = Held { budget: self.clone(), count: 0 };
        held.grow(count).then_some(held)
    }

    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

impl Held {
    /// Takes `more`; false, and nothing taken, if that were too many.
    pub(crate) fn grow(&mut self, more: usize) -> bool {
        let before = self.budget.held.fetch_add(more, Ordering::Relaxed);
        if before.saturating_add(more) > self.budget.max.load(Ordering::Relaxed) {
            self.budget.held.fetch_sub(more, Ordering::Relaxed);
            return false;
        }
        self.count += more;
        true
    }

    /// How many it is.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Gives back what is above `count`.
    pub(crate) fn keep(&mut self, count: usize) {
        let less = self.count.saturating_sub(count);
        self.count -= less;
        self.budget.held.fetch_sub(less, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_overdrawn_and_always_given_back() {
        let budget = Budget::new(10);
        let mut first = budget.take(6).unwrap();
        assert!(budget.take(5).is_none());
        assert!(first.grow(4));
        assert!(!first.grow(1));
        assert_eq!(budget.held(), 10);
        drop(first);
        assert_eq!(budget.held(), 0);
        assert!(budget.take(11).is_none());
        assert!(budget.take(10).is_some());
    }

    #[test]
    fn what_is_not_kept_is_given_back_once() {
        let budget = Budget::new(10);
        let mut held = budget.take(8).unwrap();
        held.keep(9);
        assert_eq!(budget.held(), 8, "it does not grow");
        held.keep(3);
        assert_eq!(budget.held(), 3);
        drop(held);
        assert_eq!(budget.held(), 0);
    }

    #[test]
    fn a_maximum_that_changes_takes_nothing_away_from_who_holds_it() {
        let budget = Budget::new(10);
        let first = budget.take(6).unwrap();
        budget.set_max(5);
        assert!(budget.take(1).is_none(), "six are held of five");
        drop(first);
        assert!(budget.take(5).is_some());
        budget.set_max(20);
        assert!(budget.take(20).is_some());
    }
}
