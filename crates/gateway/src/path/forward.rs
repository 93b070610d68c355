//! Room 9: the API's turn. The whole request was checked before its first byte leaves; it is
//! written from what was checked, in one piece.

use std::time::Instant;

use portcullis_contract::{Place, SchemePlace};
use portcullis_controls::Plan;
use portcullis_controls::response_shape;
use portcullis_controls::safe_configuration::{
    RequestField, is_forwarding, is_sent_unasked, request_field,
};
use portcullis_json::push_decimal;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Method, Mode, Room, Status};
use portcullis_policy::Instance;

use super::context::{Context, Exit};
use super::receive::Received;
use super::reserve::Reserved;
use super::validate::{Payload, Valid};
use crate::budget::Held;
use crate::head::{AnswerHead, Essential, RequestHead};
use crate::incoming::Incoming;
use crate::sender::Sender;
use crate::site::is_claimed;
use crate::turn::{Outgoing, Turn};
use crate::upstream::{Streaming, Terms, UpstreamFault};
use crate::worker::Deed;

/// What the API answered: the head, and a body that nobody has read.
pub(super) struct Answered {
    operation: Option<usize>,
    is_private: bool,
    head: AnswerHead,
    body: Streaming,
    buffered: Held,
    place: Held,
}

/// The parts of [`Answered`] that `inspect` works on.
pub(super) struct Parts {
    pub(super) operation: Option<usize>,
    /// Whether the answer may depend on the caller (rule 23).
    pub(super) is_private: bool,
    pub(super) head: AnswerHead,
    pub(super) body: Streaming,
    /// Bytes held for this request; the answer's are added.
    pub(super) buffered: Held,
    /// The place in the API, given back when the answer is read.
    pub(super) place: Held,
}

impl Answered {
    pub(super) fn into_parts(self) -> Parts {
        let Self { operation, is_private, head, body, buffered, place } = self;
        Parts { operation, is_private, head, body, buffered, place }
    }
}

pub(super) async fn enter(
    reserved: Reserved,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Answered, Exit> {
    context.enter(Room::Forward);
    let (valid, place) = reserved.into_parts();
    let authenticated = valid.admitted().authenticated();
    let matched = authenticated.matched();
    let head = matched.received().head();
    let (operation, method) = (matched.operation(), matched.method());
    let is_private = authenticated.shows_credential()
        || head.fields.first(Essential::Authorization).is_some()
        || head.fields.first(Essential::Cookie).is_some();
    let plan = context.plan;
    let turn = Turn::begin(context.worker, &plan.model.upstream);
    let request = write(&valid, turn.instance(), context);
    let buffered = valid.into_buffered();

    let is_safe = method.is_some_and(Method::is_safe);
    let started = Instant::now();
    let terms = Terms {
        to_head: method == Some(Method::Head),
        is_repeatable: is_safe,
        deadline: context.deadline.min(started + plan.limits.upstream_timeout),
        limits: &plan.limits,
    };
    let exchange = turn.exchange(request, terms);
    let result = if is_safe {
        // Nobody waits any more: a read ends here. A write runs to its end and is recorded.
        tokio::select! {
            biased;
            result = exchange => result,
            () = incoming.gone() => return Err(Exit::Gone),
        }
    } else {
        exchange.await
    };
    let (head, body) = result.map_err(failed)?;
    let micros = started.elapsed().as_micros() as u64;
    context.entry.upstream(Status(head.status), micros);
    Ok(Answered { operation, is_private, head, body, buffered, place })
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

/// What the head of an ordinary request takes.
const HEAD_BYTES: usize = 1024;

/// The request as this instance of the API will read it.
fn write(valid: &Valid, instance: &Instance, context: &mut Context<'_>) -> Outgoing {
    let matched = valid.admitted().authenticated().matched();
    let received = matched.received();
    let head = received.head();
    let plan = context.plan;
    let upstream = &plan.model.upstream;
    let (body, coding) = payload(valid.body());
    let mut out = Vec::with_capacity(HEAD_BYTES + body.len());

    let method = matched.method();
    let method_text = match method {
        Some(method) => method.name(),
        None => head.method_text(),
    };
    out.extend_from_slice(method_text.as_bytes());
    out.push(b' ');
    match (matched.path(), valid.parameters()) {
        (Some(_), Some(parameters)) => {
            out.extend_from_slice(upstream.path.as_bytes());
            out.extend_from_slice(&parameters.path);
            if !parameters.query.is_empty() {
                out.push(b'?');
                out.extend_from_slice(&parameters.query);
            }
        }
        // Undeclared and not refused: as it came, behind the API's own base path.
        (Some(path), None) => {
            out.extend_from_slice(upstream.path.as_bytes());
            path.write(&mut out);
            if let Some(query) = head.query() {
                out.push(b'?');
                out.extend_from_slice(query.as_bytes());
            }
        }
        (None, _) => out.extend_from_slice(head.target().as_bytes()),
    }
    out.extend_from_slice(b" HTTP/1.1\r\nHost: ");
    let host = out.len();
    out.extend_from_slice(instance.host.as_bytes());
    if !instance.has_default_port() {
        out.push(b':');
        push_decimal(u64::from(instance.port), &mut out);
    }
    let host = host..out.len();
    out.extend_from_slice(b"\r\n");
    let anew = valid.parameters().map(|parameters| parameters.fields.as_slice());
    write_fields(received, matched.operation(), anew.unwrap_or_default(), context, &mut out);
    write_cookies(valid, head, &mut out);
    if let Some(content_type) = valid.content_type() {
        push_field("Content-Type", content_type.as_bytes(), &mut out);
    }
    if let Some(coding) = coding {
        push_field("Content-Encoding", coding.as_bytes(), &mut out);
    }
    if !body.is_empty() || expects_length(method) {
        out.extend_from_slice(b"Content-Length: ");
        push_decimal(body.len() as u64, &mut out);
        out.extend_from_slice(b"\r\n");
    }
    push_field("Accept-Encoding", b"identity", &mut out);
    write_way(received.sender(), head, plan, &mut out);
    if !declares_request_id(matched.operation(), plan) || head.fields.get("x-request-id").is_none()
    {
        push_field("X-Request-Id", &context.request_id().text(), &mut out);
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&body);
    Outgoing::new(out, host)
}

/// Who asked, and how: in the fields that frameworks read, and with one word each, so that they find
/// the same however far they look. The host is said only where the policy claims it: it is what APIs
/// build links from.
fn write_way(sender: &Sender, head: &RequestHead, plan: &Plan, out: &mut Vec<u8>) {
    push_field("X-Forwarded-For", sender.client.as_bytes(), out);
    let proto: &[u8] = if sender.hop.is_tls() { b"https" } else { b"http" };
    push_field("X-Forwarded-Proto", proto, out);
    let host = head.fields.first(Essential::Host);
    if let Some(host) = host.filter(|host| is_claimed(host, &plan.model.hosts)) {
        push_field("X-Forwarded-Host", host.as_bytes(), out);
    }
}

fn push_field(name: &str, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Whether clients name their requests themselves.
fn declares_request_id(operation: Option<usize>, plan: &Plan) -> bool {
    let operation = operation.and_then(|index| plan.model.contract.operation(index));
    operation.is_some_and(|operation| {
        operation.parameters.iter().any(|parameter| {
            parameter.place == Place::Header && parameter.name.eq_ignore_ascii_case("x-request-id")
        })
    })
}

/// Methods whose empty body is announced (RFC 9110 section 8.6).
const fn expects_length(method: Option<Method>) -> bool {
    matches!(method, Some(Method::Post | Method::Put | Method::Patch | Method::Query))
}

fn payload(body: &Payload) -> (std::borrow::Cow<'_, [u8]>, Option<&str>) {
    match body {
        Payload::Nothing => (Vec::new().into(), None),
        Payload::Json(document) => {
            let mut out = Vec::new();
            document.write(&mut out);
            (out.into(), None)
        }
        Payload::Form(form) => (form.write().into(), None),
        Payload::Parts { bytes, .. } => (bytes.as_slice().into(), None),
        Payload::Bytes { bytes, coding } => (bytes.as_slice().into(), coding.as_deref()),
    }
}

fn write_cookies(valid: &Valid, head: &RequestHead, out: &mut Vec<u8>) {
    let cookies = match valid.parameters() {
        Some(parameters) => parameters.cookies.as_slice(),
        None => head.fields.first(Essential::Cookie).unwrap_or_default().as_bytes(),
    };
    if !cookies.is_empty() {
        push_field("Cookie", cookies, out);
    }
}

/// Header fields by allow-list (rule 19); those that were written anew in that spelling.
fn write_fields(
    received: &Received,
    operation: Option<usize>,
    anew: &[(String, Vec<u8>)],
    context: &mut Context<'_>,
    out: &mut Vec<u8>,
) {
    let (head, is_from_proxy) = (received.head(), received.sender().is_from_proxy);
    let plan = context.plan;
    let contract = &plan.model.contract;
    let operation = operation.and_then(|index| contract.operation(index));
    let is_declared = |name: &str| {
        let is_parameter = operation.is_some_and(|operation| {
            operation.parameters.iter().any(|parameter| {
                parameter.place == Place::Header && parameter.name.eq_ignore_ascii_case(name)
            })
        });
        is_parameter
            || contract.schemes.iter().any(|scheme| {
                matches!(&scheme.place, SchemePlace::Header(known) if known.eq_ignore_ascii_case(name))
            })
    };
    let accept = head.fields.get("accept");
    let accept = accept.filter(|_| context.mode(ControlId::ResponseShape) == Mode::Enforce);
    let offered = operation
        .zip(accept)
        .and_then(|(operation, sent)| response_shape::accept(operation, &contract.shapes, sent));
    for name in head.fields.unreadable() {
        // No mode can forward what is no text.
        let (control, detail) = (ControlId::InputShape, format!("header `{name}`"));
        context.did(Deed::Remove, Noted { control, reason: "unreadable_header", detail });
    }
    let mut is_written = vec![false; anew.len()];
    for (name, value) in head.fields.iter() {
        let value = if name == "accept" { offered.as_deref().unwrap_or(value) } else { value };
        let passes = match request_field(name) {
            // The contract may have clients name their requests; ours then stands in the answer only.
            RequestField::Connection => name == "x-request-id" && is_declared(name),
            RequestField::Ordinary => true,
            RequestField::Ambiguous if is_declared(name) => true,
            // What proxies write is read, and said anew.
            RequestField::Hostile if is_from_proxy && is_forwarding(name) => false,
            RequestField::Hostile | RequestField::Ambiguous => {
                may_pass_hostile(name, context) && may_pass(name, context)
            }
            RequestField::IfDeclared => is_declared(name) || may_pass(name, context),
        };
        if !passes {
            continue;
        }
        let anew = anew.iter().zip(&mut is_written).find(|((known, _), _)| known == name);
        let value = match anew {
            // Further fields of this name are in the first one already.
            Some((_, true)) => continue,
            Some(((_, value), is_written)) => {
                *is_written = true;
                value
            }
            None => value.as_bytes(),
        };
        push_field(name, value, out);
    }
}

/// Overrides of method, target and client are never forwarded, observing or not (rule 28); only
/// a knock-out run lets them through.
fn may_pass_hostile(name: &str, context: &mut Context<'_>) -> bool {
    let control = ControlId::SafeConfiguration;
    if context.mode(control) == Mode::NotAsked {
        return true;
    }
    let detail = format!("header `{name}`");
    context.did(Deed::Remove, Noted { control, reason: "hostile_header", detail });
    false
}

/// An undeclared header: dropped where this control enforces, and noted either way.
fn may_pass(name: &str, context: &mut Context<'_>) -> bool {
    let control = ControlId::InputShape;
    // Browsers send a dozen of these with every request: they are not worth a line each.
    if is_sent_unasked(name) {
        return context.mode(control) != Mode::Enforce;
    }
    let detail = format!("header `{name}`");
    !context.may_remove(Noted { control, reason: "undeclared_header", detail })
}
