//! Connections of HTTP/1.1 on which nothing happens.

use std::cell::RefCell;

use crate::wire::Wire;

/// Idle connections of one worker to one instance.
const IDLE_MAX: usize = 128;

/// Those of one worker to one instance.
#[derive(Debug, Default)]
pub(super) struct Idle {
    wires: RefCell<Vec<Wire>>,
}

impl Idle {
    /// One on which nothing waits: neither an end nor bytes nobody asked for.
    pub(super) fn kept(&self) -> Option<Wire> {
        loop {
            let mut wire = self.wires.borrow_mut().pop()?;
            if wire.is_quiet() {
                return Some(wire);
            }
        }
    }

    /// Keeps one whose exchange is whole. Bytes beyond it would be an answer that nobody asked for,
    /// so such a connection is closed.
    pub(super) fn keep(&self, wire: Wire) {
        let mut wires = self.wires.borrow_mut();
        if !wire.has_unread() && wires.len() < IDLE_MAX {
            wires.push(wire);
        }
    }
}
