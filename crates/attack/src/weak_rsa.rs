//! Signatures of RSA keys that are too weak to mean anything.

use aws_lc_rs::digest::{SHA256, digest};
use num_bigint::BigUint;

/// What stands before the digest in a padded RSA signature (RFC 8017 section 9.2).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
/// Bytes of a signature of 2048 bits.
const LONG_BYTES: usize = 256;
/// Bytes of a signature of 1128 bits.
const SHORT_BYTES: usize = 141;
/// The public exponent of nearly every key.
const EXPONENT: u32 = 65_537;

/// For a key of 2048 bits whose exponent is 1: a number to the power of one is itself.
pub(crate) fn exponent_one(input: &str) -> Vec<u8> {
    padded(input, LONG_BYTES)
}

/// For the key of 1128 bits whose factors are 2^521 - 1 and 2^607 - 1, which everybody knows.
pub(crate) fn short(input: &str) -> Option<Vec<u8>> {
    let one = BigUint::from(1_u8);
    let (p, q) = ((&one << 521_u32) - &one, (&one << 607_u32) - &one);
    let secret = BigUint::from(EXPONENT).modinv(&((&p - &one) * (&q - &one)))?;
    let text = BigUint::from_bytes_be(&padded(input, SHORT_BYTES));
    let number = text.modpow(&secret, &(p * q)).to_bytes_be();
    let mut signature = vec![0; SHORT_BYTES.checked_sub(number.len())?];
    signature.extend(number);
    Some(signature)
}

/// What a signature of that length is made from.
fn padded(input: &str, length: usize) -> Vec<u8> {
    let digest = digest(&SHA256, input.as_bytes());
    let mut padded = vec![0, 1];
    padded.resize(length.saturating_sub(SHA256_INFO.len() + 33), 0xff);
    padded.push(0);
    padded.extend_from_slice(&SHA256_INFO);
    padded.extend_from_slice(digest.as_ref());
    padded
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RsaPublicKeyComponents,
    };

    use super::*;

    #[test]
    fn a_key_whose_factors_are_known_signs_for_everybody() {
        let one = BigUint::from(1_u8);
        let n = ((&one << 521_u32) - &one) * ((&one << 607_u32) - &one);
        assert_eq!(n.bits(), 1128);
        let key = RsaPublicKeyComponents { n: n.to_bytes_be(), e: vec![1, 0, 1] };
        let judge = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
        for round in 0..8 {
            let text = format!("text {round}");
            assert!(key.verify(judge, text.as_bytes(), &short(&text).unwrap()).is_ok());
        }
    }
}
