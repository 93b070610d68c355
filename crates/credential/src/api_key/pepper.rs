//! What is kept of a key instead of it.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::chance::{self, ChanceError};

/// What the pepper is used for: nothing else under it is a key.
const PURPOSE: &[u8] = b"portcullis: api key\0";

/// What its fingerprint is made of.
const FINGERPRINT: &[u8] = b"portcullis: which pepper\0";

/// 256 bits of chance that lie apart from the database: without them nobody who has the database
/// can tell whether a text is one of its keys.
pub struct Pepper(hmac::Key);

impl Pepper {
    /// What stands in a file or variable: see [`chance::read`].
    pub fn parse(text: &[u8]) -> Result<Self, ChanceError> {
        chance::read(text).map(|bytes| Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// HMAC-SHA-256 over a purpose and the whole text. No salt and no slow hash: nobody tries 2^256
    /// secrets.
    pub fn mac(&self, text: &str) -> [u8; 32] {
        self.of(PURPOSE, text.as_bytes())
    }

    /// Which pepper this is: whoever has another one has another fingerprint, and nobody learns it from that.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.of(FINGERPRINT, &[])
    }

    pub(super) fn of(&self, purpose: &[u8], text: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose);
        context.update(text);
        let mut mac = [0; 32];
        // HMAC-SHA-256 has 32 bytes.
        mac.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        mac
    }

    /// Whether this is the text of which `known` was kept. The time it takes depends on the length
    /// of the text alone.
    pub fn matches(&self, text: &str, known: &[u8; 32]) -> bool {
        verify_slices_are_equal(&self.mac(text), known).is_ok()
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pepper(last: u8) -> Pepper {
        let mut bytes = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
        bytes[31] = last;
        Pepper::parse(&bytes).unwrap()
    }

    #[test]
    fn each_pepper_has_a_fingerprint_that_no_text_has() {
        let (one, other) = (pepper(1), pepper(2));
        assert_eq!(one.fingerprint(), pepper(1).fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_ne!(one.fingerprint(), one.mac(""));
    }

    #[test]
    fn a_text_matches_what_was_kept_of_it_under_the_same_pepper_alone() {
        let (one, other) = (pepper(1), pepper(2));
        let mac = one.mac("obviously-fake");
        assert!(one.matches("obviously-fake", &mac));
        assert!(!one.matches("obviously-fakf", &mac) && !one.matches("", &mac));
        assert!(!other.matches("obviously-fake", &mac));
        let mut wrong = mac;
        wrong[31] ^= 1;
        assert!(!one.matches("obviously-fake", &wrong));
    }

    /// Stored for years: it must not change. RFC 2104 by hand, over the purpose and the text.
    #[test]
    fn what_is_kept_is_the_hmac_of_purpose_and_text() {
        let bytes: [u8; 32] = std::array::from_fn(|index| index as u8 + 0xd8);
        let padded = |by: u8| (0..64).map(move |at| bytes.get(at).map_or(by, |byte| byte ^ by));
        let sha256 = |bytes: &[u8]| crate::digest::sha256(bytes);
        let inner: Vec<u8> =
            padded(0x36).chain(*b"portcullis: api key\0").chain(*b"obviously-fake").collect();
        let outer: Vec<u8> = padded(0x5c).chain(sha256(&inner)).collect();
        assert_eq!(Pepper::parse(&bytes).unwrap().mac("obviously-fake"), sha256(&outer));
    }

    #[test]
    fn a_pepper_does_not_print_and_no_placeholder_is_one() {
        assert_eq!(format!("{:?}", pepper(1)), "Pepper(..)");
        assert_eq!(Pepper::parse(&[0; 32]).unwrap_err(), ChanceError::Placeholder);
        assert_eq!(Pepper::parse(b"password").unwrap_err(), ChanceError::Form);
    }
}
