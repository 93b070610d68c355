//! The objects that a request names, and what it would make of them.

use std::borrow::Cow;

use portcullis_controls::alike::folded;
use portcullis_controls::function_access::no_object as function_refusal;
use portcullis_controls::object_ownership::{given_away, not_found};
use portcullis_controls::rules::{Asked, Object, Of, Purpose, Verdict, Why};
use portcullis_json::Value;
use portcullis_model::{ControlId, Method, Mode};
use portcullis_policy::{ObjectInput, RequestPlace, Resource, Verb};

use super::super::asking::{asked, held};
use super::super::context::{Context, Exit};
use super::super::payload::Payload;
use super::super::values::Request;
use super::subject::{Named, One};
use super::{cannot_know, question};
use crate::holdings::Judged;

/// Judges all of them; what the answer decides is left to it.
pub(super) async fn judge(named: Named<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let plan = context.plan;
    let touches = plan.model.authorization.operations.get(named.operation);
    let Some(touches) = touches else { return Ok(()) };
    let mut judged = given(named, context)?;
    for input in &touches.inputs {
        let ids = match named.request().ids(input, context) {
            Ok(ids) => ids,
            Err(detail) => {
                context.refuse(not_found(Why::NotTheirs, detail))?;
                continue;
            }
        };
        for id in ids {
            judged += 1;
            one(named, One { input, id }, context).await?;
        }
    }
    unnamed(named, context)?;
    // Rules that open it for some objects open nothing where there is none.
    let shows = !touches.is_unsafe && !touches.shows.is_empty();
    if context.objects.needs_one && judged == 0 && !shows {
        let detail = "rules open it for objects, and this request names none".to_owned();
        context.refuse(function_refusal(&detail))?;
    }
    Ok(())
}

/// A key is for single objects, and the request names none of what the operation does something to: who may
/// change one order may not change all.
fn unnamed(named: Named<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let nothing = |_: &RequestPlace| None;
    let needed = context.plan.rules.must_be_named(&asked(context, &nothing), named.operation);
    let is_named = |resource: &usize| context.objects.named.iter().any(|one| one.0 == *resource);
    if needed.iter().all(is_named) {
        return Ok(());
    }
    let detail = "the key is for single objects, and this request names none".to_owned();
    context.refuse(function_refusal(&detail))
}

impl<'a> Named<'a> {
    /// What it says.
    const fn request(self) -> Request<'a> {
        Request {
            matched: self.valid.admitted().authenticated().matched(),
            body: Some(self.valid.body()),
        }
    }

    /// Whether the answer will show the object, and nothing happens to it before.
    fn answer_decides(self, input: &ObjectInput, context: &Context<'_>) -> bool {
        let plan = context.plan;
        let touches = plan.model.authorization.operations.get(self.operation);
        let method = self.valid.admitted().authenticated().matched().method();
        let bodies = plan.model.bodies.get(self.operation);
        let streams = bodies.is_some_and(|body| body.stream_answer || body.upgrades);
        let is_about = touches.is_some_and(|touches| {
            touches.shows.contains(&input.resource)
                && touches.does.first().map(|(about, _)| *about) == Some(input.resource)
        });
        let resource = plan.model.authorization.resources.get(input.resource);
        // What names no owner is whose own list shows it: the answer does not say.
        let is_by_list =
            resource.is_some_and(|one| one.owners.is_empty() && one.own_list.is_some());
        let only_reads = method.is_some_and(Method::is_safe)
            && touches.is_some_and(|touches| !touches.is_unsafe);
        is_about && !is_by_list && !streams && only_reads
    }

    /// Whether only the object itself can tell, whatever is known of the caller: it must belong to another that
    /// the path names, or the body says in part what would decide about it.
    fn must_be_read(self, input: &ObjectInput, context: &Context<'_>) -> bool {
        let plan = context.plan;
        let authorization = &plan.model.authorization;
        let Some(touches) = authorization.operations.get(self.operation) else { return false };
        let resource = authorization.resources.get(input.resource);
        let read_by = resource.and_then(|resource| resource.read_by.get(input.id)?.first());
        let is_about = touches.does.first().map(|(about, _)| *about) == Some(input.resource);
        if !touches.is_unsafe || !is_about || read_by.is_none() {
            return false;
        }
        let changes = || question::changes(self, input.resource, context);
        !touches.belongs.is_empty()
            || changes().is_some_and(|body| {
                let of = Of {
                    operation: self.operation,
                    resource: input.resource,
                    purpose: Purpose::Touch,
                };
                let said = |place: &RequestPlace| context.objects.said(place);
                // Of the rules alone: a key that is for less must not spare the question.
                let asked = Asked { limits: &[], ..asked(context, &said) };
                let verdict = plan.rules.object(&asked, of, &Object::new(Some(body)), false);
                verdict == Verdict::Unknown
            })
    }
}

async fn one(named: Named<'_>, one: One<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let resource = one.input.resource;
    let this = (resource, one.input.id, one.id.clone());
    if !context.objects.named.contains(&this) {
        context.objects.named.push(this);
    }
    let of = Of { operation: named.operation, resource, purpose: Purpose::Touch };
    let known = held(context, resource, one.input.id, &one.id);
    let object = Object::named(one.input.id, Cow::Borrowed(&one.id), known);
    let verdict = {
        let said = |place: &RequestPlace| context.objects.said(place);
        context.plan.rules.object(&asked(context, &said), of, &object, false)
    };
    match verdict {
        Verdict::Permitted(_) if named.must_be_read(one.input, context) => {
            asked_for(named, &one, context).await
        }
        Verdict::Permitted(mask) => {
            context.objects.permitted(resource, mask.readonly);
            Ok(())
        }
        Verdict::Refused(why) => context.refuse(not_found(why, detail(&one, context))),
        Verdict::Unknown if named.answer_decides(one.input, context) => {
            context.objects.is_enforced = context.mode(ControlId::ObjectOwnership) == Mode::Enforce;
            if !context.objects.pending.contains(&resource) {
                context.objects.pending.push(resource);
            }
            Ok(())
        }
        Verdict::Unknown => asked_for(named, &one, context).await,
    }
}

/// Asks the API, with the caller's own credential.
async fn asked_for(named: Named<'_>, one: &One<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    match question::find_out(named, one, context).await {
        Ok(Judged { why: None, etag, readonly }) => {
            let resource = one.input.resource;
            readonly.into_iter().for_each(|mask| context.objects.permitted(resource, mask));
            let resources = &context.plan.model.authorization.resources;
            let pins = resources.get(one.input.resource).is_some_and(|resource| resource.pins);
            // Of several objects none is the one that a tag is of.
            let is_one = context.objects.named.len() == 1;
            // Whoever only observes changes nothing of the request.
            let is_enforced = context.mode(ControlId::ObjectOwnership) == Mode::Enforce;
            context.objects.etag = etag.filter(|_| pins && is_one && is_enforced);
            Ok(())
        }
        Ok(Judged { why: Some(why), .. }) => context.refuse(not_found(why, detail(one, context))),
        Err(detail) if context.mode(ControlId::ObjectOwnership) == Mode::Observe => {
            let refusal = not_found(Why::NotTheirs, detail);
            context.would_refuse(&refusal);
            Ok(())
        }
        Err(detail) => Err(cannot_know(detail)),
    }
}

pub(super) fn detail(one: &One<'_>, context: &Context<'_>) -> String {
    let resources = &context.plan.model.authorization.resources;
    let name = resources.get(one.input.resource).map_or("object", |resource| &resource.name);
    format!("{name} that {} names", one.input.place)
}

/// Objects of a body that are judged as what it makes; nobody makes more at once.
const GIVEN_MAX: usize = 10_000;

/// What the request would make of an object: it must not be, or become, somebody else's. How many were judged.
fn given(named: Named<'_>, context: &mut Context<'_>) -> Result<usize, Exit> {
    let plan = context.plan;
    let Some(touches) = plan.model.authorization.operations.get(named.operation) else {
        return Ok(0);
    };
    let writes = touches.writes();
    // Where nobody owns what an operation touches, nobody can be given it.
    if touches.is_none || writes.is_empty() {
        return Ok(0);
    }
    let body = named.valid.body().tree();
    if body.is_none() && touches.gives && !matches!(named.valid.body(), Payload::Nothing) {
        let detail = "the body may say whose an object shall be, and nobody reads it".to_owned();
        context.refuse(given_away(detail))?;
    }
    let mut judged = 0;
    for (resource, verb) in writes {
        let Some(known) = plan.model.authorization.resources.get(resource) else { continue };
        let whose: Vec<&str> = known
            .owners
            .iter()
            .map(|owner| owner.at.as_str())
            .chain(known.tenant.as_deref())
            .chain(known.relations.iter().map(|(_, at)| at.as_str()))
            .collect();
        let mut objects = Vec::new();
        if let Some(body) = body {
            gather(body, &whose, true, &mut objects);
        }
        let of = Of { operation: named.operation, resource, purpose: Purpose::Touch };
        let is_made = verb == Verb::Create;
        let objects =
            objects.into_iter().map(Some).chain((body.is_none() && is_made).then_some(None));
        for object in objects {
            let says_whose =
                object.is_some_and(|object| whose.iter().any(|at| object.lookup(at).is_some()));
            context.objects.names_owner |= says_whose;
            let is_patched = object.is_some_and(|object| is_patch(object, &whose));
            let is_spelt = object.is_some_and(|object| is_spelt_otherwise(object, &whose));
            // A body that tells what to act on, and nothing of whose it shall be, is no object.
            if touches.acts_on(resource) && !says_whose && !is_patched && !is_spelt {
                continue;
            }
            judged += 1;
            let (verdict, may_all) = {
                let said = |place: &RequestPlace| context.objects.said(place);
                let asked = asked(context, &said);
                let may_all = plan.rules.permits_all(&asked, of);
                // Of what is made, what is not known is no; of what exists, the rest is as it was.
                let object = match object {
                    Some(object) if !is_made => Object::given(object),
                    object => Object::new(object),
                };
                (plan.rules.object(&asked, of, &object, is_made), may_all)
            };
            let why = match verdict {
                Verdict::Refused(why) => why.reason(),
                _ if is_spelt && !may_all => "spelt_otherwise",
                // Whatever it is before and after.
                Verdict::Permitted(_) if !is_made => continue,
                _ if is_patched => "patched",
                _ if !is_made && object.is_some_and(|one| names_nobody(one, known)) => "nobodys",
                _ => continue,
            };
            let detail = format!("the body would make the {} somebody else's ({why})", known.name);
            context.refuse(given_away(detail))?;
        }
    }
    Ok(judged)
}

/// The objects of a body that say whose they shall be, however deep they stand; the outermost ones in any case.
fn gather<'b>(value: Value<'b>, whose: &[&str], is_outermost: bool, found: &mut Vec<Value<'b>>) {
    if found.len() == GIVEN_MAX {
        return;
    }
    if value.is_array() {
        return value.items().for_each(|item| gather(item, whose, is_outermost, found));
    }
    if !value.is_object() {
        return;
    }
    if is_outermost || whose.iter().any(|at| value.lookup(at).is_some()) {
        found.push(value);
    }
    value.members().for_each(|(_, member)| gather(member, whose, false, found));
}

/// Whether a member is called nearly as one that says whose an object is. It is another one for whoever reads
/// names exactly, and binders take it for the same; where undeclared members pass, both may come.
fn is_spelt_otherwise(object: Value<'_>, whose: &[&str]) -> bool {
    let names: Vec<&str> =
        whose.iter().filter_map(|at| at.strip_prefix('/')).filter(|at| !at.contains('/')).collect();
    object.members().any(|(name, _)| {
        let name = name.as_str().unwrap_or_default();
        !names.contains(&name) && names.iter().any(|own| folded(own) == folded(name))
    })
}

/// Whether a body says that an object shall have no owner.
fn names_nobody(object: Value<'_>, resource: &Resource) -> bool {
    let owners = resource.owners.iter().filter_map(|owner| object.lookup(&owner.at));
    let mut owners = owners.peekable();
    owners.peek().is_some() && owners.all(|said| said.is_null() || said.as_str() == Some(""))
}

/// Whether a step of a JSON Patch (RFC 6902) is about whose an object is.
fn is_patch(step: Value<'_>, whose: &[&str]) -> bool {
    let (Some(_), Some(path)) = (step.get("op"), step.get("path").and_then(Value::as_str)) else {
        return false;
    };
    let is_below = |at: &str, above: &str| {
        at.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let touches = |path: &str| whose.iter().any(|at| is_below(at, path) || is_below(path, at));
    let is_move = step.get("op").and_then(Value::as_str) == Some("move");
    let from = step.get("from").and_then(Value::as_str).filter(|_| is_move);
    touches(path) || from.is_some_and(touches)
}
