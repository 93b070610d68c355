//! How often something may happen: the arithmetic of one count.
//!
//! The generic cell rate algorithm in its form of virtual scheduling (ITU-T I.371, annex A; ATM Forum
//! Traffic Management 4.0, section 4.4.2). A count is a single time: when all that was taken will
//! have drained. A unit drains in `per / count`; at most `burst` units are undrained at once.

use std::fmt;
use std::time::{Duration, Instant};

/// Monotonic time: nanoseconds since the process began to count. It lasts for 584 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticks(pub u64);

impl Ticks {
    /// The time `now`, counted from `start`.
    pub fn since(start: Instant, now: Instant) -> Self {
        Self(nanos(now.saturating_duration_since(start)).unwrap_or(u64::MAX))
    }
}

/// `count` in each `per`, at most `burst` of them at once.
///
/// Over any span of the length `per`, at most `burst + count` are admitted: a full burst, and what
/// drains meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate(Option<Pace>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Pace {
    /// In which one unit drains, in nanoseconds; at least 1.
    interval: u64,
    burst: u32,
}

/// Why numbers are no [`Rate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateError {
    /// `per` is nothing: units would drain at once.
    NoTime,
    /// More units in `per` than it has nanoseconds.
    TooFast,
    /// A full burst would drain in more than ten years.
    TooSlow,
}

/// The longest time in which a burst drains, in nanoseconds: ten years. Sums of times stay far
/// from their end.
const WINDOW_MAX: u64 = 10 * 365 * 86_400 * 1_000_000_000;

/// Whoever was charged beyond a burst waits for this long at most, or for as long as a burst drains, if that is longer:
/// one day, in nanoseconds. Without it a single stream could shut a caller out for months.
const OVERDRAFT_MAX: u64 = 86_400 * 1_000_000_000;

impl Rate {
    /// What is never admitted.
    pub const NEVER: Self = Self(None);

    /// A `count` or `burst` of 0 is [`Rate::NEVER`].
    pub fn new(count: u32, per: Duration, burst: u32) -> Result<Self, RateError> {
        if count == 0 || burst == 0 {
            return Ok(Self::NEVER);
        }
        let per = nanos(per).ok_or(RateError::TooSlow)?;
        let count = u64::from(count);
        match per {
            0 => return Err(RateError::NoTime),
            _ if per < count => return Err(RateError::TooFast),
            _ => {}
        }
        // Rounded up: what is rounded off would be admitted beyond the rate.
        let interval = per.div_ceil(count);
        match interval.checked_mul(u64::from(burst)) {
            Some(window) if window <= WINDOW_MAX => Ok(Self(Some(Pace { interval, burst }))),
            _ => Err(RateError::TooSlow),
        }
    }

    /// In which one unit drains. Nothing drains from [`Rate::NEVER`].
    pub fn interval(self) -> Option<Duration> {
        self.0.map(|pace| Duration::from_nanos(pace.interval))
    }

    /// At most so many at once.
    pub fn burst(self) -> u32 {
        self.0.map_or(0, |pace| pace.burst)
    }

    /// What becomes of `units` more, at `now`, where all that was taken drains at `drained`.
    pub(crate) fn judge(self, drained: u64, units: u32, now: u64) -> Judged {
        let Some(Pace { interval, burst }) = self.0 else { return Judged::Over(None) };
        if units > burst {
            return Judged::Over(None);
        }
        let window = interval.saturating_mul(u64::from(burst));
        let more = interval.saturating_mul(u64::from(units));
        let after = drained.max(now).saturating_add(more);
        let owed = after.saturating_sub(now);
        if owed > window {
            return Judged::Over(Some(Duration::from_nanos(owed - window)));
        }
        let remaining = ((window - owed) / interval).min(u64::from(burst)) as u32;
        Judged::Fits { after, remaining, reset_in: Duration::from_nanos(owed) }
    }

    /// In which a full burst drains: at most a burst is admitted at once, and another one in this time.
    pub fn window(self) -> Duration {
        Duration::from_nanos(
            self.0.map_or(0, |pace| pace.interval.saturating_mul(pace.burst.into())),
        )
    }

    /// The longest time that what was charged beyond a burst takes to drain: the rest is forgiven.
    pub fn overdraft_max(self) -> Duration {
        self.window().max(Duration::from_nanos(OVERDRAFT_MAX))
    }

    /// When all will have drained, once `parts` of so many that make a unit were charged at `now`: never earlier than
    /// before. Rounded up, as everything here.
    pub(crate) fn charged(self, drained: u64, (parts, per_unit): (u64, u32), now: u64) -> u64 {
        let Some(Pace { interval, burst }) = self.0 else { return drained };
        let span = (u128::from(interval) * u128::from(parts)).div_ceil(per_unit.max(1).into());
        let span = u64::try_from(span).unwrap_or(u64::MAX);
        let window = interval.saturating_mul(burst.into());
        let most = now.saturating_add(window).saturating_add(window.max(OVERDRAFT_MAX));
        drained.max(now).saturating_add(span).min(most).max(drained)
    }

    /// What is left where all that was taken and charged drains at `drained`.
    pub(crate) fn left(self, drained: u64, now: u64) -> (u32, Duration) {
        let owed = drained.saturating_sub(now);
        let left = self.0.map_or(0, |Pace { interval, burst }| {
            let room = interval.saturating_mul(burst.into()).saturating_sub(owed);
            (room / interval).min(u64::from(burst)) as u32
        });
        (left, Duration::from_nanos(owed))
    }

    /// How much of `units`, taken at `taken`, is certain not to have drained at `now`: they begin
    /// to drain when they were taken, or later, behind others. To give back more would give back time
    /// in which other units drained.
    pub(crate) fn undrained(self, units: u32, taken: u64, now: u64) -> u64 {
        let spent = now.saturating_sub(taken);
        self.0.map_or(0, |pace| pace.interval.saturating_mul(units.into()).saturating_sub(spent))
    }
}

/// What [`Rate::judge`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// All will have drained at `after`, in `reset_in` from now.
    Fits { after: u64, remaining: u32, reset_in: Duration },
    /// So long until they fit; `None` if they never do.
    Over(Option<Duration>),
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTime => "a rate needs a time longer than nothing",
            Self::TooFast => "a rate is at most one for each nanosecond",
            Self::TooSlow => "a full burst must drain within ten years",
        })
    }
}

impl std::error::Error for RateError {}

fn nanos(duration: Duration) -> Option<u64> {
    u64::try_from(duration.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_rate_that_means_nothing_is_refused() {
        assert_eq!(Rate::new(1, Duration::ZERO, 1), Err(RateError::NoTime));
        assert_eq!(Rate::new(11, Duration::from_nanos(10), 1), Err(RateError::TooFast));
        assert_eq!(Rate::new(1, Duration::MAX, 1), Err(RateError::TooSlow));
        assert_eq!(Rate::new(1, Duration::from_hours(24), u32::MAX), Err(RateError::TooSlow));
        assert_eq!(Rate::new(0, MINUTE, 5), Ok(Rate::NEVER));
        assert_eq!(Rate::new(5, MINUTE, 0), Ok(Rate::NEVER));
    }

    #[test]
    fn what_is_rounded_off_is_not_admitted() {
        let rate = Rate::new(3, Duration::from_nanos(10), 1).unwrap();
        assert_eq!(rate.interval(), Some(Duration::from_nanos(4)));
    }

    #[test]
    fn never_is_never_and_more_than_a_burst_at_once_is_never() {
        assert_eq!(Rate::NEVER.judge(0, 1, u64::MAX), Judged::Over(None));
        let rate = Rate::new(5, MINUTE, 2).unwrap();
        assert_eq!(rate.judge(0, 3, 0), Judged::Over(None));
    }

    #[test]
    fn the_end_of_time_refuses_instead_of_wrapping() {
        let rate = Rate::new(1, MINUTE, 1).unwrap();
        assert!(matches!(rate.judge(u64::MAX, 1, 0), Judged::Over(Some(_))));
    }
}
