//! What may happen once, ever: in memory and in the database.
//!
//! Who takes one has it in memory at once, so that nobody else does, and goes on when its row lasts. What is given back is
//! free at once, and its row goes with the next batch. A process that is killed gives nothing back.
//! INVARIANT: a mark whose row may be there is taken, or waits to be deleted.

pub(crate) mod rows;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_model::UnixMillis;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::seal::Sealer;

/// What happened once, and what is about to: no more than so many at a time, and none is ever forgotten.
pub(crate) const MARKS_MAX: usize = 1_000_000;

/// Rows that are deleted with one batch, at most.
const BATCH_MAX: usize = 1024;

/// What may happen once: a keyed digest, which says nothing of what, or of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OnceMark(pub(crate) [u8; 16]);

/// What became of it.
#[derive(Debug)]
pub enum Once {
    /// It is the first time.
    Taken(OnceTaken),
    /// It happened before, or is about to: the place of the mark among those asked. Nothing was taken.
    Before(usize),
}

/// Marks that were taken. Dropped, they are given back, unless they were kept.
pub struct OnceTaken {
    once: Arc<Marks>,
    marks: Vec<OnceMark>,
    is_kept: bool,
}

pub(crate) struct Marks {
    sealer: Arc<Sealer>,
    max: usize,
    all: Mutex<All>,
}

/// Under one lock, so that none is in neither.
#[derive(Default)]
struct All {
    taken: HashSet<OnceMark>,
    /// Whose rows wait to be deleted.
    gone: HashSet<OnceMark>,
}

/// Why none was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// This one of them is.
    Before(usize),
    /// There is no room.
    Full,
}

impl Marks {
    pub(crate) fn new(sealer: Arc<Sealer>, max: usize) -> Self {
        Self { sealer, max, all: Mutex::default() }
    }

    pub(crate) fn mark(&self, what: &str, of: &[&[u8]]) -> OnceMark {
        let parts: Vec<&[u8]> =
            std::iter::once(what.as_bytes()).chain(of.iter().copied()).collect();
        let digest = self.sealer.digest("once", &parts);
        let mut mark = [0; 16];
        mark.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        OnceMark(mark)
    }

    /// Which of these is taken.
    pub(crate) fn taken(&self, marks: &[OnceMark]) -> Option<usize> {
        let all = self.all();
        marks.iter().position(|mark| all.taken.contains(mark))
    }

    /// Takes all of these, or none.
    pub(crate) fn take(self: &Arc<Self>, marks: &[OnceMark]) -> Result<OnceTaken, NotTaken> {
        let mut all = self.all();
        if let Some(which) = marks.iter().position(|mark| all.taken.contains(mark)) {
            return Err(NotTaken::Before(which));
        }
        if all.taken.len() + all.gone.len() + marks.len() > self.max {
            return Err(NotTaken::Full);
        }
        for mark in marks {
            all.taken.insert(*mark);
            // Its row is written anew: it must not be deleted behind that.
            all.gone.remove(mark);
        }
        drop(all);
        Ok(OnceTaken { once: Arc::clone(self), marks: marks.to_vec(), is_kept: false })
    }

    pub(crate) fn write(
        &self,
        connection: &Connection,
        marks: &[OnceMark],
        now: UnixMillis,
    ) -> Result<(), StoreError> {
        marks.iter().try_for_each(|mark| rows::put(connection, &self.sealer, *mark, now))
    }

    pub(crate) fn has_unwritten(&self) -> bool {
        !self.all().gone.is_empty()
    }

    /// Whose rows the next batch deletes. It is followed by [`Marks::settle`].
    pub(crate) fn gone(&self) -> Vec<OnceMark> {
        self.all().gone.iter().take(BATCH_MAX).copied().collect()
    }

    pub(crate) fn settle(&self, gone: &[OnceMark], lasts: bool) {
        if lasts && !gone.is_empty() {
            let mut all = self.all();
            gone.iter().for_each(|mark| {
                all.gone.remove(mark);
            });
        }
    }

    /// All that the database has, into memory. Fails at the first row that is not as we wrote it.
    pub(crate) fn load(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut all = self.all();
        rows::read(connection, &self.sealer, |mark| {
            if all.taken.len() >= self.max {
                return Err(StoreError::TooMany {
                    what: "things that happened once",
                    max: self.max,
                });
            }
            all.taken.insert(mark);
            Ok(())
        })
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OnceTaken {
    /// Whether it stays taken when this is dropped.
    pub const fn keep(&mut self, is_kept: bool) {
        self.is_kept = is_kept;
    }
}

impl fmt::Debug for OnceTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceTaken(..)")
    }
}

impl Drop for OnceTaken {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let mut all = self.once.all();
        for mark in &self.marks {
            all.taken.remove(mark);
            all.gone.insert(*mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kek::Kek;
    use crate::seal::Wrapper;

    fn marks(max: usize) -> Arc<Marks> {
        let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
        let sealer = Sealer::new(Wrapper::new(&kek).unwrap(), &[7; 32]);
        Arc::new(Marks::new(Arc::new(sealer), max))
    }

    #[test]
    fn of_ten_thousand_at_once_one_takes_it() {
        let once = marks(MARKS_MAX);
        let mark = once.mark("per: caller, once: true", &[b"issuer", b"alice"]);
        let count: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        let takes = (0..625).filter_map(|_| once.take(&[mark]).ok());
                        takes.map(|mut taken| taken.keep(true)).count()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(count, 1);
    }

    #[test]
    fn all_or_none_are_taken_and_what_is_dropped_is_free() {
        let once = marks(MARKS_MAX);
        let mark = |name: &str| once.mark("what", &[name.as_bytes()]);
        let (alice, code) = (mark("alice"), mark("code"));
        let first = once.take(&[alice, code]).unwrap();
        assert_eq!(once.take(&[mark("bob"), code]).unwrap_err(), NotTaken::Before(1));
        assert_eq!(once.taken(&[mark("bob"), alice]), Some(1));
        assert!(once.take(&[mark("bob")]).is_ok(), "bob took nothing");
        drop(first);
        assert!(once.has_unwritten(), "rows are to be deleted");
        let mut again = once.take(&[alice]).unwrap();
        assert!(!once.gone().contains(&alice), "its row is written anew");
        again.keep(true);
        drop(again);
        assert_eq!(once.taken(&[alice]), Some(0), "it was kept");
    }

    #[test]
    fn what_is_full_refuses_and_forgets_nothing() {
        let once = marks(3);
        let mark = |number: u8| once.mark("what", &[&[number]]);
        let mut held = [0, 1, 2].map(|number| once.take(&[mark(number)]).unwrap());
        assert_eq!(once.take(&[mark(3)]).unwrap_err(), NotTaken::Full);
        assert_eq!(once.take(&[mark(0)]).unwrap_err(), NotTaken::Before(0), "none is forgotten");
        held.iter_mut().for_each(|taken| taken.keep(false));
        drop(held);
        assert_eq!(once.take(&[mark(3)]).unwrap_err(), NotTaken::Full, "their rows are there yet");
        once.settle(&once.gone(), true);
        assert!(once.take(&[mark(3)]).is_ok());
    }
}
