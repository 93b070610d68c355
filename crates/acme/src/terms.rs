//! What is asked of a certificate authority, and of which one.

use std::path::PathBuf;
use std::sync::Arc;

use portcullis_model::Secret;
use rustls::ClientConfig;

/// One certificate, from one authority, to whose terms of service the owner has agreed.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The authority's directory (RFC 8555 section 7.1.1): an `https` URL.
    pub directory: String,
    /// Where the authority may write to: `mailto:` URLs.
    pub contact: Vec<String>,
    /// The names in the certificate: in lower case, at least one, none twice.
    pub names: Vec<String>,
    /// Where it is kept, with its key and the account's.
    pub folder: PathBuf,
    /// How connections to the authority are opened: who is believed to be it.
    pub trust: Arc<ClientConfig>,
    /// Who the owner is to the authority already.
    pub external_account: Option<ExternalAccount>,
}

/// An account that an authority gave out elsewhere (RFC 8555 section 7.3.4).
#[derive(Debug, Clone)]
pub struct ExternalAccount {
    /// Its name.
    pub key_id: String,
    /// The key that it is proved with (HMAC-SHA-256).
    pub key: Secret,
}

impl Terms {
    /// Whether the same certificate is wanted: what was tried for the one counts for the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let of = |terms: &Self| {
            (
                terms.directory.clone(),
                terms.contact.clone(),
                terms.names.clone(),
                terms.folder.clone(),
                terms.external_account.as_ref().map(|known| known.key_id.clone()),
            )
        };
        of(self) == of(other)
    }

    /// The authority as messages name it: host and port of its directory.
    pub fn authority(&self) -> &str {
        let rest = self.directory.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }
}
