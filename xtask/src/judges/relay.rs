//! What stands between a judge and its target: it counts requests, and lets no more through than were granted.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// What every head of a request has once.
const MARK: &[u8] = b" HTTP/1.1\r\n";
/// Bytes that are passed on at a time.
const PIECE: usize = 16 * 1024;

/// A listener that passes on to one address until it is dropped.
pub(crate) struct Relay {
    at: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    to: SocketAddr,
    granted: usize,
    seen: AtomicUsize,
    is_over: AtomicBool,
}

impl Relay {
    pub(crate) fn start(port: u16, to: SocketAddr, granted: usize) -> Result<Self, String> {
        let at = SocketAddr::from(([127, 0, 0, 1], port));
        let listener = TcpListener::bind(at).map_err(|error| format!("{at}: {error}"))?;
        let (seen, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let shared = Arc::new(Shared { to, granted, seen, is_over });
        let with = shared.clone();
        let acceptor = std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if with.is_over.load(Ordering::Relaxed) {
                    return;
                }
                // One that fails is the judge's to tell.
                let _ = pass_on(client, &with);
            }
        });
        Ok(Self { at, shared, acceptor: Some(acceptor) })
    }

    /// Requests that passed.
    pub(crate) fn seen(&self) -> usize {
        self.shared.seen.load(Ordering::Relaxed).min(self.shared.granted)
    }

    /// Whether more came than were granted.
    pub(crate) fn is_spent(&self) -> bool {
        self.shared.seen.load(Ordering::Relaxed) > self.shared.granted
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // The acceptor waits for a connection; this is the last one.
        let _ = TcpStream::connect(self.at);
        let _ = self.acceptor.take().map(JoinHandle::join);
    }
}

fn pass_on(client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    if shared.seen.load(Ordering::Relaxed) > shared.granted {
        return Ok(());
    }
    let target = TcpStream::connect(shared.to)?;
    client.set_nodelay(true)?;
    target.set_nodelay(true)?;
    let (mut answers, mut back) = (target.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let shared = shared.clone();
    std::thread::spawn(move || {
        let _ = requests(&client, &target, &shared);
        let _ = target.shutdown(Shutdown::Write);
    });
    Ok(())
}

/// Passes requests on while there are some left.
fn requests(mut from: &TcpStream, mut to: &TcpStream, shared: &Shared) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    let mut before = Vec::new();
    loop {
        let read = from.read(&mut piece)?;
        let bytes = piece.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        // A mark may begin in one piece and end in the next.
        before.extend_from_slice(bytes);
        let count = before.windows(MARK.len()).filter(|window| *window == MARK).count();
        let kept = before.len().saturating_sub(MARK.len() - 1);
        before.drain(..kept);
        if shared.seen.fetch_add(count, Ordering::Relaxed) + count > shared.granted {
            let _ = from.shutdown(Shutdown::Both);
            return Ok(());
        }
        to.write_all(bytes)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufRead as _;

    use super::*;

    /// Answers each line with an empty answer, and says how many came.
    fn target() -> (SocketAddr, JoinHandle<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let counted = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let lines = io::BufReader::new(stream).lines().map_while(Result::ok);
            lines.filter(|line| line.ends_with("HTTP/1.1")).count()
        });
        (at, counted)
    }

    #[test]
    fn no_more_requests_pass_than_were_granted() {
        let (at, counted) = target();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let relay = Relay::start(free, at, 2).unwrap();
        let mut client = TcpStream::connect(("127.0.0.1", free)).unwrap();
        client.write_all(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HT").unwrap();
        client.write_all(b"TP/1.1\r\n\r\n").unwrap();
        // Ends when the relay closes, or nothing more is said.
        let _ = client.write_all(b"GET /3 HTTP/1.1\r\n\r\n");
        let _ = client.read_to_end(&mut Vec::new());
        drop(client);
        assert!(counted.join().unwrap() <= 2);
        assert!(relay.is_spent());
        assert_eq!(relay.seen(), 2);
    }
}
