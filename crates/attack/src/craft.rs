//! Texts that look like keys of ours, as an attacker writes them: everybody can read how a key is made.

use std::io::Write as _;

use flate2::CrcWriter;
use portcullis_credential::api_key;

/// What stands before the id in keys of the sample's counter.
pub(crate) const BRAND: &str = "pharm";
/// And behind that.
pub(crate) const ENVIRONMENT: &str = "live";
/// Digits of a checksum.
const CHECKSUM: usize = 6;
/// The digits of base 62, by their value.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The parts of a key's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) environment: String,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Parts {
    /// Those of a whole key.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut parts = text.split('_').skip(1).map(str::to_owned);
        let (environment, id, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let secret = rest.get(..rest.len().checked_sub(CHECKSUM)?)?.to_owned();
        Some(Self { environment, id, secret })
    }

    /// A new one.
    pub(crate) fn of_chance() -> Option<Self> {
        Self::of(&api_key::generate(BRAND, ENVIRONMENT).ok()?.1)
    }

    /// The text, with its checksum; a mistyped one has another.
    pub(crate) fn text(&self, is_mistyped: bool) -> String {
        let Self { environment, id, secret } = self;
        let mut text = format!("{BRAND}_{environment}_{id}_{secret}");
        let number = checksum(&text).wrapping_add(u32::from(is_mistyped));
        let digits = (0..CHECKSUM as u32).rev().map(|place| {
            let digit = u64::from(number) / 62_u64.pow(place) % 62;
            DIGITS.get(digit as usize).copied().map_or('0', char::from)
        });
        text.extend(digits);
        text
    }
}

/// CRC-32 (ISO-HDLC).
fn checksum(text: &str) -> u32 {
    let mut crc = CrcWriter::new(std::io::sink());
    // What goes nowhere cannot fail.
    let _ = crc.write_all(text.as_bytes());
    crc.crc().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_again_is_the_same_key_and_what_is_mistyped_is_none() {
        for _ in 0..50 {
            let (_, text) = api_key::generate(BRAND, ENVIRONMENT).unwrap();
            let parts = Parts::of(&text).unwrap();
            assert_eq!(parts.text(false), text);
            assert!(!api_key::has_good_checksum(&parts.text(true)));
            let other = Parts { secret: Parts::of_chance().unwrap().secret, ..parts };
            assert!(api_key::has_good_checksum(&other.text(false)));
            assert_ne!(other.text(false), text);
        }
        assert_eq!(Parts::of("pharm_live_a_b"), None);
    }
}
