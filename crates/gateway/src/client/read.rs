//! The head of a request in HTTP/1.1, or why there is none.

use std::time::Instant;

use portcullis_controls::resource_limits::Breach;
use portcullis_model::Refusal;
use portcullis_policy::Limits;

use crate::head::{HeadFault, RequestHead};
use crate::wire::{Wire, WireFault};

/// Why a head never became a request.
pub(crate) enum BadHead {
    Wire(WireFault),
    Fault(HeadFault),
}

/// Reads a head within its limits; none, if nothing came that could be answered.
pub(crate) async fn read(wire: &mut Wire, limits: &Limits) -> Option<Result<RequestHead, BadHead>> {
    let until = Instant::now() + limits.head_timeout;
    match wire.read_head(limits.head_bytes_max, until).await {
        Err(WireFault::Closed | WireFault::Io(_)) => None,
        // Nothing but an empty line came, so there is nothing to answer.
        Err(WireFault::TimedOut) if !wire.has_unread() => None,
        Err(fault) => Some(Err(BadHead::Wire(fault))),
        Ok(bytes) => Some(RequestHead::parse(&bytes, limits.headers_max).map_err(BadHead::Fault)),
    }
}

impl BadHead {
    pub(crate) fn refusal(&self, limits: &Limits) -> Refusal {
        match self {
            Self::Wire(WireFault::TooLarge) => Breach::HeadBytes.refusal(limits),
            Self::Wire(WireFault::TimedOut) => Breach::HeadTimeout.refusal(limits),
            Self::Wire(_) => HeadFault::Cut.refusal(limits),
            Self::Fault(fault) => fault.refusal(limits),
        }
    }
}
