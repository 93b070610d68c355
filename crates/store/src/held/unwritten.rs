//! Which slots the database has otherwise than memory. What was forgotten is written first and in
//! turn; what was learned may wait, and may be lost.

use std::collections::VecDeque;

/// Facts that are written with one batch, at most: a few milliseconds.
const LEARNED_BATCH: usize = 1024;

/// Slots that are emptied with one batch, at most.
const REMOVED_BATCH: usize = 4096;

/// After a batch that failed, so many without new facts: what is forgotten lies in the same batches,
/// and a database that is full has room for that, and none for facts.
const PAUSE_BATCHES: u32 = 64;

/// When all that was removed until now is gone from the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Ticket(u64);

#[derive(Default)]
pub(crate) struct Unwritten {
    /// Each slot at most once, but for what failed to be written.
    removed: VecDeque<u32>,
    is_removed: Bits,
    learned: Bits,
    /// Removals so far, and how many of them lasted.
    last: Ticket,
    done: Ticket,
    /// Something was forgotten, rather than left for want of room.
    has_forgotten: bool,
    pause: u32,
}

/// Slots that are being written.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) removed: Vec<u32>,
    pub(crate) learned: Vec<u32>,
    /// An older copy of the store would have what was forgotten.
    pub(crate) has_forgotten: bool,
}

impl Unwritten {
    pub(crate) fn learned(&mut self, slot: u32) {
        self.learned.set(slot);
    }

    pub(crate) fn removed(&mut self, slot: u32) {
        self.learned.clear(slot);
        if self.is_removed.set(slot) {
            self.removed.push_back(slot);
            self.last.0 += 1;
        }
    }

    /// What was removed just now must not come back with an older copy. The ticket of all so far.
    pub(crate) fn forgotten(&mut self) -> Ticket {
        self.has_forgotten |= self.done < self.last;
        self.last
    }

    pub(crate) fn is_done(&self, ticket: Ticket) -> bool {
        self.done >= ticket
    }

    /// Whether there is anything for the next batch.
    pub(crate) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.learned.count == 0
    }

    /// Whether there is so much that it should not wait.
    pub(crate) fn is_much(&self) -> bool {
        self.removed.len() >= REMOVED_BATCH
            || (self.learned.count >= LEARNED_BATCH && self.pause == 0)
    }

    pub(crate) fn take(&mut self, with_learned: bool) -> Slots {
        let removed: Vec<u32> =
            self.removed.drain(..self.removed.len().min(REMOVED_BATCH)).collect();
        removed.iter().for_each(|slot| {
            self.is_removed.clear(*slot);
        });
        if self.removed.is_empty() {
            self.removed.shrink_to(REMOVED_BATCH);
        }
        let is_due = with_learned && self.pause == 0;
        let learned = if is_due { self.learned.take(LEARNED_BATCH) } else { Vec::new() };
        Slots { removed, learned, has_forgotten: self.has_forgotten }
    }

    /// The slots that were taken are written.
    pub(crate) fn written(&mut self, slots: &Slots) {
        self.done.0 += slots.removed.len() as u64;
        self.has_forgotten &= self.done < self.last;
        self.pause = self.pause.saturating_sub(1);
    }

    /// The slots that were taken could not be written.
    pub(crate) fn failed(&mut self, slots: &Slots) {
        for slot in slots.removed.iter().rev() {
            self.is_removed.set(*slot);
            self.removed.push_front(*slot);
        }
        slots.learned.iter().for_each(|slot| {
            self.learned.set(*slot);
        });
        self.pause = PAUSE_BATCHES;
    }
}

/// One bit for each slot.
#[derive(Default)]
struct Bits {
    words: Vec<u64>,
    count: usize,
    /// Where the next search begins.
    hand: usize,
}

impl Bits {
    /// Says whether it was not set.
    fn set(&mut self, slot: u32) -> bool {
        let (index, bit) = place(slot);
        if index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        let Some(word) = self.words.get_mut(index) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        self.count += usize::from(is_new);
        is_new
    }

    fn clear(&mut self, slot: u32) {
        let (index, bit) = place(slot);
        let Some(word) = self.words.get_mut(index) else { return };
        self.count -= usize::from(*word & bit != 0);
        *word &= !bit;
    }

    /// Clears some that are set, neighbours together, and says which.
    fn take(&mut self, max: usize) -> Vec<u32> {
        let mut taken = Vec::with_capacity(max.min(self.count));
        for _ in 0..self.words.len() {
            self.hand = if self.hand < self.words.len() { self.hand } else { 0 };
            let Some(word) = self.words.get_mut(self.hand) else { break };
            while *word != 0 && taken.len() < max {
                taken.push(self.hand as u32 * 64 + word.trailing_zeros());
                *word &= *word - 1;
            }
            if taken.len() >= max || taken.len() >= self.count {
                break;
            }
            self.hand += 1;
        }
        self.count -= taken.len();
        taken
    }
}

const fn place(slot: u32) -> (usize, u64) {
    (slot as usize / 64, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_done_when_all_before_it_lasted_and_not_when_they_failed() {
        let mut unwritten = Unwritten::default();
        for slot in 0..=REMOVED_BATCH as u32 {
            unwritten.removed(slot);
        }
        let ticket = unwritten.forgotten();
        let first = unwritten.take(true);
        assert!(first.has_forgotten && !unwritten.is_done(ticket));
        unwritten.failed(&first);
        let again = unwritten.take(true);
        assert_eq!(again.removed, first.removed, "in the same order");
        unwritten.written(&again);
        assert!(!unwritten.is_done(ticket), "the last one is still there");
        let rest = unwritten.take(true);
        assert!(rest.has_forgotten);
        unwritten.written(&rest);
        assert!(unwritten.is_done(ticket) && unwritten.is_empty());
        assert!(!unwritten.take(true).has_forgotten);
    }

    #[test]
    fn a_slot_that_is_emptied_again_while_it_is_written_is_written_again() {
        let mut unwritten = Unwritten::default();
        unwritten.removed(3);
        let first = unwritten.take(true);
        unwritten.removed(3);
        let ticket = unwritten.forgotten();
        unwritten.written(&first);
        assert!(!unwritten.is_done(ticket));
        let second = unwritten.take(true);
        assert_eq!(second.removed, [3]);
        unwritten.written(&second);
        assert!(unwritten.is_done(ticket));
    }

    #[test]
    fn what_is_learned_waits_where_nothing_can_be_written_and_what_is_forgotten_does_not() {
        let mut unwritten = Unwritten::default();
        unwritten.learned(70);
        let slots = unwritten.take(true);
        assert_eq!(slots.learned, [70]);
        unwritten.failed(&slots);
        unwritten.removed(5);
        let slots = unwritten.take(true);
        assert_eq!((slots.removed.as_slice(), slots.learned.len()), (&[5][..], 0));
        assert!(
            !unwritten.is_empty() && !unwritten.is_much(),
            "it is tried again, and not at once"
        );
        for _ in 0..PAUSE_BATCHES {
            unwritten.written(&Slots::default());
        }
        assert_eq!(unwritten.take(true).learned, [70]);
    }

    #[test]
    fn every_slot_that_was_learned_is_taken_once() {
        let mut unwritten = Unwritten::default();
        let all: Vec<u32> = (0..5000).map(|number| number * 7 % 5003).collect();
        all.iter().for_each(|slot| unwritten.learned(*slot));
        unwritten.removed(7);
        let mut taken: Vec<u32> = Vec::new();
        while !unwritten.is_empty() {
            let slots = unwritten.take(true);
            taken.extend(&slots.learned);
            unwritten.written(&slots);
        }
        taken.sort_unstable();
        let mut all: Vec<u32> = all.into_iter().filter(|slot| *slot != 7).collect();
        all.sort_unstable();
        assert_eq!(taken, all);
    }
}
