//! A certificate that an authority gives (ACME, RFC 8555).

use std::path::PathBuf;

use crate::source::SecretSource;

/// Which certificate is asked for, of whom, and where it is kept. The owner has agreed to the authority's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    /// The authority's directory: an `https` URL.
    pub directory: String,
    /// Where the authority may write to: `mailto:` URLs.
    pub contact: Vec<String>,
    /// The names in the certificate: those of all APIs, in lower case, at least one, none twice.
    pub names: Vec<String>,
    /// The folder for certificate, key and account.
    pub folder: PathBuf,
    /// Whom the authority's own certificate must come from (PEM); none: whom the system trusts.
    pub ca: Option<SecretSource>,
    /// The name of a key that the authority gave out elsewhere, and where it lies (base64url).
    pub external_account: Option<(String, SecretSource)>,
}

impl Acme {
    /// What of it lies outside of the policy file and is not written by the gateway.
    pub fn files(&self) -> impl Iterator<Item = &SecretSource> {
        self.ca.iter().chain(self.external_account.iter().map(|(_, key)| key))
    }

    /// Whether the other one is from the same authority, and kept in the same folder.
    pub fn is_of_same(&self, other: &Self) -> bool {
        (&self.directory, &self.ca, &self.folder) == (&other.directory, &other.ca, &other.folder)
    }
}
