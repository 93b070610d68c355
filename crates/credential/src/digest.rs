//! SHA-256, the one digest of this crate.

use aws_lc_rs::digest::{SHA256, digest};

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SHA-256 has 32 bytes.
    out.iter_mut().zip(digest(&SHA256, bytes).as_ref()).for_each(|(out, byte)| *out = *byte);
    out
}
