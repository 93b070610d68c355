//! One value that should say how many: as the strictest and the loosest reader take it.

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// At least this many; a fraction counts as the whole above it.
    Count(u64),
    /// Less than none.
    Negative,
    /// No number that all read alike, or a word for everything: `1_000`, `10abc`, `0x10`, `all`.
    Other,
    /// Another word: `A4`, `about`.
    Word,
}

/// Words that mean everything, or become more than any number.
const EVERYTHING: [&str; 11] = [
    "all",
    "any",
    "everything",
    "inf",
    "infinite",
    "infinity",
    "max",
    "nan",
    "none",
    "null",
    "unlimited",
];

impl Amount {
    /// Reads a number as JSON writes it (RFC 8259 section 6). One with leading zeros is none: some readers take it for
    /// an octal one.
    pub(super) fn read(text: &str) -> Self {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        if !digits.starts_with(|first: char| first.is_ascii_digit()) {
            let is_everything = EVERYTHING.iter().any(|word| word.eq_ignore_ascii_case(digits));
            let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic());
            return if is_word && !is_everything { Self::Word } else { Self::Other };
        }
        let is_zero_led = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = is_whole || is_real(digits);
        match digits.parse::<f64>() {
            _ if is_zero_led || !is_number => Self::Other,
            Ok(0.0) => Self::Count(0),
            Ok(_) if is_negative => Self::Negative,
            _ if is_whole => Self::Count(digits.parse().unwrap_or(u64::MAX)),
            Ok(value) => Self::Count(format!("{:.0}", value.ceil()).parse().unwrap_or(u64::MAX)),
            Err(_) => Self::Other,
        }
    }
}

/// Digits, with a fraction or an exponent.
fn is_real(text: &str) -> bool {
    let marks = |mark: fn(char) -> bool| text.chars().filter(|one| mark(*one)).count();
    let is_known = |one: char| one.is_ascii_digit() || ".eE+-".contains(one);
    text.chars().all(is_known)
        && marks(|one| one == '.') <= 1
        && marks(|one| "eE".contains(one)) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_large_as_anybody_may_read_it() {
        for (text, amount) in [
            ("0", Amount::Count(0)),
            ("-0", Amount::Count(0)),
            ("0.0", Amount::Count(0)),
            ("25", Amount::Count(25)),
            ("25.2", Amount::Count(26)),
            ("1e3", Amount::Count(1000)),
            ("1e400", Amount::Count(u64::MAX)),
            ("99999999999999999999999999", Amount::Count(u64::MAX)),
            ("-1", Amount::Negative),
            ("-1e9", Amount::Negative),
            ("-0.5", Amount::Negative),
        ] {
            assert_eq!(Amount::read(text), amount, "{text}");
        }
        for text in [
            "", "-", "all", "Max", "NaN", "inf", "Infinity", "0x10", "1_000", "1,000", "010", "+5",
            " 5", "5 ", "5;", "٥", "1e", "1e5e5", "1.2.3", "--1", "10abc",
        ] {
            assert_eq!(Amount::read(text), Amount::Other, "{text}");
        }
        for text in ["A4", "letter", "about", "x"] {
            assert_eq!(Amount::read(text), Amount::Word, "{text}");
        }
    }
}
