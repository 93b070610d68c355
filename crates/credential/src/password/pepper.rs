//! What passwords are hashed with and what is not in the store: without it no guess can be tried.

use std::fmt;

use portcullis_model::Secret;

use crate::chance::{self, ChanceError};
use crate::digest::sha256;

/// 256 bits of chance: the secret value K of Argon2 (RFC 9106 section 3.1).
#[derive(Clone)]
pub struct Pepper {
    bytes: Secret,
    mark: [u8; 32],
}

impl Pepper {
    /// 32 bytes as they are, as 64 hex digits, or as base64.
    pub fn parse(text: &[u8]) -> Result<Self, ChanceError> {
        let bytes = chance::read(text)?;
        let mark = sha256(&[b"portcullis: mark of a pepper\0", &bytes[..]].concat());
        Ok(Self { bytes: Secret::new(bytes), mark })
    }

    /// Another one for another pepper, within this process: what was compared under one says nothing under another.
    pub const fn mark(&self) -> &[u8; 32] {
        &self.mark
    }

    pub(super) const fn bytes(&self) -> &[u8] {
        self.bytes.expose_secret()
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(..)")
    }
}
