//! API keys: what one is called.

use std::fmt;

/// Digits of an id.
const DIGITS: usize = 16;

/// The digits of base 62, by their value. ASCII keeps this order.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of the brand that keys begin with, at most.
pub const BRAND_MAX: usize = 16;
/// Characters of the environment behind it, at most.
pub const ENVIRONMENT_MAX: usize = 12;
/// Characters of both, at least.
pub const NAME_MIN: usize = 2;

/// Whether a brand may be called so: small letters and digits, a letter first.
pub fn is_brand(text: &str) -> bool {
    is_name(text, BRAND_MAX)
}

/// Whether an environment may be called so, likewise.
pub fn is_environment(text: &str) -> bool {
    is_name(text, ENVIRONMENT_MAX)
}

fn is_name(text: &str, max: usize) -> bool {
    (NAME_MIN..=max).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// The public name of an API key. It opens nothing. Prints as 16 digits of base 62, the most
/// significant first: 95 bits of chance, and so never as much as all 12 bytes could hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 12]);

/// The text or number is no id of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyIdError;

/// What becomes of a key that was found where it does not belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnReport {
    /// It opens nothing from now on, nor does any below it.
    Revoke,
    /// It ends after so many milliseconds, if it would not end before.
    Expire(u64),
}

impl KeyId {
    /// The smallest one. By chance nobody ever gets it.
    pub const FIRST: Self = Self([0; 12]);

    /// From its bytes, the most significant first. 16 digits must suffice to print it.
    pub fn from_bytes(bytes: [u8; 12]) -> Result<Self, KeyIdError> {
        let id = Self(bytes);
        if id.number() < 62_u128.pow(DIGITS as u32) { Ok(id) } else { Err(KeyIdError) }
    }

    /// An id made of a digest: evenly, but for one part in 2^33.
    pub fn reduced(digest: [u8; 16]) -> Self {
        let number = u128::from_be_bytes(digest) % 62_u128.pow(DIGITS as u32);
        let [_, _, _, _, bytes @ ..] = number.to_be_bytes();
        Self(bytes)
    }

    /// Its bytes, the most significant first.
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// Reads what it prints: exactly 16 digits, in their case.
    pub fn parse(text: &str) -> Result<Self, KeyIdError> {
        if text.len() != DIGITS {
            return Err(KeyIdError);
        }
        let mut number = 0_u128;
        for character in text.bytes() {
            let digit = ALPHABET.binary_search(&character).map_err(|_| KeyIdError)?;
            number = number * 62 + digit as u128;
        }
        let [_, _, _, _, bytes @ ..] = number.to_be_bytes();
        Ok(Self(bytes))
    }

    /// The 16 digits.
    pub fn text(self) -> [u8; DIGITS] {
        let (mut text, mut rest) = ([b'0'; DIGITS], self.number());
        for character in text.iter_mut().rev() {
            let digit = (rest % 62) as usize;
            *character = ALPHABET.get(digit).copied().unwrap_or(b'0');
            rest /= 62;
        }
        text
    }

    fn number(self) -> u128 {
        self.0.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Display for KeyIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the id of a key is 16 letters and digits")
    }
}

impl std::error::Error for KeyIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_what_it_prints_and_nothing_else() {
        for text in ["0000000000000000", "0000000000000001", "ZZZZZZZZZZzzzzzz", "00zAq9Zx00000010"]
        {
            assert_eq!(KeyId::parse(text).unwrap().to_string(), text);
        }
        for text in
            ["", "0", "000000000000000", "00000000000000000", "000000000000000-", "00000000000000é"]
        {
            assert_eq!(KeyId::parse(text), Err(KeyIdError), "{text}");
        }
    }

    #[test]
    fn ids_sort_as_their_texts_do_and_have_their_bytes() {
        let texts =
            ["0000000000000009", "000000000000000A", "000000000000000a", "zzzzzzzzzzzzzzzz"];
        let ids = texts.map(|text| KeyId::parse(text).unwrap());
        assert!(ids.is_sorted());
        for id in ids {
            assert_eq!(KeyId::from_bytes(*id.as_bytes()), Ok(id));
        }
        assert_eq!(ids[1].as_bytes()[11], 10);
    }

    #[test]
    fn a_number_that_needs_more_digits_is_no_id() {
        let mut next = *KeyId::parse("zzzzzzzzzzzzzzzz").unwrap().as_bytes();
        assert_eq!(next[11], 255, "so that one more carries");
        for byte in next.iter_mut().rev() {
            let (sum, carries) = byte.overflowing_add(1);
            *byte = sum;
            if !carries {
                break;
            }
        }
        assert_eq!(KeyId::from_bytes(next), Err(KeyIdError));
        assert_eq!(KeyId::from_bytes([255; 12]), Err(KeyIdError));
        for digest in [[0; 16], [255; 16], [0x5a; 16]] {
            let id = KeyId::reduced(digest);
            assert_eq!(KeyId::from_bytes(*id.as_bytes()), Ok(id));
        }
        assert_eq!(KeyId::reduced([0; 16]), KeyId::FIRST);
    }
}
