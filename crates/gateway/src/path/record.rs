//! Room 11: what happened? The one place where an outcome becomes an answer and a record.

use std::sync::atomic::Ordering;
use std::time::Instant;

use portcullis_controls::resource_limits::leads_there;
use portcullis_controls::safe_configuration::Security;
use portcullis_controls::secret_in_url::masked;
use portcullis_ledger::{Entry, Verdict};
use portcullis_model::{ControlId, Mode, Refusal, RequestId, Status, UnixMillis};

use super::context::{Context, Exit};
use super::inspect::Cleared;
use crate::answer::{Answer, Body, Edge};
use crate::budget::Held;
use crate::decision::Act;

/// How the record will end.
struct Ending {
    verdict: Verdict,
    refusal: Option<Refusal>,
    failure: Option<String>,
}

/// A request that is over but for the writing of its answer.
pub(crate) struct Closing {
    entry: Entry,
    ending: Ending,
    fields: Vec<(&'static str, String)>,
    has_security_fields: bool,
    is_tls: bool,
    /// The bytes of an answer that is being written.
    buffered: Option<Held>,
}

/// The end of a walk: the answer of its outcome, and the record that is closed when the answer is
/// written.
pub(crate) fn close(outcome: Result<Cleared, Exit>, mut context: Context<'_>) -> (Answer, Closing) {
    if let Err(Exit::Refused(refusal)) = &outcome {
        context.acted(Act::Refused(refusal.control));
    }
    judge_place(&outcome, &context);
    // Charged before the client is told what is left.
    drop(context.carried.settling.bills());
    let (answer, ending) = conclude(outcome, &mut context);
    if context.holds_secret && context.mode(ControlId::SecretInUrl) != Mode::NotAsked {
        context.entry.drift_beside("secret_in_url");
    }
    let fields = context.edge_fields(answer.status);
    let has_security_fields = context.sets_security_fields();
    let is_tls = context.hop.is_tls();
    let mut buffered = context.buffered.take();
    if let Some(held) = &mut buffered {
        // The request's body is gone, and an answer that was removed from is shorter.
        held.keep(answer.body_bytes() as usize);
    }
    let entry = context.entry;
    (answer, Closing { entry, ending, fields, has_security_fields, is_tls, buffered })
}

/// What an outcome says of where the request came from.
fn judge_place(outcome: &Result<Cleared, Exit>, context: &Context<'_>) {
    let Some(place) = context.place else { return };
    let penalties = &context.worker.shared.callers.penalties;
    match outcome {
        Ok(cleared) if context.carried.identity.is_some() && cleared.status().0 < 400 => {
            penalties.served(place, Instant::now());
        }
        Err(Exit::Refused(refusal)) if leads_there(refusal) => {
            penalties.refused(place, Instant::now());
        }
        _ => {}
    }
}

/// The answer of an outcome.
fn conclude(outcome: Result<Cleared, Exit>, context: &mut Context<'_>) -> (Answer, Ending) {
    let id = context.request_id();
    let ending = |verdict| Ending { verdict, refusal: None, failure: None };
    match outcome {
        Ok(cleared) => (cleared.into_answer(), ending(Verdict::Allowed)),
        Err(Exit::Answered(answer)) => (answer, ending(Verdict::Answered)),
        Err(Exit::Refused(refusal)) => {
            let refusal = Refusal { detail: masked(refusal.detail), ..refusal };
            let mut answer = if is_missing(&refusal) {
                Answer::missing(context.plan.model.not_found.as_ref(), id)
            } else {
                Answer::problem(refusal.status, refusal.public, id)
            };
            for (name, value) in &refusal.fields {
                answer.push_field(name, value);
            }
            context.worker.shared.counts.refused.fetch_add(1, Ordering::Relaxed);
            if let Some(watch) = &context.worker.shared.watch {
                watch.refused(id, &context.entry.what(), &refusal);
            }
            (answer, Ending { verdict: Verdict::Refused, refusal: Some(refusal), failure: None })
        }
        Err(Exit::Failed { status, detail }) => {
            let detail = masked(detail);
            if let Some(watch) = &context.worker.shared.watch {
                watch.failed(id, &context.entry.what(), status, &detail);
            }
            let mut answer = Answer::problem(status, None, id);
            if status == Status::UNAVAILABLE {
                answer.push_field("Retry-After", "1");
            }
            (answer, Ending { verdict: Verdict::Failed, refusal: None, failure: Some(detail) })
        }
        Err(Exit::Gone) => {
            context.entry.client_gone();
            // Nobody reads it; 499 is what access logs commonly write for this.
            (Answer::new(Status(499), Body::Nothing), ending(Verdict::Abandoned))
        }
    }
}

/// Whether a refusal says no more than that there is no such object.
fn is_missing(refusal: &Refusal) -> bool {
    refusal.control == ControlId::ObjectOwnership && refusal.status == Status::NOT_FOUND
}

impl Closing {
    const fn request_id(&self) -> RequestId {
        self.entry.request_id()
    }

    pub(crate) const fn time(&self) -> UnixMillis {
        self.entry.time()
    }

    /// What is added to the answer.
    pub(crate) fn edge<'a>(&'a self, answer: &Answer, date: &'a str) -> Edge<'a> {
        let security = Security { is_tls: self.is_tls, is_private: answer.is_private };
        Edge {
            id: self.request_id(),
            date,
            fields: &self.fields,
            security: self.has_security_fields.then_some(security),
        }
    }

    /// Closes the record, once the answer was written or could not be.
    pub(crate) fn record(self, status: Status, bytes: u64, is_written: bool) {
        let Self { mut entry, ending, buffered, .. } = self;
        drop(buffered);
        if !is_written {
            entry.client_gone();
        }
        let Ending { verdict, refusal, failure } = ending;
        entry.finish(verdict, status, bytes, refusal, failure);
    }
}
