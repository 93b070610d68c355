//! How often one key was used in a day and in a month, and how much of that is written ahead.

use portcullis_model::{Date, KeyQuota, UnixMillis, days_in_month};

/// Uses that are written ahead, of a quota and at most: what a kill may cost.
const BLOCKS: u64 = 100;
const BLOCK_MAX: u64 = 64;

const DAY_MS: u64 = 86_400_000;

/// A window of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// A day.
    Day,
    /// A month.
    Month,
}

/// One count of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Count {
    /// Which day or month it is of; nothing before it counts any more.
    pub(crate) period: u32,
    pub(crate) used: u64,
    /// The database says that so many were used, so that no restart gives them anew. INVARIANT: not less than
    /// `used`.
    pub(crate) reserved: u64,
    /// What it is to say next. Not less than `reserved`.
    pub(crate) wanted: u64,
}

/// Both counts of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) day: Count,
    pub(crate) month: Count,
}

impl Tally {
    /// The counts that a quota has, each with its limit.
    pub(crate) fn counts(
        &mut self,
        quota: KeyQuota,
    ) -> impl Iterator<Item = (&mut Count, u64, Window)> {
        let day = quota.day.map(|limit| (&mut self.day, limit, Window::Day));
        let month = quota.month.map(|limit| (&mut self.month, limit, Window::Month));
        day.into_iter().chain(month)
    }
}

impl Window {
    /// The number of the window that a time is in; later ones have higher ones.
    pub(crate) fn period(self, now: UnixMillis) -> u32 {
        let date = Date::of(now);
        match self {
            Self::Day => u32::try_from(now.0 / DAY_MS).unwrap_or(u32::MAX),
            Self::Month => u32::from(date.year()) * 12 + u32::from(date.month()) - 1,
        }
    }

    /// When the window began that a time is in.
    pub(crate) fn start(self, now: UnixMillis) -> UnixMillis {
        let date = Date::of(now);
        let days = match self {
            Self::Day => 0,
            Self::Month => u64::from(date.day()) - 1,
        };
        UnixMillis(date.start().0 - days * DAY_MS)
    }

    /// When the window ends that a time is in.
    pub(crate) fn end(self, now: UnixMillis) -> UnixMillis {
        let date = Date::of(now);
        let days = match self {
            Self::Day => 1,
            Self::Month => {
                u64::from(days_in_month(date.year(), date.month())) - u64::from(date.day()) + 1
            }
        };
        UnixMillis(date.start().0 + days * DAY_MS)
    }
}

impl Count {
    /// Begins anew where another window has come. A clock that goes back gives nothing back.
    pub(crate) fn roll(&mut self, period: u32) {
        if period > self.period {
            *self = Self { period, ..Self::default() };
        }
    }

    /// Whether one more use is written ahead.
    pub(crate) const fn has_reserved(&self) -> bool {
        self.used < self.reserved
    }

    /// Wants the next block: true where less than half of one is left, and none is on its way.
    pub(crate) fn runs_low(&mut self, limit: u64) -> bool {
        let is_low = self.reserved < limit
            && self.reserved.saturating_sub(self.used) <= block(limit) / 2
            && self.wanted <= self.reserved;
        if is_low {
            self.want(limit);
        }
        is_low
    }

    pub(crate) fn want(&mut self, limit: u64) {
        let next = self.used.saturating_add(block(limit)).max(self.reserved.saturating_add(1));
        self.wanted = self.wanted.max(next.min(limit));
    }
}

fn block(limit: u64) -> u64 {
    (limit / BLOCKS).clamp(1, BLOCK_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixMillis {
        UnixMillis(Date::parse(text).unwrap().start().0 + 5)
    }

    #[test]
    fn windows_are_days_and_months_of_the_calendar() {
        let start = |window: Window, text| window.start(at(text)).rfc3339();
        assert_eq!(start(Window::Day, "2028-02-29"), "2028-02-29T00:00:00.000Z");
        assert_eq!(start(Window::Month, "2028-02-29"), "2028-02-01T00:00:00.000Z");
        let end = |window: Window, text| window.end(at(text)).rfc3339();
        assert_eq!(end(Window::Day, "2028-02-29"), "2028-03-01T00:00:00.000Z");
        assert_eq!(end(Window::Month, "2028-02-29"), "2028-03-01T00:00:00.000Z");
        assert_eq!(end(Window::Month, "2027-12-01"), "2028-01-01T00:00:00.000Z");
        let periods = |window: Window| {
            ["2027-11-30", "2027-12-01", "2027-12-31", "2028-01-01"]
                .map(|day| window.period(at(day)))
        };
        let [a, b, c, d] = periods(Window::Month);
        assert!(a + 1 == b && b == c && c + 1 == d);
        let [a, b, c, d] = periods(Window::Day);
        assert!(a + 1 == b && b + 30 == c && c + 1 == d);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_back() {
        let mut count = Count { period: 7, used: 3, reserved: 4, wanted: 4 };
        count.roll(6);
        assert_eq!(count.used, 3);
        count.roll(8);
        assert_eq!(count, Count { period: 8, ..Count::default() });
    }
}
