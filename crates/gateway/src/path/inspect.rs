//! Room 10: what may leave? Decided from the head, then from the body, before a byte is released.

use portcullis_contract::BodyKind;
use portcullis_controls::content_type::Coding;
use portcullis_controls::response_shape::{self, Plan as AnswerPlan, Projection};
use portcullis_controls::safe_configuration::{is_leak, leak_refusal};
use portcullis_controls::{Plan, api_inventory};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Mode, Refusal, Room, Status};
use portcullis_policy::{Model, Undeclared};

use super::context::{Context, Exit};
use super::forward::{Answered, Parts, failed};
use crate::answer::{Answer, Body};
use crate::coding::decode;
use crate::decision::Act;
use crate::head::{Fields, Length};
use crate::upstream::UpstreamFault;

/// An answer that may leave.
pub(crate) struct Cleared {
    answer: Answer,
}

impl Cleared {
    pub(super) fn into_answer(self) -> Answer {
        self.answer
    }
}

pub(super) async fn enter(answered: Answered, context: &mut Context<'_>) -> Result<Cleared, Exit> {
    context.enter(Room::Inspect);
    let mut parts = answered.into_parts();
    if matches!(parts.head.length, Length::Chunked | Length::UntilClose) {
        // Frameworks write an empty answer so, too.
        parts.body.settle().await.map_err(unread)?;
    }
    let plan = context.plan.clone();
    let status = Status(parts.head.status);
    let operation =
        parts.operation.and_then(|index| Some((index, plan.model.contract.operation(index)?)));
    let Some((index, operation)) = operation else {
        return Ok(Cleared { answer: as_it_came(parts, context) });
    };
    let content_type = parts.head.fields.get("content-type").map(str::to_owned);
    let decided =
        response_shape::plan(operation, status.0, content_type.as_deref(), parts.body.has_body());
    if context.mode(ControlId::ResponseShape) == Mode::NotAsked && !(400..500).contains(&status.0) {
        return Ok(Cleared { answer: as_it_came(parts, context) });
    }
    let mut answer = match decided {
        AnswerPlan::Empty => empty(parts, context),
        AnswerPlan::Neutral(reason) => neutral_or_pass(parts, reason, context)?,
        AnswerPlan::Declared(kind) => {
            let streams = plan.model.bodies.get(index).is_some_and(|body| body.stream_answer);
            declared(parts, kind, streams, context).await?
        }
        AnswerPlan::Json { media, is_undeclared_error } => {
            let shape = media.and_then(|media| media.schema.as_ref()).map(|one| one.shape);
            let json = Json { index, shape, is_undeclared_error };
            json.inspect(parts, context).await?
        }
    };
    for (name, value) in api_inventory::announcement(operation) {
        answer.push_field(name, &value);
    }
    Ok(Cleared { answer })
}

/// Head and body as the API sent them, hop-by-hop fields aside: nobody may look at the body, or
/// nobody does.
fn as_it_came(parts: Parts, context: &mut Context<'_>) -> Answer {
    context.entry.not_inspected();
    let body = if parts.body.has_body() {
        Body::Streaming(Box::new(parts.body))
    } else {
        finished(parts.body)
    };
    let mut answer = Answer::new(Status(parts.head.status), body);
    answer.is_private = parts.is_private;
    copy_fields(&parts.head.fields, &mut answer, Kept { coding: true, validators: true }, context);
    answer
}

/// The end of an exchange without a body.
fn finished(body: crate::upstream::Streaming) -> Body {
    body.give_back();
    Body::Nothing
}

fn empty(parts: Parts, context: &mut Context<'_>) -> Answer {
    let status = Status(parts.head.status);
    let body = if status.0 == 204 || status.0 == 304 || !parts.body.has_body() {
        if status.0 == 204 || status.0 == 304 || parts.head.length == Length::None {
            finished(parts.body)
        } else {
            parts.body.give_back();
            Body::Whole(Vec::new())
        }
    } else {
        // A body that is left out is not read either: the connection ends.
        Body::Whole(Vec::new())
    };
    let mut answer = Answer::new(status, body);
    answer.is_private = parts.is_private;
    copy_fields(&parts.head.fields, &mut answer, Kept { coding: false, validators: true }, context);
    answer
}

/// A neutral problem document in place of the body; or the body, where that is only observed.
fn neutral_or_pass(
    parts: Parts,
    reason: &'static str,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    let status = Status(parts.head.status);
    let detail = format!("the API answered {}", status.0);
    match context.mode(ControlId::ResponseShape) {
        Mode::Enforce => {
            let retry_after = parts.head.fields.get("retry-after").map(str::to_owned);
            let answer = neutral(status, reason, detail, context)?;
            Ok(with_retry_after(answer, retry_after))
        }
        Mode::Observe => {
            context.entry.would_refuse(&response_shape::refusal(reason, detail));
            Ok(as_it_came(parts, context))
        }
        Mode::NotAsked => Ok(as_it_came(parts, context)),
    }
}

/// Errors keep their status (rule 22); anything else that may not leave is a bad gateway.
fn neutral(
    status: Status,
    reason: &'static str,
    detail: String,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    if status.0 < 400 {
        return Err(response_shape::refusal(reason, detail).into());
    }
    let control = ControlId::ResponseShape;
    context.remove(Noted { control, reason, detail });
    Ok(Answer::problem(status, None, context.request_id()))
}

fn with_retry_after(mut answer: Answer, retry_after: Option<String>) -> Answer {
    if let Some(value) = retry_after {
        answer.push_field("Retry-After", &value);
    }
    answer
}

/// Text or bytes of a declared type.
async fn declared(
    parts: Parts,
    kind: BodyKind,
    streams: bool,
    context: &mut Context<'_>,
) -> Result<Answer, Exit> {
    if streams {
        return Ok(as_it_came(parts, context));
    }
    if kind == BodyKind::Stream {
        let name = context.operation_name();
        let line = format!("operations: {{ \"{name}\": {{ answer: stream }} }}");
        let detail = format!("declared as a stream, and nobody decided that it may: {line}");
        context.refuse(response_shape::refusal("undecided_stream", detail))?;
        return Ok(as_it_came(parts, context));
    }
    let Parts { is_private, head, body, mut buffered, place, .. } = parts;
    let limits = &context.plan.limits;
    let bytes = match body.read_all(limits.answer_bytes_max, &mut buffered).await {
        Ok(bytes) => bytes,
        Err(fault) => return Err(unread(fault)),
    };
    drop(place);
    let status = Status(head.status);
    if (400..500).contains(&status.0)
        && let Some(what) = leak_of(&bytes, &head.fields, &context.plan)
        && let Some(answer) = leaking(status, what, context)
    {
        return Ok(answer);
    }
    let mut answer = Answer::new(status, Body::Whole(bytes));
    answer.is_private = is_private;
    copy_fields(&head.fields, &mut answer, Kept { coding: true, validators: true }, context);
    Ok(answer)
}

/// The end of a request whose answer was not read whole. Too large is this control's no, and not
/// to be observed: nobody holds such an answer.
fn unread(fault: UpstreamFault) -> Exit {
    match fault {
        UpstreamFault::TooLarge => response_shape::refusal("too_large", fault.detail()).into(),
        fault => failed(fault),
    }
}

/// What a text tells, whatever its coding and charset; one that does not decode tells too much.
fn leak_of(bytes: &[u8], fields: &Fields, plan: &Plan) -> Option<&'static str> {
    let max = plan.limits.answer_bytes_max;
    let decoded = Coding::from_name(fields.get("content-encoding"))
        .map(|coding| decode(bytes.to_vec(), coding, max, u32::MAX));
    match decoded {
        Some(Ok(text)) => plan.leaks.find(&String::from_utf8_lossy(&text)),
        Some(Err(_)) | None => Some("not_decodable"),
    }
}

/// The neutral answer in place of an error body that tells too much; none if that is observed.
fn leaking(status: Status, what: &'static str, context: &mut Context<'_>) -> Option<Answer> {
    let Refusal { control, reason, detail, .. } = leak_refusal(status, what);
    context
        .may_remove(Noted { control, reason, detail })
        .then(|| Answer::problem(status, None, context.request_id()))
}

/// A JSON answer of a declared operation.
struct Json {
    index: usize,
    shape: Option<portcullis_contract::ShapeId>,
    is_undeclared_error: bool,
}

impl Json {
    async fn inspect(self, parts: Parts, context: &mut Context<'_>) -> Result<Answer, Exit> {
        let Parts { is_private, head, body, mut buffered, place, .. } = parts;
        let plan = context.plan.clone();
        let status = Status(head.status);
        let bytes = match body.read_all(plan.limits.answer_bytes_max, &mut buffered).await {
            Ok(bytes) => bytes,
            Err(fault) => return Err(unread(fault)),
        };
        drop(place);
        let mut document = match read(bytes, &head.fields, &plan) {
            Ok(document) => document,
            Err((refusal, bytes)) if context.mode(refusal.control) != Mode::Enforce => {
                context.entry.would_refuse(&refusal);
                let kept = Kept { coding: true, validators: true };
                return Ok(pass(status, bytes, &head.fields, is_private, kept, context));
            }
            Err((refusal, _)) => return neutral(status, refusal.reason, refusal.detail, context),
        };
        if (400..500).contains(&status.0)
            && let Some(what) = plan.leaks.find_in(document.root())
            && let Some(answer) = leaking(status, what, context)
        {
            return Ok(answer);
        }
        if context.mode(ControlId::ResponseShape) != Mode::NotAsked
            && let Some(answer) = self.project(&mut document, status, context)?
        {
            return Ok(answer);
        }
        let is_edited = document.is_edited();
        let body = if is_edited {
            let mut out = Vec::new();
            document.write(&mut out);
            out
        } else {
            // One reading and nothing removed: the API's own spelling.
            document.into_text().into_bytes()
        };
        let kept = Kept { coding: false, validators: !is_edited };
        Ok(pass(status, body, &head.fields, is_private, kept, context))
    }

    /// Where the document and the API disagree, or the document says nothing.
    const fn drift(&self, projection: &Projection) -> Option<&'static str> {
        if self.is_undeclared_error {
            Some("undeclared_status")
        } else if projection.is_not_described {
            Some("not_described")
        } else if projection.is_of_other_type {
            Some("other_type")
        } else {
            None
        }
    }

    /// Marks what may not leave; an answer in its place if nothing may.
    fn project(
        &self,
        document: &mut Document,
        status: Status,
        context: &mut Context<'_>,
    ) -> Result<Option<Answer>, Exit> {
        let plan = context.plan.clone();
        let projection = response_shape::project(document, &plan.model.contract.shapes, self.shape);
        if let Some(how) = self.drift(&projection) {
            context.entry.drift(how);
        }
        let Projection { drop, removed, is_root_undeclared, .. } = projection;
        let control = ControlId::ResponseShape;
        if is_root_undeclared {
            let detail = "the answer is of a type that is not declared".to_owned();
            if context.mode(control) == Mode::Enforce {
                return neutral(status, "wrong_type", detail, context).map(Some);
            }
            context.entry.would_refuse(&response_shape::refusal("wrong_type", detail));
        }
        let undeclared_out = plan.model.undeclared_out.get(self.index).copied();
        if undeclared_out == Some(Undeclared::Refuse)
            && !self.is_undeclared_error
            && let Some(first) = removed.first()
        {
            context.refuse(response_shape::refusal(first.why.reason(), first.at.to_string()))?;
        }
        let mut may_remove = !removed.is_empty();
        for one in removed {
            let times =
                if one.count > 1 { format!(" ({} times)", one.count) } else { String::new() };
            let detail = format!("{}{times}", one.at);
            may_remove &= context.may_remove(Noted { control, reason: one.why.reason(), detail });
        }
        if may_remove {
            drop.into_iter().for_each(|index| document.drop_value(index));
        }
        Ok(None)
    }
}

/// A JSON body, decoded and parsed; or why not, and the bytes as they came.
fn read(bytes: Vec<u8>, fields: &Fields, plan: &Plan) -> Result<Document, (Refusal, Vec<u8>)> {
    let coding = Coding::from_name(fields.get("content-encoding"));
    let undecoded = || response_shape::refusal("coding", "a content coding that does not decode");
    let decoded = match coding {
        Some(Coding::Identity) => bytes,
        None => return Err((undecoded(), bytes)),
        Some(coding) => {
            match decode(bytes.clone(), coding, plan.limits.answer_bytes_max, u32::MAX) {
                Ok(decoded) => decoded,
                Err(_) => return Err((undecoded(), bytes)),
            }
        }
    };
    Document::parse(decoded, &plan.json_out).map_err(|rejected| {
        let detail = rejected.fault.to_string();
        (response_shape::refusal("broken_json", detail), rejected.bytes)
    })
}

fn pass(
    status: Status,
    body: Vec<u8>,
    fields: &Fields,
    is_private: bool,
    kept: Kept,
    context: &mut Context<'_>,
) -> Answer {
    let mut answer = Answer::new(status, Body::Whole(body));
    answer.is_private = is_private;
    copy_fields(fields, &mut answer, kept, context);
    answer
}

/// Which fields of the API's answer are still true of ours.
#[derive(Clone, Copy)]
struct Kept {
    /// The body is still coded as it came.
    coding: bool,
    /// The body is the API's own: its entity tag holds (rule 23).
    validators: bool,
}

/// Copies the API's fields but those of the connection, those that tell how it is built, and
/// those that the gateway sets.
fn copy_fields(fields: &Fields, answer: &mut Answer, kept: Kept, context: &mut Context<'_>) {
    let mode = context.mode(ControlId::SafeConfiguration);
    let removes_leaks = mode == Mode::Enforce;
    let mut leaks = Vec::new();
    for (name, value) in fields.iter() {
        let is_connection = matches!(
            name,
            "connection"
                | "content-length"
                | "date"
                | "keep-alive"
                | "proxy-authenticate"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
        ) || name.starts_with("portcullis-")
            || fields.is_hop_by_hop(name);
        let is_stale = match name {
            "content-encoding" => !kept.coding,
            "etag" | "last-modified" | "accept-ranges" | "content-md5" | "digest" => {
                !kept.validators
            }
            "cache-control" | "expires" | "pragma" => answer.is_private && removes_leaks,
            _ => false,
        };
        if is_connection || is_stale {
            continue;
        }
        if mode != Mode::NotAsked && is_leak(name) {
            // Every server names itself: not worth a line in every record.
            if name == "server" {
                context.acted_if(removes_leaks, Act::Removed(ControlId::SafeConfiguration));
            } else {
                leaks.push(name);
            }
            if removes_leaks {
                continue;
            }
        }
        let is_link = matches!(name, "location" | "content-location");
        match is_link.then(|| public_path(value, &context.plan)).flatten() {
            Some(path) if removes_leaks => answer.push_field(name, &path),
            _ => answer.push_field(name, value),
        }
    }
    if !leaks.is_empty() {
        let detail = leaks.join(", ");
        context.may_remove(Noted {
            control: ControlId::SafeConfiguration,
            reason: "telling_header",
            detail,
        });
    } else if removes_leaks && fields.get("x-content-type-options").is_none() {
        context.acted(Act::Removed(ControlId::SafeConfiguration));
    }
}

/// A link to the API itself, as clients can follow it: the path behind the gateway's base path.
fn public_path(link: &str, plan: &Plan) -> Option<String> {
    let Model { upstream, base_path, .. } = &plan.model;
    let own = format!("http://{}:{}", upstream.host, upstream.port);
    let path = link.strip_prefix(&own).filter(|rest| rest.starts_with('/'))?;
    Some(match path.strip_prefix(upstream.path.as_str()) {
        Some(rest) if rest.starts_with('/') => format!("{base_path}{rest}"),
        _ => path.to_owned(),
    })
}
