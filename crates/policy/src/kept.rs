//! Where lasting state is, and what opens it.

use crate::callers::Endpoint;
use crate::source::SecretSource;

/// Where lasting state is. It has a key, a key service, or both: then the state says which of them opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorePlace {
    /// The folder.
    pub folder: std::path::PathBuf,
    /// The key under which it is encrypted.
    pub key: Option<SecretSource>,
    /// What wraps the key that it has of its own.
    pub kms: Option<Vault>,
    /// How many sessions that nobody has lie in it.
    pub canaries: usize,
}

/// A key of a Vault's `transit` engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    /// The Vault; its path, empty or with a slash before it and none behind it, stands before `/v1`.
    pub endpoint: Endpoint,
    /// Where the engine is mounted, without a slash before or behind it.
    pub mount: String,
    /// The name of its key.
    pub key: String,
    /// What we prove ourselves with.
    pub token: SecretSource,
}
