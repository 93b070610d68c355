//! Days before 1970, too: people are born on them. (The model's `Date` is for policies.)

use portcullis_model::{Date, days_in_month};

/// Bytes of a date-time: its fraction of a second has no length of its own.
const DATE_TIME_BYTES_MAX: usize = 64;

/// A day, proleptic Gregorian, from the year 1; earlier ones are less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CalendarDay {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

impl CalendarDay {
    pub(super) const fn of(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), day: date.day() }
    }

    /// Reads `full-date`, or the date of a `date-time` (RFC 3339 section 5.6).
    pub(super) fn read(text: &str) -> Option<Self> {
        let (date, time) = text.as_bytes().split_at_checked("YYYY-MM-DD".len())?;
        if text.len() > DATE_TIME_BYTES_MAX || !(time.is_empty() || is_time(time)) {
            return None;
        }
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
            return None;
        };
        let year = number(&[*y1, *y2, *y3, *y4])?;
        let month = number(&[*m1, *m2])? as u8;
        let day = number(&[*d1, *d2])? as u8;
        let exists = year > 0 && day > 0 && day <= days_in_month(year, month);
        exists.then_some(Self { year, month, day })
    }
}

/// Whether it is `T`, a time that exists, and an offset.
fn is_time(text: &[u8]) -> bool {
    let [b'T' | b't', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else {
        return false;
    };
    let offset = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            fraction.get(digits..).unwrap_or_default()
        }
        other => other,
    };
    // A leap second is the 61st of its minute.
    is_below(24, *h1, *h2) && is_below(60, *m1, *m2) && is_below(61, *s1, *s2) && is_offset(offset)
}

fn is_offset(text: &[u8]) -> bool {
    match text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => is_below(24, *h1, *h2) && is_below(60, *m1, *m2),
        _ => false,
    }
}

fn is_below(limit: u16, tens: u8, ones: u8) -> bool {
    number(&[tens, ones]).is_some_and(|number| number < limit)
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_date_times_are_read_and_nothing_else() {
        for text in [
            "1899-12-31",
            "2000-02-29",
            "1985-04-12T23:20:50.52Z",
            "1985-04-12t23:59:60z",
            "1985-04-12T00:00:00-23:59",
        ] {
            assert!(CalendarDay::read(text).is_some(), "{text}");
        }
        for text in [
            "",
            "1985-4-12",
            "12.04.1985",
            "19850412",
            "1985-04-12 ",
            " 1985-04-12",
            "1985-04-12T23:20:50",
            "1985-04-12T24:00:00Z",
            "1985-04-12T23:60:00Z",
            "1985-04-12T23:20:61Z",
            "1985-04-12T23:20:50.Z",
            "1985-04-12T23:20:50+2400",
            "1985-04-12T23:20:50+24:00",
            "1985-04-12T23:20Z",
            "+985-04-12",
            "1900-02-29",
            "2001-02-29",
            "2000-13-01",
            "2000-00-01",
            "2000-04-31",
            "2000-01-00",
            "0000-01-01",
            "١٩٨٥-04-12",
        ] {
            assert_eq!(CalendarDay::read(text), None, "{text}");
        }
        let long = format!("1985-04-12T23:20:50.{}Z", "0".repeat(DATE_TIME_BYTES_MAX));
        assert_eq!(CalendarDay::read(&long), None, "bounded");
    }
}
