//! Room 6: is the request what the contract declares? Parameters first, then the labels of the
//! body, then the body itself: read within limits, decoded, parsed once, stripped of what may not
//! be written, and held against its schema. What goes on is the tree that was checked.

use std::time::Instant;

use portcullis_contract::{BodyKind, Media, Operation, Schema};
use portcullis_controls::Plan;
use portcullis_controls::content_type::{self, Body, Coding};
use portcullis_controls::input_shape::{self, Accepted, Given, Header};
use portcullis_controls::resource_limits::Breach;
use portcullis_controls::urlencoded;
use portcullis_controls::writable_properties::{self, Outcome};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal, Room};
use portcullis_policy::Undeclared;

use super::authorize_function::Allowed;
use super::context::{Context, Exit};
use super::limit::Admitted;
use crate::budget::Held;
use crate::coding::{CodingFault, decode};
use crate::head::RequestHead;
use crate::incoming::Incoming;
use crate::wire::{BodyRules, WireFault};

/// A request of which every value was checked.
pub(super) struct Valid {
    admitted: Admitted,
    parameters: Option<Accepted>,
    body: Payload,
    content_type: Option<String>,
    buffered: Held,
}

/// The body that goes to the API.
pub(super) enum Payload {
    /// None.
    Nothing,
    /// JSON, printed from the tree.
    Json(Document),
    /// A form, printed from the tree.
    Form(Document),
    /// As it came: text, opaque bytes, a signed body, or one that nobody refused.
    Bytes {
        /// The bytes, still coded if `coding` says so.
        bytes: Vec<u8>,
        /// `Content-Encoding`, where the bytes were not decoded.
        coding: Option<String>,
    },
}

impl Valid {
    pub(super) const fn admitted(&self) -> &Admitted {
        &self.admitted
    }

    /// Query and cookies in their one spelling; none for an undeclared operation.
    pub(super) const fn parameters(&self) -> Option<&Accepted> {
        self.parameters.as_ref()
    }

    pub(super) const fn body(&self) -> &Payload {
        &self.body
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The bytes that this request holds until it is over.
    pub(super) fn into_buffered(self) -> Held {
        self.buffered
    }
}

pub(super) async fn enter(
    allowed: Allowed,
    incoming: &mut Incoming<'_>,
    context: &mut Context<'_>,
) -> Result<Valid, Exit> {
    context.enter(Room::Validate);
    let plan = context.plan.clone();
    let matched = allowed.admitted().authenticated().matched();
    let head = matched.received().head();
    let operation =
        matched.operation().and_then(|index| Some((index, plan.model.contract.operation(index)?)));
    let Some(mut buffered) = context.worker.shared.buffered.take(0) else {
        return Err(Breach::BufferedBytes.refusal(&plan.limits).into());
    };
    let (parameters, body, content_type) = if let Some((index, operation)) = operation {
        let accepted = parameters(matched, index, operation, context)?;
        let content_type = head.fields.get("content-type");
        let content_encoding = head.fields.get("content-encoding");
        let labels =
            content_type::judge_labels(operation, content_type, content_encoding, head.has_body());
        let labels = context.ask(labels)?;
        let (body, content_type) =
            body(labels, index, operation, head, incoming, &mut buffered, context).await?;
        (Some(accepted), body, content_type)
    } else {
        let body = as_it_came(head, incoming, &mut buffered, context).await?;
        (None, body, head.fields.get("content-type").map(str::to_owned))
    };
    let admitted = allowed.into_admitted();
    Ok(Valid { admitted, parameters, body, content_type, buffered })
}

fn parameters(
    matched: &super::find_operation::Matched,
    index: usize,
    operation: &Operation,
    context: &mut Context<'_>,
) -> Result<Accepted, Exit> {
    let plan = context.plan.clone();
    let contract = &plan.model.contract;
    let head = matched.received().head();
    let mut values = Vec::new();
    if let Some(path) = matched.path() {
        contract.path_values(index, path, &mut values);
    }
    let header = |name: &str| {
        let mut fields = head.fields.all(name);
        match (fields.next(), fields.next()) {
            (None, _) => Header::Absent,
            (Some(value), None) => Header::One(value),
            _ => Header::Repeated,
        }
    };
    let given = Given {
        path: &values,
        query: head.query(),
        header: &header,
        cookies: head.fields.get("cookie"),
        schemes: &contract.schemes,
        limits: &plan.json_in,
    };
    let judged = input_shape::judge_parameters(operation, &contract.shapes, &given);
    let accepted = context.ask(judged)?;
    let mut must_keep = false;
    for (place, name) in &accepted.dropped {
        let noted = Noted {
            control: ControlId::InputShape,
            reason: "undeclared_parameter",
            detail: format!("{} parameter `{name}`", place.name()),
        };
        must_keep |= !context.may_remove(noted);
    }
    Ok(if must_keep { given.as_it_came() } else { accepted })
}

/// The body of a declared operation.
async fn body(
    labels: Body,
    index: usize,
    operation: &Operation,
    head: &RequestHead,
    incoming: &mut Incoming<'_>,
    buffered: &mut Held,
    context: &mut Context<'_>,
) -> Result<(Payload, Option<String>), Exit> {
    let as_sent = || head.fields.get("content-type").map(str::to_owned);
    match labels {
        Body::None => {
            if operation.body.as_ref().is_some_and(|body| body.required) {
                context.refuse(input_shape::missing_body())?;
            }
            Ok((Payload::Nothing, None))
        }
        Body::Undeclared => {
            let bytes = as_it_came(head, incoming, buffered, context).await?;
            let noted = Noted {
                control: ControlId::ContentType,
                reason: "undeclared_body",
                detail: "the operation declares no body".to_owned(),
            };
            if context.may_remove(noted) {
                Ok((Payload::Nothing, None))
            } else {
                Ok((bytes, as_sent()))
            }
        }
        Body::AsItCame => {
            let has_properties = operation
                .body
                .as_ref()
                .is_some_and(|body| body.media.iter().any(|media| is_tree(media.kind)));
            if has_properties {
                // Enforced on its own, the next control cannot look into what was not read.
                context.refuse(writable_properties::not_read())?;
            }
            Ok((as_it_came(head, incoming, buffered, context).await?, as_sent()))
        }
        Body::Declared { media, kind, coding, content_type } => {
            let sent = read(incoming, buffered, context).await?;
            let media = operation.body.as_ref().and_then(|body| body.media.get(media));
            let body = declared(sent, media, kind, coding, index, context)?;
            let content_type =
                if matches!(body, Payload::Bytes { .. }) { as_sent() } else { Some(content_type) };
            Ok((body, content_type))
        }
    }
}

const fn is_tree(kind: BodyKind) -> bool {
    matches!(kind, BodyKind::Json | BodyKind::Form)
}

/// A body of a declared media type: decoded, parsed, stripped, checked.
fn declared(
    sent: Vec<u8>,
    media: Option<&Media>,
    kind: BodyKind,
    coding: Coding,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let plan = context.plan.clone();
    let limits = &plan.limits;
    let as_sent = if coding == Coding::Identity { None } else { Some(sent.clone()) };
    let decoded = decode(sent, coding, limits.body_bytes_max, limits.decompressed_ratio_max);
    let bytes = match decoded {
        Ok(bytes) => bytes,
        Err(fault) => {
            context.refuse(match fault {
                CodingFault::Broken => content_type::bad_coding(),
                CodingFault::Breach(breach) => breach.refusal(limits),
            })?;
            return Ok(coded(as_sent.unwrap_or_default(), coding));
        }
    };
    let schema = media.and_then(|media| media.schema.as_ref());
    let read = match kind {
        BodyKind::Json => Document::parse(bytes, &plan.json_in)
            .map(|document| Read { document, form: None })
            .map_err(|rejected| (input_shape::unreadable(&rejected.fault), rejected.bytes)),
        BodyKind::Form => read_form(bytes, schema, &plan),
        BodyKind::Text if std::str::from_utf8(&bytes).is_err() => {
            context.refuse(content_type::not_utf8())?;
            return Ok(Payload::Bytes { bytes, coding: None });
        }
        _ => return Ok(Payload::Bytes { bytes, coding: None }),
    };
    match read {
        Ok(read) => checked(read, schema, index, context),
        Err((refusal, bytes)) => {
            context.refuse(refusal)?;
            context.refuse(writable_properties::not_read())?;
            Ok(Payload::Bytes { bytes, coding: None })
        }
    }
}

/// A body as a tree; a form keeps its bytes beside it.
struct Read {
    document: Document,
    form: Option<Vec<u8>>,
}

fn read_form(
    bytes: Vec<u8>,
    schema: Option<&Schema>,
    plan: &Plan,
) -> Result<Read, (Refusal, Vec<u8>)> {
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err((content_type::not_utf8(), bytes));
    };
    let shape = schema.map(|schema| schema.shape);
    match urlencoded::read_form(text, &plan.model.contract.shapes, shape, &plan.json_in) {
        Ok(document) => Ok(Read { document, form: Some(bytes) }),
        Err(fault) => Err((input_shape::unreadable_form(fault), bytes)),
    }
}

fn coded(bytes: Vec<u8>, coding: Coding) -> Payload {
    let name = match coding {
        Coding::Identity => None,
        Coding::Gzip => Some("gzip".to_owned()),
        Coding::Deflate => Some("deflate".to_owned()),
    };
    Payload::Bytes { bytes, coding: name }
}

fn checked(
    read: Read,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    let Read { mut document, form } = read;
    strip(&mut document, schema, index, context)?;
    context.ask(input_shape::judge_body(schema, &document))?;
    let handling = context.plan.model.bodies.get(index).copied().unwrap_or_default();
    if handling.exact_request && document.is_edited() {
        return Err(writable_properties::exact_body().into());
    }
    let is_enforced = [ControlId::InputShape, ControlId::WritableProperties]
        .into_iter()
        .any(|control| context.mode(control) == Mode::Enforce);
    Ok(match form {
        // Where nothing is enforced, or nothing may be changed, nothing is.
        Some(bytes) if handling.exact_request || !is_enforced => {
            Payload::Bytes { bytes, coding: None }
        }
        None if handling.exact_request || !is_enforced => {
            Payload::Bytes { bytes: document.into_text().into_bytes(), coding: None }
        }
        Some(_) => Payload::Form(document),
        None => Payload::Json(document),
    })
}

/// Takes out what this request may not write.
fn strip(
    document: &mut Document,
    schema: Option<&Schema>,
    index: usize,
    context: &mut Context<'_>,
) -> Result<(), Exit> {
    let plan = context.plan.clone();
    let undeclared = plan.model.undeclared_in.get(index).copied().unwrap_or(Undeclared::Drop);
    let outcome = writable_properties::judge(
        document,
        &plan.model.contract.shapes,
        schema.map(|schema| schema.shape),
        undeclared,
        plan.is_undeclared_allowed(index, context.now()),
    );
    let found = match outcome {
        Outcome::Drop(found) => found,
        Outcome::Refuse(refusal, found) => {
            context.refuse(refusal)?;
            found
        }
    };
    for one in found {
        let noted = Noted {
            control: ControlId::WritableProperties,
            reason: one.reason(),
            detail: one.at.to_string(),
        };
        if context.may_remove(noted) {
            document.drop_value(one.index);
        }
    }
    Ok(())
}

/// A body that nobody looks into: within limits, as it came.
async fn as_it_came(
    head: &RequestHead,
    incoming: &mut Incoming<'_>,
    buffered: &mut Held,
    context: &mut Context<'_>,
) -> Result<Payload, Exit> {
    if !head.has_body() {
        return Ok(Payload::Nothing);
    }
    let bytes = read(incoming, buffered, context).await?;
    Ok(Payload::Bytes { bytes, coding: head.fields.get("content-encoding").map(str::to_owned) })
}

async fn read(
    incoming: &mut Incoming<'_>,
    buffered: &mut Held,
    context: &mut Context<'_>,
) -> Result<Vec<u8>, Exit> {
    let limits = &context.plan.limits;
    let rules = BodyRules {
        bytes_max: limits.body_bytes_max,
        idle: limits.body_idle_timeout,
        rate_min: limits.body_rate_min,
        deadline: context.deadline.max(Instant::now()),
    };
    let breach = match incoming.read_body(&rules, buffered).await {
        Ok(body) => {
            context.entry.request_bytes(body.len() as u64);
            return Ok(body);
        }
        Err(WireFault::TooLarge) => Breach::BodyBytes,
        Err(WireFault::Idle) => Breach::BodyIdleTimeout,
        Err(WireFault::TooSlow) => Breach::BodyRate,
        Err(WireFault::TimedOut) => Breach::TotalTimeout,
        Err(WireFault::NoBudget) => Breach::BufferedBytes,
        Err(WireFault::Syntax) => return Err(Exit::Refused(chunks())),
        Err(WireFault::Closed | WireFault::Cut | WireFault::Io(_)) => return Err(Exit::Gone),
    };
    Err(breach.refusal(limits).into())
}

/// HTTP framing is never relaxed (rule 28).
fn chunks() -> Refusal {
    Refusal::new(
        ControlId::InputShape,
        portcullis_model::Status::BAD_REQUEST,
        "chunks",
        "the chunks of the body have no single reading (RFC 9112)",
    )
}
