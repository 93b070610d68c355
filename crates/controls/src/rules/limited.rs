//! What a key leaves of what the rules permit: before them, and by each key from the one that is shown
//! upwards. No key can say more than "no", so a key below another never opens what that one does not.

use portcullis_model::{KeyRules, Verb};
use portcullis_policy::{Authorization, Resource};

use super::values::Values;
use super::{Asked, Object, Of, Purpose, Rules, Seen, Truth};

/// Whether a key is for what an operation does, whichever objects that concerns. `is_named` says that the key
/// names the operation itself: then it is also for one that touches no resource, or does to objects what only
/// its own name says.
pub fn opens(
    key: &KeyRules,
    model: &Authorization,
    operation: Option<usize>,
    is_named: bool,
) -> bool {
    if !key.names_resources() {
        return true;
    }
    let touches = operation.and_then(|operation| model.operations.get(operation));
    let Some(touches) = touches.filter(|touches| !touches.is_none) else { return is_named };
    let name = |resource: usize| model.resources.get(resource).map_or("", |one| &*one.name);
    if !touches.does.is_empty() {
        // What is made is another object than each of those that it is for.
        return touches.does.iter().all(|(resource, verb)| {
            let resource = name(*resource);
            key.verbs(resource).has(*verb)
                && (*verb != Verb::Create || key.ids(resource).next().is_none())
        });
    }
    if touches.inputs.is_empty() {
        return is_named;
    }
    touches.inputs.iter().any(|input| {
        let verbs = key.verbs(name(input.resource));
        if touches.acts_on(input.resource) {
            verbs.has_others() || is_named && !verbs.is_empty()
        } else {
            verbs.has(Verb::Read)
        }
    })
}

/// Whether the keys leave an object to be touched, or shown.
pub(super) fn object(asked: &Asked<'_>, of: Of, object: &Object<'_>) -> Truth {
    let Some(resource) = asked.model.resources.get(of.resource) else { return Truth::No };
    let limits = asked.limits.iter().filter(|key| key.names_resources());
    limits.fold(Truth::Yes, |known, key| {
        let is_for = Truth::from(is_for(key, asked.model, of));
        known.and(is_for).and(is_one(key, resource, object))
    })
}

/// Whether the keys leave every object of a resource.
pub(super) fn permits_all(asked: &Asked<'_>, of: Of) -> bool {
    let Some(resource) = asked.model.resources.get(of.resource) else { return false };
    let mut limits = asked.limits.iter().filter(|key| key.names_resources());
    limits.all(|key| is_for(key, asked.model, of) && key.ids(&resource.name).next().is_none())
}

/// Whether a key is for what an operation does to objects of a resource, as rules are ([`portcullis_policy::Rule`]).
fn is_for(key: &KeyRules, model: &Authorization, of: Of) -> bool {
    let (Some(resource), Some(touches)) =
        (model.resources.get(of.resource), model.operations.get(of.operation))
    else {
        return false;
    };
    let verbs = key.verbs(&resource.name);
    let means = match touches.verb(of.resource) {
        Some(verb) => verbs.has(verb),
        // That the key names such an operation was asked before its body was read.
        None if touches.acts_on(of.resource) => {
            verbs.has_others() || !key.operations.is_empty() && !verbs.is_empty()
        }
        None => verbs.has(Verb::Read),
    };
    means || of.purpose == Purpose::Show && (verbs.has(Verb::Read) || verbs.has(Verb::List))
}

/// Whether an object is one of those that a key is for. They are named by the first of the resource's ids:
/// another one may be chosen by whoever owns an object.
fn is_one(key: &KeyRules, resource: &Resource, object: &Object<'_>) -> Truth {
    if key.ids(&resource.name).next().is_none() {
        return Truth::Yes;
    }
    let is_among = |id: &str| key.ids(&resource.name).any(|known| known == id);
    let named = match &object.id {
        Some((0, id)) => Truth::from(is_among(id)),
        _ => Truth::Unknown,
    };
    let says = |value| match resource.ids.first().map(|at| Values::at(value, at)) {
        Some(Values::Known(ids)) => Truth::from(ids.iter().all(|id| is_among(id))),
        _ => Truth::Unknown,
    };
    // What says two ids is none of them, unless the key is for both.
    let either = |one: Truth, other: Truth| match (one, other) {
        (Truth::Unknown, known) | (known, Truth::Unknown) => known,
        (one, other) => one.and(other),
    };
    match object.seen {
        Seen::Nothing => named,
        Seen::Whole(value) => either(named, says(value)),
        Seen::Changed(was, said) => either(either(named, says(was)), says(said)),
        // A body may say which object it means: another one is refused, and the same proves nothing.
        Seen::Given(said) if says(said) == Truth::No => Truth::No,
        Seen::Given(_) => Truth::Unknown,
        Seen::New(_) => Truth::No,
    }
}

impl Rules {
    /// Whether a key names single objects among those that an operation is about, or that its requests name.
    pub fn names_objects(&self, asked: &Asked<'_>, operation: usize) -> bool {
        let Some(touches) = asked.model.operations.get(operation) else { return false };
        let about = touches.does.iter().map(|(resource, _)| *resource);
        let named = touches.inputs.iter().map(|input| input.resource);
        about.chain(named).any(|resource| is_one_by_one(asked, resource))
    }

    /// The resources of which a request must name an object, because a key names those that may be touched, and
    /// no answer will tell which were.
    pub fn must_be_named(&self, asked: &Asked<'_>, operation: usize) -> Vec<usize> {
        let Some(touches) = asked.model.operations.get(operation) else { return Vec::new() };
        let about = touches.does.iter().map(|(resource, _)| *resource);
        let acted = touches.inputs.iter().map(|input| input.resource);
        let acted = acted.filter(|resource| touches.acts_on(*resource));
        let is_shown = |resource: &usize| !touches.is_unsafe && touches.shows.contains(resource);
        let all = about.chain(acted).filter(|one| is_one_by_one(asked, *one) && !is_shown(one));
        all.collect()
    }
}

fn is_one_by_one(asked: &Asked<'_>, resource: usize) -> bool {
    let resource = asked.model.resources.get(resource);
    resource.is_some_and(|one| asked.limits.iter().any(|key| key.ids(&one.name).next().is_some()))
}
