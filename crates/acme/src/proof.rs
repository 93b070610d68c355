//! The certificate that proves to an authority whose a name is (RFC 8737 section 3).

use portcullis_model::Secret;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};

use crate::error::AcmeError;

/// A certificate that signs itself, and its key: both PEM. It is shown to the authority and to nobody else.
pub(crate) struct Proof {
    pub(crate) certificate: String,
    pub(crate) key: Secret,
}

impl Proof {
    /// For this name, with the digest of the key authorization (RFC 8555 section 8.1) in `acmeIdentifier`.
    pub(crate) fn of(name: &str, digest: &[u8]) -> Result<Self, AcmeError> {
        let digest: [u8; 32] = digest.try_into().map_err(|_| AcmeError::Showing)?;
        let mut params = CertificateParams::new([name.to_owned()]).map_err(AcmeError::Making)?;
        params.distinguished_name = DistinguishedName::new();
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(&digest)];
        let key = KeyPair::generate().map_err(AcmeError::Making)?;
        let certificate = params.self_signed(&key).map_err(AcmeError::Making)?;
        Ok(Self {
            certificate: certificate.pem(),
            key: Secret::new(key.serialize_pem().into_bytes()),
        })
    }
}

/// A new key (PEM), and the request for a certificate of it (PKCS#10, DER).
pub(crate) fn request(names: &[String]) -> Result<(Secret, Vec<u8>), AcmeError> {
    let mut params = CertificateParams::new(names).map_err(AcmeError::Making)?;
    params.distinguished_name = DistinguishedName::new();
    let key = KeyPair::generate().map_err(AcmeError::Making)?;
    let request = params.serialize_request(&key).map_err(AcmeError::Making)?;
    Ok((Secret::new(key.serialize_pem().into_bytes()), request.der().to_vec()))
}
