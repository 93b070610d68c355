//! How the instances of APIs are: which take connections, and which have a rest from requests because
//! they did not. Shared between all workers; after the first request to an instance, atomics only.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portcullis_policy::Instance;

/// Faults in a row after which an instance rests.
const FAULTS_MAX: u32 = 3;
/// The first rest; each further one in a row is twice as long.
const REST_MIN: Duration = Duration::from_secs(1);
/// The longest rest.
const REST_MAX: Duration = Duration::from_mins(1);

/// All instances that requests were sent to, over reloads.
#[derive(Debug)]
pub(crate) struct Instances {
    began: Instant,
    known: Mutex<HashMap<Instance, Arc<Health>>>,
}

impl Instances {
    pub(crate) fn new(began: Instant) -> Self {
        Self { began, known: Mutex::default() }
    }

    /// The state of an instance. Whoever asks keeps it: this takes a lock.
    pub(crate) fn of(&self, instance: &Instance) -> Arc<Health> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(instance.clone()).or_default().clone()
    }

    /// Lets go of instances that nobody sends to any more.
    pub(crate) fn keep(&self, is_kept: impl Fn(&Instance) -> bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|instance, _| is_kept(instance));
    }

    /// The time as states count it: milliseconds since the gateway began, never 0.
    pub(crate) fn clock(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_millis() as u64 + 1
    }
}

/// How one instance is.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Whose turn it is, in the state of an API's first instance.
    turn: AtomicUsize,
    /// Faults in a row.
    faults: AtomicU32,
    /// Rests in a row.
    rests: AtomicU32,
    /// When its rest ends; 0 while it has none.
    rests_until: AtomicU64,
}

/// A change that people should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It rests for so long.
    Rests(Duration),
    /// It takes requests again.
    Returns,
}

impl Health {
    /// The next turn among an API's instances.
    pub(crate) fn next_turn(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a request may go there: it has no rest, or its rest is over and this request is the
    /// one that tries. Others do not, until it is known how that went.
    pub(crate) fn may_try(&self, now: u64) -> bool {
        let until = self.rests_until.load(Ordering::Relaxed);
        if until == 0 {
            return true;
        }
        let next = now + REST_MIN.as_millis() as u64;
        now >= until
            && self
                .rests_until
                .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// It answered.
    pub(crate) fn answered(&self) -> Option<Change> {
        // The ordinary case writes nothing that other threads read.
        if self.faults.load(Ordering::Relaxed) != 0 {
            self.faults.store(0, Ordering::Relaxed);
        }
        if self.rests_until.load(Ordering::Relaxed) == 0 {
            return None;
        }
        self.rests.store(0, Ordering::Relaxed);
        (self.rests_until.swap(0, Ordering::Relaxed) != 0).then_some(Change::Returns)
    }

    /// It took no connection, or let go of one without an answer. `chance` spreads the rests of many
    /// gateways. While it rests, more faults are those of requests that had nowhere else to go.
    pub(crate) fn failed(&self, now: u64, chance: u128) -> Option<Change> {
        let faults = self.faults.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let until = self.rests_until.load(Ordering::Relaxed);
        let is_over = until != 0 && now + REST_MIN.as_millis() as u64 >= until;
        if faults < FAULTS_MAX || until != 0 && !is_over {
            return None;
        }
        let rests = self.rests.load(Ordering::Relaxed);
        let rest = rest(rests, chance);
        let next = now + rest.as_millis() as u64;
        // Whoever comes second finds it resting.
        self.rests_until
            .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
            .ok()?;
        self.rests.store(rests.saturating_add(1), Ordering::Relaxed);
        (until == 0).then_some(Change::Rests(rest))
    }
}

/// The rest after so many others: twice as long each time, less up to a quarter by chance.
fn rest(rests: u32, chance: u128) -> Duration {
    let whole = REST_MIN.saturating_mul(1 << rests.min(16)).min(REST_MAX);
    let less = (chance % 256) as u32;
    whole.saturating_sub(whole / 4 * less / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1000;

    #[test]
    fn an_instance_rests_after_faults_in_a_row_and_one_request_tries_it_again() {
        let health = Health::default();
        assert_eq!((health.failed(1, 0), health.failed(2, 0)), (None, None));
        assert_eq!(health.answered(), None, "and the row is broken");
        assert_eq!((health.failed(3, 0), health.failed(4, 0)), (None, None));
        assert!(health.may_try(4));
        assert_eq!(health.failed(5, 0), Some(Change::Rests(REST_MIN)));
        assert!(!health.may_try(6) && !health.may_try(SECOND));
        assert!(health.may_try(SECOND + 5), "its rest is over");
        assert!(!health.may_try(SECOND + 5), "one tries, the others wait");
        assert_eq!(health.answered(), Some(Change::Returns));
        assert!(health.may_try(SECOND + 6) && health.may_try(SECOND + 6));
        assert_eq!(health.answered(), None, "said once");
    }

    #[test]
    fn rests_grow_to_a_bound_and_are_said_once() {
        let health = Health::default();
        let mut now = 1;
        (0..FAULTS_MAX).for_each(|_| _ = health.failed(now, 0));
        let mut last = 0;
        for _ in 0..10 {
            let from = now;
            while !health.may_try(now) {
                now += 100;
            }
            assert!(now - from >= last.min(59 * SECOND), "never shorter");
            last = now - from;
            assert_eq!(health.failed(now, 0), None, "that it rests was said");
        }
        assert!((59 * SECOND..=61 * SECOND).contains(&last), "{last}");
    }

    #[test]
    fn chance_spreads_rests_within_a_quarter() {
        for rests in 0..100 {
            for chance in [0, 1, 128, 255, u128::MAX] {
                let one = rest(rests, chance);
                assert!(one <= REST_MAX && one >= REST_MIN * 3 / 4, "{rests} {chance} {one:?}");
            }
        }
    }

    #[test]
    fn many_threads_agree_on_who_tries() {
        let health = Health::default();
        (0..FAULTS_MAX).for_each(|_| _ = health.failed(1, 0));
        let tries = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    if health.may_try(2 * SECOND) {
                        tries.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(tries.into_inner(), 1);
    }
}
