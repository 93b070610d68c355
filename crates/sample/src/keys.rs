//! The keys of the two issuers: made when a process first needs them, never kept anywhere.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

/// Who issues tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// The pharmacy's own.
    Pharmacy,
    /// Somebody else's, where anybody may become anybody.
    Other,
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Es256,
    Rs256,
}

/// The keys of one issuer.
pub(crate) struct Keys {
    name: &'static str,
    ec: EcdsaKeyPair,
    /// Made when it is first needed: that takes a while.
    rsa: OnceLock<Option<RsaKeyPair>>,
}

impl Issuer {
    /// Its name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pharmacy => "issuer",
            Self::Other => "other",
        }
    }

    /// Its keys; none if the operating system gives no randomness.
    pub(crate) fn keys(self) -> Option<&'static Keys> {
        static PHARMACY: OnceLock<Option<Keys>> = OnceLock::new();
        static OTHER: OnceLock<Option<Keys>> = OnceLock::new();
        let place = match self {
            Self::Pharmacy => &PHARMACY,
            Self::Other => &OTHER,
        };
        place.get_or_init(|| Keys::generate(self.name())).as_ref()
    }
}

impl Algorithm {
    /// The algorithm of that name (RFC 7518 section 3.1).
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl Keys {
    fn generate(name: &'static str) -> Option<Self> {
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
        Some(Self { name, ec, rsa: OnceLock::new() })
    }

    fn rsa(&self) -> Option<&RsaKeyPair> {
        self.rsa.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).ok()).as_ref()
    }

    /// The name of the key for an algorithm.
    pub(crate) fn kid(&self, algorithm: Algorithm) -> String {
        match algorithm {
            Algorithm::Es256 => format!("{}-es", self.name),
            Algorithm::Rs256 => format!("{}-rs", self.name),
        }
    }

    /// The signature over a text, as a token carries it (RFC 7518 sections 3.3 and 3.4).
    pub(crate) fn sign(&self, algorithm: Algorithm, input: &str) -> Option<Vec<u8>> {
        let chance = SystemRandom::new();
        match algorithm {
            Algorithm::Es256 => {
                self.ec.sign(&chance, input.as_bytes()).ok().map(|signed| signed.as_ref().to_vec())
            }
            Algorithm::Rs256 => {
                let rsa = self.rsa()?;
                let mut signature = vec![0; rsa.public_modulus_len()];
                let signed = rsa.sign(&RSA_PKCS1_SHA256, &chance, input.as_bytes(), &mut signature);
                signed.ok().map(|()| signature)
            }
        }
    }

    /// The public key as DER (`SubjectPublicKeyInfo`, RFC 5280 section 4.1).
    pub(crate) fn der(&self, algorithm: Algorithm) -> Vec<u8> {
        let der: Option<PublicKeyX509Der<'_>> = match algorithm {
            Algorithm::Es256 => self.ec.public_key().as_der().ok(),
            Algorithm::Rs256 => self.rsa().and_then(|rsa| rsa.public_key().as_der().ok()),
        };
        der.map(|der| der.as_ref().to_vec()).unwrap_or_default()
    }

    /// A text that was encrypted to the RSA key (RSA-OAEP-256, RFC 7518 section 4.3).
    pub(crate) fn decrypt(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
        let key: Pkcs8V1Der<'_> = self.rsa()?.as_der().ok()?;
        let key = PrivateDecryptingKey::from_pkcs8(key.as_ref()).ok()?;
        let key = OaepPrivateDecryptingKey::new(key).ok()?;
        let mut room = vec![0; key.min_output_size()];
        let text = key.decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut room, None).ok()?;
        Some(text.to_vec())
    }

    /// What the issuer publishes (RFC 7517 section 5): the keys that sign now, the one that tokens
    /// may be encrypted to, and two of long ago that somebody forgot.
    pub(crate) fn set(&self) -> Vec<Value> {
        let rsa = self.jwk(Algorithm::Rs256);
        let name = |year: &str| format!("{}-{year}", self.name);
        let old = |n: &[u8], e: &[u8], kid: String| {
            let (n, e) = (BASE64URL.encode(n), BASE64URL.encode(e));
            json!({ "kty": "RSA", "n": n, "e": e, "kid": kid, "use": "sig", "alg": "RS256" })
        };
        vec![
            self.jwk(Algorithm::Es256),
            rsa.clone(),
            json!({ "kty": "RSA", "n": rsa.get("n"), "e": "AQAB", "kid": name("enc"), "use": "enc",
                "alg": "RSA-OAEP-256" }),
            old(&[0xc5; 256], &[1], name("2013")),
            old(&short_modulus(), &[1, 0, 1], name("2015")),
        ]
    }

    /// The public key as JSON (RFC 7517 section 4).
    pub(crate) fn jwk(&self, algorithm: Algorithm) -> Value {
        let text = |bytes: Option<&[u8]>| BASE64URL.encode(bytes.unwrap_or_default());
        let (kid, alg) = (self.kid(algorithm), algorithm.name());
        match algorithm {
            Algorithm::Es256 => {
                // An uncompressed point: 4, x, y.
                let point = self.ec.public_key().as_ref();
                let (x, y) = (text(point.get(1..33)), text(point.get(33..65)));
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "use": "sig",
                    "alg": alg })
            }
            Algorithm::Rs256 => {
                // `RSAPublicKey` of 2048 bits: 9 bytes before the modulus, the exponent is 65537.
                let n = text(self.rsa().and_then(|rsa| rsa.public_key().as_ref().get(9..265)));
                json!({ "kty": "RSA", "n": n, "e": "AQAB", "kid": kid, "use": "sig", "alg": alg })
            }
        }
    }
}

/// (2^521 - 1) (2^607 - 1): 1128 bits whose factors everybody knows. Bits 0, 521 to 606, and 608 to
/// 1127 are set.
fn short_modulus() -> Vec<u8> {
    let is_set = |bit: usize| bit == 0 || (521..607).contains(&bit) || bit > 607;
    let byte =
        |place: usize| (0..8).fold(0, |byte, bit| byte | u8::from(is_set(place * 8 + bit)) << bit);
    (0..141).rev().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
    };

    use super::*;

    #[test]
    fn the_published_keys_are_those_that_sign() {
        let keys = Issuer::Pharmacy.keys().unwrap();
        let signature = keys.sign(Algorithm::Rs256, "text").unwrap();
        let jwk = keys.jwk(Algorithm::Rs256);
        let n = BASE64URL.decode(jwk["n"].as_str().unwrap()).unwrap();
        let key = RsaPublicKeyComponents { n, e: vec![1, 0, 1] };
        assert!(key.verify(&RSA_PKCS1_2048_8192_SHA256, b"text", &signature).is_ok());
        let signature = keys.sign(Algorithm::Es256, "text").unwrap();
        let key = UnparsedPublicKey::new(
            &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED,
            keys.der(Algorithm::Es256),
        );
        assert!(key.verify(b"text", &signature).is_ok());
    }

    #[test]
    fn two_issuers_have_different_keys() {
        let jwk = |issuer: Issuer| issuer.keys().unwrap().jwk(Algorithm::Es256)["x"].clone();
        assert_ne!(jwk(Issuer::Pharmacy), jwk(Issuer::Other));
    }
}
