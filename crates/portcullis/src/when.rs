//! An instant as somebody types it: `now`, a date, or a time of RFC 3339 in UTC.

use portcullis_model::{Date, UnixMillis};

/// An instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// The one at which it is asked.
    Now,
    /// Another one.
    At(UnixMillis),
}

impl When {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let fault = || "give `now`, a date like 2026-11-24, or a time like 2026-11-24T12:00:00Z";
        if text == "now" {
            return Ok(Self::Now);
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let start = Date::parse(date).map_err(|_| fault())?.start();
        let ms = time.map_or(Some(0), since_midnight).ok_or_else(fault)?;
        Ok(Self::At(UnixMillis(start.0 + ms)))
    }

    /// The first instant that is not before it, if it is asked at `now`: what happens in this
    /// millisecond is before `now`.
    pub(crate) const fn bound(self, now: UnixMillis) -> UnixMillis {
        match self {
            Self::Now => UnixMillis(now.0.saturating_add(1)),
            Self::At(time) => time,
        }
    }
}

/// Milliseconds in `12:00:00Z`.
fn since_midnight(time: &str) -> Option<u64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = *time.as_bytes() else { return None };
    let number = |tens: u8, ones: u8, max: u64| {
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
        Some(digit(tens)? * 10 + digit(ones)?).filter(|number| *number <= max)
    };
    let (hours, minutes) = (number(h1, h2, 23)?, number(m1, m2, 59)?);
    Some(((hours * 60 + minutes) * 60 + number(s1, s2, 59)?) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_in_three_forms_and_in_no_other() {
        let noon = UnixMillis(Date::parse("2026-11-24").unwrap().start().0 + 12 * 3_600_000);
        assert_eq!(When::parse("2026-11-24T12:00:00Z"), Ok(When::At(noon)));
        assert_eq!(noon.rfc3339().get(..19), Some("2026-11-24T12:00:00"));
        let midnight = UnixMillis(noon.0 - 12 * 3_600_000);
        assert_eq!(When::parse("2026-11-24"), Ok(When::At(midnight)));
        assert_eq!(When::parse("now"), Ok(When::Now));
        for text in [
            "",
            "Now",
            "2026-11-31",
            "2026-11-24T24:00:00Z",
            "2026-11-24T12:00:00",
            "2026-11-24T12:00Z",
            "1800000000",
        ] {
            assert!(When::parse(text).is_err(), "{text}");
        }
    }
}
