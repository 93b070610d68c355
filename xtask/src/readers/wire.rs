//! Sending many requests, and the API that writes down what it gets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Requests under way at a time.
const CONNECTIONS: usize = 8;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of a head, of either side.
const HEAD_BYTES_MAX: u64 = 64 << 10;
/// Bytes of a body, of either side.
const BODY_BYTES_MAX: usize = 4 << 20;

/// What arrived at the API.
#[derive(Default)]
pub(crate) struct Arrived {
    pub(crate) target: Vec<u8>,
    pub(crate) content_type: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// An API that answers each request with the number of what it wrote down.
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Recorder {
    pub(crate) fn start() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrived);
        // Ends with the process. As many connections come as the gateway keeps.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || record(&stream, &kept));
            }
        });
        Ok(Self { address, arrived })
    }

    /// All that arrived, by number.
    pub(crate) fn take(&self) -> Vec<Arrived> {
        self.arrived.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default()
    }
}

fn record(stream: &TcpStream, arrived: &Mutex<Vec<Arrived>>) {
    let mut reader = BufReader::new(stream);
    while let Some(head) = head(&mut reader) {
        let target = head.first.split(|byte| *byte == b' ').nth(1).unwrap_or_default().to_vec();
        let content_type = head.field("content-type").unwrap_or_default().to_vec();
        let Some(body) = body(&mut reader, &head) else { return };
        let Ok(mut all) = arrived.lock() else { return };
        all.push(Arrived { target, content_type, body });
        let number = format!("{{\"record\":{}}}", all.len() - 1);
        drop(all);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{number}",
            number.len()
        );
        let mut writer = stream;
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// A first line and fields.
struct Head {
    first: Vec<u8>,
    fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    fn field(&self, name: &str) -> Option<&[u8]> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

fn head(reader: &mut BufReader<&TcpStream>) -> Option<Head> {
    let mut limited = reader.take(HEAD_BYTES_MAX);
    let mut line = || {
        let mut line = Vec::new();
        limited.read_until(b'\n', &mut line).ok()?;
        line.ends_with(b"\r\n").then(|| line.trim_ascii_end().to_vec())
    };
    let mut head = Head { first: line()?, fields: Vec::new() };
    loop {
        let line = line()?;
        if line.is_empty() {
            return Some(head);
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        let name = String::from_utf8_lossy(name).to_lowercase();
        head.fields.push((name, value.get(1..)?.trim_ascii().to_vec()));
    }
}

/// As long as its head says; without a length it is empty.
fn body(reader: &mut BufReader<&TcpStream>, head: &Head) -> Option<Vec<u8>> {
    let length = head
        .field("content-length")
        .map_or(Some(0), |text| std::str::from_utf8(text).ok()?.parse().ok())?;
    let mut body = vec![0; length.min(BODY_BYTES_MAX)];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

/// What became of a request.
#[derive(Clone, Default)]
pub(crate) struct Answered {
    /// 0: no answer.
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Sends all requests, a bounded number at a time.
pub(crate) fn send(address: SocketAddr, requests: &[&[u8]]) -> Vec<Answered> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(vec![Answered::default(); requests.len()]);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| sender(address, requests, &next, &answers));
        }
    });
    answers.into_inner().unwrap_or_default()
}

fn sender(
    address: SocketAddr,
    requests: &[&[u8]],
    next: &AtomicUsize,
    answers: &Mutex<Vec<Answered>>,
) {
    let mut kept: Option<TcpStream> = None;
    loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(place) else { return };
        let mut answer = None;
        // A connection that was kept may have been closed meanwhile.
        for _ in 0..2 {
            let Some(stream) = kept.take().or_else(|| connect(address)) else { continue };
            answer = exchange(&stream, request);
            if answer.as_ref().is_some_and(|(_, stays)| *stays) {
                kept = Some(stream);
            }
            if answer.is_some() {
                break;
            }
        }
        if let (Some((answer, _)), Ok(mut all)) = (answer, answers.lock())
            && let Some(slot) = all.get_mut(place)
        {
            *slot = answer;
        }
    }
}

fn connect(address: SocketAddr) -> Option<TcpStream> {
    let stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

/// One request and its answer, and whether the connection stays.
fn exchange(mut stream: &TcpStream, request: &[u8]) -> Option<(Answered, bool)> {
    stream.write_all(request).ok()?;
    let mut reader = BufReader::new(stream);
    let head = head(&mut reader)?;
    let status = head.first.split(|byte| *byte == b' ').nth(1)?;
    let status = std::str::from_utf8(status).ok()?.parse().ok()?;
    let body = if head.field("content-length").is_some() {
        body(&mut reader, &head)?
    } else {
        let mut rest = Vec::new();
        reader.take(BODY_BYTES_MAX as u64).read_to_end(&mut rest).ok()?;
        return Some((Answered { status, body: rest }, false));
    };
    let closes = head.field("connection").is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
    Some((Answered { status, body }, !closes))
}
