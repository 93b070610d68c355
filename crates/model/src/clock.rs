//! Time as a parameter.

use std::fmt;

pub use std::time::Instant;

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as POSIX time does).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixMillis(pub u64);

/// Where the time comes from. The command gives the system's clock, tests a fake one.
///
/// Monotonic time (timeouts, durations) is the runtime's own; this is civil time, for records
/// and for dates in policies and contracts.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> UnixMillis;
}

/// A calendar date, proleptic Gregorian, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text is not a [`Date`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateError {
    /// Not of the form `YYYY-MM-DD`.
    Form,
    /// The month has no such day, or the year no such month.
    NoSuchDay,
}

const DAY_MS: u64 = 86_400_000;

impl Date {
    /// Reads `YYYY-MM-DD` (RFC 3339 `full-date`).
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let bytes = text.as_bytes();
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else {
            return Err(DateError::Form);
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |sum, digit| {
                digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0'))
            })
        };
        let year = number(&[*y1, *y2, *y3, *y4]).ok_or(DateError::Form)?;
        let month = number(&[*m1, *m2]).ok_or(DateError::Form)? as u8;
        let day = number(&[*d1, *d2]).ok_or(DateError::Form)? as u8;
        if year < 1970 || day == 0 || day > days_in_month(year, month) {
            return Err(DateError::NoSuchDay);
        }
        Ok(Self { year, month, day })
    }

    /// The year, from 1970.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The first instant of this day, in UTC.
    pub fn start(self) -> UnixMillis {
        let years = u64::from(self.year);
        let before = |year: u64| year * 365 + (year / 4) - (year / 100) + (year / 400);
        let days_before_year = before(years - 1) - before(1969);
        let days_before_month: u64 =
            (1..self.month).map(|month| u64::from(days_in_month(self.year, month))).sum();
        UnixMillis((days_before_year + days_before_month + u64::from(self.day) - 1) * DAY_MS)
    }

    /// The first instant after this day, in UTC: what ends "until 2027-01-31".
    pub fn end(self) -> UnixMillis {
        UnixMillis(self.start().0 + DAY_MS)
    }

    /// The day that holds `time`.
    pub const fn of(time: UnixMillis) -> Self {
        const DAYS_OF_400_YEARS: u64 = 146_097;
        // Days since 1600-03-01: leap days then fall on the last day of a year, of four years,
        // of a century and of four centuries.
        let days = time.0 / DAY_MS + 135_080;
        let (four_centuries, days) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
        let century = min(days / 36_524, 3);
        let days = days - century * 36_524;
        let (four_years, days) = (days / 1461, days % 1461);
        let year = min(days / 365, 3);
        let days = days - year * 365;
        // March, April, May, June, July have 153 days, and so have the five months after them.
        let month = (5 * days + 2) / 153;
        let day = days - (153 * month + 2) / 5 + 1;
        let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = 1600 + 400 * four_centuries + 100 * century + 4 * four_years + year + next_year;
        Self { year: year as u16, month: month as u8, day: day as u8 }
    }
}

const fn min(a: u64, b: u64) -> u64 {
    if a < b { a } else { b }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// How many days a month has, in the proleptic Gregorian calendar; 0 if the year has no such month.
pub const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl UnixMillis {
    /// RFC 3339 with milliseconds, in UTC: `2026-11-24T08:15:30.125Z`.
    pub fn rfc3339(self) -> String {
        self.rfc3339_text().iter().copied().map(char::from).collect()
    }

    /// The same without an allocation: every record has one.
    pub fn rfc3339_text(self) -> [u8; 24] {
        let Date { year, month, day } = Date::of(self);
        let (hour, minute, second) = self.time_of_day();
        let millis = self.0 % 1000;
        let digit = |number: u64, ten: u64| b'0' + (number / ten % 10) as u8;
        let (year, month, day) = (u64::from(year), u64::from(month), u64::from(day));
        [
            digit(year, 1000),
            digit(year, 100),
            digit(year, 10),
            digit(year, 1),
            b'-',
            digit(month, 10),
            digit(month, 1),
            b'-',
            digit(day, 10),
            digit(day, 1),
            b'T',
            digit(hour, 10),
            digit(hour, 1),
            b':',
            digit(minute, 10),
            digit(minute, 1),
            b':',
            digit(second, 10),
            digit(second, 1),
            b'.',
            digit(millis, 100),
            digit(millis, 10),
            digit(millis, 1),
            b'Z',
        ]
    }

    /// Reads what [`Self::rfc3339`] writes, and no other form of RFC 3339.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let is_ours = text.len() == 24 && text.get(10..11) == Some("T") && text.ends_with('Z');
        Self::from_any_rfc3339(text).filter(|_| is_ours)
    }

    /// Reads every form of RFC 3339 (section 5.6): with a fraction or without, in any zone. What is less than a
    /// millisecond is left out; none before 1970.
    pub fn from_any_rfc3339(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't', ' '])?;
        let (clock, rest) = time.split_at_checked(8)?;
        let [h1, h2, b':', m1, m2, b':', s1, s2] = *clock.as_bytes() else { return None };
        // The second 60 is one that is put in between.
        let of_day =
            number(&[h1, h2], 23)? * 3600 + number(&[m1, m2], 59)? * 60 + number(&[s1, s2], 60)?;
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|one: char| !one.is_ascii_digit())?),
            None => ("0", rest),
        };
        if fraction.is_empty() {
            return None;
        }
        let digits = fraction.bytes().chain(*b"00").take(3);
        let millis = digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let local = Date::parse(date).ok()?.start().0 + of_day * 1000 + millis;
        let (is_ahead, minutes) = match *zone.as_bytes() {
            [b'Z' | b'z'] => (true, 0),
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
                (sign == b'+', number(&[h1, h2], 23)? * 60 + number(&[m1, m2], 59)?)
            }
            _ => return None,
        };
        let ahead = minutes * 60_000;
        if is_ahead { local.checked_sub(ahead).map(Self) } else { Some(Self(local + ahead)) }
    }

    /// The HTTP date form (RFC 9110 section 5.6.7): `Tue, 24 Nov 2026 08:15:30 GMT`.
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let date = Date::of(self);
        let weekday = DAYS.get((self.0 / DAY_MS % 7) as usize).copied().unwrap_or_default();
        let month = MONTHS.get(usize::from(date.month) - 1).copied().unwrap_or_default();
        let (hour, minute, second) = self.time_of_day();
        let (day, year) = (date.day, date.year);
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    const fn time_of_day(self) -> (u64, u64, u64) {
        let seconds = self.0 / 1000 % 86_400;
        (seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// Digits, as a number up to this.
fn number(digits: &[u8], max: u64) -> Option<u64> {
    let sum = digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + u64::from(digit - b'0'))
    })?;
    (sum <= max).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_counts_its_days_from_1970_and_back() {
        for (text, days) in
            [("1970-01-01", 0), ("1972-02-29", 789), ("2000-03-01", 11_017), ("2026-11-24", 20_781)]
        {
            let date = Date::parse(text).unwrap();
            assert_eq!(date.start().0 / DAY_MS, days, "{text}");
            assert_eq!(Date::of(date.start()), date, "{text}");
            let parts = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
            assert_eq!(parts, text);
            assert_eq!(Date::of(UnixMillis(date.end().0 - 1)), date, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut expected = Date { year: 1970, month: 1, day: 1 };
        for day in 0..146_097 {
            let date = Date::of(UnixMillis(day * DAY_MS));
            assert_eq!(date, expected);
            assert_eq!(date.start().0, day * DAY_MS);
            expected.day += 1;
            if expected.day > days_in_month(expected.year, expected.month) {
                expected = Date { month: expected.month + 1, day: 1, ..expected };
            }
            if expected.month > 12 {
                expected = Date { year: expected.year + 1, month: 1, day: 1 };
            }
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00"] {
            assert_eq!(Date::parse(text), Err(DateError::NoSuchDay), "{text}");
        }
        for text in ["2026-1-1", "tomorrow", "", "2026/01/01", "+026-01-01"] {
            assert_eq!(Date::parse(text), Err(DateError::Form), "{text}");
        }
    }

    #[test]
    fn a_time_is_read_in_every_form_of_its_standard_where_that_is_asked() {
        let noon = UnixMillis(Date::parse("2026-11-24").unwrap().start().0 + 43_200_000);
        for (text, after) in [
            ("2026-11-24T12:00:00Z", 0),
            ("2026-11-24t12:00:00z", 0),
            ("2026-11-24 12:00:00.5Z", 500),
            ("2026-11-24T12:00:00.123456789Z", 123),
            ("2026-11-24T13:30:00+01:30", 0),
            ("2026-11-23T22:00:00.001-14:00", 1),
            ("2026-11-24T11:59:60Z", 0),
        ] {
            assert_eq!(
                UnixMillis::from_any_rfc3339(text),
                Some(UnixMillis(noon.0 + after)),
                "{text}"
            );
            assert_eq!(UnixMillis::from_rfc3339(text), None, "{text}");
        }
        let own = "2026-11-24T12:00:00.007Z";
        assert_eq!(UnixMillis::from_rfc3339(own).map(UnixMillis::rfc3339).as_deref(), Some(own));
        for text in [
            "2026-11-24T12:00:00",
            "2026-11-24T12:00Z",
            "2026-11-24T12:00:00.Z",
            "2026-11-24T12:00:00,5Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T12:00:61Z",
            "2026-11-24T12:00:00+24:00",
            "2026-11-24T12:00:00+0100",
            "2026-11-24T1é:00:00Z",
            "1970-01-01T00:00:00+00:01",
            "2026-02-30T12:00:00Z",
            "20261124T120000Z",
            "T",
            "",
        ] {
            assert_eq!(UnixMillis::from_any_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_prints_in_both_forms() {
        let time = UnixMillis(Date::parse("2026-11-24").unwrap().start().0 + 29_730_125);
        assert_eq!(time.rfc3339(), "2026-11-24T08:15:30.125Z");
        assert_eq!(time.http_date(), "Tue, 24 Nov 2026 08:15:30 GMT");
    }
}
