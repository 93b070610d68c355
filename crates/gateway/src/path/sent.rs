//! The body as it is sent: read within limits.

use portcullis_controls::resource_limits::Breach;
use portcullis_model::{ControlId, Refusal, Status};

use super::context::{Context, Exit};
use super::payload::Payload;
use crate::body::BodyRules;
use crate::budget::Held;
use crate::head::{Essential, RequestHead};
use crate::incoming::Incoming;
use crate::wire::WireFault;

/// A body that is still with the client, and the head that announced it.
pub(super) struct Sent<'r, 'w> {
    pub(super) head: &'r RequestHead,
    pub(super) incoming: &'r mut Incoming<'w>,
    /// Grows with what is read.
    pub(super) buffered: &'r mut Held,
}

impl Sent<'_, '_> {
    /// The media type as it was sent.
    pub(super) fn content_type(&self) -> Option<String> {
        self.head.fields.first(Essential::ContentType).map(str::to_owned)
    }

    /// A body that nobody looks into: within limits, as it came.
    pub(super) async fn as_it_came(&mut self, context: &mut Context<'_>) -> Result<Payload, Exit> {
        if !self.head.has_body() {
            return Ok(Payload::Nothing);
        }
        let bytes_max = context.plan.limits.body_bytes_max;
        let bytes = self.read(bytes_max, Breach::BodyBytes, context).await?;
        let coding = self.head.fields.first(Essential::ContentEncoding).map(str::to_owned);
        Ok(Payload::Bytes { bytes, coding, read: None })
    }

    /// All of it, still coded; `above` is the limit of `bytes_max`.
    pub(super) async fn read(
        &mut self,
        bytes_max: usize,
        above: Breach,
        context: &mut Context<'_>,
    ) -> Result<Vec<u8>, Exit> {
        let limits = &context.plan.limits;
        let rules = BodyRules {
            bytes_max,
            idle: Some(limits.body_idle_timeout),
            rate_min: limits.body_rate_min,
            deadline: context.deadline,
        };
        let breach = match self.incoming.read_body(&rules, self.buffered).await {
            Ok(body) => {
                context.entry.request_bytes(body.len() as u64);
                context.carried.settling.came(body.len() as u64);
                return Ok(body);
            }
            Err(WireFault::TooLarge) => above,
            Err(WireFault::Idle) => Breach::BodyIdleTimeout,
            Err(WireFault::TooSlow) => Breach::BodyRate,
            Err(WireFault::TimedOut) => Breach::TotalTimeout,
            Err(WireFault::NoBudget) => Breach::BufferedBytes,
            Err(WireFault::Syntax) => return Err(Exit::Refused(chunks())),
            Err(WireFault::Closed | WireFault::Cut) => return Err(Exit::Refused(cut())),
            Err(WireFault::Io(_)) => return Err(Exit::Gone),
        };
        Err(breach.refusal(limits).into())
    }
}

/// A client that ended its side may still read why.
fn cut() -> Refusal {
    Refusal::new(
        ControlId::InputShape,
        Status::BAD_REQUEST,
        "body_cut",
        "the connection ended before the body did",
    )
}

/// HTTP framing is never relaxed (rule 28).
fn chunks() -> Refusal {
    Refusal::new(
        ControlId::InputShape,
        Status::BAD_REQUEST,
        "chunks",
        "the chunks of the body have no single reading (RFC 9112)",
    )
}
