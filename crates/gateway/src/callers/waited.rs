//! Waiting for a value that is fetched: as long as one request may, while one of them fetches it.

use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use super::fetched::{Current, Fetched, Step};

/// How long a request waits, at most.
const WAIT: Duration = Duration::from_secs(6);
/// Turns of waiting: each ends with a fetch.
const TURNS_MAX: usize = 3;

/// The value, as `step` asks for it; none where it cannot be had. `begin` fetches it beside the request: a client that
/// leaves ends no fetch that others wait for.
pub(crate) async fn waited<T>(
    fetched: &Fetched<T>,
    deadline: Instant,
    step: impl Fn(Instant) -> Step<T>,
    begin: impl Fn(),
) -> Option<Current<T>> {
    let until = deadline.min(Instant::now() + WAIT);
    for _ in 0..TURNS_MAX {
        let mut signal = fetched.signal();
        match step(Instant::now()) {
            Step::Use(current) => return Some(current),
            Step::UseAndFetch(current) => {
                begin();
                return Some(current);
            }
            Step::Fetch => begin(),
            Step::Wait => {}
            Step::Unavailable => break,
        }
        if timeout_at(until.into(), signal.changed()).await.is_err() {
            break;
        }
    }
    None
}

/// A fetch that is under way: dropped, it failed.
pub(crate) struct Unfinished<'k, T>(Option<&'k Fetched<T>>);

impl<'k, T> Unfinished<'k, T> {
    pub(crate) const fn new(fetched: &'k Fetched<T>) -> Self {
        Self(Some(fetched))
    }

    /// It has a value. Whoever waits is woken when that is there, and not before.
    pub(crate) fn finish(mut self, value: T, digest: [u8; 32]) {
        if let Some(fetched) = self.0.take() {
            fetched.fetched(value, digest, Instant::now());
        }
    }
}

impl<T> Drop for Unfinished<'_, T> {
    fn drop(&mut self) {
        self.0.into_iter().for_each(Fetched::failed);
    }
}
