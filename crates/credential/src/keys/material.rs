//! The parts of a public key, checked, and what is made of them.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};

use crate::algorithm::Algorithm;
use crate::digest::sha256;
use crate::encoding::to_base64url;

/// Bits of an RSA modulus.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// RSA exponents below this make forged signatures easier where padding is checked badly (FIPS
/// 186-5 section 5.1).
const RSA_EXPONENT_MIN: u64 = 65_537;
/// Larger ones only cost time.
const RSA_EXPONENT_MAX: u64 = (1 << 32) - 1;

/// A public key in parts, of the right lengths but not otherwise checked.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Material {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    P256 {
        x: [u8; 32],
        y: [u8; 32],
    },
    P384 {
        x: [u8; 48],
        y: [u8; 48],
    },
    Ed25519([u8; 32]),
}

/// Why a key is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unusable {
    /// No JSON object, or a member of the wrong type.
    Form,
    /// It has private members (`d`, `p`, `k`, ...): whoever can read the set can sign. Raise the
    /// alarm with the issuer; tokens of this key are refused.
    PrivateKeyPublished,
    /// `kty: oct`: a secret has no place in a set of public keys.
    Symmetric,
    /// A `kty` that is not known here.
    KeyType,
    /// A `crv` that is not known here.
    Curve,
    /// An `alg` that is not known here, or not of this type of key.
    Algorithm,
    /// `use` or `key_ops` say that it is not for verifying signatures.
    Purpose,
    /// `kid` is no string, empty, too long, or has a control character.
    KeyId,
    /// A number that is not canonical base64url, or has the wrong length, or leading zeros.
    Encoding,
    /// RSA: below 2,048 bits or above 8,192, or an even modulus.
    Modulus,
    /// RSA: even, below 65,537 or above 32 bits.
    Exponent,
    /// The point is not on its curve, or is one of the few for which a signature proves nothing.
    Point,
    /// Another key of the set has the same `kid`: neither is used.
    DuplicateKeyId,
}

impl Unusable {
    /// A short word that does not change.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::PrivateKeyPublished => "private_key_published",
            Self::Symmetric => "symmetric",
            Self::KeyType => "kty",
            Self::Curve => "crv",
            Self::Algorithm => "alg",
            Self::Purpose => "use",
            Self::KeyId => "kid",
            Self::Encoding => "encoding",
            Self::Modulus => "modulus",
            Self::Exponent => "exponent",
            Self::Point => "point",
            Self::DuplicateKeyId => "kid_duplicate",
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Material {
    /// The algorithms that a key of this type can be for.
    pub(crate) const fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::Rsa { .. } => &Algorithm::RSA,
            Self::P256 { .. } => &[Algorithm::Es256],
            Self::P384 { .. } => &[Algorithm::Es384],
            Self::Ed25519(_) => &[Algorithm::EdDsa],
        }
    }

    /// Bits of an RSA modulus; 0 for other keys.
    pub(crate) fn rsa_bits(&self) -> usize {
        match self {
            Self::Rsa { n, .. } => {
                let zeros = n.first().map_or(0, |first| first.leading_zeros() as usize);
                (n.len() * 8).saturating_sub(zeros)
            }
            _ => 0,
        }
    }

    /// Checks the parts, and makes of them what verifies `algorithm`.
    pub(crate) fn parse(&self, algorithm: Algorithm) -> Result<ParsedPublicKey, Unusable> {
        self.check()?;
        if !self.algorithms().contains(&algorithm) {
            return Err(Unusable::Algorithm);
        }
        if let (Self::Rsa { n, e }, Some(parameters)) = (self, algorithm.rsa()) {
            let parts = RsaPublicKeyComponents { n, e };
            return parts.to_parsed_public_key(parameters).map_err(|_| Unusable::Modulus);
        }
        // An uncompressed point (SEC 1 section 2.3.3): the library checks that it is on the curve.
        let point = match self {
            Self::Rsa { .. } => return Err(Unusable::Algorithm),
            Self::P256 { x, y } => [&[4], x.as_slice(), y].concat(),
            Self::P384 { x, y } => [&[4], x.as_slice(), y].concat(),
            Self::Ed25519(x) => x.to_vec(),
        };
        ParsedPublicKey::new(algorithm.verification(), point).map_err(|_| Unusable::Point)
    }

    fn check(&self) -> Result<(), Unusable> {
        match self {
            Self::Rsa { n, e } => {
                let is_odd = n.last().is_some_and(|last| last % 2 == 1);
                if !is_odd || n.first() == Some(&0) || !RSA_BITS.contains(&self.rsa_bits()) {
                    return Err(Unusable::Modulus);
                }
                let exponent = e.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
                let is_usual = (RSA_EXPONENT_MIN..=RSA_EXPONENT_MAX).contains(&exponent);
                if e.len() > 4 || e.first() == Some(&0) || exponent % 2 == 0 || !is_usual {
                    return Err(Unusable::Exponent);
                }
                Ok(())
            }
            Self::Ed25519(point) if is_of_small_order(point) => Err(Unusable::Point),
            Self::P256 { .. } | Self::P384 { .. } | Self::Ed25519(_) => Ok(()),
        }
    }

    /// The public members as JSON, in the order of RFC 7638 section 3.2.
    pub(crate) fn jwk(&self) -> String {
        let text = to_base64url;
        match self {
            Self::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n))
            }
            Self::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            Self::P384 { x, y } => {
                format!(r#"{{"crv":"P-384","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            Self::Ed25519(x) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x))
            }
        }
    }

    /// The thumbprint with SHA-256 (RFC 7638; RFC 8037 appendix A.3 for Ed25519).
    pub(crate) fn thumbprint(&self) -> [u8; 32] {
        sha256(self.jwk().as_bytes())
    }
}

/// The encodings of the eight points of Ed25519 whose order divides 8, without their sign: under
/// such a key one signature is valid for many messages.
fn is_of_small_order(point: &[u8; 32]) -> bool {
    const ORDER_8_A: [u8; 32] = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ];
    const ORDER_8_B: [u8; 32] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ];
    let mut y = *point;
    if let Some(last) = y.last_mut() {
        *last &= 0x7F;
    }
    // 0, 1, p - 1, and their second spellings p and p + 1 (p = 2^255 - 19).
    let [low, middle @ .., high] = y;
    let is_all = |byte: u8| middle.iter().all(|other| *other == byte);
    let is_near_zero = low <= 1 && high == 0 && is_all(0);
    let is_near_p = (0xEC..=0xEE).contains(&low) && high == 0x7F && is_all(0xFF);
    is_near_zero || is_near_p || y == ORDER_8_A || y == ORDER_8_B
}
