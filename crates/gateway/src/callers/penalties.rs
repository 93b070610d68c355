//! Addresses that went on where everything was refused: for a while they are not listened to at all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_controls::resource_limits::{PENALTIES, REFUSED, SERVED};
use portcullis_counting::{
    Ask, Counts, Decision, Key, Keys, LocalCounts, Place, Pool, Rate, Ticks,
};

/// Addresses whose refusals are counted, and those behind which callers were served.
const ADDRESSES_MAX: usize = 200_000;
/// Addresses in the penalty box at a time. Beyond them an address is refused as everybody is, by its rates.
const BOXED_MAX: usize = 50_000;

/// All addresses in the penalty box, and those that may come into it.
pub(crate) struct Penalties {
    counts: LocalCounts,
    keys: Keys,
    started: Instant,
    boxed: Mutex<HashMap<Key, Penalty>>,
}

/// What an address has to wait for.
#[derive(Debug, Clone, Copy)]
struct Penalty {
    until: Ticks,
    /// How often it came back here before the last time was forgotten.
    times: usize,
}

impl std::fmt::Debug for Penalties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Penalties(..)")
    }
}

impl Penalties {
    /// `chance` is from the operating system.
    pub(crate) fn new(chance: [u8; 16], started: Instant) -> Self {
        let counts = LocalCounts::new(&[ADDRESSES_MAX, ADDRESSES_MAX]);
        Self { counts, keys: Keys::new(chance), started, boxed: Mutex::default() }
    }

    /// How long an address is not listened to, if so: one look-up.
    pub(crate) fn of(&self, place: Place, now: Instant) -> Option<Duration> {
        let boxed = self.boxed();
        if boxed.is_empty() {
            return None;
        }
        let penalty = boxed.get(&self.key(place, Pool(0)))?;
        let now = Ticks::since(self.started, now);
        (penalty.until > now).then(|| Duration::from_nanos(penalty.until.0 - now.0))
    }

    /// A request from there was refused because there were too many.
    pub(crate) fn refused(&self, place: Place, now: Instant) {
        let now = Ticks::since(self.started, now);
        let key = self.key(place, Pool(0));
        let refused = self.counts.take(&[Ask::one(key, rate(REFUSED))], now);
        if matches!(refused, Decision::Admitted(_)) || self.was_served(place, now) {
            return;
        }
        let mut boxed = self.boxed();
        // What was under way when the door was shut does not shut it for longer.
        if boxed.get(&key).is_some_and(|known| known.until > now) {
            return;
        }
        let times = boxed.get(&key).filter(|known| !is_forgotten(known, now));
        let times = times.map_or(0, |known| known.times + 1);
        if boxed.len() >= BOXED_MAX && !boxed.contains_key(&key) {
            boxed.retain(|_, known| !is_forgotten(known, now));
            if boxed.len() >= BOXED_MAX {
                return;
            }
        }
        let until = Ticks(now.0.saturating_add(nanos(span(times))));
        boxed.insert(key, Penalty { until, times });
    }

    /// A verified caller was served there: nobody is locked out for what a neighbour does.
    pub(crate) fn served(&self, place: Place, now: Instant) {
        let now = Ticks::since(self.started, now);
        let ask = Ask::one(self.key(place, Pool(1)), rate(SERVED));
        // A second one within the time changes nothing.
        let _ = self.counts.take(&[ask], now);
    }

    /// Where there is no more room to remember, everybody counts as served.
    fn was_served(&self, place: Place, now: Ticks) -> bool {
        self.counts.peek(&[Ask::one(self.key(place, Pool(1)), rate(SERVED))], now).is_err()
    }

    fn key(&self, place: Place, pool: Pool) -> Key {
        self.keys.key(pool, "penalties", &[&place.address.part()])
    }

    /// Nothing panics while it is locked.
    fn boxed(&self) -> MutexGuard<'_, HashMap<Key, Penalty>> {
        self.boxed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last one of the list is that of all further times.
fn span(times: usize) -> Duration {
    PENALTIES.get(times).or(PENALTIES.last()).copied().unwrap_or_default()
}

/// As long again as the longest.
fn is_forgotten(penalty: &Penalty, now: Ticks) -> bool {
    now.0 > penalty.until.0.saturating_add(nanos(span(usize::MAX)))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn rate((count, per): (u32, Duration)) -> Rate {
    Rate::new(count, per, count).unwrap_or(Rate::NEVER)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn penalties() -> (Penalties, Instant) {
        let now = Instant::now();
        (Penalties::new([7; 16], now), now)
    }

    fn place(last: u8) -> Place {
        Place::of(IpAddr::from([192, 0, 2, last]))
    }

    fn flood(penalties: &Penalties, from: Place, now: Instant) {
        for _ in 0..=REFUSED.0 {
            penalties.refused(from, now);
        }
    }

    #[test]
    fn who_goes_on_waits_a_minute_then_twice_as_long_and_a_quarter_of_an_hour_at_most() {
        let (penalties, mut now) = penalties();
        let from = place(7);
        for _ in 0..REFUSED.0 {
            penalties.refused(from, now);
            assert_eq!(penalties.of(from, now), None);
        }
        for minutes in [1, 2, 4, 8, 15, 15] {
            flood(&penalties, from, now);
            assert_eq!(penalties.of(from, now), Some(MINUTE * minutes));
            assert_eq!(penalties.of(place(8), now), None, "a neighbour");
            now += MINUTE * minutes;
            assert_eq!(penalties.of(from, now), None);
        }
        now += MINUTE * 31;
        flood(&penalties, from, now);
        assert_eq!(penalties.of(from, now), Some(MINUTE), "it was forgotten");
    }

    #[test]
    fn where_a_caller_was_served_lately_nobody_is_locked_out() {
        let (penalties, now) = penalties();
        penalties.served(place(7), now);
        flood(&penalties, place(7), now);
        assert_eq!(penalties.of(place(7), now), None);
        let later = now + MINUTE * 16;
        flood(&penalties, place(7), later);
        assert!(penalties.of(place(7), later).is_some());
    }

    #[test]
    fn an_address_of_ipv6_is_what_one_client_owns() {
        let (penalties, now) = penalties();
        let of = |text: &str| Place::of(text.parse().unwrap());
        flood(&penalties, of("2001:db8::1"), now);
        assert!(penalties.of(of("2001:db8::2"), now).is_some());
        assert!(penalties.of(of("2001:db8:0:1::1"), now).is_none());
    }
}
