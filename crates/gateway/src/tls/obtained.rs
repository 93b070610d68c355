//! A certificate that comes while the gateway runs, and the proofs that it takes to get one (RFC 8737).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::server::{TlsFault, pair};

/// The protocol of proofs (RFC 8737 section 4).
const PROOF: &[u8] = b"acme-tls/1";
/// Proofs that are shown at a time.
const PROOFS_MAX: usize = 1_000;

/// What is shown in handshakes: one for a whole gateway. Whoever obtains certificates puts them here; a model that is
/// reloaded goes on with it.
#[derive(Debug, Clone, Default)]
pub struct Obtained(Arc<Shown>);

#[derive(Debug, Default)]
struct Shown {
    certificate: RwLock<Option<Arc<CertifiedKey>>>,
    /// By name, in lower case.
    proofs: Mutex<HashMap<String, Arc<ServerConfig>>>,
    remark: Mutex<Option<String>>,
}

impl Obtained {
    /// Shows this certificate, with those behind it, from the next handshake on (both PEM). Connections stay.
    pub fn put(&self, certificate: &[u8], key: &[u8]) -> Result<(), TlsFault> {
        let certified = certified(certificate, key)?;
        *self.0.certificate.write().unwrap_or_else(PoisonError::into_inner) = Some(certified);
        Ok(())
    }

    /// Whether there is one to show.
    pub fn is_there(&self) -> bool {
        self.0.certificate.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Shows a proof to whoever asks for this name by `acme-tls/1` and nothing else, until it is forgotten.
    pub fn prove(&self, name: &str, certificate: &[u8], key: &[u8]) -> Result<(), TlsFault> {
        let (chain, key) = pair(certificate, key)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = provider.key_provider.load_private_key(key).map_err(TlsFault::Pair)?;
        // Not held against its key: what makes it a proof is a critical extension, and who does not know that one
        // must not read such a certificate.
        let certified = CertifiedKey::new(chain, key);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsFault::Pair)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        config.alpn_protocols = vec![PROOF.to_vec()];
        // Nobody comes back to it.
        config.send_tls13_tickets = 0;
        let mut proofs = self.0.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        if proofs.len() < PROOFS_MAX {
            proofs.insert(name.to_ascii_lowercase(), Arc::new(config));
        }
        Ok(())
    }

    /// Shows no proof any more.
    pub fn forget(&self) {
        self.0.proofs.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What readiness tells of it from now on.
    pub fn remark(&self, remark: String) {
        *self.0.remark.lock().unwrap_or_else(PoisonError::into_inner) = Some(remark);
    }

    pub(crate) fn remarked(&self) -> Option<String> {
        self.0.remark.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How a proof is shown, if this client asks for one, and there is one. Everybody else is for the usual
    /// handshake, which does not know that protocol.
    pub(super) fn proof(&self, hello: &ClientHello<'_>) -> Option<Arc<ServerConfig>> {
        let mut offered = hello.alpn()?;
        let is_proof = offered.next() == Some(PROOF) && offered.next().is_none();
        let name = hello.server_name().filter(|_| is_proof)?.to_ascii_lowercase();
        self.0.proofs.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned()
    }

    /// What a configuration asks in each handshake.
    pub(super) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        self.0.clone()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn certified(certificate: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, TlsFault> {
    let (chain, key) = pair(certificate, key)?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map(Arc::new).map_err(TlsFault::Pair)
}
