//! An API that does exactly what a test tells it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the API does with each request.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Sends these bytes and keeps the connection.
    Answer(Vec<u8>),
    /// Sends what this makes of the request, and keeps the connection.
    Script(fn(&str) -> Vec<u8>),
    /// The same, by something that knows more than the request.
    Made(Maker),
    /// Sends these bytes and closes.
    AnswerAndClose(Vec<u8>),
    /// Closes without a byte.
    Close,
    /// Never answers.
    Hang,
}

/// Makes answers of requests.
#[derive(Clone)]
pub struct Maker(Arc<Make>);

type Make = dyn Fn(&str) -> Vec<u8> + Send + Sync;

impl std::fmt::Debug for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Maker(..)")
    }
}

impl Behaviour {
    /// Answers what `make` says.
    pub fn made(make: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::Made(Maker(Arc::new(make)))
    }

    /// A JSON answer with a length.
    pub fn json(status: u16, body: &str) -> Self {
        Self::with_type(status, "application/json", body)
    }

    /// An answer of any type with a length.
    pub fn with_type(status: u16, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answer(
            format!(
                "HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }
}

/// An API on a loopback port that remembers what it was sent.
#[derive(Debug)]
pub struct ScriptedApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    behaviour: Mutex<Behaviour>,
    seen: Mutex<Vec<String>>,
    connections: Mutex<usize>,
    changed: Condvar,
    is_over: AtomicBool,
}

impl ScriptedApi {
    /// Starts one.
    pub fn start(behaviour: Behaviour) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), behaviour)
    }

    /// Starts one at this address.
    pub fn start_at(address: SocketAddr, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(address).expect("a free loopback port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(behaviour),
            seen: Mutex::new(Vec::new()),
            connections: Mutex::new(0),
            changed: Condvar::new(),
            is_over: AtomicBool::new(false),
        });
        let acceptor = std::thread::spawn({
            let shared = shared.clone();
            move || {
                for stream in listener.incoming() {
                    if shared.is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    if let Ok(stream) = stream {
                        let shared = shared.clone();
                        shared.count(1);
                        std::thread::spawn(move || {
                            serve(&shared, stream);
                            shared.count(-1);
                        });
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

    /// Changes what it does from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// The requests that it was sent, head and body.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until nobody holds a connection to it; false if that takes too long.
    pub fn is_left(&self) -> bool {
        let connections = self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.shared.changed.wait_timeout_while(connections, PATIENCE, |n| *n > 0);
        *waited.unwrap_or_else(PoisonError::into_inner).0 == 0
    }
}

impl Shared {
    fn count(&self, change: isize) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        *connections = connections.saturating_add_signed(change);
        self.changed.notify_all();
    }
}

impl Drop for ScriptedApi {
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
    loop {
        while let Some(length) = request_length(&bytes) {
            let request: Vec<u8> = bytes.drain(..length).collect();
            let text = String::from_utf8_lossy(&request).into_owned();
            shared.seen.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
            let behaviour = shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match behaviour {
                Behaviour::Answer(answer) => {
                    let _ = stream.write_all(&answer);
                }
                Behaviour::Script(script) => {
                    let _ = stream.write_all(&script(&text));
                }
                Behaviour::Made(Maker(make)) => {
                    let _ = stream.write_all(&make(&text));
                }
                Behaviour::AnswerAndClose(answer) => {
                    let _ = stream.write_all(&answer);
                    return;
                }
                Behaviour::Close => return,
                Behaviour::Hang => {
                    // Until the other side gives up.
                    let _ = stream.read(&mut piece);
                    return;
                }
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
}

/// The length of the first whole request. The gateway always announces its bodies' lengths.
fn request_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(bytes.get(..end)?).to_ascii_lowercase();
    let length = head
        .split("\r\n")
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(Some(0), |length| length.trim().parse::<usize>().ok())?;
    (bytes.len() >= end + length).then_some(end + length)
}
