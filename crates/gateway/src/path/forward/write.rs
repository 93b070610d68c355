//! The request towards the API, written anew from what was checked.

use std::ops::Range;
use std::rc::Rc;

use portcullis_contract::{Operation, Place, SchemePlace};
use portcullis_controls::Plan;
use portcullis_controls::response_shape;
use portcullis_controls::safe_configuration::{
    Handshake, RequestField, is_forwarding, is_sent_unasked, request_field,
};
use portcullis_controls::secret_in_url::{holds_credential, is_referrer};
use portcullis_json::push_decimal;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Method, Mode};
use portcullis_policy::Instance;

use super::super::context::Context;
use super::super::payload::Payload;
use super::super::validate::Valid;
use super::super::{loops, own_keys, page_token, told};
use crate::head::{Essential, RequestHead};
use crate::sender::Sender;
use crate::site::claimed;
use crate::turn::Written;
use crate::worker::Deed;

/// What the head of an ordinary request takes.
const HEAD_BYTES: usize = 1024;

/// The request as this instance of the API will read it.
pub(super) fn write(
    valid: &Valid,
    instance: &Instance,
    token: Option<&(String, Rc<str>)>,
    context: &mut Context<'_>,
) -> Written {
    let (body, coding) = payload(valid.body());
    let mut out = Vec::with_capacity(HEAD_BYTES + body.len());
    let (target, host) = write_line(valid, instance, context, &mut out);
    let anew = valid.parameters().map(|parameters| parameters.fields.as_slice());
    write_fields(valid, anew.unwrap_or_default(), context, &mut out);
    write_cookies(valid, context, &mut out);
    write_labels(valid, coding, body.len(), &mut out);
    for (name, value) in valid.websocket().into_iter().flat_map(Handshake::fields) {
        push_field(name, value.as_bytes(), &mut out);
    }
    write_own(valid, token, context, &mut out);
    let fields_end = out.len();
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&body);
    Written::new(out, target, host, fields_end)
}

/// What is asked, and of whom: the first line, and `Host`. Where target and host stand.
fn write_line(
    valid: &Valid,
    instance: &Instance,
    context: &Context<'_>,
    out: &mut Vec<u8>,
) -> (Range<usize>, Range<usize>) {
    let matched = valid.admitted().authenticated().matched();
    let method_text = match matched.method() {
        // What the object says of itself decides, and a HEAD has nothing of it.
        Some(Method::Head) if context.objects.decides_answer() => Method::Get.name(),
        Some(method) => method.name(),
        None => matched.received().head().method_text(),
    };
    out.extend_from_slice(method_text.as_bytes());
    out.push(b' ');
    let target = out.len();
    write_target(valid, &context.plan.model.upstream.path, out);
    let target = target..out.len();
    out.extend_from_slice(b" HTTP/1.1\r\nHost: ");
    let host = out.len();
    out.extend_from_slice(instance.host.as_bytes());
    if !instance.has_default_port() {
        out.push(b':');
        push_decimal(u64::from(instance.port), out);
    }
    let host = host..out.len();
    out.extend_from_slice(b"\r\n");
    (target, host)
}

/// Path and query, behind the API's own base path.
fn write_target(valid: &Valid, base_path: &str, out: &mut Vec<u8>) {
    let matched = valid.admitted().authenticated().matched();
    let head = matched.received().head();
    match (matched.path(), valid.parameters()) {
        (Some(_), Some(parameters)) => {
            out.extend_from_slice(base_path.as_bytes());
            out.extend_from_slice(&parameters.path);
            if !parameters.query.is_empty() {
                out.push(b'?');
                out.extend_from_slice(&parameters.query);
            }
        }
        // Undeclared and not refused: as it came.
        (Some(path), None) => {
            out.extend_from_slice(base_path.as_bytes());
            path.write(out);
            if let Some(query) = head.query() {
                out.push(b'?');
                out.extend_from_slice(query.as_bytes());
            }
        }
        (None, _) => out.extend_from_slice(head.target().as_bytes()),
    }
}

/// What the body is.
fn write_labels(valid: &Valid, coding: Option<&str>, bytes: usize, out: &mut Vec<u8>) {
    if let Some(content_type) = valid.content_type() {
        push_field("Content-Type", content_type.as_bytes(), out);
    }
    if let Some(coding) = coding {
        push_field("Content-Encoding", coding.as_bytes(), out);
    }
    if bytes > 0 || expects_length(valid.admitted().authenticated().matched().method()) {
        out.extend_from_slice(b"Content-Length: ");
        push_decimal(bytes as u64, out);
        out.extend_from_slice(b"\r\n");
    }
}

/// What the gateway says of its own: what it reads, who asks and by which way, and under which id.
fn write_own(
    valid: &Valid,
    token: Option<&(String, Rc<str>)>,
    context: &Context<'_>,
    out: &mut Vec<u8>,
) {
    let authenticated = valid.admitted().authenticated();
    let matched = authenticated.matched();
    let received = matched.received();
    let (head, plan) = (received.head(), context.plan);
    push_field("Accept-Encoding", b"identity", out);
    write_way(received.sender(), head, plan, out);
    let passed = loops::passed(head, &context.worker.shared.stamp, &plan.model.name);
    push_field("CDN-Loop", passed.as_bytes(), out);
    if let Some(etag) = &context.objects.etag
        && head.fields.get("if-match").is_none()
    {
        // Nothing is done to an object that was changed since it was judged.
        push_field("If-Match", etag.as_bytes(), out);
    }
    if let Some((name, token)) = token {
        push_field(name, token.as_bytes(), out);
    }
    if let Some(forward) = &plan.model.callers.forward {
        for (name, text) in told::fields(forward, authenticated.caller()) {
            push_field(&name, text.as_bytes(), out);
        }
    }
    if !declares_request_id(matched.operation(), plan) || head.fields.get("x-request-id").is_none()
    {
        push_field("X-Request-Id", &context.request_id().text(), out);
    }
}

/// Who asked, and how: in the fields that frameworks read, and with one word each, so that they find
/// the same however far they look. The host is said only where the policy claims it: it is what APIs
/// build links from.
fn write_way(sender: &Sender, head: &RequestHead, plan: &Plan, out: &mut Vec<u8>) {
    push_field("X-Forwarded-For", sender.client.as_bytes(), out);
    let proto: &[u8] = if sender.hop.is_tls() { b"https" } else { b"http" };
    push_field("X-Forwarded-Proto", proto, out);
    let host = head.fields.first(Essential::Host);
    if let Some((name, port)) = host.and_then(|host| claimed(host, &plan.model.hosts)) {
        let host = if port.is_empty() { name.to_owned() } else { format!("{name}:{port}") };
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
    operation.is_some_and(|operation| takes_field(operation, "x-request-id"))
}

/// Whether an operation has a parameter in this header field.
fn takes_field(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().any(|parameter| {
        parameter.place == Place::Header && parameter.name.eq_ignore_ascii_case(name)
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
        Payload::Bytes { bytes, coding, .. } => (bytes.as_slice().into(), coding.as_deref()),
    }
}

fn write_cookies(valid: &Valid, context: &mut Context<'_>, out: &mut Vec<u8>) {
    let head = valid.admitted().authenticated().matched().received().head();
    let cookies = match valid.parameters() {
        Some(parameters) => parameters.cookies.as_slice(),
        None => head.fields.first(Essential::Cookie).unwrap_or_default().as_bytes(),
    };
    let credentials = valid.admitted().authenticated().credentials();
    let rule = context.plan.model.page_token.as_ref();
    let cookies = page_token::without(credentials.cookies(cookies), rule);
    let has_key = own_keys::is_removed("cookie", &String::from_utf8_lossy(&cookies), context);
    if !cookies.is_empty() && !has_key {
        push_field("Cookie", &cookies, out);
    }
}

/// Header fields by allow-list (rule 19); those that were written anew in that spelling.
fn write_fields(
    valid: &Valid,
    anew: &[(String, Vec<u8>)],
    context: &mut Context<'_>,
    out: &mut Vec<u8>,
) {
    let authenticated = valid.admitted().authenticated();
    let (matched, credentials) = (authenticated.matched(), authenticated.credentials());
    let (received, operation) = (matched.received(), matched.operation());
    let (head, is_from_proxy) = (received.head(), received.sender().is_from_proxy);
    let plan = context.plan;
    let contract = &plan.model.contract;
    let operation = operation.and_then(|index| contract.operation(index));
    let is_declared = |name: &str| {
        operation.is_some_and(|operation| takes_field(operation, name))
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
        let is_partial = context.objects.decides_answer() && is_conditional(name);
        if page_token::is_field(name, plan.model.page_token.as_ref())
            || told::is_removed(name, context)
            || is_partial
            || own_keys::is_removed(name, value, context)
        {
            continue;
        }
        let value = if name == "accept" { offered.as_deref().unwrap_or(value) } else { value };
        let passes = passes(name, is_from_proxy, &is_declared, context);
        let Some(value) = credentials.field(name, value).filter(|_| passes) else { continue };
        if is_referrer(name) && !may_pass_referrer(name, value, context) {
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

/// Whether a field goes on, by its name.
fn passes(
    name: &str,
    is_from_proxy: bool,
    is_declared: &dyn Fn(&str) -> bool,
    context: &mut Context<'_>,
) -> bool {
    match request_field(name) {
        // The contract may have clients name their requests; ours then stands in the answer only.
        RequestField::Connection => name == "x-request-id" && is_declared(name),
        RequestField::Ordinary => true,
        RequestField::Ambiguous if is_declared(name) => true,
        // What proxies write is read, and said anew.
        RequestField::Hostile if is_from_proxy && is_forwarding(name) => {
            context.mode(ControlId::SafeConfiguration) == Mode::NotAsked
        }
        RequestField::Hostile | RequestField::Ambiguous => {
            may_pass_hostile(name, context) && may_pass(name, context)
        }
        RequestField::IfDeclared => is_declared(name) || may_pass(name, context),
    }
}

/// Fields that ask for less than the whole answer, or for none (RFC 9110 sections 13.1 and 14.2).
fn is_conditional(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
    ];
    NAMES.contains(&name)
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

/// The page that a request comes from was opened with a URL that may hold a credential, which the API would write
/// down.
fn may_pass_referrer(name: &str, url: &str, context: &mut Context<'_>) -> bool {
    if !holds_credential(url, &context.plan.secret_paths) {
        return true;
    }
    let (control, detail) = (ControlId::SecretInUrl, format!("header `{name}`"));
    !context.may_remove(Noted { control, reason: "secret_in_referrer", detail })
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
