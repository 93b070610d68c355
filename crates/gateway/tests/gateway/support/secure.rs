//! Clients that speak TLS and HTTP/2.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use h2::client::SendRequest;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use portcullis_gateway::ServerTls;

/// A certificate for `localhost` and `other.localhost`, made for this run alone.
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Identity {
    pub fn new() -> Self {
        let names = vec!["localhost".to_owned(), "other.localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        Self { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
    }

    pub fn server(&self) -> ServerTls {
        ServerTls::from_pem(self.certificate.as_bytes(), self.key.as_bytes()).unwrap()
    }

    /// What trusts it alone, and offers these protocols.
    pub fn client(&self, protocols: &[&[u8]]) -> ClientConfig {
        self.client_of(protocols, rustls::DEFAULT_VERSIONS)
    }

    /// The same, with these versions of TLS.
    pub fn client_of(
        &self,
        protocols: &[&[u8]],
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|one| one.to_vec()).collect();
        config
    }

    pub async fn connect(
        &self,
        address: SocketAddr,
        protocols: &[&[u8]],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(self.client(protocols))).connect(name, stream).await
    }
}

/// Runs a client.
pub fn on_runtime<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

/// Sends HTTP/1.1 and reads to the end of the connection.
pub async fn speak(stream: &mut TlsStream<TcpStream>, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// A connection of HTTP/2, driven in the background.
pub async fn http2(identity: &Identity, address: SocketAddr) -> SendRequest<Bytes> {
    let stream = identity.connect(address, &[b"h2"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (send, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::task::spawn_local(async move {
        // How it ends is seen by the streams on it.
        let _ = connection.await;
    });
    send
}

/// One exchange: status, fields and body.
pub async fn exchange(
    send: &SendRequest<Bytes>,
    request: http::Request<()>,
    body: &[u8],
) -> Result<(http::response::Parts, Vec<u8>), h2::Error> {
    let mut send = send.clone().ready().await?;
    let (answer, mut stream) = send.send_request(request, body.is_empty())?;
    if !body.is_empty() {
        stream.send_data(Bytes::copy_from_slice(body), true)?;
    }
    let (parts, mut incoming) = answer.await?.into_parts();
    let mut read = Vec::new();
    while let Some(piece) = incoming.data().await {
        let piece = piece?;
        let _ = incoming.flow_control().release_capacity(piece.len());
        read.extend_from_slice(&piece);
    }
    Ok((parts, read))
}
