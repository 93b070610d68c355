//! A client that believes one issuer.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The answer to a request inside TLS, at this address under a name, with a certificate that comes from this root
/// (PEM); or why there is none.
pub fn ask(address: SocketAddr, root: &str, name: &str, request: &str) -> Result<String, String> {
    let told = |error: rustls::Error| error.to_string();
    let mut roots = RootCertStore::empty();
    let root =
        CertificateDer::from_pem_slice(root.as_bytes()).map_err(|error| error.to_string())?;
    roots.add(root).map_err(told)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(told)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    let client = ClientConnection::new(Arc::new(config), server).map_err(told)?;
    let talk = || {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut stream = StreamOwned::new(client, stream);
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    talk().map_err(|error| error.to_string())
}
