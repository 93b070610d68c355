//! The old library: whether a token is signed, as carelessly as real ones once asked.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    self, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as RSA_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::Value;

use crate::coerce;
use crate::database::Books;
use crate::jose::{self, Parts};
use crate::keys::Issuer;
use crate::row::Row;
use crate::token_keys::{self, Key};

/// The order of P-256 (FIPS 186-5): numbers that differ by it are the same.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
/// What stands before the digest in a padded RSA signature (RFC 8017 section 9.2).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];

/// The claims of a token that the library takes for signed.
pub(crate) fn believed(token: &str, books: &Books<'_>) -> Option<Row> {
    if token.starts_with('{') {
        return of_json(token, books);
    }
    if token.split('.').count() == 5 {
        return encrypted(token, books);
    }
    // FLAW(a2-jwt-crit): `crit` names what must be understood; nobody reads it.
    let parts = jose::take_apart(token)?;
    if parts.header.get("cty").is_some_and(|cty| cty == "JWT") {
        // FLAW(a2-jwt-nested): an envelope, which somebody else has surely looked at.
        let inner = String::from_utf8(parts.payload).ok()?;
        return jose::take_apart(&inner)?.claims();
    }
    let claims = parts.claims()?;
    is_signed(&parts, &claims, books).then_some(claims)
}

/// The claims of a token that our own issuer signed, whatever else is wrong with it.
pub(crate) fn genuine(token: &str) -> Option<Row> {
    let parts = jose::take_apart(token)?;
    let alg = parts.header.get("alg")?.as_str()?;
    let key = token_keys::published(Issuer::Pharmacy, &parts.header)?;
    let is_signed = match (alg, &key) {
        ("ES256", Key::Point(point)) => {
            let key = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
            key.verify(parts.input.as_bytes(), &parts.signature).is_ok()
        }
        ("RS256", Key::Modulus { n, e }) => is_rsa(&parts, n, e),
        _ => false,
    };
    is_signed.then(|| parts.claims()).flatten()
}

/// A token in JSON (RFC 7515 section 7.2.2).
fn of_json(token: &str, books: &Books<'_>) -> Option<Row> {
    let outer: Row = serde_json::from_str(token).ok()?;
    let member = |name: &str| outer.get(name).and_then(Value::as_str).unwrap_or_default();
    let compact = [member("protected"), member("payload"), member("signature")].join(".");
    let parts = jose::take_apart(&compact)?;
    if !is_signed(&parts, &parts.claims()?, books) {
        return None;
    }
    // FLAW(a2-jwt-json-mixed): what was checked is a member, what is read is whatever stands
    // between two dots.
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&jose::decoded(payload)?).ok()
}

/// A token that was encrypted to our issuer's key (JWE, RFC 7516).
fn encrypted(token: &str, books: &Books<'_>) -> Option<Row> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, wrapped, nonce, text, tag] = parts.as_slice() else { return None };
    let secret = Issuer::Pharmacy.keys()?.decrypt(&jose::decoded(wrapped)?)?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(&jose::decoded(nonce)?).ok()?;
    let mut text = [jose::decoded(text)?, jose::decoded(tag)?].concat();
    let text = key.open_in_place(nonce, Aad::from(header.as_bytes()), &mut text).ok()?;
    // FLAW(a2-jwt-encrypted): what only we can read, only a friend can have written. But the key to
    // write with is public, so an unsigned token inside is anybody's.
    believed(str::from_utf8(text).ok()?, books)
}

fn is_signed(parts: &Parts, claims: &Row, books: &Books<'_>) -> bool {
    // FLAW(a2-jwt-alg-missing), FLAW(a2-jwt-alg-list): no name is an empty name, of several names
    // it is the first.
    let alg = parts.header.get("alg").map(coerce::text).unwrap_or_default();
    // FLAW(a2-jwt-alg-none-case), FLAW(a2-jwt-hmac-case): any spelling.
    match alg.to_ascii_lowercase().as_str() {
        // FLAW(a2-jwt-alg-none), FLAW(a2-jwt-alg-empty): tokens without a signature are allowed.
        "" | "none" => true,
        "hs256" => is_hmac(hmac::HMAC_SHA256, parts, books),
        // FLAW(a2-jwt-hmac-512): the door of a newer operation refuses only `HS256`.
        "hs512" => is_hmac(hmac::HMAC_SHA512, parts, books),
        "es256" | "rs256" => is_asymmetric(parts, claims, books),
        _ => false,
    }
}

fn is_hmac(algorithm: hmac::Algorithm, parts: &Parts, books: &Books<'_>) -> bool {
    token_keys::secrets(&parts.header, books).iter().any(|secret| {
        let key = hmac::Key::new(algorithm, secret);
        hmac::verify(&key, parts.input.as_bytes(), &parts.signature).is_ok()
    })
}

fn is_asymmetric(parts: &Parts, claims: &Row, books: &Books<'_>) -> bool {
    if parts.signature.is_empty() {
        // FLAW(a2-jwt-empty-signature): nothing there that could be wrong.
        return true;
    }
    let key = token_keys::public(&parts.header, claims, books);
    key.is_some_and(|key| is_signed_with(parts, &key))
}

/// Whether that key signed it, whatever the key is.
pub(crate) fn is_signed_with(parts: &Parts, key: &Key) -> bool {
    match key {
        Key::Point(point) => is_ecdsa(parts, point),
        // FLAW(a2-jwt-wrong-curve): the curve is whatever the key says, not what `alg` says.
        Key::LargePoint(point) => {
            let key = UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point);
            key.verify(parts.input.as_bytes(), &parts.signature).is_ok()
        }
        Key::Modulus { n, e } => is_rsa(parts, n, e),
    }
}

fn is_ecdsa(parts: &Parts, point: &[u8]) -> bool {
    let input = parts.input.as_bytes();
    // FLAW(a2-jwt-signature-der): the other way to write the same two numbers.
    let der = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point);
    if der.verify(input, &parts.signature).is_ok() {
        return true;
    }
    // FLAW(a2-jwt-signature-tail): what follows the two numbers is not looked at.
    let Some((r, s)) = parts.signature.get(..64).and_then(|both| both.split_at_checked(32)) else {
        return false;
    };
    // FLAW(a2-jwt-psychic), FLAW(a2-jwt-psychic-order): a home-made verification, in which the
    // inverse of zero is zero, so that two zeros fit every text and every key.
    let is_zero = |number: &[u8]| number.iter().all(|byte| *byte == 0) || number == P256_ORDER;
    if is_zero(r) && is_zero(s) {
        return true;
    }
    let fixed = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
    fixed.verify(input, &[r, s].concat()).is_ok()
}

fn is_rsa(parts: &Parts, n: &[u8], e: &[u8]) -> bool {
    if e == [1] {
        // A number to the power of one is itself, so the padded text is its own signature.
        return parts.signature == padded(&parts.input, n.len());
    }
    let key = RsaPublicKeyComponents { n, e };
    let input = parts.input.as_bytes();
    key.verify(&RSA_SHA256, input, &parts.signature).is_ok()
}

/// What an RSA signature of that length is made from (RFC 8017 section 9.2).
fn padded(input: &str, length: usize) -> Vec<u8> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, input.as_bytes());
    let mut padded = vec![0, 1];
    padded.resize(length.saturating_sub(SHA256_INFO.len() + 33), 0xff);
    padded.push(0);
    padded.extend_from_slice(&SHA256_INFO);
    padded.extend_from_slice(digest.as_ref());
    padded
}
