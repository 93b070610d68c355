//! What is remembered of a secret instead of it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of a salt.
const SALT: usize = 16;

/// What the digests of one baseline are keyed with, so that those of two say nothing of each other and nobody has
/// tables of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Salt([u8; SALT]);

impl Salt {
    /// A new one, of chance.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        Ok(Self(salt))
    }

    /// One that was written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut salt = [0; SALT];
        if text.len() != 2 * SALT {
            return None;
        }
        for (at, byte) in salt.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(salt))
    }

    /// As it is written.
    pub(crate) fn hex(&self) -> String {
        hex(&self.0)
    }

    /// The digest of a secret that a rule found: HMAC-SHA-256, of which 128 bits are kept.
    pub(crate) fn digest(&self, rule: &str, secret: &[u8]) -> String {
        // A key of any length is good: this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(b"portcullis: a secret that was found\0");
        mac.update(rule.as_bytes());
        mac.update(b"\0");
        mac.update(secret);
        let whole = mac.finalize().into_bytes();
        hex(whole.get(..16).unwrap_or_default())
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_depends_on_salt_rule_and_secret_and_a_salt_reads_as_it_is_written() {
        let (one, other) = (Salt([1; SALT]), Salt([2; SALT]));
        let digests = [
            one.digest("a", b"b"),
            one.digest("a", b"c"),
            one.digest("b", b"b"),
            other.digest("a", b"b"),
        ];
        for (at, digest) in digests.iter().enumerate() {
            assert_eq!(digests.iter().filter(|one| *one == digest).count(), 1, "{at}");
            assert_eq!(digest.len(), 32);
        }
        assert_eq!(Salt::parse(&one.hex()), Some(one));
        for text in ["", "0", "zz", &"g".repeat(32), &"é".repeat(16)] {
            assert_eq!(Salt::parse(text), None);
        }
    }
}
