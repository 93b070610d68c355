//! What goes with a request through all rooms: the snapshot of the plan, the record, the clock.

use std::rc::Rc;
use std::time::{Duration, Instant};

use portcullis_controls::resource_limits::quota_fields;
use portcullis_controls::safe_configuration::answer_fields;
use portcullis_controls::secret_in_url::masked;
use portcullis_controls::transport_encryption::Hop;
use portcullis_controls::{Judgement, Plan};
use portcullis_counting::Place;
use portcullis_ledger::{Entry, Noted};
use portcullis_model::{ControlId, Mode, Refusal, RequestId, Room, Status, UnixMillis};

use super::carried::Carried;
use super::objects::Objects;
use crate::answer::Answer;
use crate::budget::Held;
use crate::callers::{Attempted, TokenDigest};
use crate::decision::{Act, DECISION_FIELD, Decision, PROBE_FIELD};
use crate::head::RequestHead;
use crate::walks::Walking;
use crate::worker::{Deed, Worker};

/// How a request ends without an answer of the API.
#[derive(Debug)]
pub(crate) enum Exit {
    /// A control said no.
    Refused(Refusal),
    /// The gateway answers by itself.
    Answered(Answer),
    /// The API could not be asked, or its answer not be read.
    Failed { status: Status, detail: String },
    /// The client has left.
    Gone,
}

impl Exit {
    /// The exit after a panic in a room: closed.
    pub(crate) fn panicked() -> Self {
        Self::Failed { status: Status::INTERNAL, detail: "a room panicked".to_owned() }
    }
}

impl From<Refusal> for Exit {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What goes with a request.
pub(crate) struct Context<'w> {
    /// The snapshot of the plan that this request was begun with.
    pub(crate) plan: &'w Plan,
    pub(crate) worker: &'w Rc<Worker>,
    pub(crate) entry: Entry,
    /// The operation, once it is found.
    pub(super) operation: Option<usize>,
    /// How the request travelled.
    pub(super) hop: Hop,
    /// From where it came, as far as that is known for certain.
    pub(super) place: Option<Place>,
    /// When the whole request must be over.
    pub(super) deadline: Instant,
    /// Under what the API's word about the caller is kept.
    pub(super) told: Option<TokenDigest>,
    /// What may be a guess, until its answer is known.
    pub(super) attempt: Option<Attempted>,
    /// A credential stands in its URL, where the document asks for one.
    pub(super) holds_secret: bool,
    /// Bytes held for this request, once its answer was read whole.
    pub(super) buffered: Option<Held>,
    /// What is known of the objects that it touches.
    pub(super) objects: Objects,
    /// What goes with it of the API's own login.
    pub(super) carried: Carried,
    /// Steps of flows that it is, until its answer is known.
    pub(super) walking: Vec<Walking>,
    origin: Option<String>,
    nonce: Option<String>,
    acts: Vec<Act>,
}

impl<'w> Context<'w> {
    pub(crate) fn new(plan: &'w Plan, worker: &'w Rc<Worker>, entry: Entry) -> Self {
        let deadline = entry.started() + plan.limits.total_timeout;
        Self {
            plan,
            worker,
            entry,
            operation: None,
            hop: Hop::Plain,
            place: None,
            deadline,
            told: None,
            attempt: None,
            holds_secret: false,
            buffered: None,
            objects: Objects::default(),
            carried: Carried::default(),
            walking: Vec::new(),
            origin: None,
            nonce: None,
            acts: Vec::new(),
        }
    }

    /// When the answer must be written, if writing begins at `now`; a second from then at least,
    /// to say how the request ended.
    pub(crate) fn answer_deadline(&self, now: Instant) -> Instant {
        self.deadline.max(now + Duration::from_secs(1))
    }

    /// Takes what the edge will need from the head.
    pub(crate) fn begin(&mut self, head: &RequestHead) {
        let site = self.worker.site();
        self.entry.target(head.method_text(), &site.recorded(head.path()));
        if !self.plan.model.origins.is_empty() {
            self.origin = head.fields.get("origin").map(str::to_owned);
        }
        if let Some(field) = head.fields.get(PROBE_FIELD) {
            self.probe(field);
        }
    }

    fn probe(&mut self, field: &str) {
        let probe = self.worker.shared.probe.as_ref();
        self.nonce =
            probe.and_then(|probe| probe.nonce(field, self.entry.time())).map(str::to_owned);
    }

    /// A head that never ended may have shown the probe's credential already.
    pub(crate) fn probe_unfinished(&mut self, unfinished: &[u8]) {
        let text = String::from_utf8_lossy(unfinished);
        let lines = text.split("\r\n").filter_map(|line| line.split_once(':'));
        let field = lines
            .filter(|(name, _)| name.eq_ignore_ascii_case(PROBE_FIELD))
            .map(|(_, value)| value.trim().to_owned())
            .next();
        if let Some(field) = field {
            self.probe(&field);
        }
    }

    pub(super) fn enter(&mut self, room: Room) {
        self.entry.enter(room);
        if let Some(watch) = &self.worker.shared.watch {
            watch.entered(self.request_id(), room);
        }
        #[cfg(test)]
        assert!(self.worker.shared.fault != Some(room), "as a test wants it");
    }

    /// The operation is known from here on.
    pub(super) fn found(&mut self, operation: usize) {
        self.operation = Some(operation);
        if let Some(watch) = &self.worker.shared.watch {
            watch.found(self.request_id(), operation);
        }
    }

    pub(super) fn request_id(&self) -> RequestId {
        self.entry.request_id()
    }

    /// What people call the operation, once it is found.
    pub(super) fn operation_name(&self) -> String {
        self.entry.operation_name().unwrap_or_default().to_owned()
    }

    pub(super) fn now(&self) -> UnixMillis {
        self.entry.time()
    }

    /// What a control's refusal does here and now.
    pub(super) fn mode(&self, control: ControlId) -> Mode {
        self.plan.mode(control, self.operation, self.now())
    }

    /// Takes a control's judgement as its mode says: a refusal ends the walk, or is noted and the
    /// control's own value goes on.
    pub(super) fn ask<T>(&mut self, judgement: Judgement<T>) -> Result<T, Exit> {
        match judgement {
            Judgement::Pass(value) => Ok(value),
            Judgement::Refuse(refusal, value) => {
                self.refuse(refusal)?;
                Ok(value)
            }
        }
    }

    /// The same for a refusal that has no value to go on with.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> Result<(), Exit> {
        match self.mode(refusal.control) {
            Mode::Enforce => Err(Exit::Refused(refusal)),
            Mode::Observe => {
                self.would_refuse(&refusal);
                Ok(())
            }
            Mode::NotAsked => Ok(()),
        }
    }

    /// Whether a control may remove something: noted either way.
    pub(super) fn may_remove(&mut self, noted: Noted) -> bool {
        self.may(Deed::Remove, noted)
    }

    /// Whether a control may put a neutral body in place of the API's: noted either way.
    pub(super) fn may_replace(&mut self, noted: Noted) -> bool {
        self.may(Deed::Replace, noted)
    }

    fn may(&mut self, deed: Deed, noted: Noted) -> bool {
        let control = noted.control;
        match self.mode(control) {
            Mode::Enforce => {
                self.did(deed, noted);
                true
            }
            Mode::Observe => {
                let Noted { control, reason, detail } = noted;
                self.would(deed, &Refusal::new(control, Status(0), reason, detail));
                false
            }
            Mode::NotAsked => false,
        }
    }

    /// A control did something that no mode could leave undone.
    pub(super) fn did(&mut self, deed: Deed, noted: Noted) {
        self.acted(Act::Removed(noted.control));
        let noted = Noted { detail: masked(noted.detail), ..noted };
        self.tell(&noted, deed, true);
        self.entry.edit(noted);
    }

    /// What the request shows can be known only to who opened the store.
    pub(super) fn canary_read(&self) {
        self.entry.canary_read();
        if let Some(watch) = &self.worker.shared.watch {
            watch.canary_read(self.entry.request_id(), self.entry.origin());
        }
    }

    /// A control that observes would have refused.
    pub(super) fn would_refuse(&mut self, refusal: &Refusal) {
        self.would(Deed::Refuse, refusal);
    }

    /// A control that observes would have done this.
    pub(super) fn would(&mut self, deed: Deed, refusal: &Refusal) {
        let Refusal { control, reason, detail, .. } = refusal;
        let noted = Noted { control: *control, reason, detail: masked(detail.clone()) };
        self.tell(&noted, deed, false);
        self.entry.would_refuse(noted);
    }

    fn tell(&self, noted: &Noted, deed: Deed, is_done: bool) {
        if let Some(watch) = &self.worker.shared.watch {
            watch.noted(self.request_id(), &self.entry.what(), noted, deed, is_done);
        }
    }

    /// For the decision header, where something was really done.
    pub(super) fn acted_if(&mut self, is_done: bool, act: Act) {
        if is_done {
            self.acted(act);
        }
    }

    /// For the decision header; each act once.
    pub(super) fn acted(&mut self, act: Act) {
        if self.nonce.is_some() && !self.acts.contains(&act) {
            self.acts.push(act);
        }
    }

    /// The CORS fields and the decision header of an answer; none where `safe_configuration` does
    /// not enforce, or nobody waits for a decision.
    pub(super) fn edge_fields(&self, status: Status) -> Vec<(&'static str, String)> {
        let model = &self.plan.model;
        let mut fields = Vec::new();
        if self.sets_security_fields() {
            fields = answer_fields(&model.origins, self.origin.as_deref(), &model.contract.schemes);
        }
        let carried = &self.carried;
        let costs = self.worker.shared.callers.rates.told(&carried.costs, Instant::now());
        // Of one name, what refused it.
        let costs =
            costs.filter(|cost| carried.rate.is_none_or(|refused| refused.name != cost.name));
        let quotas = carried.quotas.iter().chain(&carried.rate).copied().chain(costs);
        fields.extend(quota_fields(&quotas.collect::<Vec<_>>()));
        if let (Some(probe), Some(nonce)) = (&self.worker.shared.probe, &self.nonce) {
            let model = self.plan.version.to_string();
            let decision = Decision { status: status.0, model, acts: self.acts.clone() };
            fields.push((DECISION_FIELD, probe.sign(nonce, &decision)));
        }
        fields
    }

    pub(super) fn sets_security_fields(&self) -> bool {
        self.mode(ControlId::SafeConfiguration) == Mode::Enforce
    }
}
