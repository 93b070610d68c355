//! An API that writes down what it was sent, and can be told what to answer once.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::raw::chunks;

/// A request as the API got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Method and target, without the version.
    pub line: String,
    /// The whole head, bytes above ASCII escaped.
    pub head: String,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

/// An API on a loopback port.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    received: Mutex<Vec<Received>>,
    once: Mutex<Option<Vec<u8>>>,
    is_over: AtomicBool,
}

impl Recorder {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("a free loopback port"))
    }

    /// Starts one on a port.
    pub fn start_on(port: u16) -> std::io::Result<Self> {
        TcpListener::bind(("127.0.0.1", port)).map(Self::on)
    }

    fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let acceptor = std::thread::spawn({
            let shared = shared.clone();
            move || {
                for stream in listener.incoming() {
                    if shared.is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    if let Ok(stream) = stream {
                        let shared = shared.clone();
                        std::thread::spawn(move || serve(&shared, stream));
                    }
                }
            }
        });
        Self { address, shared, acceptor: Some(acceptor) }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was sent since it was asked last.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.received.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The next request is answered with these bytes, and its connection closed.
    pub fn answer_once(&self, bytes: Option<&[u8]>) {
        let bytes = bytes.map(<[u8]>::to_vec);
        *self.shared.once.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes the acceptor, which then sees that it is over.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let _ = stream.set_nodelay(true);
    loop {
        while let Some((received, used)) = request(&bytes) {
            bytes.drain(..used);
            let is_head = received.line.starts_with("HEAD ");
            shared.received.lock().unwrap_or_else(PoisonError::into_inner).push(received);
            let once = shared.once.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(answer) = once {
                let _ = stream.write_all(&answer);
                return;
            }
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
            let answer = if is_head { head.to_owned() } else { format!("{head}[]") };
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
}

/// The first whole request, read as carelessly as a careless API would, and its length.
fn request(bytes: &[u8]) -> Option<(Received, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = bytes.get(..end)?.escape_ascii().to_string().replace("\\r\\n", "\r\n");
    let head = head.replace("\\'", "'").replace("\\\"", "\"");
    let lower = head.to_ascii_lowercase();
    let mut fields = lower.split("\r\n");
    let rest = bytes.get(end..)?;
    let (body, used) = if lower.contains("\r\ntransfer-encoding: chunked\r\n") {
        chunks(rest)?
    } else {
        let length = fields
            .find_map(|line| line.strip_prefix("content-length:"))
            .map_or(Some(0), |length| length.trim().parse::<usize>().ok())?;
        (rest.get(..length)?.to_vec(), length)
    };
    let first = head.split("\r\n").next().unwrap_or_default();
    let line = first.rsplit_once(" HTTP/").map_or(first, |(line, _)| line).to_owned();
    Some((Received { line, head, body }, end + used))
}
