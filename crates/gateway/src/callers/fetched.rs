//! The keys of an issuer, and when they are fetched: one fetch at a time, at most one in five seconds
//! whatever comes, and old keys are honoured while the issuer does not answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// Between two fetches.
const PAUSE: Duration = Duration::from_secs(5);
/// Keys older than this are fetched again beside the requests that use them.
const FRESH: Duration = Duration::from_mins(10);
/// Keys older than this are not used any more: whoever keeps the issuer from answering cannot keep a
/// withdrawn key alive for ever.
const OLDEST: Duration = Duration::from_hours(24);
/// How long a key that the issuer does not have is known not to be there.
const ABSENT: Duration = Duration::from_mins(1);
/// Names of keys that are known not to be there; beyond them the oldest is forgotten.
const ABSENT_MAX: usize = 256;

/// A value that is fetched, such as a set of keys.
#[derive(Debug)]
pub(crate) struct Fetched<T> {
    state: Mutex<State<T>>,
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct State<T> {
    known: Option<Known<T>>,
    attempted: Option<Instant>,
    is_fetching: bool,
    /// Counts values that differ from the one before.
    generation: u64,
    absent: HashMap<u64, Instant>,
}

#[derive(Debug)]
struct Known<T> {
    value: Arc<T>,
    digest: [u8; 32],
    at: Instant,
}

/// A value, and which one in turn it is.
#[derive(Debug)]
pub(crate) struct Current<T> {
    pub(crate) value: Arc<T>,
    pub(crate) generation: u64,
}

/// What is to be done to have a value.
#[derive(Debug)]
pub(crate) enum Step<T> {
    /// This one is good.
    Use(Current<T>),
    /// This one is good, and it is time to fetch it again, beside the request.
    UseAndFetch(Current<T>),
    /// Fetch it; then ask again.
    Fetch,
    /// Somebody fetches it: wait, then ask again.
    Wait,
    /// It cannot be had now.
    Unavailable,
}

impl<T> Fetched<T> {
    pub(crate) fn new() -> Self {
        let state = State {
            known: None,
            attempted: None,
            is_fetching: false,
            generation: 0,
            absent: HashMap::new(),
        };
        Self { state: Mutex::new(state), changed: watch::Sender::new(()) }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to do now. Who is told to fetch must do it, and then say [`Fetched::fetched`] or
    /// [`Fetched::failed`].
    pub(crate) fn step(&self, now: Instant) -> Step<T> {
        let mut state = self.state();
        let since = |at: Instant| now.saturating_duration_since(at);
        let current = state.current(now);
        let may_fetch = !state.is_fetching && state.attempted.is_none_or(|at| since(at) >= PAUSE);
        match current {
            Some((current, age)) if age >= FRESH && may_fetch => {
                state.begin(now);
                Step::UseAndFetch(current)
            }
            Some((current, _)) => Step::Use(current),
            None if state.is_fetching => Step::Wait,
            None if may_fetch => {
                state.begin(now);
                Step::Fetch
            }
            None => Step::Unavailable,
        }
    }

    /// What to do now that the value of this generation lacks something, named by a hash.
    pub(crate) fn step_for_absent(&self, name: u64, lacking: u64, now: Instant) -> Step<T> {
        let mut state = self.state();
        let Some((current, _)) = state.current(now) else {
            drop(state);
            return self.step(now);
        };
        let is_newer = current.generation != lacking;
        let is_known_absent =
            state.absent.get(&name).is_some_and(|at| now.saturating_duration_since(*at) < ABSENT);
        if is_newer {
            return Step::Use(current);
        }
        if state.is_fetching {
            return Step::Wait;
        }
        if is_known_absent
            || state.attempted.is_some_and(|at| now.saturating_duration_since(at) < PAUSE)
        {
            return Step::Use(current);
        }
        state.remember_absent(name, now);
        state.begin(now);
        Step::Fetch
    }

    /// It was fetched. The digest is that of its text: the same text is no other value.
    pub(crate) fn fetched(&self, value: T, digest: [u8; 32], now: Instant) {
        let mut state = self.state();
        let is_same = state.known.as_ref().is_some_and(|known| known.digest == digest);
        if !is_same {
            state.generation += 1;
            state.absent.clear();
        }
        state.known = Some(Known { value: Arc::new(value), digest, at: now });
        state.is_fetching = false;
        drop(state);
        self.changed.send_replace(());
    }

    /// It could not be fetched.
    pub(crate) fn failed(&self) {
        self.state().is_fetching = false;
        self.changed.send_replace(());
    }

    /// Becomes ready after the fetch that is under way. Taken before [`Fetched::step`], so that no
    /// end of a fetch is missed.
    pub(crate) fn signal(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Which value is in force.
    pub(crate) fn generation(&self) -> u64 {
        self.state().generation
    }
}

impl<T> State<T> {
    fn current(&self, now: Instant) -> Option<(Current<T>, Duration)> {
        let known = self.known.as_ref()?;
        let age = now.saturating_duration_since(known.at);
        let current = Current { value: known.value.clone(), generation: self.generation };
        (age < OLDEST).then_some((current, age))
    }

    const fn begin(&mut self, now: Instant) {
        self.is_fetching = true;
        self.attempted = Some(now);
    }

    fn remember_absent(&mut self, name: u64, now: Instant) {
        self.absent.retain(|_, at| now.saturating_duration_since(*at) < ABSENT);
        if self.absent.len() >= ABSENT_MAX
            && let Some(oldest) =
                self.absent.iter().min_by_key(|(_, at)| **at).map(|(name, _)| *name)
        {
            self.absent.remove(&oldest);
        }
        self.absent.insert(name, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn is_fetch<T>(step: &Step<T>) -> bool {
        matches!(step, Step::Fetch | Step::UseAndFetch(_))
    }

    #[test]
    fn a_flood_of_unknown_keys_causes_one_fetch_in_five_seconds() {
        let start = Instant::now();
        let keys = Fetched::new();
        assert!(is_fetch(&keys.step(start)));
        keys.fetched("first", [1; 32], start);
        let mut fetches = 0;
        for millis in 0..60_000_u64 {
            let now = start + Duration::from_millis(millis);
            if let Step::Fetch = keys.step_for_absent(millis, 1, now) {
                fetches += 1;
                keys.fetched("first", [1; 32], now);
            }
        }
        assert_eq!(fetches, 11);
        assert!(keys.state().absent.len() <= ABSENT_MAX);
    }

    #[test]
    fn one_unknown_key_is_asked_for_once() {
        let start = Instant::now();
        let keys = Fetched::new();
        keys.step(start);
        keys.fetched("first", [1; 32], start);
        let later = start + PAUSE;
        assert!(is_fetch(&keys.step_for_absent(7, 1, later)));
        assert!(matches!(keys.step_for_absent(7, 1, later), Step::Wait | Step::Use(_)));
        keys.fetched("first", [1; 32], later);
        for seconds in 5..50 {
            let step = keys.step_for_absent(7, 1, later + SECOND * seconds);
            assert!(matches!(step, Step::Use(_)), "{seconds}");
        }
    }

    #[test]
    fn old_keys_are_honoured_while_the_issuer_is_silent_and_not_for_ever() {
        let start = Instant::now();
        let keys = Fetched::new();
        keys.step(start);
        keys.fetched("first", [1; 32], start);
        let hour = SECOND * 3600;
        for hours in 1..24 {
            let step = keys.step(start + hour * hours);
            assert!(matches!(step, Step::UseAndFetch(_)), "{hours}");
            keys.failed();
        }
        let step = keys.step(start + hour * 24);
        assert!(matches!(step, Step::Fetch), "{step:?}");
        assert!(matches!(keys.step(start + hour * 24), Step::Wait));
        keys.failed();
        assert!(matches!(keys.step(start + hour * 24), Step::Unavailable));
    }

    #[test]
    fn the_same_text_is_no_other_generation() {
        let now = Instant::now();
        let keys = Fetched::new();
        keys.step(now);
        keys.fetched("a", [1; 32], now);
        keys.fetched("a", [1; 32], now);
        assert_eq!(keys.generation(), 1);
        keys.fetched("b", [2; 32], now);
        assert_eq!(keys.generation(), 2);
    }
}
