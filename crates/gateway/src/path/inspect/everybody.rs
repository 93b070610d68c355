//! What everybody sees of an answer, whatever their role: what the policy derives instead of values that do not
//! leave, and no hash of a password.

use portcullis_contract::ShapeId;
use portcullis_controls::derived::{DerivationKey, Scalar};
use portcullis_controls::response_shape::{self, Edits, Found};
use portcullis_json::Document;
use portcullis_ledger::Noted;
use portcullis_model::{ControlId, Date, Status};
use portcullis_policy::AnswerPlace;

use super::super::context::Context;

/// Takes out of a JSON answer what nobody sees, and puts in what stands in its place.
pub(super) fn mask(
    document: &mut Document,
    shape: Option<ShapeId>,
    status: Status,
    context: &mut Context<'_>,
) {
    let edits = edits(document, shape, context);
    if told(&edits, status, context) {
        // An index or a name that is not taken is there: the edits are of this document.
        let mut is_done = true;
        edits.drop.iter().for_each(|index| document.drop_value(*index));
        for (index, scalar) in &edits.replace {
            if document.replace_value(*index, scalar).is_err() {
                document.drop_value(*index);
                is_done = false;
            }
        }
        for (object, name, scalar) in &edits.insert {
            is_done &= document.insert_member(*object, name, scalar).is_ok();
        }
        if !is_done {
            context.entry.drift_beside("not_derived");
        }
    }
    hashes(document, edits.show, status, context);
}

/// The values of an answer in another form that nobody sees; there is no place for what is derived of them.
pub(super) fn unseen(
    document: &Document,
    shape: Option<ShapeId>,
    status: Status,
    context: &mut Context<'_>,
) -> Vec<u32> {
    let Edits { mut drop, replace, show, mut told, .. } = edits(document, shape, context);
    drop.extend(replace.iter().map(|(index, _)| *index));
    told.retain(|one| one.reason == "hidden_property");
    let without = Edits { told, ..Edits::default() };
    if !self::told(&without, status, context) {
        drop.clear();
    }
    let control = ControlId::ResponseShape;
    let found = response_shape::hashes(document, &show, status.0 >= 400);
    tell_cards(found.cards, context);
    for hash in found.hashes {
        let detail = format!("{} in the answer {}", hash.family, status.0);
        if context.may_remove(Noted { control, reason: reason(hash.family), detail }) {
            drop.push(hash.index);
        }
    }
    drop
}

fn edits(document: &Document, shape: Option<ShapeId>, context: &Context<'_>) -> Edits {
    let plan = context.plan;
    let answers = &plan.model.answers;
    let Some(shape) = shape.filter(|shape| plan.masked.leads(*shape)) else {
        return Edits::default();
    };
    let secret = answers.key.as_ref().and_then(|key| context.worker.site().secret(key));
    let key = secret.as_ref().and_then(DerivationKey::new);
    let masks = (&plan.model.contract.shapes, answers.masks.as_slice(), &plan.masked);
    response_shape::everybody(document, shape, masks, Date::of(context.now()), key.as_ref())
}

/// Whether the answer is edited; told either way.
fn told(edits: &Edits, status: Status, context: &mut Context<'_>) -> bool {
    let control = ControlId::ResponseShape;
    let mut may_edit =
        !(edits.drop.is_empty() && edits.replace.is_empty() && edits.insert.is_empty());
    for one in &edits.told {
        let times = if one.count > 1 { format!(" ({} times)", one.count) } else { String::new() };
        let detail = format!("{}{times} in the answer {}", one.what, status.0);
        may_edit &= context.may_remove(Noted { control, reason: one.reason, detail });
    }
    may_edit
}

/// No hash of a password leaves; a credential that the API gives out at a declared place is none.
fn hashes(document: &mut Document, mut but: Vec<u32>, status: Status, context: &mut Context<'_>) {
    but.extend(issued(document, context));
    let mut families: Vec<(&'static str, usize)> = Vec::new();
    let Found { hashes: found, cards } = response_shape::hashes(document, &but, status.0 >= 400);
    tell_cards(cards, context);
    for hash in &found {
        match families.iter_mut().find(|(family, _)| *family == hash.family) {
            Some((_, count)) => *count += 1,
            None => families.push((hash.family, 1)),
        }
    }
    let control = ControlId::ResponseShape;
    let mut may_drop = !found.is_empty();
    for (family, count) in families {
        let detail = format!("{count} of {family} in the answer {}", status.0);
        may_drop &= context.may_remove(Noted { control, reason: reason(family), detail });
    }
    for hash in found.iter().filter(|_| may_drop) {
        document.drop_value(hash.index);
        if hash.index == document.root().index() {
            // The whole of an answer stays a value; nothing else is refused by this index.
            let _ = document.replace_value(hash.index, &Scalar::Null);
        }
    }
}

/// Which word of the ledger.
fn reason(family: &str) -> &'static str {
    if family == "password" { "password_name" } else { "hash_shape" }
}

/// Numbers of cards leave; whoever answers for the API learns that they do.
fn tell_cards(count: usize, context: &mut Context<'_>) {
    if count > 0 {
        context.entry.drift_beside("card_number");
    }
}

/// The values of an answer that are credentials of the API's own login.
fn issued(document: &Document, context: &Context<'_>) -> Vec<u32> {
    let mut found = Vec::new();
    for login in &context.plan.model.callers.logins {
        let renews = login.refresh.as_ref().filter(|one| context.operation == Some(one.operation));
        let second = login.second_step.as_ref();
        let gives = context.operation == Some(login.operation)
            || second.is_some_and(|one| context.operation == Some(one.operation));
        let tokens = login.tokens.iter().map(|one| &one.at).filter(|_| gives);
        let renewed = renews.into_iter().flat_map(|one| &one.tokens);
        let refresh = login.refresh.iter().map(|one| &one.issued);
        let refresh = refresh.filter(|_| gives || renews.is_some());
        for place in tokens.chain(renewed).chain(refresh) {
            if let AnswerPlace::Member(at) = place {
                found.extend(document.root().lookup(at).map(portcullis_json::Value::index));
            }
        }
    }
    found
}
