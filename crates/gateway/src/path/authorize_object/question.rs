//! What the gateway asks the API itself: one object, with the caller's own credential, before something is
//! done to it (rule 12). What is asked is recorded as a child of the request, and never released to the
//! client.

use std::borrow::Cow;
use std::time::Instant;

use portcullis_contract::{BodyKind, SchemePlace, write_path_text, write_path_value};
use portcullis_controls::object_ownership;
use portcullis_controls::rules::{Object, Of, Seen, Verdict, Why};
use portcullis_json::{Document, Value};
use portcullis_ledger::Asked as Question;
use portcullis_model::Status;
use portcullis_policy::{RequestPlace, Verb};

use super::super::asking::{asked, held};
use super::super::context::Context;
use super::super::validate::Valid;
use super::super::values::tree;
use super::named::{Named, One};
use crate::head::Essential;
use crate::turn::{Terms, Turn, Written};
use crate::upstream::UpstreamFault;

/// Bytes of one object.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Questions about objects that one request may cost.
const QUESTIONS_MAX: usize = 100;

/// Reads an object and judges it: why it may not be touched, if so.
///
/// # Errors
/// What went wrong where nobody can say.
pub(super) async fn read(
    named: Named<'_>,
    one: &One<'_>,
    context: &mut Context<'_>,
) -> Result<Option<Why>, String> {
    let plan = context.plan;
    let authorization = &plan.model.authorization;
    let resource = authorization.resources.get(one.input.resource).ok_or("no such resource")?;
    let Some(operation) = resource.read_by.get(one.input.id).copied().flatten() else {
        // Nothing can be asked: what nobody can know is no.
        return Ok(Some(Why::NotTheirs));
    };
    // Such an id would name something else in a path.
    if matches!(one.id.as_str(), "." | "..") || one.id.contains(['/', '\\']) {
        return Ok(Some(Why::NotTheirs));
    }
    if context.objects.questions == QUESTIONS_MAX {
        return Err(format!("one request may ask for {QUESTIONS_MAX} objects"));
    }
    context.objects.questions += 1;
    let (status, document) = match ask(named.valid, operation, &one.id, context).await? {
        (status, Some(document)) => (status, document),
        (Status::NOT_FOUND | Status::GONE | Status::FORBIDDEN, None) => {
            return Ok(Some(Why::NotTheirs));
        }
        (status, None) => {
            return Err(format!("the API answers {} when it is asked for one", status.0));
        }
    };
    if !matches!(status.0, 200..=299) {
        return Ok(Some(Why::NotTheirs));
    }
    Ok(judged(named, one, operation, &document, context))
}

/// Judges what the API showed of it.
fn judged(
    named: Named<'_>,
    one: &One<'_>,
    operation: usize,
    document: &Document,
    context: &Context<'_>,
) -> Option<Why> {
    let plan = context.plan;
    let resource = one.input.resource;
    let said = |place: &RequestPlace| context.objects.said(place);
    let asked = asked(context, &said);
    let Some(value) = object(document, operation, resource, context) else {
        return Some(Why::NotTheirs);
    };
    let known = plan.model.authorization.resources.get(resource);
    let id = known.and_then(|known| known.ids.get(one.input.id));
    // Another object than the one that was asked for says nothing of it.
    let shown =
        id.and_then(|at| value.lookup(at)).and_then(|id| id.as_str().or_else(|| id.as_number()));
    if shown.is_some_and(|shown| shown != one.id) {
        return Some(Why::NotTheirs);
    }
    let object = Object {
        id: Some((one.input.id, Cow::Borrowed(&one.id))),
        ..Object::whole(value, held(context, resource, one.input.id, &one.id))
    };
    let of = Of { operation: named.operation, resource };
    let why = |object: &Object<'_>| match plan.rules.object(&asked, of, object, true) {
        Verdict::Permitted(_) => None,
        Verdict::Refused(why) => Some(why),
        Verdict::Unknown => Some(Why::NotTheirs),
    };
    if !object_ownership::belongs(&asked, of, value) {
        return Some(Why::NotTheirs);
    }
    // What it is now, and what it would be then.
    why(&object).or_else(|| {
        let said = changes(named, resource, context)?;
        why(&Object { seen: Seen::Changed(value, said), ..object.clone() })
    })
}

/// What the body of a request would change of the object that it is about.
fn changes<'a>(named: Named<'a>, resource: usize, context: &Context<'_>) -> Option<Value<'a>> {
    let touches = context.plan.model.authorization.operations.get(named.operation)?;
    let is_update = touches.does.first() == Some(&(resource, Verb::Update));
    tree(named.valid.body()).filter(|body| is_update && body.is_object())
}

/// The one object of this resource that an answer shows.
fn object<'d>(
    document: &'d Document,
    operation: usize,
    resource: usize,
    context: &Context<'_>,
) -> Option<Value<'d>> {
    let contract = &context.plan.model.contract;
    let declared = contract.operation(operation)?.response(200)?;
    let json = declared.media.iter().filter(|media| media.kind == BodyKind::Json);
    let shape = json.filter_map(|media| media.schema.as_ref()).map(|schema| schema.shape).next()?;
    let found =
        object_ownership::find(document, shape, resource, &contract.shapes, &context.plan.places);
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

type Answer = (Status, Option<Document>);

async fn ask(
    valid: &Valid,
    operation: usize,
    id: &str,
    context: &mut Context<'_>,
) -> Result<Answer, String> {
    let plan = context.plan;
    let own = plan.model.contract.operation(operation).ok_or("no such operation")?;
    let upstream = &plan.model.upstream;
    let place = context.worker.shared.in_upstream.take(1).ok_or("there is no place in the API")?;
    let mut buffered =
        context.worker.shared.buffered.take(0).ok_or("there is no room for its answer")?;
    let turn = Turn::begin(context.worker, upstream);
    let target = format!("{}{}", upstream.path, target(&own.template, id));
    let mut request = Written::question(&target, turn.instance(), &credentials(valid, context));
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
        return Ok((status, None));
    }
    let read = body.read_all(ANSWER_BYTES_MAX, &mut buffered).await;
    drop(place);
    let bytes = read.map_err(UpstreamFault::detail)?;
    let document = Document::parse(bytes, &plan.json_out);
    Ok((status, Some(document.map_err(|_| "its answer is no JSON in one reading")?)))
}

/// The target of an operation whose path has one value.
fn target(template: &str, id: &str) -> String {
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
        for value in head.fields.all(name) {
            fields.extend(
                going_on.field(name, value).map(|value| (name.to_owned(), value.to_owned())),
            );
        }
    }
    if has_cookie && let Some(cookies) = head.fields.first(Essential::Cookie) {
        let cookies = going_on.cookies(cookies.as_bytes());
        fields.push(("Cookie".to_owned(), String::from_utf8_lossy(&cookies).into_owned()));
    }
    fields
}
