//! A request's body on its way in, and whether its sender is still there.

use std::cell::Cell;
use std::future::poll_fn;

use bytes::Bytes;
use h2::RecvStream;
use h2::server::SendResponse;

use crate::body::{BodyReader, BodyRules, Gathered};
use crate::budget::Held;
use crate::head::{Length, RequestHead};
use crate::wire::{Wire, WireFault};

/// The client's side of one request: its body, and whether it is still there.
pub(crate) struct Incoming<'c> {
    side: Side<'c>,
    length: Length,
    expects_continue: bool,
}

enum Side<'c> {
    Http1 { wire: &'c mut Wire, reader: BodyReader },
    Http2 { body: RecvStream, respond: &'c mut SendResponse<Bytes>, useful: &'c Cell<u64> },
}

impl<'c> Incoming<'c> {
    /// On a connection of HTTP/1.
    pub(crate) const fn http1(head: &RequestHead, wire: &'c mut Wire) -> Self {
        Self::new(head, Side::Http1 { wire, reader: BodyReader::new(head.length) })
    }

    /// On a stream of HTTP/2. What is read of the body is added to `useful` as it comes.
    pub(crate) const fn http2(
        head: &RequestHead,
        body: RecvStream,
        respond: &'c mut SendResponse<Bytes>,
        useful: &'c Cell<u64>,
    ) -> Self {
        Self::new(head, Side::Http2 { body, respond, useful })
    }

    const fn new(head: &RequestHead, side: Side<'c>) -> Self {
        Self { side, length: head.length, expects_continue: head.expects_continue }
    }

    /// Whether all of the body was read, so that a next request may follow. A body that nobody
    /// wanted is passed over if it is here already; not if its client waits to be asked for it,
    /// because some then send a next request instead.
    pub(crate) fn is_over(&mut self) -> bool {
        match &mut self.side {
            Side::Http1 { wire, reader } => {
                if !self.expects_continue {
                    let _ = reader.take_if_here(wire);
                }
                reader.is_done()
            }
            Side::Http2 { body, .. } => body.is_end_stream(),
        }
    }

    /// What is left of a stream's body, where not all of it was read.
    pub(crate) fn into_rest(self) -> Option<RecvStream> {
        match self.side {
            Side::Http2 { body, .. } if !body.is_end_stream() => Some(body),
            Side::Http1 { .. } | Side::Http2 { .. } => None,
        }
    }

    /// Reads the request's body, telling a client that waits to go on (RFC 9110 section 10.1.1).
    pub(crate) async fn read_body(
        &mut self,
        rules: &BodyRules,
        held: &mut Held,
    ) -> Result<Vec<u8>, WireFault> {
        if self.length.is_more_than(rules.bytes_max) {
            return Err(WireFault::TooLarge);
        }
        self.read_side(rules, held).await
    }

    async fn read_side(
        &mut self,
        rules: &BodyRules,
        held: &mut Held,
    ) -> Result<Vec<u8>, WireFault> {
        let expects_continue = std::mem::take(&mut self.expects_continue);
        match &mut self.side {
            Side::Http1 { wire, reader } => {
                if expects_continue && !wire.has_unread() {
                    let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
                    wire.write(interim).await.map_err(|error| WireFault::Io(error.kind()))?;
                }
                reader.read_all(wire, rules, held).await
            }
            Side::Http2 { body, respond, useful } => {
                if expects_continue && !body.is_end_stream() {
                    let mut interim = http::Response::new(());
                    *interim.status_mut() = http::StatusCode::CONTINUE;
                    respond.send_informational(interim).map_err(|_| WireFault::Cut)?;
                }
                let came = |more| useful.set(useful.get().saturating_add(more));
                Gathered::of_stream(body, rules, held, came).await
            }
        }
    }

    /// Returns when the client has left. Never, if it sends a next request early.
    pub(crate) async fn gone(&mut self) {
        match &mut self.side {
            Side::Http1 { wire, .. } => wire.gone().await,
            Side::Http2 { respond, .. } => {
                // Whatever it says: a stream that fails has no reader either.
                let _ = poll_fn(|cx| respond.poll_reset(cx)).await;
            }
        }
    }
}
