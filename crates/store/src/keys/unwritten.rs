//! Which keys the database has otherwise than memory.

use std::collections::{HashSet, VecDeque};

use portcullis_model::KeyId;

/// Rows that are deleted with one batch, at most.
const GONE_BATCH: usize = 4096;

/// Rows that are written anew with one batch, at most.
const OWED_BATCH: usize = 1024;

/// After a batch that failed, so many in which nothing is written anew: a database that is full has room
/// for what is deleted, and none for more.
const PAUSE_BATCHES: u32 = 64;

/// When all that was taken out until now is gone from the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Ticket(u64);

#[derive(Default)]
pub(crate) struct Unwritten {
    /// Keys that are no longer in memory, in turn.
    gone: VecDeque<KeyId>,
    /// One of them was revoked, rather than over.
    has_revoked: bool,
    /// Keys taken out so far, and how many of them are gone from the database.
    last: Ticket,
    done: Ticket,
    /// Keys whose end came nearer, and whose rows do not say so yet. No more than there are keys.
    owed: HashSet<KeyId>,
    pause: u32,
}

/// What one batch takes.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) gone: Vec<KeyId>,
    pub(crate) owed: Vec<KeyId>,
    /// An older copy of the store would have keys that were revoked, or later ends.
    pub(crate) revokes: bool,
}

impl Unwritten {
    pub(crate) fn gone(&mut self, ids: Vec<KeyId>, are_revoked: bool) -> Ticket {
        self.last.0 += ids.len() as u64;
        self.has_revoked |= are_revoked && !ids.is_empty();
        self.gone.extend(ids);
        self.last
    }

    pub(crate) fn is_done(&self, ticket: Ticket) -> bool {
        self.done >= ticket
    }

    pub(crate) fn owe(&mut self, ids: impl IntoIterator<Item = KeyId>) {
        self.owed.extend(ids);
    }

    pub(crate) fn is_owed(&self, id: &KeyId) -> bool {
        self.owed.contains(id)
    }

    /// Somebody writes these now.
    pub(crate) fn written(&mut self, ids: &[KeyId]) {
        ids.iter().for_each(|id| {
            self.owed.remove(id);
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.owed.is_empty()
    }

    /// Whether rows may be written anew, or the database had no room lately.
    pub(crate) fn has_room(&self) -> bool {
        self.pause == 0
    }

    /// It is followed by [`Unwritten::settle`].
    pub(crate) fn take(&mut self, with_owed: bool) -> Taken {
        let gone: Vec<KeyId> = self.gone.drain(..self.gone.len().min(GONE_BATCH)).collect();
        if self.gone.is_empty() {
            self.gone.shrink_to(GONE_BATCH);
        }
        let count = if with_owed && self.has_room() { OWED_BATCH } else { 0 };
        let owed: Vec<KeyId> = self.owed.iter().copied().take(count).collect();
        self.written(&owed);
        let revokes = self.has_revoked || !owed.is_empty();
        Taken { gone, owed, revokes }
    }

    /// What was taken lasts, or comes back. `had_rows`: something was written anew.
    pub(crate) fn settle(&mut self, taken: &Taken, lasts: bool, had_rows: bool) {
        if lasts {
            self.done.0 += taken.gone.len() as u64;
            self.has_revoked &= self.done < self.last;
            self.pause = self.pause.saturating_sub(1);
            return;
        }
        taken.gone.iter().rev().for_each(|id| self.gone.push_front(*id));
        self.owe(taken.owed.iter().copied());
        if had_rows {
            self.pause = PAUSE_BATCHES;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> KeyId {
        KeyId::parse(&format!("{number:016}")).unwrap()
    }

    #[test]
    fn a_ticket_is_done_when_all_before_it_are_gone_and_not_when_that_failed() {
        let mut unwritten = Unwritten::default();
        let ticket = unwritten.gone((0..=GONE_BATCH).map(id).collect(), true);
        let first = unwritten.take(true);
        assert!(first.revokes && !unwritten.is_done(ticket));
        unwritten.settle(&first, false, false);
        let again = unwritten.take(true);
        assert_eq!(again.gone, first.gone, "in the same order");
        unwritten.settle(&again, true, false);
        assert!(!unwritten.is_done(ticket) && !unwritten.is_empty(), "the last one is left");
        let rest = unwritten.take(true);
        assert!(rest.revokes);
        unwritten.settle(&rest, true, false);
        assert!(unwritten.is_done(ticket) && unwritten.is_empty());
        let over = unwritten.gone(vec![id(7)], false);
        let taken = unwritten.take(true);
        assert!(!taken.revokes, "it was over in any older copy");
        unwritten.settle(&taken, true, false);
        assert!(unwritten.is_done(over));
    }

    #[test]
    fn an_end_that_could_not_be_written_waits_and_holds_up_no_deletion() {
        let mut unwritten = Unwritten::default();
        unwritten.owe([id(1)]);
        let taken = unwritten.take(true);
        assert!(taken.revokes && taken.owed == [id(1)] && unwritten.is_empty());
        unwritten.settle(&taken, false, true);
        unwritten.gone(vec![id(2)], true);
        let taken = unwritten.take(true);
        assert_eq!((taken.gone.as_slice(), taken.owed.len()), (&[id(2)][..], 0));
        for _ in 0..PAUSE_BATCHES {
            assert!(!unwritten.has_room());
            unwritten.settle(&Taken::default(), true, false);
        }
        assert_eq!(unwritten.take(true).owed, [id(1)]);
        assert!(unwritten.take(false).owed.is_empty());
    }
}
