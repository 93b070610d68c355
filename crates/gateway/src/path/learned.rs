//! What is known of a caller from the answers that they got before, and what this answer adds.

use std::sync::Arc;

use portcullis_json::{Kind, Value as Json};
use portcullis_model::{Attribute, Caller, Identity, Source, Status, Value};
use portcullis_policy::LearnedFrom;

use super::context::Context;
use crate::callers::{Lesson, Of};
use crate::login::is_nameless;

/// Bytes of a value that is learned; names of things are shorter.
const VALUE_BYTES_MAX: usize = 256;

/// A caller, with what was learned of them.
pub(super) fn known(caller: Caller, context: &Context<'_>) -> Caller {
    let Caller::Verified(identity) = &caller else { return caller };
    let learned = &context.worker.shared.callers.learned;
    let known = context.plan.model.callers.attributes.iter().filter_map(|rule| {
        let value = learned.known(&of(identity, rule.learned.as_ref()?, context))?;
        Some(Attribute { name: rule.name.clone(), value, source: Source::Learned })
    });
    let known: Vec<Attribute> = known.collect();
    if known.is_empty() {
        return caller;
    }
    let mut identity = Identity::clone(identity);
    known.into_iter().for_each(|attribute| identity.add(attribute));
    Caller::Verified(Arc::new(identity))
}

/// Learns from an answer, where a rule says so: of a caller whom somebody vouched for by name, in a request
/// that nothing would have refused (rule 28), and with which nothing undeclared went.
pub(super) fn take(status: Status, body: Json<'_>, context: &mut Context<'_>) {
    let is_good = (200..300).contains(&status.0) && !context.entry.has_would_refuse();
    let (Some(identity), true) = (context.carried.identity.clone(), is_good) else { return };
    let carried = &context.carried;
    if identity.is_adopted || carried.session.as_deref().is_some_and(is_nameless) {
        return;
    }
    let mut is_contradicted = false;
    for rule in &context.plan.model.callers.attributes {
        let Some(from) = &rule.learned else { continue };
        let is_this = context.operation == Some(from.operation);
        if !is_this || context.plan.is_undeclared_allowed(from.operation, context.now()) {
            continue;
        }
        let Some(value) = body.lookup(&from.pointer).and_then(value) else { continue };
        let of = of(&identity, from, context);
        let lesson = context.worker.shared.callers.learned.learn(of, value);
        is_contradicted |= lesson == Lesson::Contradiction;
    }
    if is_contradicted {
        context.entry.drift("attribute_contradicted");
    }
}

fn of(identity: &Identity, from: &LearnedFrom, context: &Context<'_>) -> Of {
    Of {
        api: context.plan.model.name.clone(),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        source: from.source.clone(),
    }
}

/// A text or a number that names something.
fn value(value: Json<'_>) -> Option<Value> {
    let bounded = |text: &&str| !text.is_empty() && text.len() <= VALUE_BYTES_MAX;
    match value.kind() {
        Kind::String => value.as_str().filter(bounded).map(|text| Value::Text(text.into())),
        Kind::Number => value.as_number().filter(bounded).map(|text| Value::Number(text.into())),
        _ => None,
    }
}
