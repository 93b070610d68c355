//! Amounts with their unit in the value: `1MiB`, `10s`, `512B/s`, and plain counts.

use std::time::Duration;

use portcullis_model::{Diagnostic, did_you_mean};
use portcullis_yaml::{Node, Notes, Read, inline_schemas, scalar, shown};

use crate::codes;

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

/// A length of time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) u64);

/// Bytes per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) u64);

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

/// What is common to amounts: which units there are, and how they are written.
pub(crate) trait Quantity: Sized + Copy {
    /// Each unit, and how many of the smallest it is.
    const UNITS: &'static [(&'static str, u64)];
    /// What to write.
    const HELP: &'static str;

    /// From an amount of the smallest unit.
    fn new(amount: u64) -> Self;

    /// The amount of the smallest unit.
    fn amount(self) -> u64;

    /// As people write it, in the largest unit without a remainder.
    fn text(self) -> String {
        let amount = self.amount();
        let fits = |(_, size): &&(&str, u64)| amount.is_multiple_of(*size);
        match Self::UNITS.iter().rev().filter(|_| amount > 0).find(fits) {
            Some((unit, size)) => format!("{}{unit}", amount / size),
            None => format!("{amount}{}", Self::UNITS.first().map_or("", |(unit, _)| unit)),
        }
    }
}

const KIB: u64 = 1 << 10;

impl Quantity for Size {
    const UNITS: &'static [(&'static str, u64)] =
        &[("B", 1), ("KiB", KIB), ("MiB", KIB * KIB), ("GiB", KIB * KIB * KIB)];
    const HELP: &'static str = "write a whole number and `B`, `KiB`, `MiB` or `GiB`: `512KiB`";

    fn new(amount: u64) -> Self {
        Self(amount)
    }

    fn amount(self) -> u64 {
        self.0
    }
}

impl Quantity for Time {
    const UNITS: &'static [(&'static str, u64)] =
        &[("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    const HELP: &'static str = "write a whole number and `ms`, `s`, `min`, `h` or `d`: `10s`";

    fn new(amount: u64) -> Self {
        Self(amount)
    }

    fn amount(self) -> u64 {
        self.0
    }
}

impl Quantity for Rate {
    const UNITS: &'static [(&'static str, u64)] =
        &[("B/s", 1), ("KiB/s", KIB), ("MiB/s", KIB * KIB)];
    const HELP: &'static str = "write a whole number and `B/s`, `KiB/s` or `MiB/s`: `512B/s`";

    fn new(amount: u64) -> Self {
        Self(amount)
    }

    fn amount(self) -> u64 {
        self.0
    }
}

impl Quantity for Count {
    const UNITS: &'static [(&'static str, u64)] = &[("", 1)];
    const HELP: &'static str = "write a whole number without a unit: `100`";

    fn new(amount: u64) -> Self {
        Self(amount)
    }

    fn amount(self) -> u64 {
        self.0
    }
}

impl Time {
    /// The same for the clock.
    pub(crate) const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

/// Reads an amount: digits, perhaps a space, a unit.
fn parse<Q: Quantity>(text: &str) -> Option<Q> {
    let (digits, unit) = parts(text)?;
    let (_, size) = Q::UNITS.iter().find(|(known, _)| *known == unit)?;
    digits.parse::<u64>().ok()?.checked_mul(*size).map(Q::new)
}

fn parts(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    Some((digits, unit.trim_start()))
}

/// The amount with the unit that somebody may have meant: `1MB` for `1MiB`.
fn near<Q: Quantity>(text: &str) -> Option<String> {
    let (digits, unit) = parts(text)?;
    let unit = did_you_mean(unit, Q::UNITS.iter().map(|(known, _)| *known))?;
    let meant = format!("{digits}{unit}");
    parse::<Q>(&meant).map(|_| meant)
}

fn read<Q: Quantity>(node: &Node, notes: &mut Notes) -> Option<Q> {
    let text = scalar(node, notes)?;
    let amount = parse(text);
    if amount.is_none() {
        notes.push(|| {
            Diagnostic::error(&codes::BAD_LIMIT, format!("{} is not an amount", shown(text)))
                .at(node.span)
                .label("this amount")
                .help(
                    near::<Q>(text).map_or_else(
                        || Q::HELP.to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    ),
                )
        });
    }
    amount
}

macro_rules! quantities {
    ($($name:ident),*) => { $(
        impl Read for $name {
            fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
                read(node, notes)
            }
        }
    )* };
}
quantities!(Size, Time, Rate, Count);
inline_schemas! {
    Size: { "type": "string", "pattern": "^[0-9]+ *(B|KiB|MiB|GiB)$", "examples": ["512KiB", "1MiB"] },
    Time: { "type": "string", "pattern": "^[0-9]+ *(ms|s|min|h|d)$", "examples": ["500ms", "10s", "8h"] },
    Rate: { "type": "string", "pattern": "^[0-9]+ *(B|KiB|MiB)/s$", "examples": ["512B/s"] },
    Count: { "type": "integer", "minimum": 0, "examples": [100] },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_unit() {
        assert_eq!(parse("1MiB"), Some(Size(1 << 20)));
        assert_eq!(parse("512 KiB"), Some(Size(512 << 10)));
        assert_eq!(parse("0B"), Some(Size(0)));
        assert_eq!(parse("500ms"), Some(Time(500)));
        assert_eq!(parse("2min"), Some(Time(120_000)));
        assert_eq!(parse("8h"), Some(Time(28_800_000)));
        assert_eq!(parse("30d"), Some(Time(30 * 86_400_000)));
        assert_eq!(parse("512B/s"), Some(Rate(512)));
        assert_eq!(parse("64"), Some(Count(64)));
    }

    #[test]
    fn what_leaves_a_question_is_no_amount() {
        for text in ["1048576", "1MB", "1.5MiB", "-1B", "1mib", "MiB", "", "1 Mi B"] {
            assert_eq!(parse::<Size>(text), None, "{text}");
        }
        assert_eq!(parse::<Time>("10"), None);
        assert_eq!(parse::<Rate>("512B"), None);
        assert_eq!(parse::<Count>("64s"), None);
        assert_eq!(parse::<Size>("99999999999999999999B"), None);
        assert_eq!(parse::<Size>("18446744073709551615GiB"), None);
    }

    #[test]
    fn the_unit_that_was_meant_is_found() {
        assert_eq!(near::<Size>("1MB").as_deref(), Some("1MiB"));
        assert_eq!(near::<Size>("512kib").as_deref(), Some("512KiB"));
        assert_eq!(near::<Time>("10sec"), None);
        assert_eq!(near::<Size>("ten"), None);
    }

    #[test]
    fn an_amount_prints_in_its_largest_whole_unit() {
        assert_eq!(Size(1 << 20).text(), "1MiB");
        assert_eq!(Size(1500).text(), "1500B");
        assert_eq!(Time(60_000).text(), "1min");
        assert_eq!(Count(0).text(), "0");
    }
}
