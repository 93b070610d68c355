//! A connection that speaks another protocol: bytes both ways, as they come.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, copy_bidirectional_with_sizes};

use crate::wire::Wire;

/// Bytes that each direction holds.
const BUFFER_BYTES: usize = 8 << 10;

/// Bytes that were carried.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carried {
    pub(super) to_client: u64,
    pub(super) to_api: u64,
}

/// Carries bytes until both sides have ended, one fails, both are silent for too long, or the
/// gateway goes. What was carried until then is told.
pub(super) async fn carry(
    client: &mut Wire,
    api: &mut Wire,
    silence: Duration,
    goes: impl Future<Output = ()>,
) -> Carried {
    let (last, to_client, to_api) = (Cell::new(Instant::now()), Cell::new(0), Cell::new(0));
    let mut client = Side { wire: client, last: &last, written: &to_client };
    let mut api = Side { wire: api, last: &last, written: &to_api };
    let copy = copy_bidirectional_with_sizes(&mut client, &mut api, BUFFER_BYTES, BUFFER_BYTES);
    let silent = async {
        while let Some(left) =
            silence.checked_sub(last.get().elapsed()).filter(|left| !left.is_zero())
        {
            tokio::time::sleep(left).await;
        }
    };
    tokio::select! {
        // However it ends, it is over.
        _ = copy => {}
        () = silent => {}
        () = goes => {}
    }
    Carried { to_client: to_client.get(), to_api: to_api.get() }
}

/// One side, which notes when something was last said.
struct Side<'s> {
    wire: &'s mut Wire,
    last: &'s Cell<Instant>,
    /// Bytes written to it.
    written: &'s Cell<u64>,
}

impl AsyncRead for Side<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut *self.wire).poll_read(context, buffer);
        if polled.is_ready() {
            self.last.set(Instant::now());
        }
        polled
    }
}

impl AsyncWrite for Side<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut *self.wire).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = &polled {
            self.written.set(self.written.get() + *count as u64);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.wire).poll_shutdown(context)
    }
}
