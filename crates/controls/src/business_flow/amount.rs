//! Decimal numbers in their exact order: amounts of money are compared as they are written, not as a float reads them.

use std::cmp::Ordering;

/// Characters of one number that is compared.
const LENGTH_MAX: usize = 64;

/// A decimal number, of one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    is_negative: bool,
    /// Digits before the point: `0.012` has -1. Nothing for zero.
    magnitude: i64,
    /// Without zeros at either end; empty for zero.
    digits: String,
}

impl Amount {
    /// Reads `1297`, `-0.50`, `1.297e3` (RFC 8259 section 6, and a sign or zeros before it, as APIs read texts).
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.len() > LENGTH_MAX {
            return None;
        }
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let exponent: i64 = exponent.parse().ok()?;
        let significant = digits.trim_start_matches('0');
        let zeros = digits.len() - significant.len();
        if significant.is_empty() {
            return Some(Self { is_negative: false, magnitude: 0, digits: String::new() });
        }
        let before = i64::try_from(whole.len()).ok()?.checked_sub(i64::try_from(zeros).ok()?)?;
        Some(Self {
            is_negative,
            magnitude: before.checked_add(exponent)?,
            digits: significant.trim_end_matches('0').to_owned(),
        })
    }

    /// One text for each number, which reads as it again.
    pub(super) fn text(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}0.{}e{}", self.digits, self.magnitude)
    }

    /// A whole number in digits alone, as paths have them; any other as [`Self::text`].
    pub(super) fn plain(&self) -> String {
        let digits = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let zeros = self.magnitude.saturating_sub(digits);
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        match usize::try_from(zeros) {
            Ok(zeros) if zeros <= LENGTH_MAX => {
                let sign = if self.is_negative { "-" } else { "" };
                format!("{sign}{}{}", self.digits, "0".repeat(zeros))
            }
            _ => self.text(),
        }
    }

    fn size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits))
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Amount {
        Amount::read(text).unwrap()
    }

    #[test]
    fn one_number_has_one_reading() {
        for same in [
            &["1297", "1297.0", "1.297e3", "12970e-1", "01297", "+1297"][..],
            &["0", "-0", "0.00", "0e9"],
            &["-0.5", "-5e-1", "-.5"],
        ] {
            for one in same {
                assert_eq!(read(one), read(same[0]), "{one}");
                assert_eq!(read(one).text(), read(same[0]).text(), "{one}");
                assert_eq!(read(&read(one).text()), read(one), "{one}");
            }
        }
        assert_ne!(read("-1297").text(), read("1297").text(), "a sign is part of an amount");
        for none in ["", "-", "1,5", "0x10", "NaN", "1e", "1 ", "1e99999999999999999999"] {
            assert_eq!(Amount::read(none), None, "{none}");
        }
        assert_eq!(Amount::read(&"9".repeat(65)), None, "nobody writes that");
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_numbers(one in -1_000_000i64..1_000_000, other in -1_000_000i64..1_000_000, zeros in 0usize..4) {
            let scaled = format!("{other}.{}", "0".repeat(zeros));
            prop_assert_eq!(read(&one.to_string()).cmp(&read(&scaled)), one.cmp(&other));
            let (a, b) = (format!("{one}e-3"), format!("{other}e-3"));
            prop_assert_eq!(read(&a).cmp(&read(&b)), one.cmp(&other));
        }
    }
}
