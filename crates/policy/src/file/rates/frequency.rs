//! How often: so many requests, bytes or milliseconds in a time, as `100/s`, `100MiB/h`, `60s/min`.

use std::fmt;
use std::time::Duration;

use portcullis_model::Diagnostic;
use portcullis_yaml::{Node, Notes, Read, inline_schemas, scalar, shown};

use crate::codes;

/// How many requests one rate may name.
pub(crate) const COUNT_MAX: u32 = 1_000_000;
/// How many KiB: 1 TiB.
const KIB_MAX: u64 = 1 << 30;
/// How many milliseconds of the API's time: 277 hours.
const MILLIS_MAX: u64 = 1_000_000_000;
/// The longest time of a rate.
const DAYS_MAX: u64 = 366;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Requests, or what they say that they cost.
    Requests,
    /// KiB.
    Bytes,
    /// Milliseconds.
    Time,
}

/// So many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
}

/// So many in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frequency {
    pub(crate) amount: Amount,
    pub(crate) per: Duration,
}

/// How an amount is written: the largest last.
const WRITTEN: [(&str, Unit, u64); 8] = [
    ("", Unit::Requests, 1),
    ("KiB", Unit::Bytes, 1),
    ("MiB", Unit::Bytes, 1 << 10),
    ("GiB", Unit::Bytes, 1 << 20),
    ("ms", Unit::Time, 1),
    ("s", Unit::Time, 1_000),
    ("min", Unit::Time, 60_000),
    ("h", Unit::Time, 3_600_000),
];

const SPANS: [(&str, u64); 7] = [
    ("s", 1),
    ("min", 60),
    ("h", 3600),
    ("day", 86_400),
    ("d", 86_400),
    ("minute", 60),
    ("hour", 3600),
];

impl Unit {
    const fn max(self) -> u64 {
        match self {
            Self::Requests => COUNT_MAX as u64,
            Self::Bytes => KIB_MAX,
            Self::Time => MILLIS_MAX,
        }
    }
}

impl Amount {
    /// `100`, `100MiB`, `60s`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, written) = text.split_at_checked(end)?;
        let (_, unit, size) = WRITTEN.iter().find(|(known, ..)| *known == written.trim_start())?;
        let count = number.parse::<u64>().ok()?.checked_mul(*size)?;
        let count = u32::try_from(count).ok().filter(|_| count <= unit.max())?;
        Some(Self { count, unit: *unit })
    }
}

impl Frequency {
    fn parse(text: &str) -> Option<Self> {
        let (amount, time) = text.split_once('/')?;
        let amount = Amount::parse(amount)?;
        let time = time.trim();
        let (number, unit) = time.split_at(time.find(|c: char| !c.is_ascii_digit())?);
        let number: u64 = if number.is_empty() { 1 } else { number.parse().ok()? };
        let (_, seconds) = SPANS.iter().find(|(known, _)| *known == unit.trim_start())?;
        let seconds = number.checked_mul(*seconds)?;
        let is_meant = (1..=DAYS_MAX * 86_400).contains(&seconds);
        is_meant.then_some(Self { amount, per: Duration::from_secs(seconds) })
    }
}

impl fmt::Display for Amount {
    /// In the largest unit without a remainder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = u64::from(self.count);
        let own = WRITTEN.iter().filter(|(_, unit, _)| *unit == self.unit);
        let mut fits =
            own.filter(|(.., size)| count.is_multiple_of(*size) && (count > 0 || *size == 1));
        let (written, _, size) = fits.next_back().copied().unwrap_or(("", Unit::Requests, 1));
        write!(f, "{}{written}", count / size)
    }
}

impl fmt::Display for Frequency {
    /// In the longest unit without a remainder: `5/15min`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.per.as_secs();
        let units = [("day", 86_400), ("h", 3600), ("min", 60)];
        let unit = units.into_iter().find(|(_, size)| seconds.is_multiple_of(*size));
        let (unit, size) = unit.unwrap_or(("s", 1));
        match seconds / size {
            1 => write!(f, "{}/{unit}", self.amount),
            several => write!(f, "{}/{several}{unit}", self.amount),
        }
    }
}

impl Read for Frequency {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let rate = Self::parse(text);
        if rate.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_LIMIT, format!("{} is no rate", shown(text)))
                    .at(node.span)
                    .label("how many in which time")
                    .help(format!(
                        "write `100/s`, `5/15min`, `20/h` or `1000/day`: at most {COUNT_MAX}, in at most \
                         {DAYS_MAX} days; with `cost: bytes` KiB, MiB or GiB, as `100MiB/h`, 1 TiB at most; with \
                         `cost: time` ms, s, min or h, as `60s/min`"
                    ))
            });
        }
        rate
    }
}

impl Read for Amount {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let amount = Self::parse(text).filter(|amount| amount.count > 0);
        if amount.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_LIMIT, format!("{} cannot be meant here", shown(text)))
                    .at(node.span)
                    .help(format!(
                        "choose from 1 to {COUNT_MAX}; with `cost: bytes` write `10MiB`, with `cost: time` `30s`"
                    ))
            });
        }
        amount
    }
}

inline_schemas! {
    Frequency: {
        "type": "string",
        "pattern": "^[0-9]+ *(KiB|MiB|GiB|ms|s|min|h)? */ *[0-9]*(s|min|minute|h|hour|d|day)$",
        "examples": ["100/s", "5/15min", "1000/day", "100MiB/h", "60s/min"]
    },
    Amount: {
        "type": ["integer", "string"],
        "minimum": 1,
        "pattern": "^[0-9]+ *(KiB|MiB|GiB|ms|s|min|h)?$",
        "examples": [200, "10MiB", "30s"]
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<(u32, Unit, u64)> {
        Frequency::parse(text).map(|rate| (rate.amount.count, rate.amount.unit, rate.per.as_secs()))
    }

    #[test]
    fn rates_are_read_as_people_write_them() {
        assert_eq!(parse("100/s"), Some((100, Unit::Requests, 1)));
        assert_eq!(parse("5/15min"), Some((5, Unit::Requests, 900)));
        assert_eq!(parse("20 / h"), Some((20, Unit::Requests, 3600)));
        assert_eq!(parse("1000/day"), Some((1000, Unit::Requests, 86_400)));
        assert_eq!(parse("0/s"), Some((0, Unit::Requests, 1)));
        for text in ["100/s", "5/15min", "20/h", "1000/day", "7/90s", "0/s"] {
            assert_eq!(Frequency::parse(text).map(|rate| rate.to_string()).as_deref(), Some(text));
        }
        for text in [
            "100",
            "100/",
            "/s",
            "100/ms",
            "1.5/s",
            "-1/s",
            "100/0s",
            "9999999/s",
            "1/367d",
            "1/s/s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_and_time_have_their_unit() {
        assert_eq!(parse("100MiB/h"), Some((100 << 10, Unit::Bytes, 3600)));
        assert_eq!(parse("1 GiB / day"), Some((1 << 20, Unit::Bytes, 86_400)));
        assert_eq!(parse("60s/min"), Some((60_000, Unit::Time, 60)));
        assert_eq!(parse("500ms/10s"), Some((500, Unit::Time, 10)));
        for text in ["100MiB/h", "1536KiB/min", "1GiB/day", "1min/10min", "90s/min", "500ms/s"] {
            assert_eq!(Frequency::parse(text).map(|rate| rate.to_string()).as_deref(), Some(text));
        }
        for text in
            ["100MB/h", "100B/h", "1.5GiB/h", "1025GiB/day", "278h/day", "100us/s", "5d/day"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
