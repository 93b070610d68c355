//! The key-encryption key: under it lie the keys of all rows.

use std::fmt;

use portcullis_credential::chance::{self, ChanceError};
use portcullis_model::Secret;

/// 256 bits of chance. Whoever has them and the files has everything.
#[derive(Clone)]
pub struct Kek(Secret);

impl Kek {
    /// The key itself.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, ChanceError> {
        chance::check(bytes).map(|bytes| Self(Secret::new(bytes)))
    }

    /// What stands in a file or variable: see [`chance::read`].
    pub fn parse(text: &[u8]) -> Result<Self, ChanceError> {
        chance::read(text).map(|bytes| Self(Secret::new(bytes)))
    }

    /// A new one. `None`: the system has no chance to give.
    pub(crate) fn of_chance() -> Option<Self> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).ok()?;
        Self::from_bytes(bytes).ok()
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.0
    }

    pub(crate) fn expose_secret(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kek(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_what_was_read_and_does_not_print() {
        let fake: [u8; 32] = std::array::from_fn(|index| index as u8 + 0xd8);
        for kek in [Kek::parse(&fake), Kek::from_bytes(fake)] {
            let kek = kek.unwrap();
            assert!(kek.0.matches(&fake));
            assert_eq!(format!("{kek:?}"), "Kek(..)");
        }
        assert_eq!(Kek::from_bytes([7; 32]).unwrap_err(), ChanceError::Placeholder);
        assert_eq!(Kek::parse(b"password").unwrap_err(), ChanceError::Form);
    }
}
