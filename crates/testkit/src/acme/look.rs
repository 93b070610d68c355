//! Looking for a proof inside TLS, as an authority does (RFC 8737 section 3).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

/// The protocol of proofs.
const PROTOCOL: &[u8] = b"acme-tls/1";

/// What is wrong with the proof that is shown there for a name; nothing, if it is as it must be.
pub(super) fn at(address: SocketAddr, name: &str, digest: &[u8; 32]) -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(|_| "versions")?;
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    let stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
    let limit = Some(Duration::from_secs(10));
    stream.set_read_timeout(limit).map_err(|error| error.to_string())?;
    let server = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    let client = ClientConnection::new(Arc::new(config), server);
    let mut stream = StreamOwned::new(client.map_err(|error| error.to_string())?, stream);
    stream.conn.complete_io(&mut stream.sock).map_err(|error| error.to_string())?;
    if stream.conn.alpn_protocol() != Some(PROTOCOL) {
        return Err("another protocol was agreed on".to_owned());
    }
    let own = stream.conn.peer_certificates().and_then(|chain| chain.first());
    let own = own.ok_or("no certificate")?.to_vec();
    let holds = |part: &[u8]| own.windows(part.len()).any(|window| window == part);
    // id-pe-acmeIdentifier, critical, an octet string in an octet string.
    let mut extension = vec![6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 0x1f, 1, 1, 0xff, 4, 0x22, 4, 0x20];
    extension.extend_from_slice(digest);
    if !holds(&extension) {
        return Err("no acmeIdentifier with this digest".to_owned());
    }
    // subjectAltName with this name alone: critical, where the subject is empty (RFC 5280 section 4.2.1.6).
    let length = u8::try_from(name.len()).map_err(|_| "a long name")?;
    let has_names = |critical: &[u8]| {
        let mut names = [&[6, 3, 0x55, 0x1d, 0x11], critical].concat();
        names.extend([4, length + 4, 0x30, length + 2, 0x82, length]);
        names.extend_from_slice(name.as_bytes());
        holds(&names)
    };
    if !has_names(&[]) && !has_names(&[1, 1, 0xff]) {
        return Err("not this name alone".to_owned());
    }
    // Whoever asks for something inside it gets nothing. That it is closed already is as good.
    let asked = write!(stream, "GET / HTTP/1.1\r\nHost: {name}\r\n\r\n");
    let _ = asked.and_then(|()| stream.flush());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    if answer.is_empty() { Ok(()) } else { Err("a request was answered".to_owned()) }
}

/// Whoever it is: what is shown is looked at, not believed.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
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
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        provider.signature_verification_algorithms.supported_schemes()
    }
}
