//! What is seen of one case on its way.

use std::sync::{Mutex, PoisonError};

use portcullis_gateway::Watch;
use portcullis_model::{Refusal, RequestId, Room, Status};

/// Gathers it.
#[derive(Debug, Default)]
pub(super) struct Watched(Mutex<Walked>);

#[derive(Debug, Default, Clone)]
pub(super) struct Walked {
    pub(super) refusal: Option<Refusal>,
    /// Why the API could not be asked, or its answer not be read.
    pub(super) failure: Option<String>,
    /// What reached the API, in order: the line of the request, and its body.
    pub(super) reached: Vec<(String, String)>,
    /// Lines of requests that the case says nothing of.
    pub(super) unscripted: Vec<String>,
    /// How many questions of the gateway's own went before the request itself.
    before: Option<usize>,
}

/// What became of a case.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) walked: Walked,
    /// The status that the caller reads, and the body.
    pub(super) status: u16,
    pub(super) body: String,
}

impl Watched {
    pub(super) fn walked(&self) -> Walked {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut Walked)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A request reached the API.
    pub(super) fn reached(&self, line: String, body: String, is_scripted: bool) {
        self.change(|walked| {
            if !is_scripted {
                walked.unscripted.push(line.clone());
            }
            walked.reached.push((line, body));
        });
    }
}

impl Walked {
    /// The request itself, if it reached the API.
    pub(super) fn itself(&self) -> Option<&(String, String)> {
        self.reached.get(self.before?)
    }
}

impl Watch for Watched {
    fn refused(&self, _: RequestId, _: &str, refusal: &Refusal) {
        self.change(|walked| walked.refusal = Some(refusal.clone()));
    }

    fn failed(&self, _: RequestId, _: &str, _: Status, detail: &str) {
        self.change(|walked| walked.failure = Some(detail.to_owned()));
    }

    fn entered(&self, _: RequestId, room: Room) {
        if room == Room::Forward {
            self.change(|walked| walked.before = Some(walked.reached.len()));
        }
    }
}
