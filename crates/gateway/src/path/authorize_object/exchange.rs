//! One question of the gateway's own to the API, with the caller's credential: bounded, recorded as a child
//! of the request, and never released to the client (rule 12).

use std::time::Instant;

use portcullis_contract::{BodyKind, SchemePlace, ShapeId, write_path_text, write_path_value};
use portcullis_json::Document;
use portcullis_ledger::Asked as Question;
use portcullis_model::Status;

use super::super::context::Context;
use super::super::validate::Valid;
use super::super::{own_keys, told};
use crate::head::{Essential, Fields};
use crate::turn::{Terms, Turn, Written};
use crate::upstream::UpstreamFault;

/// Bytes of one object, or of one page of a list.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Questions about objects that one request may cost.
const QUESTIONS_MAX: usize = 100;

/// What the API answered.
pub(super) struct Answered {
    pub(super) status: Status,
    /// Its body, where it is one of success.
    pub(super) document: Option<Document>,
    /// Its strong entity tag.
    pub(super) etag: Option<String>,
}

/// Asks by a GET operation.
///
/// # Errors
/// What went wrong where nobody can say.
pub(super) async fn ask(
    valid: &Valid,
    operation: usize,
    target: &str,
    context: &mut Context<'_>,
) -> Result<Answered, String> {
    if context.objects.questions == QUESTIONS_MAX {
        return Err(format!("one request may cost {QUESTIONS_MAX} questions about objects"));
    }
    context.objects.questions += 1;
    let plan = context.plan;
    let own = plan.model.contract.operation(operation).ok_or("no such operation")?;
    let upstream = &plan.model.upstream;
    let place = context.worker.shared.in_upstream.take(1).ok_or("there is no place in the API")?;
    let mut buffered =
        context.worker.shared.buffered.take(0).ok_or("there is no room for its answer")?;
    let turn = Turn::begin(context.worker, upstream);
    let target = format!("{}{target}", upstream.path);
    let mut fields = credentials(valid, context);
    fields.extend(who(valid, context)?);
    let mut request = Written::question(&target, turn.instance(), &fields);
    let started = Instant::now();
    let terms = Terms {
        is_head: false,
        is_repeatable: true,
        may_upgrade: false,
        deadline: context.deadline.min(started + plan.limits.upstream_timeout),
        limits: &plan.limits,
    };
    let (head, body) = turn.exchange(&mut request, terms).await.map_err(UpstreamFault::detail)?;
    let status = Status(head.status);
    let micros = started.elapsed().as_micros() as u64;
    context.entry.asked(vec![Question { operation: own.name().into(), status, micros }]);
    if !matches!(status.0, 200..=299) {
        body.discard();
        return Ok(Answered { status, document: None, etag: None });
    }
    let etag = strong_tag(&head.fields);
    let read = body.read_all(ANSWER_BYTES_MAX, &mut buffered).await;
    drop(place);
    let bytes = read.map_err(UpstreamFault::detail)?;
    let document = Document::parse(bytes, &plan.json_out);
    let document = document.map_err(|_| "its answer is no JSON in one reading")?;
    Ok(Answered { status, document: Some(document), etag })
}

/// A tag that two representations share only if they are the same byte by byte (RFC 9110 section 8.8.3).
fn strong_tag(fields: &Fields) -> Option<String> {
    let tag = fields.get("etag")?;
    let is_strong = tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"');
    is_strong.then(|| tag.to_owned())
}

/// The target of an operation whose path has one value.
pub(super) fn target(template: &str, id: &str) -> String {
    let mut out = Vec::new();
    for segment in template.split('/').skip(1) {
        out.push(b'/');
        let mut rest = segment;
        while let Some((before, behind)) = rest.split_once('{') {
            write_path_text(before, &mut out);
            write_path_value(id, &mut out);
            rest = behind.split_once('}').map_or("", |(_, behind)| behind);
        }
        write_path_text(rest, &mut out);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The fields that show the caller's credentials, as they go to the API.
fn credentials(valid: &Valid, context: &Context<'_>) -> Vec<(String, String)> {
    let authenticated = valid.admitted().authenticated();
    let head = authenticated.matched().received().head();
    let going_on = authenticated.credentials();
    let mut names = vec!["authorization"];
    let mut has_cookie = false;
    for scheme in &context.plan.model.contract.schemes {
        match &scheme.place {
            SchemePlace::Header(name) if !names.contains(&name.as_str()) => names.push(name),
            SchemePlace::Cookie(_) => has_cookie = true,
            _ => {}
        }
    }
    let mut fields: Vec<(String, String)> = Vec::new();
    for name in names {
        let shown = head.fields.all(name);
        for value in shown.filter(|value| !own_keys::holds(name, value, context)) {
            fields.extend(
                going_on.field(name, value).map(|value| (name.to_owned(), value.to_owned())),
            );
        }
    }
    if has_cookie && let Some(cookies) = head.fields.first(Essential::Cookie) {
        let cookies = going_on.cookies(cookies.as_bytes());
        let cookies = String::from_utf8_lossy(&cookies);
        if !own_keys::holds("cookie", &cookies, context) {
            fields.push(("Cookie".to_owned(), cookies.into_owned()));
        }
    }
    fields
}

/// The fields that tell the API who calls, as with the request itself.
fn who(valid: &Valid, context: &Context<'_>) -> Result<Vec<(String, String)>, String> {
    let caller = valid.admitted().authenticated().caller();
    let token = told::token(caller, context);
    let token = token.map_err(|_| "the API cannot be told who calls".to_owned())?;
    let forward = context.plan.model.callers.forward.as_ref();
    let mut fields = forward.map_or_else(Vec::new, |forward| told::fields(forward, caller));
    fields.extend(token.map(|(name, token)| (name, token.to_string())));
    Ok(fields)
}

/// What an operation's JSON of success looks like.
pub(super) fn shape(operation: usize, context: &Context<'_>) -> Option<ShapeId> {
    let declared = context.plan.model.contract.operation(operation)?.response(200)?;
    let json = declared.media.iter().filter(|media| media.kind == BodyKind::Json);
    json.filter_map(|media| media.schema.as_ref()).map(|schema| schema.shape).next()
}
