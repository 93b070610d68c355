//! Which operations a key that is issued here is for. Its own rules decide, and those of every key above it.

use std::sync::Arc;

use portcullis_model::{ControlId, KeyRules, Refusal, Status};
use portcullis_policy::Model;

use crate::face::Judgement;
use crate::rules;

/// What a key is asked for.
#[derive(Clone, Copy)]
pub struct KeyAsk<'a> {
    /// The API.
    pub model: &'a Model,
    /// The operation, by index; none: it is none that is declared.
    pub operation: Option<usize>,
}

/// Whether a key is for this operation: by its name, as `API::NAME` or by method and path, where it names any; and
/// by what the operation does to objects, where it names resources. What is no operation is nothing that such a key
/// is for.
pub fn judge_key(rules: &[Arc<KeyRules>], ask: KeyAsk<'_>) -> Judgement<()> {
    if rules.iter().all(|rules| is_for(rules, ask)) {
        return Judgement::Pass(());
    }
    let detail = "the key is not for this operation";
    let refusal =
        Refusal::new(ControlId::FunctionAccess, Status::FORBIDDEN, "key_not_for_function", detail);
    Judgement::Refuse(refusal, ())
}

fn is_for(key: &KeyRules, KeyAsk { model, operation }: KeyAsk<'_>) -> bool {
    let declared = operation.and_then(|index| model.contract.operation(index));
    let is_named = declared.is_some_and(|one| {
        let (name, title) = (one.name(), one.title());
        let is_it = |text: &str| text == name || text == title;
        key.operations.iter().any(|named| {
            let of_api = named.split_once("::").filter(|(api, _)| *api == &*model.name);
            is_it(named) || of_api.is_some_and(|(_, own)| is_it(own))
        })
    });
    (key.operations.is_empty() || is_named)
        && rules::opens(key, &model.authorization, operation, is_named)
}

#[cfg(test)]
mod tests;
