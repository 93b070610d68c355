//! Public keys that verify tokens: from a JWK set (RFC 7517) or from PEM.
//!
//! A key is bound to its algorithms when it is read, not when a token asks for one: by its `alg`,
//! else by its type and curve.

mod id;
mod jwk;
mod material;
mod set;
mod spki;

pub use id::KEY_ID_BYTES_MAX;
pub(crate) use id::is_key_id;
pub(crate) use jwk::embedded;
pub(crate) use material::Material;
pub use material::Unusable;
pub use set::{JWKS_BYTES_MAX, JwksFault, KEYS_MAX, Key, KeyFault, KeySet, Skipped};
pub use spki::PemFault;
pub(crate) use spki::p256_point;
