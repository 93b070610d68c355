//! One key in memory: 72 bytes, because there are a million of them.

use std::sync::atomic::{AtomicU32, Ordering};

use portcullis_model::{KeyId, UnixMillis};

/// No slot, no number.
pub(crate) const NONE: u32 = u32::MAX;

const MINUTE_MS: u64 = 60_000;

/// A use is written once an hour at most.
const WRITTEN_MINUTES: u32 = 60;

pub(crate) struct Slot {
    pub(crate) id: KeyId,
    pub(crate) mac: [u8; 32],
    pub(crate) created: Time,
    /// Its own end, whatever those above it say.
    pub(crate) expires: Time,
    /// The slot of the key above it, or [`NONE`].
    pub(crate) parent: u32,
    /// Numbers of what it shares with others.
    pub(crate) rules: u32,
    pub(crate) label: u32,
    pub(crate) used: LastUse,
}

/// Milliseconds since 1970 in 48 bits: up to the year 10889. What is later is its latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time([u8; 6]);

impl Time {
    pub(crate) const NEVER: Self = Self([u8::MAX; 6]);

    pub(crate) fn new(time: UnixMillis) -> Self {
        let [_, _, bytes @ ..] = time.0.min((1 << 48) - 2).to_be_bytes();
        Self(bytes)
    }

    pub(crate) fn or_never(time: Option<UnixMillis>) -> Self {
        time.map_or(Self::NEVER, Self::new)
    }

    pub(crate) fn get(self) -> UnixMillis {
        UnixMillis(self.0.iter().fold(0, |time, byte| time << 8 | u64::from(*byte)))
    }

    /// Nothing for what never comes.
    pub(crate) fn finite(self) -> Option<UnixMillis> {
        (self != Self::NEVER).then(|| self.get())
    }
}

/// The minute of the last use; none is 0.
pub(crate) struct LastUse(AtomicU32);

impl LastUse {
    pub(crate) fn new(time: Option<UnixMillis>) -> Self {
        Self(AtomicU32::new(time.map_or(0, minute)))
    }

    pub(crate) fn get(&self) -> Option<UnixMillis> {
        let minute = u64::from(self.0.load(Ordering::Relaxed));
        (minute > 0).then_some(UnixMillis(minute * MINUTE_MS))
    }

    /// Notes a use at `now`. True for one caller in each hour: the one who has it written.
    pub(crate) fn touch(&self, now: UnixMillis) -> bool {
        let now = minute(now);
        // Written only where it changes something: a line of memory that is only read is shared.
        if now <= self.0.load(Ordering::Relaxed) {
            return false;
        }
        let before = self.0.fetch_max(now, Ordering::Relaxed);
        before / WRITTEN_MINUTES < now / WRITTEN_MINUTES
    }
}

fn minute(time: UnixMillis) -> u32 {
    u32::try_from(time.0 / MINUTE_MS).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_order_and_the_latest_is_not_never() {
        let times = [0, 1, 255, 256, 1_800_000_000_000, (1 << 48) - 2].map(UnixMillis);
        assert!(times.map(Time::new).is_sorted());
        for time in times {
            assert_eq!(Time::new(time).finite(), Some(time));
        }
        assert!(Time::new(UnixMillis(u64::MAX)) < Time::NEVER && Time::NEVER.finite().is_none());
        assert_eq!(std::mem::size_of::<Slot>(), 72);
    }

    #[test]
    fn a_use_counts_to_the_minute_and_is_written_once_an_hour() {
        let at = |minute: u64| UnixMillis(1_800_000_000_000 + minute * MINUTE_MS);
        let used = LastUse::new(None);
        assert_eq!(used.get(), None);
        assert!(used.touch(at(0)), "the first use");
        assert!(!used.touch(at(0)) && !used.touch(at(59)));
        assert_eq!(used.get(), Some(at(59)));
        assert!(!used.touch(at(3)), "a clock that went back");
        assert_eq!(used.get(), Some(at(59)));
        assert!(used.touch(at(60)) && !used.touch(at(119)) && used.touch(at(500)));
    }
}
