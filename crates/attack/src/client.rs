//! A small HTTP/1.1 client that sends exactly the bytes it is told, and reads answers strictly
//! within limits.
//!
//! Attacks repeat header fields, spell paths in odd ways and break off in the middle; a client
//! library would correct all of that. One connection carries one request.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::answer::{self, Progress};

pub(crate) use crate::answer::Answer;

/// Bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Bytes of an answer's body. The sample's largest has 20 MB.
const BODY_BYTES_MAX: usize = 64 << 20;

/// What became of one request.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// The answer, or why there is none.
    pub(crate) answer: Result<Answer, Silence>,
    /// From the first byte sent to the first byte of the answer, or to the end of the
    /// connection.
    pub(crate) open_ms: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Nobody listens, or the machine refuses.
    NotConnected(std::io::ErrorKind),
    /// The connection was closed, or cut, before a whole answer.
    Closed,
    /// No whole answer within the time.
    TimedOut,
    /// What came is not HTTP/1.1, or beyond the limits; in which way.
    Unreadable(&'static str),
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected(kind) => write!(f, "no connection ({kind})"),
            Self::Closed => f.write_str("the connection was closed"),
            Self::TimedOut => f.write_str("no whole answer in time"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// The bytes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// Sent at once.
    pub(crate) bytes: Vec<u8>,
    /// Sent after that, a few bytes at a time, for ever.
    pub(crate) trickle: Option<Trickle>,
    /// Whether the answer has no body whatever its head says (HEAD).
    pub(crate) is_head: bool,
}

/// A request that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trickle {
    /// What is sent again and again.
    pub(crate) byte: u8,
    /// How many at a time.
    pub(crate) bytes_per: usize,
    /// The pause between them.
    pub(crate) pause: Duration,
    /// When the sender gives up.
    pub(crate) at_most: Duration,
}

/// Sends a request on a connection of its own.
pub(crate) async fn exchange(address: SocketAddr, request: &Request, within: Duration) -> Exchange {
    exchange_at_most(address, request, within, BODY_BYTES_MAX).await
}

/// The same, with an answer whose body has at most so many bytes.
pub(crate) async fn exchange_at_most(
    address: SocketAddr,
    request: &Request,
    within: Duration,
    body_bytes_max: usize,
) -> Exchange {
    let begun = Instant::now();
    let mut stream = match timeout(within, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return silent(Silence::NotConnected(error.kind()), begun),
        Err(_) => return silent(Silence::TimedOut, begun),
    };
    // A small request must not wait for the acknowledgement of its first half.
    let _ = stream.set_nodelay(true);
    let (mut reading, mut writing) = stream.split();
    let mut first_byte = None;
    let write = async {
        writing.write_all(&request.bytes).await?;
        match request.trickle {
            Some(trickle) => loop {
                tokio::time::sleep(trickle.pause).await;
                writing.write_all(&vec![trickle.byte; trickle.bytes_per]).await?;
            },
            None => Ok::<(), std::io::Error>(()),
        }
    };
    let progress = Progress::new(request.is_head, HEAD_BYTES_MAX, body_bytes_max);
    let read = read(&mut reading, progress, &mut first_byte);
    let within = request.trickle.map_or(within, |trickle| trickle.at_most);
    let answer = timeout(within, both(write, read)).await.unwrap_or(Err(Silence::TimedOut));
    let over = first_byte.unwrap_or_else(Instant::now);
    Exchange { answer, open_ms: over.duration_since(begun).as_millis() as u64 }
}

fn silent(silence: Silence, begun: Instant) -> Exchange {
    Exchange { answer: Err(silence), open_ms: begun.elapsed().as_millis() as u64 }
}

/// Writes while it reads: a peer may answer before it has the whole request, and then no longer
/// take the rest. The answer decides, however the writing ends.
async fn both<W, R, T>(write: W, read: R) -> T
where
    W: Future<Output = std::io::Result<()>>,
    R: Future<Output = T>,
{
    let (mut write, mut read) = (std::pin::pin!(write), std::pin::pin!(read));
    tokio::select! {
        answer = &mut read => answer,
        _ = &mut write => read.await,
    }
}

async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    mut progress: Progress,
    first_byte: &mut Option<Instant>,
) -> Result<Answer, Silence> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = Vec::with_capacity(64 << 10);
        let count = stream.read_buf(&mut piece).await;
        let is_end = !matches!(count, Ok(1..));
        first_byte.get_or_insert_with(Instant::now);
        bytes.extend_from_slice(&piece);
        match progress.read(&bytes, is_end) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) if is_end => return Err(Silence::Closed),
            Ok(None) => {}
            Err(answer::Unreadable(why)) => return Err(Silence::Unreadable(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const SHORT: Duration = Duration::from_millis(200);

    /// One exchange with a peer that does what `peer` does.
    fn with_peer<F: Future<Output = ()>>(
        peer: impl FnOnce(TcpStream) -> F,
        request: &Request,
    ) -> Exchange {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let serve = async { peer(listener.accept().await.unwrap().0).await };
            let ((), seen) = tokio::join!(serve, exchange(address, request, SHORT));
            seen
        })
    }

    fn request(text: &str) -> Request {
        Request { bytes: text.as_bytes().to_vec(), trickle: None, is_head: false }
    }

    async fn read_some(stream: &mut TcpStream) -> String {
        let mut bytes = vec![0; 1024];
        let count = stream.read(&mut bytes).await.unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    }

    #[test]
    fn the_bytes_arrive_as_they_are() {
        const ODD: &str = "GET  /%zz HTTP/9.9\nX : 1\r\nX: 2\r\n\r\n";
        let seen = with_peer(
            async |mut stream| {
                assert_eq!(read_some(&mut stream).await, ODD);
                stream.write_all(b"HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
            },
            &request(ODD),
        );
        let answer = seen.answer.unwrap();
        assert_eq!((answer.status, answer.text().as_ref()), (400, "no"));
    }

    #[test]
    fn an_answer_before_the_end_of_the_request_counts() {
        let mut large = request("POST / HTTP/1.1\r\n\r\n");
        large.bytes.resize(32 << 20, b'x');
        let seen = with_peer(
            async |mut stream| {
                read_some(&mut stream).await;
                stream.write_all(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                stream.shutdown().await.unwrap();
                // Until the sender sees the answer and leaves.
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
            },
            &large,
        );
        assert_eq!(seen.answer.unwrap().status, 413);
    }

    #[test]
    fn silence_is_told_apart() {
        let closed = with_peer(async |stream| drop(stream), &request("GET / HTTP/1.1\r\n\r\n"));
        assert_eq!(closed.answer, Err(Silence::Closed));
        let half = with_peer(
            async |mut stream| {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                    .await
                    .unwrap();
            },
            &request("x"),
        );
        assert_eq!(half.answer, Err(Silence::Closed));
        let mute = with_peer(
            async |mut stream| {
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
            },
            &request("x"),
        );
        assert_eq!(mute.answer, Err(Silence::TimedOut));
        assert!(mute.open_ms >= 200, "{}", mute.open_ms);
    }

    #[test]
    fn a_slow_request_never_ends_and_measures_how_long_it_is_borne() {
        let slow = Request {
            trickle: Some(Trickle {
                byte: b'a',
                bytes_per: 2,
                pause: Duration::from_millis(5),
                at_most: SHORT,
            }),
            ..request("GET / HTTP/1.1\r\nX: ")
        };
        let borne = with_peer(
            async |mut stream| {
                let mut all = Vec::new();
                let _ = stream.read_to_end(&mut all).await;
                let text = String::from_utf8(all).unwrap();
                assert!(text.starts_with("GET / HTTP/1.1\r\nX: aaaa"), "{text}");
            },
            &slow,
        );
        assert_eq!(borne.answer, Err(Silence::TimedOut));
        assert!(borne.open_ms >= 200, "{}", borne.open_ms);
        let shed = with_peer(
            async |mut stream| {
                read_some(&mut stream).await;
                stream.write_all(b"HTTP/1.1 408 No\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            },
            &slow,
        );
        assert_eq!(shed.answer.map(|answer| answer.status), Ok(408));
        assert!(shed.open_ms < 200, "{}", shed.open_ms);
    }
}
