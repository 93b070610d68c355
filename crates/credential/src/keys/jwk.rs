//! One JSON Web Key (RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2).

use portcullis_json::Value;

use crate::algorithm::Algorithm;
use crate::encoding::base64url;
use crate::keys::id::is_key_id;
use crate::keys::material::{Material, Unusable};

/// Private members of any type of key (RFC 7518 sections 6.2.2, 6.3.2 and 6.4).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A key as a set describes it.
pub(crate) struct Jwk {
    pub(crate) id: Option<String>,
    pub(crate) material: Material,
    pub(crate) algorithms: Vec<Algorithm>,
}

impl Jwk {
    pub(crate) fn read(value: Value<'_>) -> Result<Self, Unusable> {
        let material = material(value)?;
        is_for_verifying(value)?;
        let id = match value.get("kid") {
            None => None,
            Some(id) => Some(id.as_str().filter(|id| is_key_id(id)).ok_or(Unusable::KeyId)?),
        };
        let algorithms = match value.get("alg") {
            None => material.algorithms().to_vec(),
            Some(name) => {
                let algorithm = name.as_str().and_then(Algorithm::parse);
                vec![algorithm.ok_or(Unusable::Algorithm)?]
            }
        };
        Ok(Self { id: id.map(str::to_owned), material, algorithms })
    }
}

/// The key inside a proof (RFC 9449 section 4.2): public, and nothing about its use is asked.
pub(crate) fn embedded(value: Value<'_>) -> Result<Material, Unusable> {
    material(value)
}

fn material(value: Value<'_>) -> Result<Material, Unusable> {
    if !value.is_object() {
        return Err(Unusable::Form);
    }
    let kty = value.get("kty").and_then(Value::as_str).ok_or(Unusable::Form)?;
    if kty == "oct" {
        return Err(Unusable::Symmetric);
    }
    if PRIVATE.iter().any(|name| value.get(name).is_some()) {
        return Err(Unusable::PrivateKeyPublished);
    }
    let bytes = |name: &str| {
        let text = value.get(name).and_then(Value::as_str).ok_or(Unusable::Form)?;
        base64url(text).ok_or(Unusable::Encoding)
    };
    match (kty, value.get("crv").map(|curve| curve.as_str().unwrap_or_default())) {
        ("RSA", _) => Ok(Material::Rsa { n: bytes("n")?, e: bytes("e")? }),
        ("EC", Some("P-256")) => {
            Ok(Material::P256 { x: fixed(bytes("x")?)?, y: fixed(bytes("y")?)? })
        }
        ("EC", Some("P-384")) => {
            Ok(Material::P384 { x: fixed(bytes("x")?)?, y: fixed(bytes("y")?)? })
        }
        ("OKP", Some("Ed25519")) => Ok(Material::Ed25519(fixed(bytes("x")?)?)),
        ("EC" | "OKP", _) => Err(Unusable::Curve),
        _ => Err(Unusable::KeyType),
    }
}

fn fixed<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], Unusable> {
    bytes.try_into().map_err(|_| Unusable::Encoding)
}

fn is_for_verifying(value: Value<'_>) -> Result<(), Unusable> {
    if let Some(purpose) = value.get("use")
        && purpose.as_str() != Some("sig")
    {
        return Err(Unusable::Purpose);
    }
    if let Some(operations) = value.get("key_ops")
        && !operations.items().any(|operation| operation.as_str() == Some("verify"))
    {
        return Err(Unusable::Purpose);
    }
    Ok(())
}
