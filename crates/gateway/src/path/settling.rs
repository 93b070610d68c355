//! What counts only if the API does what it is asked: taken before, settled by its answer.

use portcullis_model::Status;
use portcullis_store::OnceTaken;

use crate::callers::Unsettled;

/// What was taken of a request, until its answer is known. Dropped before the request is sent, it is given back;
/// dropped after that, it stays taken: nobody knows what the API did.
#[derive(Debug, Default)]
pub(super) struct Settling {
    often: Vec<Unsettled>,
    once: Option<OnceTaken>,
}

impl Settling {
    pub(super) fn often(&mut self, unsettled: Option<Unsettled>) {
        self.often.extend(unsettled);
    }

    pub(super) fn once(&mut self, taken: OnceTaken) {
        self.once = Some(taken);
    }

    /// The API may see it from here on.
    pub(super) fn sent(&mut self) {
        self.keep(true);
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
