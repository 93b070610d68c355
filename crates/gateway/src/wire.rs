//! A connection's bytes: what was read and not yet used, and heads.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{timeout, timeout_at};

use crate::head::end_of_head;
use crate::stream::Stream;

/// A stream and the bytes that came with too early a read.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: Stream,
    buffer: Vec<u8>,
    used: usize,
}

/// How long a request goes on whose client has closed its sending half: it may wait for its answer,
/// or have gone without a word.
const HALF_CLOSED_MAX: Duration = Duration::from_secs(5);

/// How many bytes are read at a time.
const READ_BYTES: usize = 8 << 10;

impl Wire {
    pub(crate) const fn new(stream: Stream) -> Self {
        Self { stream, buffer: Vec::new(), used: 0 }
    }

    /// Whether nobody between the two ends can read what goes over it.
    pub(crate) const fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }

    /// Sends all of it.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        // TLS holds records back until it is told to send them.
        if self.stream.is_tls() { self.stream.flush().await } else { Ok(()) }
    }

    /// Tells the other side that nothing more comes. TLS says so in a message of its own; without
    /// it the end could be anybody's.
    pub(crate) async fn end(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// Whether neither bytes nor an end wait on it.
    pub(crate) fn is_quiet(&mut self) -> bool {
        !self.has_unread() && self.stream.is_quiet()
    }

    pub(crate) fn unread(&self) -> &[u8] {
        self.buffer.get(self.used..).unwrap_or_default()
    }

    /// Whether bytes wait that nobody asked for yet.
    pub(crate) fn has_unread(&self) -> bool {
        self.used < self.buffer.len()
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.used += count;
        if self.used >= self.buffer.len() {
            self.used = 0;
            // Empties without giving the memory back; `rest` does that.
            self.buffer.truncate(0);
        }
    }

    /// Reads more; 0 is the end of the stream.
    pub(crate) async fn fill(&mut self) -> io::Result<usize> {
        if self.used > 0 {
            self.buffer.drain(..self.used);
            self.used = 0;
        }
        self.buffer.reserve(READ_BYTES);
        self.stream.read_buf(&mut self.buffer).await
    }

    /// Waits for the first byte of a next message, holding no buffer meanwhile.
    pub(crate) async fn rest(&mut self) -> io::Result<()> {
        if self.has_unread() {
            return Ok(());
        }
        self.buffer = Vec::new();
        self.buffer.extend(self.stream.wait().await?);
        Ok(())
    }

    /// Whether what comes begins with these bytes. Reads no further than it must to tell, until
    /// `deadline`.
    pub(crate) async fn begins_with(&mut self, wanted: &[u8], deadline: Instant) -> bool {
        loop {
            let (unread, length) = (self.unread(), self.unread().len().min(wanted.len()));
            if unread.get(..length) != wanted.get(..length) {
                return false;
            }
            if length == wanted.len() {
                return true;
            }
            match timeout_at(deadline.into(), self.fill()).await {
                Ok(Ok(1..)) => {}
                _ => return false,
            }
        }
    }

    /// Returns when the other side has left: when its connection failed, or some time after it
    /// closed its sending half, as tools do that have said all they have to say.
    pub(crate) async fn gone(&mut self) {
        if self.has_unread() {
            return self.stream.failed().await;
        }
        match self.fill().await {
            Ok(0) => drop(timeout(HALF_CLOSED_MAX, self.stream.failed()).await),
            Ok(_) => self.stream.failed().await,
            Err(_) => {}
        }
    }

    /// Reads a head, the empty line included: at most `bytes_max` bytes, until `deadline`. One
    /// empty line before it is passed over (RFC 9112 section 2.2).
    pub(crate) async fn read_head(
        &mut self,
        bytes_max: usize,
        deadline: Instant,
    ) -> Result<Vec<u8>, WireFault> {
        let read = async {
            let mut searched = 0;
            let mut may_be_empty = true;
            loop {
                if may_be_empty && self.unread().len() > 1 {
                    may_be_empty = false;
                    if self.unread().starts_with(b"\r\n") {
                        self.consume(2);
                    }
                }
                if let Some(end) = end_of_head(self.unread(), searched) {
                    if end > bytes_max {
                        return Err(WireFault::TooLarge);
                    }
                    let head = self.unread().get(..end).unwrap_or_default().to_vec();
                    self.consume(end);
                    return Ok(head);
                }
                searched = self.unread().len();
                if searched > bytes_max {
                    return Err(WireFault::TooLarge);
                }
                match self.fill().await {
                    Ok(0) if searched == 0 => return Err(WireFault::Closed),
                    Ok(0) => return Err(WireFault::Cut),
                    Ok(_) => {}
                    Err(error) => return Err(WireFault::Io(error.kind())),
                }
            }
        };
        timeout_at(deadline.into(), read).await.unwrap_or(Err(WireFault::TimedOut))
    }

    /// What was read of a head that never ended, for the one who must still answer it.
    pub(crate) fn unfinished(&self) -> &[u8] {
        self.unread()
    }
}

/// The bytes themselves, for a protocol that is not ours: those that were read already come first.
impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.has_unread() {
            let count = self.unread().len().min(buffer.remaining());
            buffer.put_slice(self.unread().get(..count).unwrap_or_default());
            self.consume(count);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }
}

/// Why a message was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireFault {
    /// The stream ended before the message began.
    Closed,
    /// The stream ended inside the message.
    Cut,
    /// The stream failed.
    Io(io::ErrorKind),
    /// Too many bytes.
    TooLarge,
    /// The head, or the whole, took too long.
    TimedOut,
    /// No byte for too long.
    Idle,
    /// Too few bytes a second.
    TooSlow,
    /// Chunks that are none.
    Syntax,
    /// All requests together hold too much.
    NoBudget,
}
