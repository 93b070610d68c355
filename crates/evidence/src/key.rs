//! The key that signs evidence, and the one that checks it: Ed25519 (RFC 8032), in PEM.
//!
//! It signs evidence and nothing else. What openssl makes (`openssl genpkey -algorithm ed25519`) is taken.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_credential::pem;
use portcullis_model::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What stands before the 32 bytes of a public key (RFC 8410).
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PRIVATE_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";

/// Why a text is no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// Not one PEM block with this label.
    NotPem,
    /// A private key, and a public one is asked for, or the other way.
    OtherHalf,
    /// Another kind of key.
    NotEd25519,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPem => "this is not one PEM block",
            Self::OtherHalf => "this is the other half of a key pair",
            Self::NotEd25519 => "this is no Ed25519 key",
        })
    }
}

/// What signs.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// A new one, of the system's randomness; `None` where there is none.
    pub fn generate() -> Option<Self> {
        Ed25519KeyPair::generate().ok().map(Self)
    }

    /// Reads PKCS#8 in PEM.
    pub fn from_pem(text: &str) -> Result<Self, KeyFault> {
        let (label, der) = pem::read(text).ok_or(KeyFault::NotPem)?;
        let der = Secret::new(der);
        if label == PUBLIC_LABEL {
            return Err(KeyFault::OtherHalf);
        }
        if label != PRIVATE_LABEL {
            return Err(KeyFault::NotPem);
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.expose_secret());
        pair.map(Self).map_err(|_| KeyFault::NotEd25519)
    }

    /// As PKCS#8 in PEM.
    pub fn pem(&self) -> Option<Secret> {
        let der = self.0.to_pkcs8v1().ok()?;
        Some(Secret::new(block(PRIVATE_LABEL, der.as_ref()).into_bytes()))
    }

    /// The half that everybody may have.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        let shown = self.0.public_key().as_ref();
        bytes.iter_mut().zip(shown).for_each(|(byte, shown)| *byte = *shown);
        PublicKey(bytes)
    }

    /// Signs.
    pub(crate) fn sign(&self, text: &str) -> String {
        STANDARD.encode(self.0.sign(text.as_bytes()))
    }
}

/// What checks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads SubjectPublicKeyInfo in PEM (RFC 8410).
    pub fn from_pem(text: &str) -> Result<Self, KeyFault> {
        let (label, der) = pem::read(text).ok_or(KeyFault::NotPem)?;
        if label == PRIVATE_LABEL {
            return Err(KeyFault::OtherHalf);
        }
        if label != PUBLIC_LABEL {
            return Err(KeyFault::NotPem);
        }
        let bytes = der.strip_prefix(SPKI_PREFIX.as_slice()).ok_or(KeyFault::NotEd25519)?;
        bytes.try_into().map(Self).map_err(|_| KeyFault::NotEd25519)
    }

    /// As SubjectPublicKeyInfo in PEM.
    pub fn pem(&self) -> String {
        block(PUBLIC_LABEL, &[SPKI_PREFIX.as_slice(), &self.0].concat())
    }

    /// Whether it signed a text.
    pub(crate) fn signed(&self, text: &str, signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        UnparsedPublicKey::new(&ED25519, &self.0).verify(text.as_bytes(), &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| de::Error::custom("a public key is 32 bytes in base64"))
    }
}

fn block(label: &str, der: &[u8]) -> String {
    // Neither half is longer than one line of 64 letters.
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by openssl 3 for this test alone; it guards nothing.
    const OPENSSL: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

    #[test]
    fn a_key_of_openssl_is_taken_and_ours_has_its_form() {
        let key = SigningKey::from_pem(OPENSSL).unwrap();
        assert_eq!(key.pem().unwrap().expose_secret(), OPENSSL.as_bytes());
        // RFC 8410 section 10.1 has this key and its public half.
        let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
        assert_eq!(key.public().pem(), public);
        assert_eq!(PublicKey::from_pem(public), Ok(key.public()));
    }

    #[test]
    fn what_is_signed_is_believed_and_nothing_else() {
        let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let signature = key.sign("seen");
        assert!(key.public().signed("seen", &signature));
        assert!(!key.public().signed("seen.", &signature));
        assert!(!other.public().signed("seen", &signature));
        assert!(!key.public().signed("seen", "no base64"));
    }

    #[test]
    fn what_is_no_such_key_says_why() {
        let key = SigningKey::generate().unwrap();
        let (private, public) = (key.pem().unwrap(), key.public().pem());
        let private = str::from_utf8(private.expose_secret()).unwrap();
        assert_eq!(SigningKey::from_pem(&public).unwrap_err(), KeyFault::OtherHalf);
        assert_eq!(PublicKey::from_pem(private).unwrap_err(), KeyFault::OtherHalf);
        assert_eq!(PublicKey::from_pem("").unwrap_err(), KeyFault::NotPem);
        assert_eq!(
            PublicKey::from_pem(&block("PUBLIC KEY", &[0; 44])).unwrap_err(),
            KeyFault::NotEd25519
        );
        assert_eq!(
            SigningKey::from_pem(&block("PRIVATE KEY", &[0; 48])).unwrap_err(),
            KeyFault::NotEd25519
        );
        assert_eq!(
            SigningKey::from_pem(&block("RSA PRIVATE KEY", &[0; 48])).unwrap_err(),
            KeyFault::NotPem
        );
    }
}
