//! One value that should say how many: as the strictest and the loosest reader take it.

use std::borrow::Cow;

use portcullis_model::plain;

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    /// At least this many; a fraction counts as the whole above it.
    Count(u64),
    /// Less than none.
    Negative,
    /// No number that all read alike (`1_000`, `10abc`, `0x10`, `+5`), and as how many the loosest reader takes it.
    Spelled(u64),
    /// A word for everything, or one that becomes more than any number: `all`, `NaN`.
    Everything,
    /// Another word: `A4`, `about`.
    Word,
}

/// Words that mean everything, or become more than any number.
const EVERYTHING: [&str; 13] = [
    "all",
    "any",
    "everything",
    "full",
    "inf",
    "infinite",
    "infinity",
    "max",
    "nan",
    "none",
    "null",
    "undefined",
    "unlimited",
];

/// What a fraction is rounded up from; `u64::MAX` beyond.
fn whole(value: f64) -> u64 {
    format!("{:.0}", value.ceil()).parse().unwrap_or(u64::MAX)
}

impl Amount {
    /// Reads a number as JSON writes it (RFC 8259 section 6). One with leading zeros is none: some readers take it for
    /// an octal one.
    pub(super) fn read(text: &str) -> Self {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let is_zero_led = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
            && (is_whole || is_real(digits));
        match digits.parse::<f64>() {
            Ok(value) if is_number && !is_zero_led => match value {
                0.0 => Self::Count(0),
                _ if is_negative => Self::Negative,
                _ if is_whole => Self::Count(digits.parse().unwrap_or(u64::MAX)),
                value => Self::Count(whole(value)),
            },
            _ => Self::loose(text),
        }
    }

    /// What is no number of JSON, as those read it who skip what stands before the first digit, and stop where no digit
    /// follows.
    fn loose(text: &str) -> Self {
        let is_mark = |one: char| !one.is_alphanumeric();
        let bare = text.trim_matches(is_mark);
        if EVERYTHING.iter().any(|word| word.eq_ignore_ascii_case(bare)) || text.trim() == "*" {
            return Self::Everything;
        }
        let rest = text.trim_start_matches(is_mark);
        if !rest.starts_with(char::is_numeric) {
            return Self::Word;
        }
        let before = text.strip_suffix(rest).unwrap_or_default();
        // Digits of other scripts, characters that nobody sees, and escapes are undone by some readers.
        let is_foreign = text.chars().any(|one| one.is_numeric() && !one.is_ascii_digit())
            || !text.is_ascii() && matches!(plain(text), Cow::Owned(_));
        if is_foreign || holds_escape(text) {
            Self::Spelled(u64::MAX)
        } else if before.contains('-') {
            Self::Negative
        } else {
            Self::Spelled(grouped(rest).max(of_radix(rest)).max(real(rest)))
        }
    }

    /// The name of a size of paper, which is what pages of another kind have.
    pub(super) fn is_paper(text: &str) -> bool {
        const NAMED: [&str; 5] = ["executive", "ledger", "legal", "letter", "tabloid"];
        let is_iso = text.strip_prefix(['A', 'B', 'C', 'a', 'b', 'c']).is_some_and(|size| {
            matches!(size.len(), 1 | 2) && size.bytes().all(|one| one.is_ascii_digit())
        });
        is_iso || NAMED.iter().any(|name| name.eq_ignore_ascii_case(text))
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

/// The digits at the beginning, with what people write between groups of them: `1_000`, `1,000`, `1'000`.
fn grouped(text: &str) -> u64 {
    let mut digits = String::new();
    let mut rest = text;
    loop {
        let end = rest.find(|one: char| !one.is_ascii_digit()).unwrap_or(rest.len());
        let (run, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        digits.push_str(run);
        let mut behind = behind.chars();
        let Some(mark) = behind.next() else { break };
        let next = behind.as_str();
        let count = next.bytes().take_while(u8::is_ascii_digit).count();
        let is_group = match mark {
            '_' | '\'' | '’' => count > 0,
            ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' => count == 3,
            _ => false,
        };
        if !is_group {
            break;
        }
        rest = next;
    }
    digits.parse().unwrap_or(u64::MAX)
}

/// `0x186a0`, `0b11`, `0o17`.
fn of_radix(text: &str) -> u64 {
    let marked =
        |lower: &str, upper: &str| text.strip_prefix(lower).or_else(|| text.strip_prefix(upper));
    let all = [(marked("0x", "0X"), 16), (marked("0b", "0B"), 2), (marked("0o", "0O"), 8)];
    let found = all.into_iter().find_map(|(digits, radix)| Some((digits?, radix)));
    let Some((digits, radix)) = found else { return 0 };
    let end = digits.find(|one: char| !one.is_digit(radix)).unwrap_or(digits.len());
    match digits.get(..end) {
        None | Some("") => 0,
        Some(digits) => u64::from_str_radix(digits, radix).unwrap_or(u64::MAX),
    }
}

/// `1.e5`, `1e5;`: the longest beginning that is a number with an exponent.
fn real(text: &str) -> u64 {
    let known = |one: char| one.is_ascii_digit() || ".eE+-".contains(one);
    let end = text.find(|one| !known(one)).unwrap_or(text.len());
    let text = text.get(..end).unwrap_or_default();
    let Some(mark) = text.find(['e', 'E']) else { return 0 };
    let signed = text.get(mark + 1..).unwrap_or_default();
    let digits = signed.strip_prefix(['+', '-']).unwrap_or(signed);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let end = mark + 1 + (signed.len() - digits.len()) + count;
    text.get(..end).and_then(|text| text.parse::<f64>().ok()).map_or(0, whole)
}

/// `%31`, which a reader that decodes twice takes for `1`.
fn holds_escape(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|three| matches!(three, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            ("1.e5", Amount::Count(100_000)),
            ("1e400", Amount::Count(u64::MAX)),
            ("99999999999999999999999999", Amount::Count(u64::MAX)),
            ("-1", Amount::Negative),
            ("-1e9", Amount::Negative),
            ("-0.5", Amount::Negative),
            (" -1", Amount::Negative),
            ("--1", Amount::Negative),
        ] {
            assert_eq!(Amount::read(text), amount, "{text}");
        }
        for text in ["all", "Max", "NaN", "inf", "-Infinity", " all ", "\"none\"", "*"] {
            assert_eq!(Amount::read(text), Amount::Everything, "{text}");
        }
        for text in ["A4", "letter", "about", "x", "", "-"] {
            assert_eq!(Amount::read(text), Amount::Word, "{text}");
        }
    }

    #[test]
    fn other_spellings_count_for_the_most_that_a_loose_reader_takes_them_for() {
        for (text, most) in [
            ("+100000", 100_000),
            (" 100000", 100_000),
            ("100000 ", 100_000),
            ("\t100000\u{b}", 100_000),
            ("0x186a0", 100_000),
            ("0X186A0", 100_000),
            ("0b11", 3),
            ("0o17", 15),
            ("0x", 0),
            ("0100000", 100_000),
            ("+0", 0),
            ("1_000_00", 100_000),
            ("100,000", 100_000),
            ("1.000.000", 1_000_000),
            ("100\u{a0}000", 100_000),
            ("1'000", 1_000),
            (".1e6", 1_000_000),
            ("+1e5", 100_000),
            ("1e5;", 100_000),
            ("1e", 1),
            ("1e5e5", 100_000),
            ("100000;", 100_000),
            ("100000abc", 100_000),
            ("(100000)", 100_000),
            ("[100000]", 100_000),
            ("\"100000\"", 100_000),
            ("１０００００", u64::MAX),
            ("٥", u64::MAX),
            ("1\u{200b}00000", u64::MAX),
            ("1%30%30%30%30", u64::MAX),
            ("10x15", 10),
            ("41,42", 41),
            ("2026-01-31", 2026),
            ("1.2.3", 1),
        ] {
            assert_eq!(Amount::read(text), Amount::Spelled(most), "{text}");
        }
    }

    #[test]
    fn sizes_of_paper_are_known() {
        for name in ["A4", "b5", "A10", "Letter", "legal"] {
            assert!(Amount::is_paper(name), "{name}");
        }
        for name in ["A", "A400", "all", "letters", "x4", "A4;"] {
            assert!(!Amount::is_paper(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_lenient_reader_takes_for_many_is_taken_for_less(
            before in "[ +\t\"(\\[]{0,3}",
            count in 0_u64..1_000_000_000,
            behind in "([a-df-z;x) ][ -~]{0,4})?",
        ) {
            let text = format!("{before}{count}{behind}");
            let read = match Amount::read(&text) {
                Amount::Count(read) | Amount::Spelled(read) => read,
                other => return Err(TestCaseError::fail(format!("{text:?} is {other:?}"))),
            };
            prop_assert!(read >= count, "{text:?} is {read}");
        }
    }
}
