//! The attacker's own keys, made when a run first needs them, and certificates that nobody signed
//! but they themselves.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Value, json};

use crate::token::Own;

/// A key of the attacker's.
enum Key {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// The signature over a text, as a token carries it; none without randomness.
pub(crate) fn sign(own: Own, input: &str) -> Option<Vec<u8>> {
    let chance = SystemRandom::new();
    match key(own)? {
        Key::Ec(key) => Some(key.sign(&chance, input.as_bytes()).ok()?.as_ref().to_vec()),
        Key::Rsa(key) => {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &chance, input.as_bytes(), &mut signature).ok()?;
            Some(signature)
        }
    }
}

/// The public key in JSON (RFC 7517), without a name.
pub(crate) fn jwk(own: Own) -> Option<Value> {
    let text = |bytes: &[u8]| BASE64URL.encode(bytes);
    Some(match key(own)? {
        Key::Ec(key) => {
            // An uncompressed point: 4, x, y.
            let (_, point) = key.public_key().as_ref().split_first()?;
            let (x, y) = point.split_at_checked(point.len() / 2)?;
            let curve = if let Own::Es384 = own { "P-384" } else { "P-256" };
            json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) })
        }
        Key::Rsa(key) => {
            // `RSAPublicKey` of 2048 bits: 9 bytes before the modulus, the exponent is 65537.
            let n = text(key.public_key().as_ref().get(9..265)?);
            json!({ "kty": "RSA", "n": n, "e": "AQAB" })
        }
    })
}

/// The thumbprint of the key for P-256 (RFC 7638).
pub(crate) fn thumbprint() -> Option<String> {
    let jwk = jwk(Own::Es256)?;
    // These members, in this order.
    let shown = json!({
        "crv": jwk.get("crv")?, "kty": jwk.get("kty")?, "x": jwk.get("x")?, "y": jwk.get("y")?,
    });
    Some(BASE64URL.encode(digest(&SHA256, shown.to_string().as_bytes())))
}

/// A public key in JSON as DER (`SubjectPublicKeyInfo`, RFC 5280 section 4.1).
pub(crate) fn public_der(jwk: &Value) -> Option<Vec<u8>> {
    let member = |name: &str| BASE64URL.decode(jwk.get(name)?.as_str()?).ok();
    if jwk.get("kty")? == "EC" {
        // id-ecPublicKey, prime256v1 (RFC 5480).
        let curve: [&[u8]; 2] = [
            &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1],
            &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        ];
        let point = der(3, &[&[0, 4], &member("x")?, &member("y")?]);
        return Some(der(0x30, &[&der(0x30, &curve), &point]));
    }
    let key = RsaPublicKeyComponents { n: member("n")?, e: member("e")? };
    let spki: PublicKeyX509Der<'_> = key.as_der().ok()?;
    Some(spki.as_ref().to_vec())
}

/// A certificate of the key for P-256 (RFC 5280), signed by itself, in base64.
pub(crate) fn certificate() -> Option<String> {
    let Key::Ec(key) = key(Own::Es256)? else { return None };
    let spki: PublicKeyX509Der<'_> = key.public_key().as_der().ok()?;
    // ecdsa-with-SHA256.
    let algorithm = der(0x30, &[&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]]);
    let common_name = der(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, &[b"pharmacy.example"])]);
    let name = der(0x30, &[&der(0x31, &[&common_name])]);
    let validity = der(0x30, &[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"400101000000Z"])]);
    let version = der(0xa0, &[&[2, 1, 2]]);
    let parts: [&[u8]; 7] =
        [&version, &[2, 1, 1], &algorithm, &name, &validity, &name, spki.as_ref()];
    let body = der(0x30, &parts);
    let signature = key.sign(&SystemRandom::new(), &body).ok()?;
    let signature = der(3, &[&[0], &der_signature(signature.as_ref())?]);
    Some(BASE64_STANDARD.encode(der(0x30, &[&body, &algorithm, &signature])))
}

/// Two numbers of one length, as DER (RFC 3279 section 2.2.3).
pub(crate) fn der_signature(fixed: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = fixed.split_at_checked(fixed.len() / 2)?;
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let bytes = bytes.get(zeros..).unwrap_or_default();
        // A number begins with a zero bit, else it would be negative.
        let sign: &[u8] =
            if bytes.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
        der(2, &[sign, bytes])
    };
    Some(der(0x30, &[&number(r), &number(s)]))
}

/// A value of DER: tag, length, parts. Up to 65,535 bytes.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [high, low] = (content.len() as u16).to_be_bytes();
    let mut out = vec![tag];
    match (high, low) {
        (0, 0..=127) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(&content);
    out
}

fn key(own: Own) -> Option<&'static Key> {
    static KEYS: [OnceLock<Option<Key>>; 3] = [const { OnceLock::new() }; 3];
    let [small, large, rsa] = &KEYS;
    let ec = |algorithm| EcdsaKeyPair::generate(algorithm).ok().map(Key::Ec);
    match own {
        Own::Es256 => small.get_or_init(|| ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
        Own::Es384 => large.get_or_init(|| ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
        Own::Rs256 => rsa.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).ok().map(Key::Rsa)),
    }
    .as_ref()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_means_the_same_as_der() {
        // Often enough that both numbers begin with every kind of byte.
        for round in 0..64 {
            let input = format!("text {round}");
            let signature = sign(Own::Es256, &input).unwrap();
            let Some(Key::Ec(key)) = key(Own::Es256) else { panic!("no key") };
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.public_key());
            let der = der_signature(&signature).unwrap();
            assert!(public.verify(input.as_bytes(), &der).is_ok(), "{signature:?}");
        }
    }

    #[test]
    fn a_certificate_holds_the_key() {
        let certificate = BASE64_STANDARD.decode(certificate().unwrap()).unwrap();
        let Some(Key::Ec(key)) = key(Own::Es256) else { panic!("no key") };
        let point = key.public_key().as_ref();
        assert!(certificate.windows(point.len()).any(|some| some == point));
        let length = usize::from(u16::from_be_bytes([certificate[2], certificate[3]]));
        assert_eq!(certificate.len(), length + 4);
    }

    #[test]
    fn every_own_key_can_be_shown() {
        for (own, kty) in [(Own::Es256, "EC"), (Own::Es384, "EC"), (Own::Rs256, "RSA")] {
            assert_eq!(jwk(own).unwrap()["kty"], kty);
            assert!(sign(own, "text").is_some());
        }
    }
}
