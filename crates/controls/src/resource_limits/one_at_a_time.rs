//! Requests that wait for one another: what counts as the same value, and what is said to whoever does
//! not get their turn.

use portcullis_model::{ControlId, Refusal, Status};

use crate::alike::{is_unseen, narrow};

/// Why a request did not get its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTurn {
    /// As many wait for the same value as may.
    TooManyWait,
    /// As many values are in use as may be.
    TooManyValues,
    /// It waited as long as a request may take.
    WaitedTooLong,
}

impl NoTurn {
    /// The refusal. Whoever sends too many at once for one value is told so (RFC 6585 section 4); the
    /// others are not to blame (RFC 9110 section 15.6.4).
    pub fn refusal(self) -> Refusal {
        let (status, reason, detail) = match self {
            Self::TooManyWait => {
                (Status(429), "too_many_wait", "as many requests wait for the same value as may")
            }
            Self::TooManyValues => (
                Status::UNAVAILABLE,
                "too_many_values",
                "as many values are in use at a time as may be",
            ),
            Self::WaitedTooLong => (
                Status::UNAVAILABLE,
                "waited_too_long",
                "those before it, of the same value, took `total_timeout`",
            ),
        };
        let refusal = Refusal::new(
            ControlId::ResourceLimits,
            status,
            reason,
            format!("`serialize`: {detail}"),
        );
        refusal.with_field("Retry-After", "1")
    }
}

/// One spelling of all that an API may take for the same value. Two values that are taken for one
/// wait without need; one that is taken for two lets a race through. So of ASCII only letters and digits
/// count, in lower case; numbers count as numbers, without a sign; and all texts with anything beyond
/// ASCII that can be seen are one, because it has several forms (Unicode Annex 15).
pub fn spelling(value: &str) -> String {
    let is_there = |c: &char| !is_unseen(*c) && !c.is_whitespace();
    let text: String = value.chars().map(narrow).filter(is_there).collect();
    if !text.is_ascii() {
        return "beyond ASCII".to_owned();
    }
    if let Some(number) = number(&text) {
        return number;
    }
    let text: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    number(&text).unwrap_or_else(|| text.to_ascii_lowercase())
}

/// A decimal number: its significant digits, and how many stand before the point.
pub(super) fn number(text: &str) -> Option<String> {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let zeros = digits.len() - significant.len();
    let exponent: i64 = exponent.parse().ok()?;
    let before = i64::try_from(whole.len()).ok()?.checked_sub(i64::try_from(zeros).ok()?)?;
    let magnitude = before.checked_add(exponent)?;
    Some(format!("{}e{magnitude}", significant.trim_end_matches('0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_an_api_may_take_for_one_value_has_one_spelling() {
        for same in [
            &[
                "7", "7.0", "70e-1", "0.7e1", "007", "+7", " 7", "\u{a0}7", "-7", "7.", "\u{ff17}",
                "07.00E0",
            ][..],
            &["1000", "1e3", "1E+3", "1,000", "1 000", "0001000.0"],
            &["0", "-0", "0.0", "000", "0e99999999999999999999"],
            &["DE89 3704 0044", "de8937040044", "DE89-3704-0044"],
            &["Alice", "alice ", "ALICE\u{200b}", "\u{ff41}lice"],
            &["c0ffee00-0000", "{C0FFEE00-0000}"],
            &["m\u{fc}ller", "mu\u{308}ller", "M\u{dc}LLER"],
        ] {
            for other in same {
                assert_eq!(spelling(other), spelling(same[0]), "{other:?} and {:?}", same[0]);
            }
        }
    }

    #[test]
    fn what_is_different_does_not_wait() {
        let different = ["1", "2", "10", "100", "12", "21", "0.1", "1a", "a1", "a", "b", "ab"];
        for (at, one) in different.iter().enumerate() {
            for other in &different[at + 1..] {
                assert_ne!(spelling(one), spelling(other), "{one} {other}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_number_has_one_spelling_however_it_is_written(
            number in 0_u64..1_000_000_000,
            zeros in 0_usize..4,
            shift in 0_usize..9,
        ) {
            let plain = spelling(&number.to_string());
            let padded = format!("{}{number}.{}", "0".repeat(zeros), "0".repeat(zeros));
            prop_assert_eq!(spelling(&padded), plain.clone());
            let shifted = format!("{number}{}e-{shift}", "0".repeat(shift));
            prop_assert_eq!(spelling(&shifted), plain);
        }

        #[test]
        fn any_text_has_a_spelling(text in "\\PC{0,40}") {
            let _ = spelling(&text);
        }
    }
}
