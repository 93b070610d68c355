//! Streams of events: an API that writes one each half second on every connection, and readers
//! that count what arrives.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::bench::processes::pause;
use crate::endure::documents::{EVENTS_PORT, PLAIN_PORT};

/// Streams that stay open.
pub(crate) const STREAMS: usize = 1_000;
const EVERY: Duration = Duration::from_millis(500);
/// Events that may be under way when reading ends.
const UNDER_WAY: u64 = 4;
/// Bytes of a head or an event that is not complete yet.
const PENDING_BYTES_MAX: usize = 16 << 10;

/// A thread that ends when this is dropped.
struct Worker<T> {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<T>>,
}

impl<T: Send + 'static> Worker<T> {
    fn start(work: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = stop.clone();
        Self { stop, thread: Some(std::thread::spawn(move || work(&seen))) }
    }
}

impl<T> Worker<T> {
    fn end(&mut self) -> Option<T> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().and_then(|thread| thread.join().ok())
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.end();
    }
}

/// The API of events.
pub(crate) struct Origin {
    #[expect(dead_code, reason = "it runs while this lives")]
    worker: Worker<()>,
    /// The number of the last event.
    last: Arc<AtomicU64>,
}

impl Origin {
    pub(crate) fn start() -> Result<Self, String> {
        let listener = TcpListener::bind(("127.0.0.1", EVENTS_PORT)).map_err(|e| e.to_string())?;
        listener.set_nonblocking(true).map_err(|error| error.to_string())?;
        let last = Arc::new(AtomicU64::new(0));
        let told = last.clone();
        let worker = Worker::start(move |stop| serve(&listener, stop, &told));
        Ok(Self { worker, last })
    }
}

fn serve(listener: &TcpListener, stop: &AtomicBool, last: &AtomicU64) {
    let mut streams: Vec<TcpStream> = Vec::new();
    let mut next = Instant::now() + EVERY;
    while !stop.load(Ordering::Relaxed) {
        while let Ok((stream, _)) = listener.accept() {
            streams.extend(greet(stream));
        }
        if Instant::now() >= next {
            next += EVERY;
            let number = last.fetch_add(1, Ordering::Relaxed) + 1;
            let event = format!("data: {number}\n\n");
            let chunk = format!("{:x}\r\n{event}\r\n", event.len());
            streams.retain_mut(|stream| stream.write_all(chunk.as_bytes()).is_ok());
        }
        pause(Duration::from_millis(2));
    }
}

/// Takes a request and begins its answer.
fn greet(mut stream: TcpStream) -> Option<TcpStream> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
    stream.set_write_timeout(Some(Duration::from_secs(1))).ok()?;
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        head.extend_from_slice(piece.get(..read)?);
        if head.len() > PENDING_BYTES_MAX {
            return None;
        }
    }
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                  Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(answer.as_bytes()).ok()?;
    Some(stream)
}

/// What readers saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) events: u64,
    pub(crate) missed: u64,
    pub(crate) ended: u64,
}

/// Readers of all streams.
pub(crate) struct Readers {
    worker: Worker<Vec<Reader>>,
    last: Arc<AtomicU64>,
}

impl Readers {
    /// Opens all streams through the gateway; comes back when each has begun.
    pub(crate) fn open(origin: &Origin) -> Result<Self, String> {
        let mut readers = Vec::new();
        for _ in 0..STREAMS {
            let stream = TcpStream::connect(("127.0.0.1", PLAIN_PORT));
            readers.push(Reader::ask(stream.map_err(|error| error.to_string())?)?);
        }
        let worker = Worker::start(move |stop| {
            while !stop.load(Ordering::Relaxed) {
                readers.iter_mut().for_each(Reader::read);
                pause(Duration::from_millis(50));
            }
            readers
        });
        Ok(Self { worker, last: origin.last.clone() })
    }

    pub(crate) fn close(mut self) -> Result<Seen, String> {
        let sent = self.last.load(Ordering::Relaxed);
        pause(Duration::from_secs(1));
        let readers = self.worker.end().ok_or("the readers have failed")?;
        let mut all = Seen::default();
        for reader in readers {
            all.events += reader.events;
            all.ended += u64::from(reader.is_over);
            let late = sent.saturating_sub(UNDER_WAY).saturating_sub(reader.last.unwrap_or(0));
            all.missed += reader.missed + late;
        }
        Ok(all)
    }
}

/// One stream, read as HTTP/1.0, in which an answer is not in chunks.
struct Reader {
    stream: Option<TcpStream>,
    pending: Vec<u8>,
    last: Option<u64>,
    events: u64,
    missed: u64,
    is_over: bool,
}

impl Reader {
    fn ask(mut stream: TcpStream) -> Result<Self, String> {
        let request = "GET /live/events HTTP/1.0\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
        stream.set_nonblocking(true).map_err(|error| error.to_string())?;
        Ok(Self { stream: Some(stream), ..Self::empty() })
    }

    const fn empty() -> Self {
        let pending = Vec::new();
        Self { stream: None, pending, last: None, events: 0, missed: 0, is_over: false }
    }

    fn read(&mut self) {
        let mut piece = [0; 4096];
        while let Some(stream) = &mut self.stream {
            match stream.read(&mut piece) {
                Ok(read) if read > 0 => self.take(piece.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {
                    self.is_over = true;
                    self.stream = None;
                }
            }
        }
    }

    /// Head and events end with an empty line.
    fn take(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        let text = String::from_utf8_lossy(&self.pending).replace("\r\n", "\n");
        let (whole, rest) = text.rsplit_once("\n\n").unwrap_or(("", &text));
        for event in whole.split("\n\n") {
            let Some(number) = event.strip_prefix("data: ").and_then(|word| word.parse().ok())
            else {
                continue;
            };
            let expected = self.last.map_or(number, |last: u64| last + 1);
            self.missed += u64::abs_diff(number, expected);
            self.last = Some(number);
            self.events += 1;
        }
        self.pending = rest.as_bytes().to_vec();
        self.is_over |= self.pending.len() > PENDING_BYTES_MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_however_they_are_cut_and_gaps_are_seen() {
        let text = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\ndata: 4\n\ndata: 5\n\ndata: 8\n\n";
        for size in [1, 3, 7, 100] {
            let mut reader = Reader::empty();
            text.chunks(size).for_each(|piece| reader.take(piece));
            assert_eq!((reader.events, reader.missed, reader.last), (3, 2, Some(8)), "{size}");
            assert!(!reader.is_over);
        }
    }
}
