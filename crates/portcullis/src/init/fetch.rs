//! One document, fetched once over plain HTTP from this machine.
//!
//! There is no TLS client here, so nothing could vouch for a document from elsewhere: whoever
//! changes it on the way decides what is enforced. HTTP/1.0 keeps the answer in one piece.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

/// Bytes of an answer. The largest published document has 47 MB.
const ANSWER_BYTES_MAX: usize = 64 << 20;
const HEAD_BYTES_MAX: usize = 64 << 10;
/// For all of it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Redirects on the same host and port.
const REDIRECTS_MAX: usize = 3;

/// Why there is no document, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) why: String,
    pub(super) help: &'static str,
}

fn fault<T>(why: impl Into<String>, help: &'static str) -> Result<T, Fault> {
    Err(Fault { why: why.into(), help })
}

const DOWNLOAD: &str = "download it with a tool that checks who answers (curl over https), look \
                        at it, and name the file";
const RUNNING: &str = "is the API running, and does it serve its document at this path?";
const DOCUMENT: &str = "name the document itself, as in http://127.0.0.1:8000/openapi.json, not the \
                        page that shows it";

/// Fetches a document.
pub(super) fn fetch(url: &str) -> Result<String, Fault> {
    let Some(rest) = url.strip_prefix("http://") else {
        return fault("only plain http is spoken here: there is no TLS client", DOWNLOAD);
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let address = loopback(authority)?;
    let mut path = path.split('#').next().unwrap_or_default().to_owned();
    if path.is_empty() || path.starts_with('?') {
        path.insert(0, '/');
    }
    let until = Instant::now() + PATIENCE;
    for _ in 0..=REDIRECTS_MAX {
        let answer = get(address, authority, &path, until)?;
        match answer.status {
            200 => return document(&answer),
            301 | 302 | 303 | 307 | 308 => path = redirected(&answer, authority)?,
            other => return fault(format!("the answer is {other}"), RUNNING),
        }
    }
    fault(format!("more than {REDIRECTS_MAX} redirects"), DOCUMENT)
}

/// The address of a host that is this machine, by each of its addresses.
fn loopback(authority: &str) -> Result<SocketAddr, Fault> {
    const HERE: &str = "write http://127.0.0.1:PORT/PATH; elsewhere, download the document first";
    if authority.contains('@') {
        return fault("a URL with a user name", HERE);
    }
    let port = authority.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
    let has_port = port.is_some() && !authority.ends_with(']');
    let whole = if has_port { authority.to_owned() } else { format!("{authority}:80") };
    let Ok(addresses) = whole.to_socket_addrs() else {
        return fault(format!("`{authority}` is no address"), HERE);
    };
    let addresses: Vec<SocketAddr> = addresses.collect();
    match addresses.first() {
        Some(first) if addresses.iter().all(|one| one.ip().is_loopback()) => Ok(*first),
        _ => fault(format!("`{authority}` is not this machine"), DOWNLOAD),
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn field(&self, wanted: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
            .next()
    }
}

fn get(address: SocketAddr, host: &str, path: &str, until: Instant) -> Result<Answer, Fault> {
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return fault("the path holds what a URL cannot", "percent-encode it");
    }
    let bytes = exchange(address, host, path, until).or_else(|error| {
        let why = match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("no whole answer within {} s", PATIENCE.as_secs())
            }
            io::ErrorKind::FileTooLarge => {
                format!("the answer has more than {ANSWER_BYTES_MAX} bytes")
            }
            _ => error.to_string(),
        };
        fault(why, RUNNING)
    })?;
    let end = bytes.windows(4).take(HEAD_BYTES_MAX).position(|window| window == b"\r\n\r\n");
    let Some(end) = end else {
        return fault("the answer is not HTTP", RUNNING);
    };
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let Some(status) = status.filter(|_| head.starts_with("HTTP/1.")) else {
        return fault("the answer is not HTTP", RUNNING);
    };
    let mut body = bytes;
    body.drain(..end + 4);
    let answer = Answer { status, head, body };
    if answer.field("transfer-encoding").is_some() {
        return fault("the answer comes in pieces, which HTTP/1.0 does not have", DOWNLOAD);
    }
    let stated = answer.field("content-length").map(str::parse::<usize>);
    match stated {
        Some(Ok(length)) if length == answer.body.len() => Ok(answer),
        Some(_) => fault("the answer is not as long as it says", RUNNING),
        None => Ok(answer),
    }
}

fn exchange(address: SocketAddr, host: &str, path: &str, until: Instant) -> io::Result<Vec<u8>> {
    let left = || {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::Error::from(io::ErrorKind::TimedOut)) } else { Ok(left) }
    };
    let mut stream = TcpStream::connect_timeout(&address, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/json, application/yaml, */*\r\n\
         Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    let mut piece = [0; 16 << 10];
    loop {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut piece)? {
            0 => return Ok(bytes),
            count => bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
        if is_whole(&bytes) {
            // Not every server closes when it is asked to.
            return Ok(bytes);
        }
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
}

/// Whether an answer has the length that it states.
fn is_whole(bytes: &[u8]) -> bool {
    let end = bytes.windows(4).take(HEAD_BYTES_MAX).position(|window| window == b"\r\n\r\n");
    let Some(end) = end else { return false };
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = lengths.next().and_then(|(_, value)| value.trim().parse::<usize>().ok());
    length.is_some_and(|length| bytes.len() >= end + 4 + length)
}

/// The path that a redirect on the same host leads to.
fn redirected(answer: &Answer, authority: &str) -> Result<String, Fault> {
    let location = answer.field("location").unwrap_or_default();
    let own = format!("http://{authority}");
    let path = location.strip_prefix(&own).unwrap_or(location);
    if path.starts_with('/') && !path.starts_with("//") {
        return Ok(path.split('#').next().unwrap_or_default().to_owned());
    }
    fault(format!("it redirects to `{location}`, which is not followed"), DOCUMENT)
}

fn document(answer: &Answer) -> Result<String, Fault> {
    let Ok(text) = std::str::from_utf8(&answer.body) else {
        return fault("the answer is not UTF-8", DOCUMENT);
    };
    let is_html = answer.field("content-type").is_some_and(|kind| kind.contains("html"));
    if is_html || text.trim_start().starts_with('<') {
        return fault("the answer is a web page, not a document", DOCUMENT);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked() {
        assert_eq!(loopback("127.0.0.1:8000").unwrap().port(), 8000);
        assert_eq!(loopback("[::1]").unwrap().port(), 80);
        for authority in ["10.0.0.1:80", "0.0.0.0:80", "127.0.0.1@10.0.0.1", "", "[2001:db8::1]:80"]
        {
            assert!(loopback(authority).is_err(), "{authority}");
        }
        for url in ["https://127.0.0.1/a", "ftp://127.0.0.1/a", "file:///etc/hosts"] {
            assert!(fetch(url).unwrap_err().why.contains("TLS"), "{url}");
        }
    }

    #[test]
    fn redirects_stay_on_the_host() {
        let to = |location: &str| {
            let head = format!("HTTP/1.0 302 Found\r\nLocation: {location}");
            redirected(&Answer { status: 302, head, body: Vec::new() }, "127.0.0.1:8000").ok()
        };
        assert_eq!(to("/docs/a.json#x").as_deref(), Some("/docs/a.json"));
        assert_eq!(to("http://127.0.0.1:8000/a").as_deref(), Some("/a"));
        for away in ["http://127.0.0.1:80001/a", "//10.0.0.1/a", "https://a.example/", "a.json", ""]
        {
            assert_eq!(to(away), None, "{away}");
        }
    }
}
