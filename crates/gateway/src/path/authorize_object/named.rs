//! The objects that a request names, and what it would make of them.

use std::borrow::Cow;

use portcullis_controls::object_ownership::{given_away, not_found};
use portcullis_controls::rules::{Object, Of, Purpose, Verdict, Why};
use portcullis_model::{ControlId, Method, Mode};
use portcullis_policy::{ObjectInput, RequestPlace, Verb};

use super::super::asking::{asked, held};
use super::super::context::{Context, Exit};
use super::super::values::{Request, tree};
use super::subject::{Named, One};
use super::{cannot_know, question};
use crate::holdings::Judged;

/// Judges all of them; what the answer decides is left to it.
pub(super) async fn judge(named: Named<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let plan = context.plan;
    let touches = plan.model.authorization.operations.get(named.operation);
    let Some(touches) = touches else { return Ok(()) };
    given(named, context)?;
    for input in &touches.inputs {
        let ids = match named.ids(input, context) {
            Ok(ids) => ids,
            Err(detail) => {
                context.refuse(not_found(Why::NotTheirs, detail))?;
                continue;
            }
        };
        for id in ids {
            one(named, One { input, id }, context).await?;
        }
    }
    Ok(())
}

impl Named<'_> {
    /// The ids at a place of the request.
    fn ids(self, input: &ObjectInput, context: &Context<'_>) -> Result<Vec<String>, String> {
        let request = Request {
            matched: self.valid.admitted().authenticated().matched(),
            body: Some(self.valid.body()),
        };
        let values = request.values(&input.place, context);
        let values = values.map_err(|_| format!("{} cannot be read as ids", input.place))?;
        let ids = match &input.pattern {
            None => values,
            Some(pattern) => {
                values.iter().flat_map(|text| pattern.find(text).map(str::to_owned)).collect()
            }
        };
        let mut ids: Vec<String> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Whether the answer will show the object, and nothing happens to it before.
    fn answer_decides(self, input: &ObjectInput, context: &Context<'_>) -> bool {
        let plan = context.plan;
        let touches = plan.model.authorization.operations.get(self.operation);
        let method = self.valid.admitted().authenticated().matched().method();
        let streams = plan.model.bodies.get(self.operation).is_some_and(|body| body.stream_answer);
        let is_about = touches.is_some_and(|touches| {
            touches.shows.contains(&input.resource)
                && touches.does.first().map(|(about, _)| *about) == Some(input.resource)
        });
        let resource = plan.model.authorization.resources.get(input.resource);
        // What names no owner is whose own list shows it: the answer does not say.
        let is_by_list =
            resource.is_some_and(|one| one.owners.is_empty() && one.own_list.is_some());
        is_about && !is_by_list && !streams && method.is_some_and(Method::is_safe)
    }

    /// Whether only the object itself can tell, whatever is known of the caller: it must belong to another that
    /// the path names, or the body says in part what would decide about it.
    fn must_be_read(self, input: &ObjectInput, context: &Context<'_>) -> bool {
        let plan = context.plan;
        let authorization = &plan.model.authorization;
        let Some(touches) = authorization.operations.get(self.operation) else { return false };
        let resource = authorization.resources.get(input.resource);
        let read_by = resource.and_then(|resource| resource.read_by.get(input.id)?.as_ref());
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
                let asked = asked(context, &said);
                let verdict = plan.rules.object(&asked, of, &Object::new(Some(body)), false);
                verdict == Verdict::Unknown
            })
    }
}

async fn one(named: Named<'_>, one: One<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let resource = one.input.resource;
    context.objects.named.push((resource, one.input.id, one.id.clone()));
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
            context.objects.etag = etag.filter(|_| pins && is_one);
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

/// What the request would make of an object: it must not be, or become, somebody else's.
fn given(named: Named<'_>, context: &mut Context<'_>) -> Result<(), Exit> {
    let plan = context.plan;
    let Some(touches) = plan.model.authorization.operations.get(named.operation) else {
        return Ok(());
    };
    // Where nobody owns what an operation touches, nobody can be given it.
    let Some(body) = tree(named.valid.body()).filter(|_| !touches.is_none) else { return Ok(()) };
    for (resource, verb) in &touches.does {
        if !matches!(verb, Verb::Create | Verb::Update) {
            continue;
        }
        let objects: Vec<_> = if body.is_array() { body.items().collect() } else { vec![body] };
        let owners = plan.model.authorization.resources.get(*resource);
        let owners = owners.into_iter().flat_map(|one| one.owners.iter().map(|owner| &owner.at));
        let mut owners: Vec<&String> = owners.collect();
        owners.retain(|at| objects.iter().any(|object| object.lookup(at).is_some()));
        context.objects.names_owner |= !owners.is_empty();
        for object in objects {
            let of =
                Of { operation: named.operation, resource: *resource, purpose: Purpose::Touch };
            let said = |place: &RequestPlace| context.objects.said(place);
            let asked = asked(context, &said);
            // What the body leaves out is for the API to set, or as it was.
            let is_made = *verb == Verb::Create;
            let object = if is_made { Object::new(Some(object)) } else { Object::given(object) };
            if let Verdict::Refused(why) = plan.rules.object(&asked, of, &object, false) {
                let name = plan.model.authorization.resources.get(*resource);
                let name = name.map_or("object", |resource| &resource.name);
                let detail =
                    format!("the body would make the {name} somebody else's ({})", why.reason());
                context.refuse(given_away(detail))?;
            }
        }
    }
    Ok(())
}
