//! SHA-256 as it is written: 64 hexadecimal digits, in lower case.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// A digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sha256Hex([u8; 32]);

impl Sha256Hex {
    /// What is before the first line.
    pub const NOTHING: Self = Self([0; 32]);

    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of a list of digests: in their order, with their number, so that no two lists are one.
    pub fn of_all(digests: &[Self]) -> Self {
        let mut hash = Sha256::new_with_prefix((digests.len() as u64).to_be_bytes());
        digests.iter().for_each(|digest| hash.update(digest.0));
        Self(hash.finalize().into())
    }

    /// Reads 64 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = value(*high)? << 4 | value(*low)?;
        }
        Some(Self(bytes))
    }
}

impl From<[u8; 32]> for Sha256Hex {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = String::with_capacity(64);
        for byte in self.0 {
            write!(digits, "{byte:02x}")?;
        }
        f.write_str(&digits)
    }
}

impl fmt::Debug for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a digest has 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_read_as_they_are_written_and_in_no_other_way() {
        let digest = Sha256Hex::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), text, "FIPS 180-4's own example");
        assert_eq!(Sha256Hex::parse(text), Some(digest));
        for wrong in ["", &text[1..], &text.to_uppercase(), &text.replace('b', "g")] {
            assert_eq!(Sha256Hex::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lists_that_differ_have_digests_that_differ() {
        let (a, b) = (Sha256Hex::of(b"a"), Sha256Hex::of(b"b"));
        assert_ne!(Sha256Hex::of_all(&[a, b]), Sha256Hex::of_all(&[b, a]));
        assert_ne!(Sha256Hex::of_all(&[a]), a);
        assert_ne!(Sha256Hex::of_all(&[]), Sha256Hex::NOTHING);
    }
}
