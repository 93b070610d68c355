//! What a client sends on a connection of HTTP/2, held against what it is good for.
//!
//! Frames that ask for nothing (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA) cost us work
//! and their sender little (CVE-2019-9512, -9515, -9518). They are not counted one by one: bytes
//! that carry neither a head nor a body are bounded by those that do.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::wire::Wire;

/// Bytes that may be good for nothing, whatever was asked; and bodies that wait to be looked at.
const IDLE_BYTES_MAX: u64 = (64 << 10) + super::CONNECTION_WINDOW_BYTES as u64;
/// And for each byte of heads and bodies, in or out.
const PER_BYTE: u64 = 4;
/// And for each second: a client that only listens says that it lives.
const PER_SECOND: u64 = 1 << 10;

/// Bytes of heads and bodies so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Useful(Rc<Cell<u64>>);

impl Useful {
    pub(super) fn add(&self, bytes: u64) {
        self.0.set(self.0.get().saturating_add(bytes));
    }

    /// Where others add to them.
    pub(super) fn counter(&self) -> &Cell<u64> {
        &self.0
    }
}

/// A stream that fails once too much of what it carries is good for nothing.
#[derive(Debug)]
pub(super) struct Metered {
    stream: Wire,
    read: u64,
    useful: Useful,
    begun: Instant,
}

impl Metered {
    pub(super) fn new(stream: Wire, useful: Useful) -> Self {
        Self { stream, read: 0, useful, begun: Instant::now() }
    }

    fn is_flood(&self) -> bool {
        // Asked rarely: the first bytes are free.
        self.read > IDLE_BYTES_MAX
            && self.read - IDLE_BYTES_MAX
                > self.useful.0.get().saturating_mul(PER_BYTE)
                    + self.begun.elapsed().as_secs().saturating_mul(PER_SECOND)
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.read += (buffer.filled().len() - before) as u64;
        if self.is_flood() {
            return Poll::Ready(Err(io::Error::other("frames that ask for nothing")));
        }
        polled
    }
}

impl AsyncWrite for Metered {
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
