//! Clients that are slow on purpose: one thread that comes to each of its connections every five
//! seconds.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::bench::processes::pause;
use crate::endure::documents::PLAIN_PORT;

/// How long the way around all connections takes.
const AROUND: Duration = Duration::from_secs(5);
/// How long it takes to open one.
const CONNECT: Duration = Duration::from_secs(1);

/// In what they are slow.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    Head,
    Body,
    Reader,
}

impl Manner {
    pub(super) fn name(self, count: usize) -> String {
        match self {
            Self::Head => format!("{count} slow heads"),
            Self::Body => format!("{count} slow bodies"),
            Self::Reader => format!("{count} slow readers"),
        }
    }

    /// What is sent at once.
    const fn opening(self) -> &'static [u8] {
        match self {
            Self::Head => b"GET /items/7 HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
            Self::Body => {
                b"POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                  Content-Length: 900\r\n\r\n"
            }
            Self::Reader => b"GET /long/7 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    stop: AtomicBool,
    open: AtomicUsize,
    cut: AtomicU64,
}

/// Slow clients, until this is dropped.
pub(super) struct Clients {
    counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
}

impl Clients {
    pub(super) fn start(manner: Manner, count: usize) -> Self {
        let counts = Arc::new(Counts::default());
        let told = counts.clone();
        let thread = std::thread::spawn(move || go_around(manner, count, &told));
        Self { counts, thread: Some(thread) }
    }

    /// Connections that are open, and how often one was cut off.
    pub(super) fn count(&self) -> (usize, u64) {
        (self.counts.open.load(Ordering::Relaxed), self.counts.cut.load(Ordering::Relaxed))
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        self.counts.stop.store(true, Ordering::Relaxed);
        // How it ended does not matter.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn go_around(manner: Manner, count: usize, counts: &Counts) {
    let mut all: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
    loop {
        let begun = Instant::now();
        for (index, place) in all.iter_mut().enumerate() {
            if counts.stop.load(Ordering::Relaxed) {
                return;
            }
            visit(manner, place, counts);
            let due = AROUND.mul_f64((index + 1) as f64 / count as f64);
            let early = due.saturating_sub(begun.elapsed());
            if early > Duration::from_millis(5) {
                pause(early);
            }
        }
    }
}

/// Looks after one connection; opens it if it is not, or no longer, open.
fn visit(manner: Manner, place: &mut Option<TcpStream>, counts: &Counts) {
    if let Some(stream) = place {
        if go_on(manner, stream) {
            return;
        }
        *place = None;
        counts.open.fetch_sub(1, Ordering::Relaxed);
        counts.cut.fetch_add(1, Ordering::Relaxed);
    }
    *place = open(manner);
    counts.open.fetch_add(usize::from(place.is_some()), Ordering::Relaxed);
}

fn open(manner: Manner) -> Option<TcpStream> {
    let address = SocketAddr::from(([127, 0, 0, 1], PLAIN_PORT));
    let mut stream = TcpStream::connect_timeout(&address, CONNECT).ok()?;
    stream.write_all(manner.opening()).ok()?;
    stream.set_nonblocking(true).ok()?;
    Some(stream)
}

/// A byte more; false if the connection was ended, or answered before it was asked.
fn go_on(manner: Manner, stream: &mut TcpStream) -> bool {
    let read = stream.read(&mut [0; 1]);
    let is_quiet = matches!(&read, Err(error) if error.kind() == ErrorKind::WouldBlock);
    match manner {
        Manner::Head | Manner::Body => is_quiet && stream.write(b"x").is_ok(),
        Manner::Reader => is_quiet || matches!(read, Ok(1..)),
    }
}
