//! What answers give back when they have been read: their connection, or their place on one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::wire::Wire;

/// Idle connections of one worker.
const IDLE_MAX: usize = 128;

/// The connections of one worker to one instance on which nothing happens.
#[derive(Debug, Default)]
pub(super) struct Idle {
    wires: RefCell<Vec<Wire>>,
}

impl Idle {
    /// A kept connection on which nothing waits: neither an end nor bytes nobody asked for.
    pub(super) fn kept(&self) -> Option<Wire> {
        loop {
            let mut wire = self.wires.borrow_mut().pop()?;
            if wire.is_quiet() {
                return Some(wire);
            }
        }
    }

    /// Keeps a connection whose exchange is whole. Bytes beyond it would be an answer that nobody
    /// asked for, so such a connection is closed.
    pub(super) fn keep(&self, wire: Wire) {
        let mut idle = self.wires.borrow_mut();
        if !wire.has_unread() && idle.len() < IDLE_MAX {
            idle.push(wire);
        }
    }
}

/// A stream's place on its connection, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    streams: Rc<Cell<usize>>,
}

impl Place {
    pub(super) fn take(streams: &Rc<Cell<usize>>) -> Self {
        streams.set(streams.get() + 1);
        Self { streams: streams.clone() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.streams.set(self.streams.get() - 1);
    }
}
