//! The keys of one issuer, and which of them a token means.

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;
use portcullis_json::{Document, FaultKind, Limits};

use crate::algorithm::Algorithm;
use crate::keys::jwk::Jwk;
use crate::keys::material::{Material, Unusable};
use crate::keys::spki::{self, PemFault};

/// Bytes of a JWK set, at most.
pub const JWKS_BYTES_MAX: usize = 1 << 20;
/// Keys of a JWK set, at most.
pub const KEYS_MAX: usize = 100;

const LIMITS: Limits = Limits {
    text_bytes_max: JWKS_BYTES_MAX,
    depth_max: 8,
    nodes_max: 20_000,
    string_bytes_max: 64 << 10,
    array_items_max: 1_000,
    object_members_max: 64,
    number_bytes_max: 32,
};

/// A public key, and what it may verify.
pub struct Key {
    id: Option<String>,
    thumbprint: [u8; 32],
    verifiers: Vec<(Algorithm, ParsedPublicKey)>,
}

/// The keys of one issuer. Empty is possible: then no token verifies.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// A key of a set that is not used. The others are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which item of `keys`, from 0.
    pub index: usize,
    /// Its `kid`, if that can be shown.
    pub key_id: Option<String>,
    /// Why.
    pub why: Unusable,
}

/// Why a text is no JWK set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwksFault {
    /// More than [`JWKS_BYTES_MAX`].
    TooLong,
    /// More than [`KEYS_MAX`].
    TooManyKeys,
    /// Not JSON in one reading, or beyond a bound of its form.
    Json(FaultKind),
    /// No object with a list `keys`.
    NoKeys,
}

/// Why no key is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// No key has this id; without an id: none fits.
    Unknown,
    /// No id, and more than one key fits.
    Ambiguous,
    /// The key with this id is for other algorithms.
    NotForAlgorithm,
}

impl Key {
    fn new(
        id: Option<String>,
        material: &Material,
        algorithms: &[Algorithm],
    ) -> Result<Self, Unusable> {
        let mut verifiers = Vec::with_capacity(algorithms.len());
        for algorithm in algorithms {
            verifiers.push((*algorithm, material.parse(*algorithm)?));
        }
        Ok(Self { id, thumbprint: material.thumbprint(), verifiers })
    }

    /// Its `kid`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its thumbprint (RFC 7638).
    pub const fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }

    /// Whether it may verify this algorithm.
    pub fn is_for(&self, algorithm: Algorithm) -> bool {
        self.verifiers.iter().any(|(known, _)| *known == algorithm)
    }

    /// Whether `signature` over `message` is of this key in this algorithm.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verifier = self.verifiers.iter().find(|(known, _)| *known == algorithm);
        verifier.is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }
}

impl KeySet {
    /// Whether it has no key: then no token verifies.
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Reads a JWK set (RFC 7517 section 5). Keys that cannot be used are left out and told.
    pub fn from_jwks(bytes: Vec<u8>) -> Result<(Self, Vec<Skipped>), JwksFault> {
        if bytes.len() > JWKS_BYTES_MAX {
            return Err(JwksFault::TooLong);
        }
        let document = Document::parse(bytes, &LIMITS)
            .map_err(|rejected| JwksFault::Json(rejected.fault.kind))?;
        let list = document.root().get("keys").filter(|list| list.is_array());
        let list = list.ok_or(JwksFault::NoKeys)?;
        if list.len() > KEYS_MAX {
            return Err(JwksFault::TooManyKeys);
        }
        let (mut read, mut skipped) = (Vec::new(), Vec::new());
        for (index, value) in list.items().enumerate() {
            let key =
                Jwk::read(value).and_then(|jwk| Key::new(jwk.id, &jwk.material, &jwk.algorithms));
            match key {
                Ok(key) => read.push((index, key)),
                Err(why) => {
                    let id = value.get("kid").and_then(portcullis_json::Value::as_str);
                    let key_id = id.filter(|id| super::is_key_id(id)).map(str::to_owned);
                    skipped.push(Skipped { index, key_id, why });
                }
            }
        }
        let keys = without_doubles(read, &mut skipped);
        skipped.sort_by_key(|skipped| skipped.index);
        Ok((Self { keys }, skipped))
    }

    /// One public key in PEM (`BEGIN PUBLIC KEY`, RFC 7468 section 13) for one algorithm. Without
    /// an id it is for tokens with any `kid` and with none.
    pub fn from_pem(
        pem: &str,
        algorithm: Algorithm,
        key_id: Option<&str>,
    ) -> Result<Self, PemFault> {
        let material = spki::read(pem)?;
        if key_id.is_some_and(|id| !super::is_key_id(id)) {
            return Err(PemFault::Key(Unusable::KeyId));
        }
        let key = Key::new(key_id.map(str::to_owned), &material, &[algorithm]);
        Ok(Self { keys: vec![key.map_err(PemFault::Key)?] })
    }

    /// The keys of both sets: pinned ones and fetched ones, or several pinned ones. An id that
    /// both have for different keys belongs to neither.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let read = self.keys.into_iter().chain(other.keys).map(|key| (0, key)).collect();
        Self { keys: without_doubles(read, &mut Vec::new()) }
    }

    /// All keys.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The one key that a token with this algorithm and `kid` means.
    ///
    /// A key without id serves any token, if it is the only one that fits and none has the token's
    /// id. Never are two keys tried.
    pub fn find(&self, algorithm: Algorithm, key_id: Option<&str>) -> Result<&Key, KeyFault> {
        if let Some(id) = key_id
            && let Some(key) = self.keys.iter().find(|key| key.id() == Some(id))
        {
            return if key.is_for(algorithm) { Ok(key) } else { Err(KeyFault::NotForAlgorithm) };
        }
        let may_serve = |key: &&Key| key_id.is_none() || key.id.is_none();
        let mut fitting = self.keys.iter().filter(may_serve).filter(|key| key.is_for(algorithm));
        match (fitting.next(), fitting.next()) {
            (None, _) => Err(KeyFault::Unknown),
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(KeyFault::Ambiguous),
        }
    }
}

/// Keys that are there twice become one, for all the algorithms that are said of them. Different
/// keys with one id are left out: which of them is meant would depend on the reader.
fn without_doubles(read: Vec<(usize, Key)>, skipped: &mut Vec<Skipped>) -> Vec<Key> {
    let ids: Vec<(Option<String>, [u8; 32])> =
        read.iter().map(|(_, key)| (key.id.clone(), key.thumbprint)).collect();
    let mut keys: Vec<Key> = Vec::with_capacity(read.len());
    for (index, key) in read {
        let is_double = ids
            .iter()
            .any(|(id, thumbprint)| id.is_some() && *id == key.id && *thumbprint != key.thumbprint);
        if is_double {
            skipped.push(Skipped { index, key_id: key.id, why: Unusable::DuplicateKeyId });
            continue;
        }
        let same = |known: &&mut Key| known.id == key.id && known.thumbprint == key.thumbprint;
        match keys.iter_mut().find(same) {
            None => keys.push(key),
            Some(known) => {
                let others: Vec<_> = key
                    .verifiers
                    .into_iter()
                    .filter(|(algorithm, _)| !known.is_for(*algorithm))
                    .collect();
                known.verifiers.extend(others);
            }
        }
    }
    keys
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithms: Vec<_> = self.verifiers.iter().map(|(algorithm, _)| algorithm).collect();
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("algorithms", &algorithms)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for JwksFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "more than {JWKS_BYTES_MAX} bytes"),
            Self::TooManyKeys => write!(f, "more than {KEYS_MAX} keys"),
            Self::Json(kind) => write!(f, "not JSON in one reading: {}", kind.name()),
            Self::NoKeys => f.write_str("no object with a list `keys`"),
        }
    }
}

impl std::error::Error for JwksFault {}
