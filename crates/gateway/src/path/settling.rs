//! What is not settled before a request is over: what counts only if the API does what it is asked, taken before and
//! settled by its answer; and what it costs, charged as that becomes known.

use std::time::Instant;

use portcullis_model::Status;
use portcullis_store::OnceTaken;

use crate::callers::{Bill, Unsettled};

/// What was taken of a request, until its answer is known. Dropped before the request is sent, it is given back;
/// dropped after that, it stays taken: nobody knows what the API did.
#[derive(Debug, Default)]
pub(super) struct Settling {
    often: Vec<Unsettled>,
    once: Option<OnceTaken>,
    bills: Vec<Bill>,
    /// Bytes of the request's body.
    came: u64,
}

impl Settling {
    pub(super) fn often(&mut self, unsettled: Option<Unsettled>) {
        self.often.extend(unsettled);
    }

    pub(super) fn once(&mut self, taken: OnceTaken) {
        self.once = Some(taken);
    }

    pub(super) fn bill(&mut self, mut bill: Bill) {
        bill.bytes(self.came);
        self.bills.push(bill);
    }

    /// The body of the request came.
    pub(super) fn came(&mut self, bytes: u64) {
        self.came = self.came.saturating_add(bytes);
        self.bills.iter_mut().for_each(|bill| bill.bytes(bytes));
    }

    /// The API may see it from here on.
    pub(super) fn sent(&mut self, now: Instant) {
        self.keep(true);
        self.bills.iter_mut().for_each(|bill| bill.asked(now));
    }

    /// What goes on with the answer, and is charged with it.
    pub(super) fn bills(&mut self) -> Vec<Bill> {
        std::mem::take(&mut self.bills)
    }

    /// The API has not seen it, and never will.
    pub(super) fn unsent(&mut self) {
        self.give_back();
    }

    /// What the API answered, whatever becomes of its answer.
    pub(super) fn answered(&mut self, status: Status) {
        if status.0 < 400 {
            self.clear();
        } else {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        self.keep(false);
        self.clear();
    }

    fn keep(&mut self, is_kept: bool) {
        self.often.iter_mut().for_each(|one| one.keep(is_kept));
        if let Some(once) = &mut self.once {
            once.keep(is_kept);
        }
    }

    fn clear(&mut self) {
        self.often.clear();
        self.once = None;
    }
}
