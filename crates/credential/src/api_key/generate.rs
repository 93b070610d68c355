//! New keys.

use std::fmt;

use portcullis_model::KeyId;

use super::checksum::{self, ALPHABET};
use portcullis_model::key::{is_brand, is_environment};

use super::{ID, SECRET};

/// Bytes of chance that are drawn at a time: on average one in 32 says nothing, see [`digit`].
const DRAWN: usize = 96;

/// Times that chance is asked. That four draws do not give 59 digits means that chance is broken.
const TRIES: usize = 4;

/// Why no key was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenerateFault {
    /// No brand is called so.
    Brand,
    /// No environment is called so.
    Environment,
    /// The operating system gave no chance.
    Chance,
}

/// Makes a key: its public name, and the text that is shown once and never kept.
pub fn generate(brand: &str, environment: &str) -> Result<(KeyId, String), GenerateFault> {
    if !is_brand(brand) {
        return Err(GenerateFault::Brand);
    }
    if !is_environment(environment) {
        return Err(GenerateFault::Environment);
    }
    let digits = digits().ok_or(GenerateFault::Chance)?;
    let (id, secret) = digits.split_at_checked(ID).ok_or(GenerateFault::Chance)?;
    let mut text = format!("{brand}_{environment}_{id}_{secret}");
    text.extend(checksum::of(&text).map(char::from));
    Ok((KeyId::parse(id).map_err(|_| GenerateFault::Chance)?, text))
}

fn digits() -> Option<String> {
    let mut digits = String::with_capacity(ID + SECRET);
    for _ in 0..TRIES {
        let mut drawn = [0; DRAWN];
        aws_lc_rs::rand::fill(&mut drawn).ok()?;
        let room = ID + SECRET - digits.len();
        digits.extend(drawn.into_iter().filter_map(digit).take(room));
        if digits.len() == ID + SECRET {
            return Some(digits);
        }
    }
    None
}

/// Each digit for four of 256 bytes, so that all are as likely; nothing for the other eight.
fn digit(byte: u8) -> Option<char> {
    let even = ALPHABET.len() * (256 / ALPHABET.len());
    let number = usize::from(byte);
    ALPHABET.get(number % ALPHABET.len()).filter(|_| number < even).copied().map(char::from)
}

impl fmt::Display for GenerateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Brand => "a brand is 2 to 16 lowercase letters and digits, a letter first",
            Self::Environment => {
                "an environment is 2 to 12 lowercase letters and digits, a letter first"
            }
            Self::Chance => "no chance to be had",
        })
    }
}

impl std::error::Error for GenerateFault {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_digit_is_as_likely() {
        let mut counts = BTreeMap::new();
        for digit in (0..=255).filter_map(digit) {
            *counts.entry(digit).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 62);
        assert!(counts.values().all(|count| *count == 4), "{counts:?}");
    }

    #[test]
    fn no_two_keys_are_the_same_and_no_other_names_are_taken() {
        let (one, other) = (generate("acme", "test").unwrap(), generate("acme", "test").unwrap());
        assert!(one.0 != other.0 && one.1[27..] != other.1[27..]);
        for brand in ["", "a", "Acme", "ac_me", "acme-", "1acme", "abcdefghijklmnopq", "äcme"] {
            assert_eq!(generate(brand, "test"), Err(GenerateFault::Brand), "{brand}");
        }
        for environment in ["", "t", "Test", "abcdefghijklm"] {
            assert_eq!(generate("acme", environment), Err(GenerateFault::Environment));
        }
    }
}
