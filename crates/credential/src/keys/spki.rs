//! A public key in PEM (RFC 5280 section 4.1.2.7, RFC 7468 section 13).

use std::fmt;

use crate::der::Der;
use crate::keys::material::{Material, Unusable};
use crate::pem;

/// Why a text is no public key in PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PemFault {
    /// Not one block of PEM.
    Form,
    /// A private key: it belongs to the issuer alone.
    PrivateKey,
    /// A block with another label than `PUBLIC KEY`.
    Label,
    /// No key of a type and curve that is known here.
    KeyType,
    /// A key that is not used, or not in this algorithm.
    Key(Unusable),
}

/// `SEQUENCE { OID rsaEncryption, NULL }` without its own head (RFC 3279 section 2.3.1).
const RSA: &[u8] = &[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 0x05, 0];
/// `OID id-ecPublicKey, OID prime256v1` (RFC 5480 section 2.1.1).
const P256: &[u8] =
    &[0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
/// `OID id-ecPublicKey, OID secp384r1`.
const P384: &[u8] =
    &[0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 0x06, 5, 0x2B, 0x81, 0x04, 0, 0x22];
/// `OID id-Ed25519` (RFC 8410 section 3).
const ED25519: &[u8] = &[0x06, 3, 0x2B, 0x65, 0x70];

/// Reads one public key.
pub(crate) fn read(text: &str) -> Result<Material, PemFault> {
    let (label, der) = pem::read(text).ok_or(PemFault::Form)?;
    match label {
        "PUBLIC KEY" => {
            let (algorithm, key) = parts(&der).ok_or(PemFault::Form)?;
            material(algorithm, key).ok_or(PemFault::KeyType)
        }
        private if private.ends_with("PRIVATE KEY") => Err(PemFault::PrivateKey),
        _ => Err(PemFault::Label),
    }
}

/// The point of a key of P-256 in PEM, uncompressed (SEC 1 section 2.3.3). Whether it is on the curve is not checked.
pub(crate) fn p256_point(pem: &str) -> Option<Vec<u8>> {
    match read(pem) {
        Ok(Material::P256 { x, y }) => Some([&[4], x.as_slice(), &y].concat()),
        _ => None,
    }
}

/// `SubjectPublicKeyInfo`: the algorithm's content, and the key's bytes.
fn parts(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut whole = Der(der);
    let mut info = Der(whole.element(0x30)?);
    let algorithm = info.element(0x30)?;
    let [0, key @ ..] = info.element(0x03)? else { return None };
    (whole.is_empty() && info.is_empty()).then_some((algorithm, key))
}

fn material(algorithm: &[u8], key: &[u8]) -> Option<Material> {
    match (algorithm, key) {
        (RSA, key) => {
            let mut whole = Der(key);
            let mut pair = Der(whole.element(0x30)?);
            let (n, e) = (pair.positive()?.to_vec(), pair.positive()?.to_vec());
            (whole.is_empty() && pair.is_empty()).then_some(Material::Rsa { n, e })
        }
        (P256, [4, point @ ..]) => {
            let (x, y) = point.split_at_checked(32)?;
            Some(Material::P256 { x: x.try_into().ok()?, y: y.try_into().ok()? })
        }
        (P384, [4, point @ ..]) => {
            let (x, y) = point.split_at_checked(48)?;
            Some(Material::P384 { x: x.try_into().ok()?, y: y.try_into().ok()? })
        }
        (ED25519, key) => Some(Material::Ed25519(key.try_into().ok()?)),
        _ => None,
    }
}

impl fmt::Display for PemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("not one block of PEM with a public key"),
            Self::PrivateKey => {
                f.write_str("this is a private key: only the public one belongs here")
            }
            Self::Label => f.write_str("the block's label must be `PUBLIC KEY`"),
            Self::KeyType => f.write_str("neither RSA, P-256, P-384 nor Ed25519"),
            Self::Key(why) => write!(f, "the key is not used: {why}"),
        }
    }
}

impl std::error::Error for PemFault {}
