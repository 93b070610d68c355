//! Whose an object is, asked of the API before something is done to it: the object itself, or the list of the
//! caller's own. Asked once however many wait, and kept for a moment.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use portcullis_contract::Security;
use portcullis_controls::object_ownership;
use portcullis_controls::rules::{Object, Of, Purpose, Seen, Truth, Verdict, Why};
use portcullis_json::{Document, Value};
use portcullis_model::{Status, UnixMillis, Value as Known};
use portcullis_policy::{InputPlace, RequestPlace, Resource, Verb};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout_at;

use super::super::asking::{asked, held, is_of_others, object};
use super::super::context::Context;
use super::exchange::{ask, shape, target};
use super::own_list;
use super::subject::{Named, One};
use crate::callers::{TokenDigest, Turn};
use crate::holdings::Judged;

/// How long an answer is kept: what was given to somebody else meanwhile is found out then.
const KEPT: Duration = Duration::from_secs(1);
/// How long a request waits for the answer to another one's question, at most.
const WAIT: Duration = Duration::from_secs(6);
/// Times that it looks again.
const TURNS_MAX: usize = 4;

/// Finds out whether an object may be touched.
///
/// # Errors
/// What went wrong where nobody can say.
pub(super) async fn find_out(
    named: Named<'_>,
    one: &One<'_>,
    context: &mut Context<'_>,
) -> Result<Judged, String> {
    // Such an id would name something else in a path.
    if matches!(one.id.as_str(), "." | "..") || one.id.contains(['/', '\\']) {
        return Ok(Judged::refused(Why::NotTheirs));
    }
    // What depends on more of the request than the id is asked for this request alone.
    // So is what is pinned to the moment when it was read.
    let resources = &context.plan.model.authorization.resources;
    let pins = resources.get(one.input.resource).is_some_and(|resource| resource.pins);
    let is_of_this = pins || !context.plan.rules.places(named.operation).is_empty();
    if context.objects.is_again || is_of_this {
        return judge(named, one, context).await;
    }
    let digest = digest(named, one, context);
    let until = context.deadline.min(Instant::now() + WAIT);
    let shared = context.worker.shared.clone();
    for _ in 0..TURNS_MAX {
        match shared.holdings.judged.turn(digest, shared.clock.now()) {
            // A tag is of the moment when it was read.
            Turn::Known(judged) => return judged.map(|judged| Judged { etag: None, ..judged }),
            // Nobody waits for others: it is asked for this request alone.
            Turn::TooMany => return judge(named, one, context).await,
            Turn::Wait(mut waiting) => {
                if timeout_at(until.into(), waiting.changed()).await.is_err()
                    && Instant::now() >= until
                {
                    break;
                }
            }
            Turn::Ask(asking) => {
                let judged = judge(named, one, context).await;
                let kept = UnixMillis(shared.clock.now().0 + KEPT.as_millis() as u64);
                if judged.is_ok() {
                    asking.answered(judged.clone(), kept);
                }
                return judged;
            }
        }
    }
    Err("the API cannot be asked whose it is now".to_owned())
}

/// The same object is another question for another caller, operation, model, after roles changed, and for a
/// request that says something else where rules ask.
fn digest(named: Named<'_>, one: &One<'_>, context: &Context<'_>) -> TokenDigest {
    let plan = context.plan;
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(&plan.model.name);
    add(&plan.version);
    add(&one.id);
    if let Some(identity) = &context.carried.identity {
        add(&identity.issuer);
        add(&identity.subject);
        add(&identity.scheme);
        for attribute in &identity.attributes {
            add(&attribute.name);
            Known::texts(&attribute.value).for_each(&mut add);
        }
        identity.scopes.iter().for_each(|scope| add(scope));
    }
    // A key that is for less than its owner, too.
    if let Some(key) = &context.carried.key {
        add(&key.id.to_string());
    }
    for (place, values) in &context.objects.said {
        add(&InputPlace::One(place.clone()).to_string());
        values.iter().for_each(|value| add(value));
    }
    if let Some(body) = changes(named, one.input.resource, context) {
        add(body.lexeme());
    }
    // Of an object that was written meanwhile nothing that was asked before counts.
    let known = object(context, one.input.resource, one.input.id, &one.id);
    let writes = known.map_or(0, |known| context.worker.shared.holdings.writes(&known));
    hash.update(writes.to_le_bytes());
    for number in [named.operation, one.input.resource, one.input.id] {
        hash.update((number as u64).to_le_bytes());
    }
    hash.finalize().into()
}

async fn judge(
    named: Named<'_>,
    one: &One<'_>,
    context: &mut Context<'_>,
) -> Result<Judged, String> {
    let resources = &context.plan.model.authorization.resources;
    let resource = resources.get(one.input.resource).ok_or("no such resource")?;
    let mut why = Why::NotTheirs;
    if let Some(operation) = reader(resource, one, context) {
        match read(named, one, operation, context).await? {
            Read::Is(judged) => return Ok(judged),
            // It names nobody: the list may.
            Read::NamesNobody(said) => why = said,
        }
    }
    if let Some(operation) = resource.own_list
        && own_list::has(named, one, operation, context).await?
    {
        let object = Object::named(one.input.id, Cow::Borrowed(&one.id), Truth::Yes);
        return Ok(match verdict(named, one, &object, context) {
            Verdict::Permitted(mask) => {
                Judged { readonly: vec![mask.readonly], ..Judged::default() }
            }
            Verdict::Refused(why) => Judged::refused(why),
            Verdict::Unknown => Judged::refused(Why::NotTheirs),
        });
    }
    Ok(Judged::refused(why))
}

/// By which operation the object is read: of several, one that takes the credential which came.
fn reader(resource: &Resource, one: &One<'_>, context: &Context<'_>) -> Option<usize> {
    let known = resource.read_by.get(one.input.id)?;
    let contract = &context.plan.model.contract;
    let shown = context.carried.identity.as_ref().map(|identity| &*identity.scheme);
    let takes_it = |operation: &&usize| {
        let security = contract.operation(**operation).map(|one| &one.security);
        security.into_iter().flat_map(Security::alternatives).any(|one| {
            one.schemes.iter().all(|scheme| {
                let scheme = contract.schemes.get(*scheme);
                scheme.is_some_and(|scheme| Some(scheme.name.as_str()) == shown)
            })
        })
    };
    known.iter().find(takes_it).or(known.first()).copied()
}

/// What the object itself says.
enum Read {
    /// That is all there is to know.
    Is(Judged),
    /// Nothing of whose it is.
    NamesNobody(Why),
}

async fn read(
    named: Named<'_>,
    one: &One<'_>,
    operation: usize,
    context: &mut Context<'_>,
) -> Result<Read, String> {
    const NOT_THEIRS: Read = Read::Is(Judged::refused(Why::NotTheirs));
    let own = context.plan.model.contract.operation(operation).ok_or("no such operation")?;
    let answered = ask(named.valid, operation, &target(&own.template, &one.id), context).await?;
    let document = match (answered.status, answered.document) {
        (_, Some(document)) => document,
        // What somebody else holds is not new, whatever the API says of it to this caller.
        (Status::NOT_FOUND | Status::GONE, None)
            if one.input.may_be_new
                && !is_of_others(context, one.input.resource, one.input.id, &one.id) =>
        {
            return Ok(Read::Is(Judged::default()));
        }
        (Status(401 | 408 | 429 | 500..), None) => {
            let status = answered.status.0;
            return Err(format!("the API answers {status} when it is asked for one"));
        }
        (_, None) => return Ok(NOT_THEIRS),
    };
    let resource = one.input.resource;
    let Some(value) = shown(&document, operation, resource, context) else {
        return Ok(NOT_THEIRS);
    };
    let known = context.plan.model.authorization.resources.get(resource);
    let id = known.and_then(|known| known.ids.get(one.input.id)).and_then(|at| value.lookup(at));
    let said = id.and_then(|id| id.as_str().or_else(|| id.as_number()));
    // Another object than the one that was asked for says nothing of it.
    if said.is_some_and(|said| said != one.id) {
        return Ok(NOT_THEIRS);
    }
    let held = held(context, resource, one.input.id, &one.id);
    let object =
        Object { id: Some((one.input.id, Cow::Borrowed(&one.id))), ..Object::whole(value, held) };
    let names_nobody = {
        let said = |place: &RequestPlace| context.objects.said(place);
        context.plan.rules.names_nobody(&asked(context, &said), resource, &object)
    };
    if !belongs(named, resource, value, context) {
        return Ok(NOT_THEIRS);
    }
    // What it is now, and what it would be then.
    let then = |body| Object { seen: Seen::Changed(value, body), ..object.clone() };
    let mut readonly = Vec::new();
    let verdict = match (verdict(named, one, &object, context), changes(named, resource, context)) {
        (Verdict::Permitted(mask), Some(body)) => {
            // What is written must not choose the rule by which it may be.
            readonly.push(mask.readonly);
            verdict(named, one, &then(body), context)
        }
        (now, _) => now,
    };
    Ok(match verdict {
        Verdict::Permitted(mask) => {
            readonly.push(mask.readonly);
            Read::Is(Judged { why: None, etag: answered.etag, readonly })
        }
        Verdict::Refused(why) if names_nobody => Read::NamesNobody(why),
        Verdict::Refused(why) => Read::Is(Judged::refused(why)),
        Verdict::Unknown => NOT_THEIRS,
    })
}

const fn of(named: Named<'_>, one: &One<'_>) -> Of {
    Of { operation: named.operation, resource: one.input.resource, purpose: Purpose::Touch }
}

fn verdict(named: Named<'_>, one: &One<'_>, object: &Object<'_>, context: &Context<'_>) -> Verdict {
    let said = |place: &RequestPlace| context.objects.said(place);
    let of = of(named, one);
    context.plan.rules.object(&asked(context, &said), of, object, true)
}

fn belongs(named: Named<'_>, resource: usize, value: Value<'_>, context: &Context<'_>) -> bool {
    let said = |place: &RequestPlace| context.objects.said(place);
    let of = Of { operation: named.operation, resource, purpose: Purpose::Touch };
    object_ownership::belongs(&asked(context, &said), of, value)
}

/// What the body of a request would change of the object that it is about.
pub(super) fn changes<'a>(
    named: Named<'a>,
    resource: usize,
    context: &Context<'_>,
) -> Option<Value<'a>> {
    let touches = context.plan.model.authorization.operations.get(named.operation)?;
    let is_update = touches.does.first() == Some(&(resource, Verb::Update));
    named.valid.body().tree().filter(|body| is_update && body.is_object())
}

/// The one object of this resource that an answer shows.
fn shown<'d>(
    document: &'d Document,
    operation: usize,
    resource: usize,
    context: &Context<'_>,
) -> Option<Value<'d>> {
    let shape = shape(operation, context)?;
    let contract = &context.plan.model.contract;
    let found = object_ownership::find(
        document,
        shape,
        resource,
        &contract.shapes,
        &context.plan.places,
        2,
    );
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
