//! What one file may cost, with all that is in it.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::bounds::Bounds;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: Cell<u64>,
    entries: Cell<u64>,
}

impl Budget {
    /// Of a file of so many bytes.
    pub(super) fn of(bounds: &Bounds, length: u64) -> Self {
        let bytes =
            length.saturating_mul(bounds.inflated_ratio_max).max(bounds.inflated_bytes_free);
        Self { bytes: Cell::new(bytes), entries: Cell::new(bounds.entries_max) }
    }

    /// One more file of an archive.
    pub(super) fn enter(&self) -> io::Result<()> {
        let left = self.entries.get().checked_sub(1);
        self.entries.set(left.unwrap_or_default());
        left.map(|_| ())
            .ok_or_else(|| io::Error::other("it has more files than are read of one archive"))
    }

    /// So many bytes more to look at.
    pub(super) fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.bytes.get().checked_sub(bytes as u64);
        self.bytes.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or_else(|| {
            io::Error::other("more comes out of it than is read of a file of its length")
        })
    }
}

/// Reads what comes out of an archive, and is charged for it.
pub(super) struct Bounded<R> {
    source: R,
    budget: Rc<Budget>,
}

impl<R> Bounded<R> {
    pub(super) fn new(source: R, budget: &Rc<Budget>) -> Self {
        Self { source, budget: Rc::clone(budget) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.budget.spend(count)?;
        Ok(count)
    }
}
