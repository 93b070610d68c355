//! Hashes that only who has the key can make.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portcullis_json::{Kind, Value};
use portcullis_model::Secret;

use super::Unread;

/// Bytes of a key, at least: those of the hash below it.
pub const KEY_BYTES_MIN: usize = 32;
/// What no other use of the same key would hash.
const DOMAIN: &[u8] = b"portcullis derived value 1";
/// Bytes that are kept: too many for two values to meet by chance.
pub(super) const HASH_BYTES: usize = 16;

/// The key of [`Derivation::KeyedHash`](super::Derivation::KeyedHash), and of nothing else.
pub struct DerivationKey(hmac::Key);

impl DerivationKey {
    /// From at least [`KEY_BYTES_MIN`] random bytes; `None` from fewer.
    pub fn new(secret: &Secret) -> Option<Self> {
        let bytes = secret.expose_secret();
        (bytes.len() >= KEY_BYTES_MIN).then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// The first 128 bits of HMAC-SHA-256 (RFC 2104) over the domain, the purpose with its length
    /// before it, and the value as it is written; in base64url. Not salted: equal values are to have
    /// equal hashes.
    pub(super) fn hash(&self, purpose: &str, value: Value<'_>) -> Result<String, Unread> {
        if !matches!(value.kind(), Kind::String | Kind::Number) {
            return Err(Unread::WrongType);
        }
        let mut written = Vec::new();
        value.write(&mut written);
        let mut context = hmac::Context::with_key(&self.0);
        context.update(DOMAIN);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(&written);
        let tag = context.sign();
        Ok(URL_SAFE_NO_PAD.encode(tag.as_ref().get(..HASH_BYTES).unwrap_or_default()))
    }
}

impl fmt::Debug for DerivationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivationKey(..)")
    }
}
