//! Values that the API told somebody, as they are remembered: never themselves, but a digest that finds them again.

use sha2::{Digest as _, Sha256};

use super::amount::Amount;

/// A value that was told: the first half of its SHA-256. Numbers are one however they are spelt, texts are texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told([u8; 16]);

/// What is remembered of a value.
pub fn told(value: &str) -> Told {
    let (kind, text) = match Amount::read(value) {
        Some(amount) => (b"number ".as_slice(), amount.text()),
        None => (b"text ".as_slice(), value.to_owned()),
    };
    let digest = Sha256::new().chain_update(kind).chain_update(text).finalize();
    let mut first = [0; 16];
    first.copy_from_slice(digest.as_slice().split_at(16).0);
    Told(first)
}

/// How a flow knows a text that names something, as an order: exactly as it is, but for a UUID, which has two
/// spellings (RFC 9562 section 4).
pub fn of_text(text: &str) -> String {
    let is_uuid = text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if is_uuid { text.to_ascii_lowercase() } else { text.to_owned() }
}

/// The same of a JSON number: `7.0`, `7e0` and `7` are one, and the text `7` in a path is the same again.
pub fn of_number(lexeme: &str) -> String {
    Amount::read(lexeme).map_or_else(|| lexeme.to_owned(), |amount| amount.plain())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_found_again_however_it_is_spelt_and_no_other_is() {
        assert_eq!(told("12.50"), told("12.5"));
        assert_eq!(told("1250e-2"), told("12.5"));
        assert_ne!(told("-12.5"), told("12.5"));
        assert_ne!(told("12.5 EUR"), told("12.5"));
        assert_eq!(told("quote-7"), told("quote-7"));
        assert_ne!(told("Quote-7"), told("quote-7"));
    }

    #[test]
    fn what_walks_is_one_however_an_api_reads_it_and_no_other() {
        for same in ["7", "7.0", "7e0", "70e-1", "0.7e1", "7.00"] {
            assert_eq!(of_number(same), of_text("7"), "{same}");
        }
        for (number, plain) in
            [("700", "700"), ("7e2", "700"), ("-7", "-7"), ("0.5", "0.5e0"), ("0", "0")]
        {
            assert_eq!(of_number(number), plain);
            assert_eq!(told(plain), told(number));
        }
        for other in ["07", "7.0", "+7", " 7", "-7"] {
            assert_ne!(of_text(other), of_text("7"), "two texts are two names");
        }
        let uuid = "c0ffee00-1111-2222-3333-444455556666";
        assert_eq!(of_text(&uuid.to_uppercase()), uuid);
        assert_eq!(of_text("AAA"), "AAA");
    }
}
