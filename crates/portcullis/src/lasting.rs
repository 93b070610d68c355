//! A length of time as somebody types it: `90d`, `12h`, `30min`, `never`.

use portcullis_model::UnixMillis;

/// Ten years: whatever is meant to last longer is meant for ever.
const MS_MAX: u64 = 3653 * 86_400_000;

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lasting(Option<u64>);

impl Lasting {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == "never" {
            return Ok(Self(None));
        }
        let wanted = || "give `90d`, `12h`, `30min`, ten years at most, or `never`".to_owned();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or_else(wanted)?;
        let unit = match unit {
            "d" => 86_400_000,
            "h" => 3_600_000,
            "min" => 60_000,
            _ => return Err(wanted()),
        };
        let ms = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        ms.filter(|ms| (1..=MS_MAX).contains(ms)).map(|ms| Self(Some(ms))).ok_or_else(wanted)
    }

    /// Its end, if it begins now.
    pub(crate) fn end(self, now: UnixMillis) -> Option<UnixMillis> {
        self.0.map(|ms| UnixMillis(now.0.saturating_add(ms)))
    }

    /// In milliseconds; for ever is very long.
    pub(crate) const fn ms(self) -> u64 {
        match self.0 {
            Some(ms) => ms,
            None => u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_an_end_or_none() {
        let end = |text| Lasting::parse(text).map(|lasting| lasting.end(UnixMillis(1)));
        assert_eq!(end("90d"), Ok(Some(UnixMillis(1 + 90 * 86_400_000))));
        assert_eq!(end("30min"), Ok(Some(UnixMillis(1_800_001))));
        assert_eq!(end("never"), Ok(None));
        for text in
            ["", "d", "0d", "90", "90 d", "-1d", "1.5h", "4000d", "99999999999999999999d", "1w"]
        {
            assert!(Lasting::parse(text).is_err(), "{text}");
        }
    }
}
