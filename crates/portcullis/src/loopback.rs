//! One exchange with a gateway of ours on loopback, and the reading of what it sends on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Bytes of a request to the API, or of an answer, that are kept.
const KEPT_BYTES_MAX: usize = 300 << 20;

/// Writes the request and reads the answer at once: an early answer may come before the whole
/// request is taken.
pub(crate) async fn exchange(gateway: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(gateway).await?;
    let (mut reader, mut writer) = stream.split();
    // A gateway that refuses early takes no more: that is its answer, not a failure.
    let write = async {
        let _ = writer.write_all(request).await;
    };
    let read = async {
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while answer.len() < KEPT_BYTES_MAX {
            match reader.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => answer.extend_from_slice(piece.get(..count).unwrap_or_default()),
            }
        }
        answer
    };
    let ((), answer) = tokio::join!(write, read);
    Ok(answer)
}

/// A request as the gateway writes it: in one piece, its length stated.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(length) = whole_length(&request)
            && (request.len() >= length || length > KEPT_BYTES_MAX)
        {
            return Ok(request);
        }
        match stream.read(&mut piece).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
}

/// Head and body together, once the head is there.
fn whole_length(request: &[u8]) -> Option<usize> {
    let head = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(request.get(..head)?).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse::<usize>().ok());
    Some(head.saturating_add(length.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_when_its_stated_length_is_there() {
        for (request, length) in [
            ("GET / HTTP/1.1\r\nHost: a\r\n", None),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Some(27)),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", Some(41)),
        ] {
            assert_eq!(whole_length(request.as_bytes()), length, "{request}");
        }
    }
}
