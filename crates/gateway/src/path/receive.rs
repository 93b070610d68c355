//! Room 1: strict HTTP within limits, and a path with one reading.
//!
//! The head itself was read strictly by the connection (`head.rs`); what is left is what may be
//! relaxed for an API: the length of the target and the spelling of the path.

use std::sync::Arc;

use portcullis_contract::CanonicalPath;
use portcullis_controls::input_shape::path_refusal;
use portcullis_controls::resource_limits::Breach;
use portcullis_model::{Room, Status};

use super::context::{Context, Exit};
use crate::answer::{Answer, Body};
use crate::head::RequestHead;

/// A request as it came.
pub(crate) struct Request {
    head: RequestHead,
    /// The address at the other end of the connection.
    peer: Arc<str>,
}

impl Request {
    pub(crate) const fn new(head: RequestHead, peer: Arc<str>) -> Self {
        Self { head, peer }
    }
}

/// A request whose head is HTTP and within limits.
pub(super) struct Received {
    head: RequestHead,
    peer: Arc<str>,
    path: Option<CanonicalPath>,
}

impl Received {
    pub(super) const fn head(&self) -> &RequestHead {
        &self.head
    }

    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    /// The path in its one spelling; none if it has several and nobody refused that.
    pub(super) const fn path(&self) -> Option<&CanonicalPath> {
        self.path.as_ref()
    }
}

pub(super) fn enter(request: Request, context: &mut Context<'_>) -> Result<Received, Exit> {
    context.enter(Room::Receive);
    let Request { head, peer } = request;
    if head.is_of_server() {
        // RFC 9110 section 9.3.7: a sign of life, which says nothing about the API.
        return Err(Exit::Answered(Answer::new(Status(204), Body::Nothing)));
    }
    let limits = &context.plan.limits;
    if head.target().len() > limits.target_bytes_max {
        return Err(Breach::TargetBytes.refusal(limits).into());
    }
    let path = match CanonicalPath::parse(head.path()) {
        Ok(path) => Some(path),
        Err(fault) => {
            context.refuse(path_refusal(fault))?;
            None
        }
    };
    Ok(Received { head, peer, path })
}
