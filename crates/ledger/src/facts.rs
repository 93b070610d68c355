//! What is known of one request.

use std::sync::Arc;
use std::time::Instant;

use portcullis_model::{
    Caller, ControlId, KeyId, Refusal, RequestId, Room, Status, Tally, UnixMillis,
};

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The API answered, and the answer was released.
    Allowed,
    /// A control said no.
    Refused,
    /// The gateway answered by itself: a preflight, its own endpoints.
    Answered,
    /// The API could not be asked, or its answer could not be read.
    Failed,
    /// Nobody finished it: the client left, or the task died.
    Abandoned,
}

impl Verdict {
    /// The word in the record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Something that a control did short of refusing: removed, or would have refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Who.
    pub control: ControlId,
    /// Which rule of it.
    pub reason: &'static str,
    /// Where and what, by name only.
    pub detail: String,
}

/// A question of the gateway's own to the API, on behalf of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The operation.
    pub operation: Arc<str>,
    /// What the API answered.
    pub status: Status,
    /// How long that took.
    pub micros: u64,
}

/// What rooms learn.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) request_id: RequestId,
    pub(crate) time: UnixMillis,
    pub(crate) started: Instant,
    pub(crate) model: Arc<str>,
    pub(crate) peer: Arc<str>,
    pub(crate) http: &'static str,
    pub(crate) tls: Option<&'static str>,
    pub(crate) client: Option<Arc<str>>,
    pub(crate) api: Option<Arc<str>>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) operation: Option<Arc<str>>,
    pub(crate) caller: Option<Caller>,
    pub(crate) key: Option<KeyId>,
    /// Sealed rows that were decrypted for it.
    pub(crate) opened: Tally,
    pub(crate) room: Room,
    pub(crate) verdict: Verdict,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) failure: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) upstream_status: Option<Status>,
    pub(crate) upstream_micros: Option<u64>,
    pub(crate) asked: Vec<Asked>,
    pub(crate) request_bytes: u64,
    pub(crate) answer_bytes: u64,
    pub(crate) client_gone: bool,
    pub(crate) not_inspected: bool,
    pub(crate) drift: Option<&'static str>,
    pub(crate) edits: Vec<Noted>,
    pub(crate) edits_more: u32,
    pub(crate) would_refuse: Vec<Noted>,
    pub(crate) would_refuse_more: u32,
}
