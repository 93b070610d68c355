//! Whose a client's certificate is.

use std::sync::Arc;

/// How a certificate of the issuers says who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRule {
    /// The security schemes of the contract that take certificates, by index.
    pub schemes: Vec<usize>,
    /// Whose each one is.
    pub subject: CertificateSubject,
}

/// Whose a certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateSubject {
    /// Its own: `sha256:` and the digits of its thumbprint.
    Thumbprint,
    /// That of the one DNS name in it, in lower case.
    Dns,
    /// That of the one URI in it, as it stands there.
    Uri,
    /// Of those that are listed, by thumbprint; no other is anybody's.
    Listed(Vec<([u8; 32], Arc<str>)>),
}
