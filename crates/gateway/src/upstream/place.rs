//! The place of a stream on its connection of HTTP/2.

use std::cell::Cell;
use std::rc::Rc;

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    streams: Rc<Cell<usize>>,
}

impl Place {
    /// One more stream on a connection that counts them here.
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
