//! Asks a listener of this host as a stranger would, in the clear or inside TLS, for the fields of its answer; and, where
//! somebody wants it, storage of a cloud provider for a list.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use portcullis_audit::Patient;
use portcullis_gateway::ClientTls;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

/// How long a listener of this host may take, for all that it says.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// What a listener answered.
pub(super) struct Answered {
    pub(super) status: String,
    pub(super) fields: Vec<(String, String)>,
    /// The beginning of its body.
    pub(super) body: String,
    /// What was spoken, inside TLS.
    pub(super) protocol: Option<String>,
}

/// Whether somebody takes connections there.
pub(super) fn takes_connections(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, PATIENCE).is_ok()
}

/// A path that no document declares.
const UNDECLARED: &str = "/portcullis-audit";

/// Asks storage at its provider's name, with a certificate that the system believes.
pub(super) fn ask_storage(host: &str, target: &str) -> Result<Answered, String> {
    let told = |why: &dyn std::fmt::Display| why.to_string();
    let mut addresses = (host, 443).to_socket_addrs().map_err(|why| told(&why))?;
    let address = addresses.next().ok_or("it has no address")?;
    let stream = patient(address)?;
    let trust = ClientTls::of_system().map_err(|why| told(&why))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|why| told(&why))?;
    inside_tls(stream, trust.config(), name, (host, target))
}

/// Asks for a path that no document declares.
pub(super) fn ask(address: SocketAddr, host: &str, is_tls: bool) -> Result<Answered, String> {
    let stream = patient(address)?;
    if !is_tls {
        return exchanged(stream, (host, UNDECLARED));
    }
    let config = config().map_err(|why| why.to_string())?;
    let name = ServerName::IpAddress(address.ip().into());
    inside_tls(stream, Arc::new(config), name, (host, UNDECLARED))
}

fn patient(address: SocketAddr) -> Result<Patient, String> {
    Patient::connect(address, PATIENCE).map_err(|why| why.to_string())
}

fn inside_tls(
    mut stream: Patient,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    asked: (&str, &str),
) -> Result<Answered, String> {
    let connection = ClientConnection::new(config, name);
    let mut connection = connection.map_err(|why| why.to_string())?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).map_err(|why| why.to_string())?;
    }
    let protocol = connection.protocol_version().map(|version| format!("{version:?}"));
    let answered = exchanged(StreamOwned::new(connection, stream), asked)?;
    Ok(Answered { protocol, ..answered })
}

fn exchanged(
    mut stream: impl Read + Write,
    (host, target): (&str, &str),
) -> Result<Answered, String> {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|why| why.to_string())?;
    let mut bytes = Vec::new();
    // A peer that closes without a word of TLS has said what it has to say.
    if let Err(why) = stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes)
        && bytes.is_empty()
    {
        return Err(why.to_string());
    }
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.split("\r\n");
    let status = lines.next().filter(|line| line.starts_with("HTTP/"));
    let status = status.ok_or("what it says is no HTTP")?.to_owned();
    let field = |line: &str| {
        line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
    };
    Ok(Answered {
        status,
        fields: lines.filter_map(field).collect(),
        body: body.to_owned(),
        protocol: None,
    })
}

fn config() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(NotJudged(provider)));
    Ok(config.with_no_client_auth())
}

/// Nothing secret is sent, and nothing that comes is believed: whether the certificate is good is `check`'s question.
#[derive(Debug)]
struct NotJudged(Arc<CryptoProvider>);

impl ServerCertVerifier for NotJudged {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
