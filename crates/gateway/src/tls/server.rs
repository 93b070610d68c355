//! TLS towards clients: the certificate, and what is offered (RFC 8446, RFC 9325).

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{Acceptor, WantsServerCert, WebPkiClientVerifier};
use rustls::{ConfigBuilder, ProtocolVersion, ServerConfig};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor, TlsStream};

use super::{Certificate, ClientIssuers, HTTP1, HTTP2, Obtained};

/// A certificate with its key, and how connections are opened with it: TLS 1.2 with forward secrecy
/// or 1.3, HTTP/2 or HTTP/1.1, no early data (it can be replayed), no renegotiation.
#[derive(Debug, Clone)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    /// Which certificates clients may show; none: they are not asked.
    clients: Option<ClientIssuers>,
    /// What it shows, where that comes while it runs.
    obtained: Option<Obtained>,
}

/// Why a certificate and a key cannot be used.
#[derive(Debug)]
pub enum TlsFault {
    /// The certificate's text holds none (PEM, `BEGIN CERTIFICATE`).
    NoCertificate,
    /// The certificate's text is damaged.
    Certificate(rustls::pki_types::pem::Error),
    /// The key's text holds none (PEM; PKCS#8, PKCS#1 or SEC1, not encrypted).
    Key(rustls::pki_types::pem::Error),
    /// The two do not belong together, or are of a kind that is not supported.
    Pair(rustls::Error),
    /// The operating system gives no randomness.
    Chance(rustls::Error),
}

impl std::fmt::Display for TlsFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("there is no certificate in it"),
            Self::Certificate(error) => write!(f, "the certificate cannot be read: {error}"),
            // What the reader says of a key's text could hold some of it.
            Self::Key(_) => f.write_str("there is no private key in it that can be read"),
            Self::Pair(rustls::Error::InconsistentKeys(_)) => {
                f.write_str("the key is not the certificate's")
            }
            Self::Pair(error) => write!(f, "the certificate and its key cannot be used: {error}"),
            Self::Chance(error) => write!(f, "keys of tickets cannot be made: {error}"),
        }
    }
}

impl std::error::Error for TlsFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoCertificate | Self::Key(_) => None,
            Self::Certificate(error) => Some(error),
            Self::Pair(error) | Self::Chance(error) => Some(error),
        }
    }
}

/// What a client said in its handshake.
#[derive(Debug)]
pub(crate) struct Hello {
    /// `1.2` or `1.3`.
    pub(crate) version: &'static str,
    /// The name that it asked for (SNI, RFC 6066 section 3).
    pub(crate) server_name: Option<String>,
    /// Whether HTTP/2 was agreed on (ALPN, RFC 7301).
    pub(crate) is_http2: bool,
    /// The certificate that it showed, and holds.
    pub(crate) certificate: Option<Certificate>,
}

/// A certificate with those behind it, and its key, from PEM texts.
pub(super) fn pair(
    certificate: &[u8],
    key: &[u8],
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsFault> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(TlsFault::Certificate)?;
    if chain.is_empty() {
        return Err(TlsFault::NoCertificate);
    }
    Ok((chain, PrivateKeyDer::from_pem_slice(key).map_err(TlsFault::Key)?))
}

impl ServerTls {
    /// From PEM texts: the certificate with those of its issuers behind it, and its private key.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, TlsFault> {
        Self::asking(certificate, key, None)
    }

    /// The same, and clients may show certificates. What clients resume was opened by the same issuers:
    /// another configuration has other tickets.
    pub fn asking(
        certificate: &[u8],
        key: &[u8],
        clients: Option<ClientIssuers>,
    ) -> Result<Self, TlsFault> {
        let (chain, key) = pair(certificate, key)?;
        let builder = builder(clients.as_ref())?;
        let config = builder.with_single_cert(chain, key).map_err(TlsFault::Pair)?;
        Ok(Self { config: Arc::new(finished(config)?), clients, obtained: None })
    }

    /// What shows a certificate that comes while the gateway runs, and proves to an authority whose names are
    /// whose. Until there is one, no other handshake succeeds.
    pub fn obtaining(obtained: Obtained, clients: Option<ClientIssuers>) -> Result<Self, TlsFault> {
        let config = builder(clients.as_ref())?.with_cert_resolver(obtained.resolver());
        Ok(Self { config: Arc::new(finished(config)?), clients, obtained: Some(obtained) })
    }

    /// The same, and shows what `before` shows, where what both show comes while the gateway runs.
    pub(crate) fn continuing(self, before: &Self) -> Self {
        let (Some(_), Some(obtained)) = (&self.obtained, &before.obtained) else { return self };
        let mut config = ServerConfig::clone(&self.config);
        config.cert_resolver = obtained.resolver();
        Self { config: Arc::new(config), obtained: Some(obtained.clone()), ..self }
    }

    /// Where what it shows comes from, if that comes while it runs.
    pub(crate) const fn obtained(&self) -> Option<&Obtained> {
        self.obtained.as_ref()
    }

    /// Which certificates clients may show.
    pub(crate) const fn clients(&self) -> Option<&ClientIssuers> {
        self.clients.as_ref()
    }

    /// Whether this first byte begins a handshake (RFC 8446 section 5.1).
    pub(crate) const fn is_hello(first: [u8; 1]) -> bool {
        const HANDSHAKE: u8 = 22;
        matches!(first, [HANDSHAKE])
    }

    /// Opens a connection; none, if all it was for is a proof. Then it is closed already.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<Option<(TlsStream<TcpStream>, Hello)>> {
        let stream = match &self.obtained {
            None => TlsAcceptor::from(self.config.clone()).accept(stream).await?,
            Some(obtained) => {
                let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
                if let Some(proof) = obtained.proof(&begun.client_hello()) {
                    begun.into_stream(proof).await?.shutdown().await?;
                    return Ok(None);
                }
                begun.into_stream(self.config.clone()).await?
            }
        };
        let (_, session) = stream.get_ref();
        let hello = Hello {
            version: match session.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => "1.2",
                _ => "1.3",
            },
            server_name: session.server_name().map(str::to_owned),
            is_http2: session.alpn_protocol() == Some(HTTP2),
            certificate: Certificate::of(session.peer_certificates()),
        };
        Ok(Some((stream.into(), hello)))
    }
}

/// The versions that are spoken, and which certificates clients may show.
fn builder(
    clients: Option<&ClientIssuers>,
) -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, TlsFault> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier =
        clients.map_or_else(WebPkiClientVerifier::no_client_auth, ClientIssuers::verifier);
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(TlsFault::Pair)?;
    Ok(builder.with_client_cert_verifier(verifier))
}

/// The protocols that are agreed on, and tickets.
fn finished(mut config: ServerConfig) -> Result<ServerConfig, TlsFault> {
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    // Tickets are sealed with keys that change every few hours; the gateway stores no session.
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().map_err(TlsFault::Chance)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_and_its_key_are_taken_and_nothing_else() {
        let ((certificate, key), (_, other)) = (pair(), pair());
        let read = |certificate: &str, key: &str| {
            ServerTls::from_pem(certificate.as_bytes(), key.as_bytes())
                .map(drop)
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(read(&certificate, &key), Ok(()));
        assert_eq!(read(&certificate, &other).unwrap_err(), "the key is not the certificate's");
        assert_eq!(read("", &key).unwrap_err(), "there is no certificate in it");
        assert_eq!(read(&key, &key).unwrap_err(), "there is no certificate in it");
        let no_key = "there is no private key in it that can be read";
        assert_eq!(read(&certificate, &certificate).unwrap_err(), no_key);
        assert_eq!(read(&certificate, "obviously-fake-key").unwrap_err(), no_key);
        let damaged = certificate.replacen("MI", "!!", 1);
        assert!(read(&damaged, &key).unwrap_err().starts_with("the certificate cannot be read"));
    }
}
