//! What a judgement of a credential is, and what it needs.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use portcullis_controls::Plan;
use portcullis_counting::Place;
use portcullis_credential::jwt::TokenFault;
use portcullis_model::{Identity, Refusal, Tally, UnixMillis};

use crate::head::RequestHead;
use crate::worker::Worker;

/// What a credential turned out to be.
#[derive(Debug)]
pub(super) enum Judged {
    /// Genuine, and this is whose it is. `instead`: what goes on to the API in its place.
    Genuine { identity: Arc<Identity>, instead: Option<String> },
    /// Not genuine: why, for the ledger.
    Not(&'static str),
    /// That cannot be known now: why, for the ledger.
    Unknown(String),
    /// Too many wrong ones came from there.
    TooMany(Refusal),
    /// So many are being judged that this one was not.
    Busy(Refusal),
}

/// What a judgement needs beside the credential.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) worker: &'a Rc<Worker>,
    pub(super) plan: &'a Plan,
    pub(super) head: &'a RequestHead,
    /// Whether the request came inside TLS, as far as clients see.
    pub(super) is_tls: bool,
    pub(super) scheme: usize,
    pub(super) operation: Option<usize>,
    pub(super) now: UnixMillis,
    /// Where it came from, where that is certain.
    pub(super) place: Option<Place>,
    /// The address itself.
    pub(super) address: Option<IpAddr>,
    /// The thumbprint of the certificate that its connection was opened with.
    pub(super) certificate: Option<&'a [u8; 32]>,
    /// When the request must be over.
    pub(super) deadline: Instant,
    /// Sealed rows that are decrypted for this request.
    pub(super) opened: &'a Tally,
    /// The proof of possession that this request has used up: it serves each of its schemes.
    pub(super) proof: &'a Cell<Option<[u8; 32]>>,
}

impl Asked<'_> {
    pub(super) fn scheme_name(&self) -> &str {
        let scheme = self.plan.model.contract.schemes.get(self.scheme);
        scheme.map_or("", |scheme| scheme.name.as_str())
    }
}

/// Why a token is not known to be genuine.
pub(super) enum Unverified {
    Fault(TokenFault),
    Not(&'static str),
    Unknown(String),
    TooMany(Refusal),
}

impl Unverified {
    pub(super) fn judged(self) -> Judged {
        match self {
            Self::Fault(fault) => Judged::Not(fault.name()),
            Self::Not(why) => Judged::Not(why),
            Self::Unknown(detail) => Judged::Unknown(detail),
            Self::TooMany(refusal) => Judged::TooMany(refusal),
        }
    }
}

impl From<TokenFault> for Unverified {
    fn from(fault: TokenFault) -> Self {
        Self::Fault(fault)
    }
}
