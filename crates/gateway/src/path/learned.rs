//! What is known of a caller from the answers that they got before, and what this answer adds.

use std::sync::Arc;

use portcullis_json::{Kind, Value as Json};
use portcullis_model::{Attribute, Caller, Identity, Source, Status, Value};

use super::context::Context;
use crate::callers::{Lesson, Of};

/// A caller, with what was learned of them.
pub(super) fn known(caller: Caller, context: &Context<'_>) -> Caller {
    let rules =
        || context.plan.model.callers.attributes.iter().filter(|rule| rule.learned.is_some());
    let Caller::Verified(identity) = &caller else { return caller };
    let learned = &context.worker.shared.callers.learned;
    let known = rules().filter_map(|rule| {
        let value = learned.known(&of(identity, &rule.name, context))?;
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

/// Learns from an answer, where a rule says so: of a caller who is known, in a request that nothing
/// would have refused (rule 28).
pub(super) fn take(status: Status, body: Json<'_>, context: &mut Context<'_>) {
    let is_good = (200..300).contains(&status.0) && !context.entry.has_would_refuse();
    let (Some(identity), true) = (context.carried.identity.clone(), is_good) else { return };
    let mut is_contradicted = false;
    for rule in &context.plan.model.callers.attributes {
        let Some(from) = &rule.learned else { continue };
        if context.operation != Some(from.operation) {
            continue;
        }
        let Some(value) = body.lookup(&from.pointer).and_then(value) else { continue };
        let of = of(&identity, &rule.name, context);
        let lesson = context.worker.shared.callers.learned.learn(of, value);
        is_contradicted |= lesson == Lesson::Contradiction;
    }
    if is_contradicted {
        context.entry.drift("attribute_contradicted");
    }
}

fn of(identity: &Identity, attribute: &Arc<str>, context: &Context<'_>) -> Of {
    Of {
        api: context.plan.model.name.clone(),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        attribute: attribute.clone(),
    }
}

fn value(value: Json<'_>) -> Option<Value> {
    match value.kind() {
        Kind::String => {
            value.as_str().filter(|text| !text.is_empty()).map(|text| Value::Text(text.into()))
        }
        Kind::Number => value.as_number().map(|text| Value::Number(text.into())),
        _ => None,
    }
}
