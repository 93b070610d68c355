//! TLS towards APIs: whose certificates are believed.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, TlsStream};

use super::server::{TlsFault, pair};
use super::{HTTP1, HTTP2};

/// How connections to an API are opened: its certificate must come from one of the roots and carry
/// the name in its URL. There is no way to leave that out.
#[derive(Debug, Clone)]
pub struct ClientTls {
    /// Of the certificates of all who are believed.
    digest: [u8; 32],
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

/// Why roots cannot be used.
#[derive(Debug)]
pub enum RootsFault {
    /// The text holds no certificate (PEM, `BEGIN CERTIFICATE`).
    Empty,
    /// The text is damaged.
    Pem(rustls::pki_types::pem::Error),
    /// A certificate in it is none.
    Certificate(rustls::Error),
    /// The system trusts nobody, or its list cannot be read.
    System(String),
}

impl std::fmt::Display for RootsFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no certificate in it"),
            Self::Pem(error) => write!(f, "it cannot be read: {error}"),
            Self::Certificate(error) => write!(f, "a certificate in it cannot be used: {error}"),
            Self::System(why) => write!(f, "the system's list of issuers cannot be used: {why}"),
        }
    }
}

impl std::error::Error for RootsFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Empty | Self::System(_) => None,
            Self::Pem(error) => Some(error),
            Self::Certificate(error) => Some(error),
        }
    }
}

/// Why a connection to an API did not open. Nothing was sent on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectFault {
    /// Its certificate is not believed.
    Certificate,
    /// What it says is no TLS, or none that both speak.
    Handshake,
    /// It does not agree on HTTP/2.
    NotHttp2,
    /// The network.
    Io(io::ErrorKind),
}

impl ConnectFault {
    fn of(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(_)) => Self::Certificate,
            Some(rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => {
                Self::NotHttp2
            }
            Some(_) => Self::Handshake,
            None => Self::Io(error.kind()),
        }
    }
}

/// Of each certificate, in one order: a list that is sorted anew is the same list.
pub(super) fn each(roots: &[CertificateDer<'_>]) -> Vec<[u8; 32]> {
    let mut each: Vec<[u8; 32]> = roots.iter().map(|root| Sha256::digest(root).into()).collect();
    each.sort_unstable();
    each
}

fn digest(roots: &[CertificateDer<'_>]) -> [u8; 32] {
    Sha256::digest(each(roots).concat()).into()
}

impl ClientTls {
    /// Believes these issuers (PEM) and nobody else.
    pub fn from_pem(roots: &[u8]) -> Result<Self, RootsFault> {
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(roots).collect();
        let roots = roots.map_err(RootsFault::Pem)?;
        let digest = digest(&roots);
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root).map_err(RootsFault::Certificate)?;
        }
        if store.is_empty() {
            return Err(RootsFault::Empty);
        }
        Self::new(store, digest).map_err(RootsFault::Certificate)
    }

    /// Believes those whom the system trusts.
    pub fn of_system() -> Result<Self, RootsFault> {
        let found = rustls_native_certs::load_native_certs();
        let digest = digest(&found.certs);
        let mut store = RootCertStore::empty();
        // One that this library does not understand is one whom it does not believe.
        let (known, _) = store.add_parsable_certificates(found.certs);
        if known == 0 {
            let why =
                found.errors.first().map_or_else(|| "it is empty".to_owned(), ToString::to_string);
            return Err(RootsFault::System(why));
        }
        Self::new(store, digest).map_err(RootsFault::Certificate)
    }

    fn new(roots: RootCertStore, digest: [u8; 32]) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut http1 = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http2 = http1.clone();
        http1.alpn_protocols = vec![HTTP1.to_vec()];
        http2.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Self { digest, http1: Arc::new(http1), http2: Arc::new(http2) })
    }

    /// The same, and shows this certificate with its key (PEM) to an API that asks.
    ///
    /// # Errors
    /// What the certificate of a listener must not be, either.
    pub fn showing(self, certificate: &[u8], key: &[u8]) -> Result<Self, TlsFault> {
        let (chain, key) = pair(certificate, key)?;
        let own = CertifiedKey::from_der(chain, key, self.http1.crypto_provider());
        let own = Arc::new(SingleCertAndKey::from(own.map_err(TlsFault::Pair)?));
        let shown = |config: &ClientConfig| {
            let mut config = config.clone();
            config.client_auth_cert_resolver = own.clone();
            Arc::new(config)
        };
        Ok(Self { http1: shown(&self.http1), http2: shown(&self.http2), ..self })
    }

    /// How connections in HTTP/1.1 are opened, for whoever opens them elsewhere.
    pub fn config(&self) -> Arc<ClientConfig> {
        self.http1.clone()
    }

    /// Whether it believes the same issuers.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Opens a connection to a host, as its URL writes it.
    pub(crate) async fn connect(
        &self,
        host: &str,
        is_http2: bool,
        stream: TcpStream,
    ) -> Result<TlsStream<TcpStream>, ConnectFault> {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        // No certificate carries what is no name.
        let name = ServerName::try_from(host).map_err(|_| ConnectFault::Certificate)?;
        let config = if is_http2 { &self.http2 } else { &self.http1 };
        let connecting = TlsConnector::from(config.clone()).connect(name, stream);
        let stream = connecting.await.map_err(|error| ConnectFault::of(&error))?;
        // An API of the old days agrees on nothing; then HTTP/1.1 is meant (RFC 7301 section 3.2).
        if is_http2 && stream.get_ref().1.alpn_protocol() != Some(HTTP2) {
            return Err(ConnectFault::NotHttp2);
        }
        Ok(stream.into())
    }
}
