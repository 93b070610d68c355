//! One request on a connection inside TLS.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Answers, Shared, lock};

/// Longer than any test lasts, and no thread stays for ever.
const PATIENCE: Duration = Duration::from_secs(20);

type Stream = StreamOwned<ServerConnection, TcpStream>;

#[expect(clippy::unwrap_used, reason = "a test cannot go on without its authority")]
pub(super) fn config(issuer: &Issuer<'_, KeyPair>) -> Arc<ServerConfig> {
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap().der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.unwrap())
}

pub(super) fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    shared: &Shared,
) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let (method, path, body) = read(&mut stream)?;
    let answers = lock(&shared.script).answers;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    match answers {
        Answers::Never => {
            // Until the client leaves.
            let _ = stream.read(&mut [0; 1]);
        }
        Answers::Garbage => {
            write!(stream, "{head}Content-Length: 3\r\n\r\n{{{{{{")?;
        }
        Answers::Endless => {
            write!(stream, "{head}Transfer-Encoding: chunked\r\n\r\n")?;
            let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
            while stream.write_all(chunk.as_bytes()).is_ok() {}
        }
        Answers::Slow => {
            write!(stream, "{head}Content-Length: 1000\r\n\r\n")?;
            let wait = Duration::from_millis(20);
            stream.sock.set_read_timeout(Some(wait))?;
            for _ in 0..1000 {
                stream.write_all(b" ")?;
                stream.flush()?;
                // Reading waits, and tells when the client has gone.
                if matches!(stream.read(&mut [0; 1]), Ok(0)) {
                    break;
                }
            }
        }
        Answers::Honest | Answers::Elsewhere => {
            stream.write_all(shared.answer(&method, &path, &body).as_bytes())?;
        }
    }
    stream.conn.send_close_notify();
    stream.flush()
}

/// Method, path and body.
fn read(stream: &mut Stream) -> io::Result<(String, String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let (head, begun) = loop {
        let mut piece = [0; 1024];
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            break (String::from_utf8_lossy(&bytes).to_ascii_lowercase(), body);
        }
    };
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = begun;
    while body.len() < length {
        let mut piece = [0; 1024];
        match stream.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => body.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
    Ok((method, path, body))
}
