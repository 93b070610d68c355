//! One request's record, while it is being gathered.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use portcullis_model::{Caller, KeyId, Refusal, RequestId, Room, Status, Tally, UnixMillis};

use crate::event;
use crate::facts::{Asked, Facts, Noted, Verdict};
use crate::notice::CanaryRead;
use crate::writer::Ledger;

/// How many notes of each kind one record keeps; more are counted.
const NOTES_MAX: usize = 16;

/// The record of one request. It is finished exactly once; dropped unfinished it says
/// `abandoned`.
#[derive(Debug)]
pub struct Entry {
    ledger: Arc<Ledger>,
    pub(crate) facts: Facts,
    is_finished: bool,
}

/// What is known of a request before its head is looked at.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The request's name.
    pub request_id: RequestId,
    /// When it began, for people.
    pub time: UnixMillis,
    /// When it began, to measure how long it took.
    pub started: Instant,
    /// The version of the model that decides it.
    pub model: Arc<str>,
    /// The address at the other end of the connection.
    pub peer: Arc<str>,
    /// The version of HTTP: `1.1`. Empty, if it never came to that.
    pub http: &'static str,
    /// The version of TLS: `1.3`. None: plain.
    pub tls: Option<&'static str>,
}

impl Entry {
    /// Opens the record of a request.
    pub fn open(ledger: Arc<Ledger>, opening: Opening) -> Self {
        let Opening { request_id, time, started, model, peer, http, tls } = opening;
        let facts = Facts {
            request_id,
            time,
            started,
            model,
            peer,
            http,
            tls,
            client: None,
            api: None,
            method: String::new(),
            path: String::new(),
            operation: None,
            caller: None,
            key: None,
            opened: Tally::default(),
            room: Room::Receive,
            verdict: Verdict::Abandoned,
            refusal: None,
            failure: None,
            status: None,
            upstream_status: None,
            upstream_micros: None,
            asked: Vec::new(),
            request_bytes: 0,
            answer_bytes: 0,
            client_gone: false,
            not_inspected: false,
            drift: None,
            edits: Vec::new(),
            edits_more: 0,
            would_refuse: Vec::new(),
            would_refuse_more: 0,
        };
        Self { ledger, facts, is_finished: false }
    }

    /// The request's name.
    pub const fn request_id(&self) -> RequestId {
        self.facts.request_id
    }

    /// When it began.
    pub const fn time(&self) -> UnixMillis {
        self.facts.time
    }

    /// When it began, by the clock that only runs forward.
    pub const fn started(&self) -> Instant {
        self.facts.started
    }

    /// The room that the request has entered.
    pub const fn enter(&mut self, room: Room) {
        self.facts.room = room;
    }

    /// Method and path as sent, without the query and without credentials; cut at 256 bytes.
    pub fn target(&mut self, method: &str, path: &str) {
        self.facts.method = cut(method, 32);
        self.path(path);
    }

    /// The path, once it is known better what of it may be told.
    pub fn path(&mut self, path: &str) {
        const PATH_BYTES_MAX: usize = 256;
        self.facts.path = cut(path, PATH_BYTES_MAX);
    }

    /// The API that it is for, where there are several.
    pub fn api(&mut self, name: Arc<str>) {
        self.facts.api = Some(name);
    }

    /// The address of the client, as trusted proxies name it.
    pub fn client(&mut self, address: Arc<str>) {
        self.facts.client = Some(address);
    }

    /// The operation that it is.
    pub fn operation(&mut self, name: Arc<str>) {
        self.facts.operation = Some(name);
    }

    /// The name of the operation, once it is known.
    pub fn operation_name(&self) -> Option<&str> {
        self.facts.operation.as_deref()
    }

    /// What people call the request: its operation, or method and path where none was found.
    pub fn what(&self) -> Cow<'_, str> {
        match (self.operation_name(), &self.facts.api) {
            (Some(name), Some(api)) => format!("{api}::{name}").into(),
            (Some(name), None) => name.into(),
            (None, _) if self.facts.method.is_empty() => "(no request)".into(),
            (None, _) => format!("{} {}", self.facts.method, self.facts.path).into(),
        }
    }

    /// Who is calling.
    pub fn caller(&mut self, caller: Caller) {
        self.facts.caller = Some(caller);
    }

    /// With which key of ours.
    pub const fn key(&mut self, key: KeyId) {
        self.facts.key = Some(key);
    }

    /// Somebody showed what only who opened the store can know: an event of its own, at once.
    pub fn canary_read(&self) {
        let Facts { time, request_id, peer, client, .. } = &self.facts;
        let (time, request_id, client) = (*time, *request_id, client.as_deref());
        self.ledger.canary_read(&CanaryRead { time, request_id, peer, client });
    }

    /// Where it came from: the client's address, where trusted proxies name it, else the other end of the connection.
    pub fn origin(&self) -> &str {
        self.facts.client.as_deref().unwrap_or(&self.facts.peer)
    }

    /// How many sealed rows of the store were decrypted for it: whoever opens one counts here.
    pub const fn opened(&self) -> &Tally {
        &self.facts.opened
    }

    /// Bytes of the request's body, as sent.
    pub const fn request_bytes(&mut self, bytes: u64) {
        self.facts.request_bytes = bytes;
    }

    /// What the API answered, and how long it took.
    pub const fn upstream(&mut self, status: Status, micros: u64) {
        self.facts.upstream_status = Some(status);
        self.facts.upstream_micros = Some(micros);
    }

    /// The API was asked something on behalf of this request.
    pub fn asked(&mut self, questions: Vec<Asked>) {
        self.facts.asked.extend(questions);
        self.facts.asked.truncate(NOTES_MAX);
    }

    /// The client left before it had the answer.
    pub const fn client_gone(&mut self) {
        self.facts.client_gone = true;
    }

    /// The answer's body was not looked at.
    pub const fn not_inspected(&mut self) {
        self.facts.not_inspected = true;
    }

    /// The document and the API disagree, or the document says nothing: how.
    pub const fn drift(&mut self, how: &'static str) {
        self.facts.drift = Some(how);
    }

    /// The same, if nothing else is to be told.
    pub fn drift_beside(&mut self, how: &'static str) {
        self.facts.drift.get_or_insert(how);
    }

    /// A control removed something.
    pub fn edit(&mut self, noted: Noted) {
        note(&mut self.facts.edits, &mut self.facts.edits_more, noted);
    }

    /// A control would have refused, but only observes.
    pub fn would_refuse(&mut self, noted: Noted) {
        note(&mut self.facts.would_refuse, &mut self.facts.would_refuse_more, noted);
    }

    /// Whether a control that only observes would have refused.
    pub const fn has_would_refuse(&self) -> bool {
        !self.facts.would_refuse.is_empty()
    }

    /// The end. `refusal` belongs to [`Verdict::Refused`], `failure` to [`Verdict::Failed`].
    pub fn finish(
        mut self,
        verdict: Verdict,
        status: Status,
        answer_bytes: u64,
        refusal: Option<Refusal>,
        failure: Option<String>,
    ) {
        self.facts.verdict = verdict;
        self.facts.status = Some(status);
        self.facts.answer_bytes = answer_bytes;
        self.facts.refusal = refusal;
        self.facts.failure = failure;
        self.is_finished = true;
        self.write();
    }

    fn write(&self) {
        self.ledger.append(|out| event::write(&self.facts, out));
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.is_finished {
            self.write();
        }
    }
}

fn note(kept: &mut Vec<Noted>, more: &mut u32, new: Noted) {
    if kept.len() < NOTES_MAX {
        kept.push(new);
    } else {
        *more = more.saturating_add(1);
    }
}

fn cut(text: &str, bytes_max: usize) -> String {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
