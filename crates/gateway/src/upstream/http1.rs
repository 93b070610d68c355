//! HTTP/1.1 towards an instance: a pool of connections, and one exchange at a time on each. A
//! connection goes back into the pool only after a whole, well-formed exchange.

use std::rc::Rc;

use portcullis_policy::Limits;
use tokio::time::timeout_at;

use super::idle::Idle;
use super::streaming::Source;
use super::{
    Failed, HEAD_BYTES_MAX, INTERIM_MAX, Outgoing, Streaming, Target, UpstreamFault, read_fault,
    told,
};
use crate::body::BodyReader;
use crate::head::AnswerHead;
use crate::wire::{Wire, WireFault};

/// The connections of one worker to one instance.
#[derive(Debug, Default)]
pub(super) struct Connections {
    idle: Rc<Idle>,
}

impl Connections {
    pub(super) async fn exchange(
        &self,
        target: &Target,
        request: Outgoing<'_>,
        limits: &Limits,
    ) -> Result<(AnswerHead, Streaming), UpstreamFault> {
        if let Some(wire) = self.idle.kept() {
            match self.on(wire, request, limits).await {
                // Nothing of an answer arrived: the connection was dead before we used it.
                Err((UpstreamFault::Cut, true)) if request.is_repeatable => {}
                Err(failed) => return Err(told(failed)),
                Ok(answer) => return Ok(answer),
            }
        }
        let wire = Wire::new(target.connect(limits).await?);
        self.on(wire, request, limits).await.map_err(told)
    }

    /// One exchange; the flag of a fault says that no byte of an answer had arrived.
    async fn on(
        &self,
        mut wire: Wire,
        request: Outgoing<'_>,
        limits: &Limits,
    ) -> Result<(AnswerHead, Streaming), Failed> {
        let deadline = request.deadline;
        // A failed write is no end yet: an API may answer and close before it has read a large body.
        if timeout_at(deadline.into(), wire.write(request.bytes)).await.is_err() {
            return Err((UpstreamFault::TimedOut, false));
        }
        for interim in 0..=INTERIM_MAX {
            let bytes = wire.read_head(HEAD_BYTES_MAX, deadline).await.map_err(|fault| {
                let is_clean =
                    interim == 0 && matches!(fault, WireFault::Closed | WireFault::Io(_));
                (read_fault(fault), is_clean)
            })?;
            let head = AnswerHead::parse(&bytes, request.is_head)
                .map_err(|fault| (UpstreamFault::Malformed(fault.reason()), false))?;
            match head.status {
                101 if !request.may_upgrade => {
                    return Err((UpstreamFault::Malformed("switching_protocols"), false));
                }
                100 | 102..=199 => {}
                101 | 200..=599 => {
                    let source = Source::Http1 {
                        wire,
                        reader: BodyReader::new(head.length),
                        idle: self.idle.clone(),
                        keep_alive: head.keep_alive && head.status != 101,
                    };
                    let silence = limits.stream_idle_timeout;
                    return Ok((head, Streaming::new(source, deadline, silence)));
                }
                _ => return Err((UpstreamFault::Malformed("status"), false)),
            }
        }
        Err((UpstreamFault::Malformed("interim_answers"), false))
    }
}
