//! What may happen once, ever: in memory and in the database.
//!
//! Who takes one has it in memory at once, so that nobody else does, and goes on when its row lasts. What is given back is
//! free at once, and its row goes with the next batch. A process that is killed gives nothing back. What somebody gives back
//! who administers is free when its row is gone.
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

/// A mark that is being given back: free when this is dropped, if its row is gone.
pub(crate) struct GivingBack {
    once: Arc<Marks>,
    mark: OnceMark,
    is_gone: bool,
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
    /// Those of them of which nobody knows yet what becomes of them.
    under_way: HashSet<OnceMark>,
    /// Whose rows wait to be deleted.
    gone: HashSet<OnceMark>,
}

/// What becomes of a mark that somebody gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBack {
    /// It may happen once more.
    Free,
    /// It did not happen.
    Never,
    /// It is about to happen: whoever is under way with it would not be the only one.
    UnderWay,
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
            all.under_way.insert(*mark);
            // Its row is written anew: it must not be deleted behind that.
            all.gone.remove(mark);
        }
        drop(all);
        Ok(OnceTaken { once: Arc::clone(self), marks: marks.to_vec(), is_kept: false })
    }

    /// Begins to give back what happened. Whoever else wants to meanwhile finds it under way: what is free again may be
    /// taken at once, and must not be given back then.
    pub(crate) fn give_back(self: &Arc<Self>, mark: OnceMark) -> Result<GivingBack, GivenBack> {
        let mut all = self.all();
        if !all.taken.contains(&mark) {
            return Err(GivenBack::Never);
        }
        if !all.under_way.insert(mark) {
            return Err(GivenBack::UnderWay);
        }
        drop(all);
        Ok(GivingBack { once: Arc::clone(self), mark, is_gone: false })
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
        let mut all = self.once.all();
        for mark in &self.marks {
            all.under_way.remove(mark);
            if !self.is_kept {
                all.taken.remove(mark);
                all.gone.insert(*mark);
            }
        }
    }
}

impl GivingBack {
    /// Its row is gone.
    pub(crate) const fn gone(&mut self) {
        self.is_gone = true;
    }
}

impl Drop for GivingBack {
    fn drop(&mut self) {
        let mut all = self.once.all();
        all.under_way.remove(&self.mark);
        if self.is_gone {
            all.taken.remove(&self.mark);
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
    fn what_is_under_way_is_not_given_back_and_what_happened_is() {
        let once = marks(MARKS_MAX);
        let mark = once.mark("what", &[b"alice"]);
        let why_not = || once.give_back(mark).err();
        assert_eq!(why_not(), Some(GivenBack::Never));
        let mut taken = once.take(&[mark]).unwrap();
        assert_eq!(why_not(), Some(GivenBack::UnderWay));
        taken.keep(true);
        assert_eq!(why_not(), Some(GivenBack::UnderWay), "its answer may say no yet");
        drop(taken);
        assert_eq!(why_not(), None);
        assert_eq!(once.taken(&[mark]), Some(0), "what is not deleted is not given back");
        let mut giving = once.give_back(mark).unwrap_or_else(|why| panic!("{why:?}"));
        assert_eq!(why_not(), Some(GivenBack::UnderWay), "somebody else does so already");
        assert_eq!(once.take(&[mark]).unwrap_err(), NotTaken::Before(0));
        giving.gone();
        drop(giving);
        drop(once.take(&[mark]).unwrap());
        assert_eq!(why_not(), Some(GivenBack::Never), "its request gave it back itself");
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
