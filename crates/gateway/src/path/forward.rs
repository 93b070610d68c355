//! Room 9: the API's turn. The whole request was checked before its first byte leaves; it is
//! written from what was checked, in one piece.

mod slash;
mod write;

use std::time::Instant;

use portcullis_controls::safe_configuration::{Handshake, Sides};
use portcullis_model::{ControlId, Method, Mode, Room, Status};
use portcullis_policy::Model;

use super::context::{Context, Exit};
use super::flow;
use super::reserve::Reserved;
use super::told;
use crate::budget::Held;
use crate::head::{AnswerHead, Essential};
use crate::incoming::Incoming;
use crate::locks::Lock;
use crate::turn::{Terms, Turn, Written};
use crate::under_way::Stay;
use crate::upstream::{Streaming, UpstreamFault};

/// What the API answered: the head, and a body that nobody has read.
pub(super) struct Answered {
    operation: Option<usize>,
    is_private: bool,
    head: AnswerHead,
    body: Streaming,
    websocket: Option<Handshake>,
    buffered: Held,
    stay: Stay,
    lock: Option<Lock>,
    sent: Option<Sent>,
}

/// What was asked, kept where the answer leads somewhere.
pub(super) struct Sent {
    /// The host that the client asked.
    pub(super) host: Option<String>,
    /// The request, as the API got it.
    pub(super) bytes: Vec<u8>,
}

/// The parts of [`Answered`] that `inspect` works on.
pub(super) struct Parts {
    pub(super) operation: Option<usize>,
    /// Whether the answer may depend on the caller (rule 23).
    pub(super) is_private: bool,
    pub(super) head: AnswerHead,
    pub(super) body: Streaming,
    /// What a 101 of the API must complete.
    pub(super) websocket: Option<Handshake>,
    /// Bytes held for this request; the answer's are added.
    pub(super) buffered: Held,
    /// The places in the API, given back when the answer is read.
    pub(super) stay: Stay,
    /// The value that others wait for, until the answer is read.
    pub(super) lock: Option<Lock>,
    /// What was asked, where the answer leads somewhere.
    pub(super) sent: Option<Sent>,
}

impl Answered {
    pub(super) fn into_parts(self) -> Parts {
        let Self { operation, is_private, head, body, websocket, buffered, stay, lock, sent } =
            self;
        Parts { operation, is_private, head, body, websocket, buffered, stay, lock, sent }
    }
}

pub(super) async fn enter(
    reserved: Reserved,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Answered, Exit> {
    context.enter(Room::Forward);
    let (valid, stay, lock) = reserved.into_parts();
    let authenticated = valid.admitted().authenticated();
    let matched = authenticated.matched();
    let head = matched.received().head();
    let (operation, method) = (matched.operation(), matched.method());
    let is_private = authenticated.shows_credential()
        || head.fields.first(Essential::Authorization).is_some()
        || head.fields.first(Essential::Cookie).is_some();
    let plan = context.plan;
    let turn = Turn::begin(context.worker, &plan.model.upstream);
    let token = told::token(authenticated.caller(), context)?;
    let mut request = write::write(&valid, turn.instance(), token.as_ref(), context);
    let host = head.fields.first(Essential::Host).map(str::to_owned);
    let (buffered, websocket) = valid.into_rest();

    let is_safe = method.is_some_and(Method::is_safe) && !plan.model.is_changing(operation);
    // The API goes on when its client has left: what others may not do meanwhile is held until it is done.
    let is_held = lock.is_some() || stay.keeps_others_out();
    let started = Instant::now();
    let until = started + plan.limits.upstream_timeout;
    let terms = Terms {
        is_head: method == Some(Method::Head) && !context.objects.decides_answer(),
        is_repeatable: is_safe,
        may_upgrade: websocket.is_some(),
        // Whoever waited, or sent a body slowly, must not leave the API while it works: the next one of
        // the same value would go.
        deadline: if is_held { until } else { context.deadline.min(until) },
        limits: &plan.limits,
    };
    // Whoever only watches lets clients see it.
    let follows =
        operation.is_some() && context.mode(ControlId::SafeConfiguration) == Mode::Enforce;
    context.carried.settling.sent(started);
    let exchange = exchange(turn, &mut request, method.filter(|_| follows), terms, context);
    let result = if is_safe && !is_held {
        // Nobody waits any more: a read ends here. A write runs to its end and is recorded, and so does
        // whatever holds a value.
        tokio::select! {
            biased;
            result = exchange => result,
            () = incoming.gone() => return Err(Exit::Gone),
        }
    } else {
        exchange.await
    };
    let result = result.inspect_err(|fault| {
        if fault.is_unsent() {
            flow::unsent(context);
            context.carried.settling.unsent();
        }
    });
    let (head, mut body, is_corrected) = result.map_err(failed)?;
    body.charge(context.carried.settling.bills());
    if is_corrected {
        context.entry.drift("slash");
    }
    let micros = started.elapsed().as_micros() as u64;
    context.entry.upstream(Status(head.status), micros);
    let sent = leads(&head).then(|| Sent { host, bytes: request.into_bytes() });
    Ok(Answered { operation, is_private, head, body, websocket, buffered, stay, lock, sent })
}

/// Whether an answer leads somewhere by its head.
fn leads(head: &AnswerHead) -> bool {
    let fields = &head.fields;
    fields.first(Essential::Location).is_some()
        || ["content-location", "link"].iter().any(|name| fields.get(name).is_some())
}

/// Sends a request; follows the API's correction of a slash, if there is a `method` to follow it with.
async fn exchange(
    turn: Turn<'_>,
    request: &mut Written,
    method: Option<Method>,
    terms: Terms<'_>,
    context: &Context<'_>,
) -> Result<(AnswerHead, Streaming, bool), UpstreamFault> {
    let Model { upstream, base_path, hosts, .. } = &*context.plan.model;
    let (head, body) = turn.exchange(request, terms).await?;
    let sides = Sides { upstream, base_path, hosts };
    let corrected =
        method.and_then(|method| slash::corrected(&head, Some(method), request.target(), sides));
    let Some(target) = corrected else {
        return Ok((head, body, false));
    };
    body.discard();
    let turn = Turn::begin(context.worker, upstream);
    request.redirect(&target, turn.instance());
    let (head, body) = turn.exchange(request, terms).await?;
    Ok((head, body, true))
}

pub(super) fn failed(fault: UpstreamFault) -> Exit {
    let status = match fault {
        UpstreamFault::TimedOut | UpstreamFault::Connect(std::io::ErrorKind::TimedOut) => {
            Status::GATEWAY_TIMEOUT
        }
        UpstreamFault::NoBudget => Status::UNAVAILABLE,
        _ => Status::BAD_GATEWAY,
    };
    Exit::Failed { status, detail: fault.detail() }
}
