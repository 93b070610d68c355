//! What passwords are hashed with and what is not in the store: without it no guess can be tried.

use std::fmt;

use portcullis_model::Secret;

use crate::chance::{self, ChanceError};

/// 256 bits of chance: the secret value K of Argon2 (RFC 9106 section 3.1).
#[derive(Clone)]
pub struct Pepper(Secret);

impl Pepper {
    /// 32 bytes as they are, as 64 hex digits, or as base64.
    pub fn parse(text: &[u8]) -> Result<Self, ChanceError> {
        Ok(Self(Secret::new(chance::read(text)?)))
    }

    pub(super) const fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(..)")
    }
}
