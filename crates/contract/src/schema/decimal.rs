//! Numbers compared as they are written, not as the doubles that are nearest to them.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Exponents are held to this: no text has as many digits.
const EXPONENT_MAX: i64 = 1 << 40;

/// The value of a number's lexeme. Nothing is computed or copied: its digits stay in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal<'a> {
    is_negative: bool,
    /// The significant digits: they start and end with another digit than zero, or there is none.
    digits: (&'a [u8], &'a [u8]),
    /// How many digits stand before the point; negative if zeros follow the point.
    magnitude: i64,
}

/// A length as a signed number; no text is longer.
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(EXPONENT_MAX)
}

impl<'a> Decimal<'a> {
    /// Reads a number as JSON writes it (RFC 8259 section 6).
    pub(crate) fn read(lexeme: &'a str) -> Self {
        let (is_negative, text) = match lexeme.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, lexeme),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut whole = whole.trim_start_matches('0');
        let mut magnitude = signed(whole.len());
        let mut fraction = fraction.trim_end_matches('0');
        if whole.is_empty() {
            let behind = fraction.trim_start_matches('0');
            magnitude = -signed(fraction.len() - behind.len());
            fraction = behind;
        }
        if fraction.is_empty() {
            whole = whole.trim_end_matches('0');
        }
        if whole.is_empty() && fraction.is_empty() {
            return Self { is_negative: false, digits: (&[], &[]), magnitude: 0 };
        }
        let digits = (whole.as_bytes(), fraction.as_bytes());
        Self { is_negative, digits, magnitude: magnitude + exponent }
    }

    fn count(&self) -> i64 {
        signed(self.digits.0.len() + self.digits.1.len())
    }

    fn digits(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.digits.0.iter().chain(self.digits.1).copied()
    }

    fn is_zero(&self) -> bool {
        self.count() == 0
    }

    /// Whether it is a whole number, however it is written: `1.0` and `1e2` are.
    pub(crate) fn is_whole(&self) -> bool {
        self.count() <= self.magnitude || self.is_zero()
    }

    /// Whether it is a multiple of another one; `None` if that is zero or has more digits than
    /// are computed with.
    pub(crate) fn is_multiple_of(&self, other: &Self) -> Option<bool> {
        let divisor = other.digits().try_fold(0_u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        let divisor = u128::from(divisor.filter(|divisor| *divisor > 0)?);
        if self.is_zero() {
            return Some(true);
        }
        // Both are a whole number, not divisible by ten, times a power of ten.
        let powers = (self.magnitude - self.count()) - (other.magnitude - other.count());
        if powers < 0 {
            return Some(false);
        }
        let rest =
            self.digits().fold(0, |rest, digit| (rest * 10 + u128::from(digit - b'0')) % divisor);
        Some((rest * power_of_ten(powers, divisor)).is_multiple_of(divisor))
    }
}

/// An exponent, held to a range in which sums do not overflow.
fn read_exponent(text: &str) -> i64 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = digits.bytes().fold(0_i64, |value, digit| {
        (value * 10 + i64::from(digit.saturating_sub(b'0'))).min(EXPONENT_MAX)
    });
    sign * value
}

/// Ten to this power, modulo a number below 2^64.
fn power_of_ten(power: i64, modulus: u128) -> u128 {
    let (mut result, mut base, mut power) = (1 % modulus, 10 % modulus, power);
    while power > 0 {
        if power & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        power >>= 1;
    }
    result
}

impl Hash for Decimal<'_> {
    /// One number has one hash, wherever its point stands.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.is_negative, self.magnitude, self.count()).hash(state);
        self.digits().for_each(|digit| state.write_u8(digit));
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |one: &Self| match (one.is_zero(), one.is_negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        };
        let by_size = || {
            let by_magnitude = self.magnitude.cmp(&other.magnitude);
            by_magnitude.then_with(|| self.digits().cmp(other.digits()))
        };
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => by_size(),
            _ => by_size().reverse(),
        })
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether two lexemes are one number.
pub(crate) fn is_same_number(one: &str, other: &str) -> bool {
    one == other || Decimal::read(one).cmp(&Decimal::read(other)) == Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compare(one: &str, other: &str) -> Ordering {
        Decimal::read(one).cmp(&Decimal::read(other))
    }

    #[test]
    fn what_a_double_cannot_tell_apart_is_told_apart() {
        assert_eq!(compare("100.00000000000000000001", "100"), Ordering::Greater);
        assert_eq!(compare("9007199254740993", "9007199254740992"), Ordering::Greater);
        assert_eq!(compare("-9223372036854775809", "-9223372036854775808"), Ordering::Less);
        assert_eq!(compare("0.1", "0.1000000000000000055"), Ordering::Less);
        assert_eq!(compare("1e-999999999999999999999", "0"), Ordering::Greater);
        assert_eq!(compare("-1e-400", "0"), Ordering::Less);
    }

    #[test]
    fn one_number_has_many_spellings() {
        for (one, other) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("100", "1.00E+2"),
            ("0", "-0"),
            ("0", "0e5"),
            ("0.001", "1e-3"),
            ("120", "0.12e3"),
        ] {
            assert!(is_same_number(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn whole_numbers_are_known_by_their_value() {
        for text in ["0", "-0.0", "1.0", "1e2", "1.5e1", "-9223372036854775809"] {
            assert!(Decimal::read(text).is_whole(), "{text}");
        }
        for text in ["0.5", "1.00000000000000000001", "1e-1", "15e-1"] {
            assert!(!Decimal::read(text).is_whole(), "{text}");
        }
    }

    #[test]
    fn multiples_are_exact() {
        let is_multiple = |one, other| Decimal::read(one).is_multiple_of(&Decimal::read(other));
        for (one, other) in
            [("0.3", "0.1"), ("1e308", "0.5"), ("19.99", "0.01"), ("0", "7"), ("-21", "7")]
        {
            assert_eq!(is_multiple(one, other), Some(true), "{one} of {other}");
        }
        for (one, other) in [
            ("0.35", "0.1"),
            ("1e308", "0.123456789"),
            ("9007199254740993", "2"),
            ("3.0000000000000000000001", "1"),
        ] {
            assert_eq!(is_multiple(one, other), Some(false), "{one} of {other}");
        }
        assert_eq!(is_multiple("1", "0"), None);
        assert_eq!(is_multiple("1", "1.23456789012345678901234"), None);
    }

    proptest! {
        #[test]
        fn small_numbers_compare_as_integers_do(
            one in -2_000_i64..2_000, other in -2_000_i64..2_000, places in 0_i32..4,
        ) {
            let text = |value: i64| format!("{value}e-{places}");
            prop_assert_eq!(compare(&text(one), &text(other)), one.cmp(&other));
            prop_assert_eq!(is_same_number(&text(one), &text(other)), one == other);
            if other != 0 {
                let is_multiple =
                    Decimal::read(&text(one)).is_multiple_of(&Decimal::read(&text(other)));
                prop_assert_eq!(is_multiple, Some(one % other == 0));
            }
        }
    }
}
