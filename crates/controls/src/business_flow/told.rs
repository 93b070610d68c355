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
}
