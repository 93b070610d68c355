//! An Overlay, applied to a document.

use portcullis_contract::outline::Step;
use serde_json::Value;

use super::{Change, Overlay};

impl Overlay {
    /// Applies what nobody needs to decide about. An action whose place is not there changes nothing.
    pub fn apply(&self, document: &mut Value) {
        for action in self.actions.iter().filter(|action| action.is_sure) {
            match &action.change {
                Change::Update(value) => {
                    if let Some(target) = find(document, action.steps()) {
                        merge(target, value);
                    }
                }
                Change::Remove => remove(document, action.steps()),
            }
        }
    }
}

fn find<'d>(document: &'d mut Value, steps: &[Step]) -> Option<&'d mut Value> {
    steps.iter().try_fold(document, |at, step| match step {
        Step::Member(name) => at.get_mut(&**name),
        Step::Item(index) => at.get_mut(*index),
    })
}

fn remove(document: &mut Value, steps: &[Step]) {
    let Some((last, before)) = steps.split_last() else { return };
    match (find(document, before), last) {
        (Some(Value::Object(all)), Step::Member(name)) => {
            all.remove(&**name);
        }
        (Some(Value::Array(all)), Step::Item(index)) if *index < all.len() => {
            all.remove(*index);
        }
        _ => {}
    }
}

/// Merges as an Overlay does: members of objects one by one, items of lists behind the others.
pub(super) fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                match into.get_mut(name) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(name.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(into), Value::Array(more)) => into.extend(more.iter().cloned()),
        (into, more) => *into = more.clone(),
    }
}
