//! HTTP as bytes: what is sent is exactly what the test says.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer, read to the end of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status; 0 if the connection ended without an answer.
    pub status: u16,
    /// Names in lower case, and values.
    pub fields: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends bytes on a new connection and reads one answer.
pub fn exchange(address: SocketAddr, request: impl AsRef<[u8]>) -> Answer {
    let is_head = request.as_ref().starts_with(b"HEAD ");
    let mut stream = send(address, request);
    read(&mut stream, is_head)
}

/// Sends bytes on a new connection and keeps it.
pub fn send(address: SocketAddr, request: impl AsRef<[u8]>) -> TcpStream {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    // The other side may refuse and close before it has read everything.
    let _ = stream.write_all(request.as_ref());
    stream
}

/// A connection that is kept for further requests.
#[derive(Debug)]
pub struct Kept {
    address: SocketAddr,
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Kept {
    /// Opens one.
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("an option");
        Self { address, stream, bytes: Vec::new() }
    }

    /// Sends a request and reads its answer; opens another connection where this one ends.
    pub fn ask(&mut self, request: impl AsRef<[u8]>) -> Answer {
        let is_head = request.as_ref().starts_with(b"HEAD ");
        // The other side may refuse and close before it has read everything.
        let _ = self.stream.write_all(request.as_ref());
        let mut piece = [0; 16_384];
        loop {
            if let Some((answer, used)) = next(&self.bytes, is_head, false) {
                self.bytes.drain(..used);
                if answer.field("connection") == Some("close") {
                    *self = Self::to(self.address);
                }
                return answer;
            }
            match self.stream.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(count) => self.bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
            }
        }
        let answer = next(&self.bytes, is_head, true).map(|(answer, _)| answer);
        *self = Self::to(self.address);
        answer.unwrap_or(Answer { status: 0, fields: Vec::new(), body: Vec::new() })
    }
}

/// Reads until a text has come, and gives all that came. A connection that ends before that fails the test.
pub fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut piece = [0; 1024];
    while !text.contains(end) {
        let count = stream.read(&mut piece).expect("more is to come");
        assert!(count > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(piece.get(..count).unwrap_or_default()));
    }
    text
}

/// Leaves for good: the connection is reset, as by a client that ends or crashes with an answer
/// on its way. (A mere close looks like a client that has said all and still listens.)
pub fn leave(stream: TcpStream) {
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).expect("an option");
}

/// Reads one answer. What is announced to a `HEAD` does not come (RFC 9110 section 9.3.2).
fn read(stream: &mut TcpStream, is_head: bool) -> Answer {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let is_end = is_head && bytes.ends_with(b"\r\n\r\n");
        if let Some(answer) = whole(&bytes, is_end) {
            return answer;
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
    whole(&bytes, true).unwrap_or(Answer { status: 0, fields: Vec::new(), body: bytes })
}

fn whole(bytes: &[u8], is_end: bool) -> Option<Answer> {
    let (answer, used) = next(bytes, false, is_end)?;
    if answer.status == 100 {
        return whole(bytes.get(used..)?, is_end);
    }
    Some(answer)
}

/// The first answer in `bytes`, and how many of them it takes. `is_head`: it has no body, whatever
/// it announces; `is_end`: no more will come, so what is there of a body is all of it.
pub(crate) fn next(bytes: &[u8], is_head: bool, is_end: bool) -> Option<(Answer, usize)> {
    let text = String::from_utf8_lossy(bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = text.get(..end)?;
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let fields: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let answer = Answer { status, fields, body: Vec::new() };
    let rest = bytes.get(end + 4..)?;
    let has_none = is_head || (100..200).contains(&status) || status == 204 || status == 304;
    let body = if has_none {
        Some((Vec::new(), 0))
    } else if answer.field("transfer-encoding").is_some() {
        chunks(rest)
    } else if let Some(length) = answer.field("content-length") {
        let length: usize = length.parse().ok()?;
        rest.get(..length).map(|body| (body.to_vec(), length))
    } else {
        is_end.then(|| (rest.to_vec(), rest.len()))
    };
    match body {
        Some((body, used)) => Some((Answer { body, ..answer }, end + 4 + used)),
        None if is_end => Some((Answer { body: rest.to_vec(), ..answer }, bytes.len())),
        None => None,
    }
}

/// Chunks joined, and how many bytes they take with their last line. Trailer fields are passed
/// over.
pub(crate) fn chunks(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut rest = bytes;
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            let trailer = rest.get(end..)?;
            let last = trailer.windows(4).position(|four| four == b"\r\n\r\n")?;
            return Some((body, bytes.len() - trailer.len() + last + 4));
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 4 + size..)?;
    }
}
