//! A request's body on its way in, and whether its sender is still there.

use crate::budget::Held;
use crate::head::RequestHead;
use crate::wire::{BodyReader, BodyRules, Wire, WireFault};

/// The client's side of one request: its body, and whether it is still there.
pub(crate) struct Incoming<'w> {
    wire: &'w mut Wire,
    reader: BodyReader,
    expects_continue: bool,
}

impl<'w> Incoming<'w> {
    pub(crate) const fn new(head: &RequestHead, wire: &'w mut Wire) -> Self {
        let reader = BodyReader::new(head.length);
        Self { wire, reader, expects_continue: head.expects_continue }
    }

    /// Whether all of the body was read, so that a next request may follow. A body that nobody
    /// wanted is passed over if it is here already; not if its client waits to be asked for it,
    /// because some then send a next request instead.
    pub(crate) fn is_over(&mut self) -> bool {
        if !self.expects_continue {
            let _ = self.reader.take_if_here(self.wire);
        }
        self.reader.is_done()
    }

    /// Reads the request's body, telling a client that waits to go on (RFC 9110 section 10.1.1).
    pub(crate) async fn read_body(
        &mut self,
        rules: &BodyRules,
        held: &mut Held,
    ) -> Result<Vec<u8>, WireFault> {
        if self.reader.announces_more_than(rules.bytes_max) {
            return Err(WireFault::TooLarge);
        }
        if std::mem::take(&mut self.expects_continue) && !self.wire.has_unread() {
            let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
            self.wire.write(interim).await.map_err(|e| WireFault::Io(e.kind()))?;
        }
        self.reader.read_all(self.wire, rules, held).await
    }

    /// Returns when the client has left. Never, if it sends a next request early.
    pub(crate) async fn gone(&mut self) {
        self.wire.gone().await;
    }
}
