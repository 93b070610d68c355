//! A client inside TLS, and frames of HTTP/2 as bytes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::lab::Gateway;

pub(crate) type Inside = StreamOwned<ClientConnection, TcpStream>;

/// A connection that was opened for a name; `http2`: the client speaks nothing else.
pub(crate) fn connect(gateway: &Gateway, name: &str, http2: bool) -> Result<Inside, String> {
    let failed = |error: &dyn std::fmt::Display| format!("TLS: {error}");
    let ca = CertificateDer::from_pem_file(gateway.folder.join("dev/ca.pem"));
    let mut roots = RootCertStore::empty();
    roots.add(ca.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    if http2 {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    let name = ServerName::try_from(name.to_owned()).map_err(|error| failed(&error))?;
    let connection =
        ClientConnection::new(Arc::new(config), name).map_err(|error| failed(&error))?;
    let stream = TcpStream::connect(gateway.address).map_err(|error| failed(&error))?;
    let patience = Some(Duration::from_secs(5));
    stream.set_read_timeout(patience).map_err(|error| failed(&error))?;
    let mut inside = StreamOwned::new(connection, stream);
    while inside.conn.is_handshaking() {
        inside.conn.complete_io(&mut inside.sock).map_err(|error| failed(&error))?;
    }
    Ok(inside)
}

/// One request in HTTP/1.1, and all that comes.
pub(crate) fn ask(gateway: &Gateway, name: &str, request: &str) -> Result<String, String> {
    let mut inside = connect(gateway, name, false)?;
    inside.write_all(request.as_bytes()).map_err(|error| format!("TLS: {error}"))?;
    let mut answer = Vec::new();
    // Whatever ends it, what came counts.
    let _ = inside.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// What opens a connection of HTTP/2 (RFC 9113 section 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A frame (RFC 9113 section 4.1).
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = (payload.len() as u32).to_be_bytes();
    let mut bytes = length.to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Fields as literals that nobody remembers (RFC 7541 section 6.2.2), each part below 127 bytes.
pub(crate) fn fields(all: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in all {
        block.push(0);
        for text in [name, value] {
            block.push(text.len() as u8);
            block.extend(text.as_bytes());
        }
    }
    block
}

/// Writes and reads until so many frames of a kind came, the connection ends, or time is over: the frames.
pub(crate) fn exchange(inside: &mut Inside, bytes: &[u8], kinds: &[u8]) -> Vec<Frame> {
    let _ = inside.write_all(bytes);
    let mut got = Vec::new();
    let mut frames = Vec::new();
    let mut piece = [0; 16_384];
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        match inside.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => got.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
        while let Some((one, used)) = read_frame(&got) {
            got.drain(..used);
            // What a peer must acknowledge, or nobody waits for, is passed over.
            frames.push(one);
        }
        if frames.iter().any(|one| kinds.contains(&one.kind)) {
            break;
        }
    }
    frames
}

/// A frame that came.
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// The status of a head: its first field, from the static table or as a literal.
    pub(crate) fn status(&self) -> Option<u16> {
        let (0x1, Some(first)) = (self.kind, self.payload.first()) else { return None };
        match first & 0x7F {
            index @ 8..=14 if first & 0x80 != 0 => {
                [200, 204, 206, 304, 400, 404, 500].get(usize::from(index) - 8).copied()
            }
            _ => Some(0),
        }
    }
}

fn read_frame(bytes: &[u8]) -> Option<(Frame, usize)> {
    let [a, b, c, kind, ..] = *bytes.get(..9)? else { return None };
    let length = u32::from_be_bytes([0, a, b, c]) as usize;
    let payload = bytes.get(9..9 + length)?.to_vec();
    Some((Frame { kind, payload }, 9 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_as_it_was_written() {
        let bytes = frame(1, 4, 1, &[0x88]);
        assert_eq!(bytes, [0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88]);
        let (read, used) = read_frame(&bytes).unwrap();
        assert_eq!((read.kind, read.status(), used), (1, Some(200), 10));
        assert!(read_frame(&bytes[..9]).is_none());
        assert_eq!(fields(&[("a", "bc")]), [0, 1, b'a', 2, b'b', b'c']);
    }
}
