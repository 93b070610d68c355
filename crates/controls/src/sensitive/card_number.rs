//! Numbers of payment cards.

use std::ops::RangeInclusive;

/// Digits of a card number (ISO/IEC 7812), at least of those below, and at most.
const DIGITS_MIN: usize = 13;
const DIGITS_MAX: usize = 19;

/// A network, the first digits of its cards as numbers between 0 and 9999 (shorter beginnings stand
/// for all that follow them), and how many digits its cards have.
type Issuer = (&'static str, &'static [RangeInclusive<u16>], RangeInclusive<usize>);

/// Those whose beginnings are published. Visa's numbers of 13 digits are left out: none has been given
/// out for decades, and article numbers (EAN-13) of one country look like them.
const ISSUERS: [Issuer; 10] = [
    ("visa", &[4000..=4999], 16..=19),
    ("mastercard", &[5100..=5599, 2221..=2720], 16..=16),
    ("american_express", &[3400..=3499, 3700..=3799], 15..=15),
    ("discover", &[6011..=6011, 6440..=6599], 16..=19),
    ("diners_club", &[3000..=3059, 3095..=3095, 3600..=3699, 3800..=3999], 14..=19),
    ("jcb", &[3528..=3589], 16..=19),
    ("unionpay", &[6200..=6299, 8100..=8199], 16..=19),
    ("mir", &[2200..=2204], 16..=19),
    (
        "maestro",
        &[
            5018..=5018,
            5020..=5020,
            5038..=5038,
            5893..=5893,
            6304..=6304,
            6759..=6759,
            6761..=6763,
        ],
        13..=19,
    ),
    ("rupay", &[5080..=5089, 6000..=6099, 8200..=8299], 16..=16),
];

/// Whose card number a text is, if it is one: 13 to 19 digits, with nothing but single blanks or
/// hyphens between them, that pass the check of Luhn and begin as a known network's do. One in ten
/// other numbers of such a form passes, too: it is a reason to look, not a proof.
pub fn card_number(text: &str) -> Option<&'static str> {
    let digits = digits(text)?;
    let beginning = digits.iter().take(4).fold(0_u16, |sum, digit| sum * 10 + u16::from(*digit));
    let (network, ..) = ISSUERS.iter().find(|(_, beginnings, lengths)| {
        lengths.contains(&digits.len()) && beginnings.iter().any(|range| range.contains(&beginning))
    })?;
    passes_luhn(&digits).then_some(*network)
}

fn digits(text: &str) -> Option<Vec<u8>> {
    // Asked of every text of every answer: most begin otherwise, or are too short or too long.
    let begins = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if !begins || !(DIGITS_MIN..2 * DIGITS_MAX).contains(&text.len()) {
        return None;
    }
    let mut digits = Vec::with_capacity(DIGITS_MAX);
    let mut may_separate = false;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits.push(byte - b'0'),
            b' ' | b'-' if may_separate => {}
            _ => return None,
        }
        may_separate = byte.is_ascii_digit();
    }
    may_separate.then_some(digits)
}

/// Every second digit from the right is doubled, and the digits of all that add up to tens (ISO/IEC
/// 7812-1, annex B).
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit) * 2) {
            (0, doubled) => doubled / 2,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_known_networks_are_found() {
        for (text, network) in [
            ("4242424242424242", "visa"),
            ("4242 4242 4242 4242", "visa"),
            ("4000-0566-5566-5556", "visa"),
            ("4123000000000000006", "visa"),
            ("5555555555554444", "mastercard"),
            ("2223003122003222", "mastercard"),
            ("2720123400000001", "mastercard"),
            ("378282246310005", "american_express"),
            ("3782 822463 10005", "american_express"),
            ("6011111111111117", "discover"),
            ("6440000000000005", "discover"),
            ("3056930009020004", "diners_club"),
            ("36227206271667", "diners_club"),
            ("3566002020360505", "jcb"),
            ("6200000000000005", "unionpay"),
            ("81001234000000004", "unionpay"),
            ("2202123456780008", "mir"),
            ("5018120000002", "maestro"),
            ("6763123456789010009", "maestro"),
            ("5085120000000003", "rupay"),
        ] {
            assert_eq!(card_number(text), Some(network), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "",
            "4242",
            // The check fails.
            "4242424242424241",
            "2424242424242424",
            // The check holds, but nobody's cards begin so.
            "7123000000000007",
            "9999123400000000",
            "2721123400000000",
            "2205123400000005",
            "6439000000000008",
            "3590123000000000",
            // Nobody's have so many digits.
            "4222222222222",
            "412300000000006",
            "34123400000006",
            "41230000000000000004",
            "350000000009",
            // An article's number, a time in milliseconds, a telephone.
            "4006381333931",
            "1764139316123",
            "+4242424242424242",
            // Other things between the digits.
            "4242  4242 4242 4242",
            "4242.4242.4242.4242",
            " 4242424242424242",
            "4242424242424242-",
            "card 4242424242424242",
            "４２４２４２４２４２４２４２４２",
        ] {
            assert_eq!(card_number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(
            middle in "[0-9]{14}",
            place in 0_usize..16,
            other in 1_u8..10,
        ) {
            let number: Vec<u8> = format!("4{middle}0").bytes().map(|byte| byte - b'0').collect();
            let valid = (0..10_u8)
                .map(|check| number.iter().take(15).copied().chain([check]).collect::<Vec<u8>>())
                .find(|digits| passes_luhn(digits));
            let mut digits = valid.unwrap();
            let as_text = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            let text: String = as_text(&digits);
            prop_assert_eq!(card_number(&text), Some("visa"));
            digits[place] = (digits[place] + other) % 10;
            let text: String = as_text(&digits);
            prop_assert_eq!(card_number(&text), None);
        }

        #[test]
        fn any_text_is_judged(text in "[0-9 \\-é]{0,60}") {
            let _ = card_number(&text);
        }
    }
}
