//! A key of our own, for the short-lived tokens that tell an API who calls (rule: one key per
//! purpose, and nothing that it signs is accepted as a caller's credential).

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use portcullis_json::push_quoted;
use portcullis_model::Secret;

use crate::encoding::to_base64url;
use crate::keys::Material;
use crate::pem;

/// Times that chance is asked for a private key. One in 2^32 is no number below the order of the
/// group; eight of them in a row mean that chance is broken.
const TRIES: usize = 8;
/// `ECPrivateKey` of P-256 up to the private key (RFC 5915 section 3), and behind it.
const SEC1_HEAD: &[u8] = &[0x30, 0x31, 2, 1, 1, 0x04, 0x20];
const SEC1_TAIL: &[u8] = &[0xA0, 0x0A, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];

/// A private key on P-256 that signs with ES256.
pub struct Signer {
    pair: EcdsaKeyPair,
    public: Material,
    key_id: String,
}

/// Why there is no such signer, or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerFault {
    /// Not one block of PEM with the label `PRIVATE KEY`.
    Form,
    /// Not a private key on P-256 in PKCS#8.
    Key,
    /// Chance gave no key.
    Chance,
    /// The library did not sign.
    Signature,
}

impl Signer {
    /// From PEM with PKCS#8 (RFC 5958): `openssl genpkey -algorithm EC -pkeyopt
    /// ec_paramgen_curve:P-256`.
    pub fn from_pem(text: &str) -> Result<Self, SignerFault> {
        match pem::read(text) {
            Some(("PRIVATE KEY", der)) => Self::from_pkcs8(&Secret::new(der)),
            _ => Err(SignerFault::Form),
        }
    }

    /// From PKCS#8 in DER, as [`Signer::pkcs8`] gives it.
    pub fn from_pkcs8(der: &Secret) -> Result<Self, SignerFault> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.expose_secret());
        Self::new(pair.map_err(|_| SignerFault::Key)?)
    }

    /// A new key; `fill` is chance from the operating system.
    pub fn generate(fill: &mut dyn FnMut(&mut [u8])) -> Result<Self, SignerFault> {
        for _ in 0..TRIES {
            let mut private = [0; 32];
            fill(&mut private);
            let der = Secret::new([SEC1_HEAD, &private, SEC1_TAIL].concat());
            let pair = EcdsaKeyPair::from_private_key_der(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                der.expose_secret(),
            );
            if let Ok(pair) = pair {
                return Self::new(pair);
            }
        }
        Err(SignerFault::Chance)
    }

    fn new(pair: EcdsaKeyPair) -> Result<Self, SignerFault> {
        let [4, point @ ..] = pair.public_key().as_ref() else { return Err(SignerFault::Key) };
        let (x, y) = point.split_at_checked(32).ok_or(SignerFault::Key)?;
        let part = |bytes: &[u8]| bytes.try_into().map_err(|_| SignerFault::Key);
        let public = Material::P256 { x: part(x)?, y: part(y)? };
        let key_id = to_base64url(&public.thumbprint());
        Ok(Self { pair, public, key_id })
    }

    /// The private key in PKCS#8, to be kept encrypted.
    pub fn pkcs8(&self) -> Result<Secret, SignerFault> {
        let der = self.pair.to_pkcs8v1().map_err(|_| SignerFault::Key)?;
        Ok(Secret::new(der.as_ref()))
    }

    /// Its `kid`: the thumbprint (RFC 7638) in base64url.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public key as a JWK set, for whoever verifies.
    pub fn jwks(&self) -> String {
        let jwk = self.public.jwk();
        let members = jwk.strip_suffix('}').unwrap_or_default();
        let id = &self.key_id;
        format!(r#"{{"keys":[{members},"alg":"ES256","kid":"{id}","use":"sig"}}]}}"#)
    }

    /// Signs a JSON object as a token of this type.
    pub fn sign(&self, media_type: &str, claims: &str) -> Result<String, SignerFault> {
        let mut header = br#"{"alg":"ES256","kid":"#.to_vec();
        push_quoted(&self.key_id, &mut header);
        header.extend_from_slice(br#","typ":"#);
        push_quoted(media_type, &mut header);
        header.push(b'}');
        let mut token = format!("{}.{}", to_base64url(&header), to_base64url(claims.as_bytes()));
        let signature = self.pair.sign(&SystemRandom::new(), token.as_bytes());
        let signature = signature.map_err(|_| SignerFault::Signature)?;
        token.push('.');
        token.push_str(&to_base64url(signature.as_ref()));
        Ok(token)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl fmt::Display for SignerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not one block of PEM with the label `PRIVATE KEY`",
            Self::Key => "not a private key on P-256 in PKCS#8",
            Self::Chance => "chance gave no key",
            Self::Signature => "the library did not sign",
        })
    }
}

impl std::error::Error for SignerFault {}
