//! Administrative operations that ordinary callers reach.

use portcullis_model::{Diagnostic, Method, shown};
use portcullis_policy::{Authorization, Model, Rule, Verb, looks_administrative};

use super::{ADMINISTRATIVE, Expected};

/// What to say of an operation that looks administrative and that ordinary callers reach.
pub(super) fn administrative(model: &Model, operation: usize) -> Option<Diagnostic> {
    let declared = model.contract.operation(operation)?;
    let why = looks_administrative(declared).or_else(|| deletes_all(model, operation))?;
    let whom = whom(model, operation)?;
    let name = shown(&declared.name());
    let message = format!("{name} looks administrative ({why}), and {whom} may call it");
    Some(Diagnostic::warning(&ADMINISTRATIVE, message).at(declared.span).help(
        "give it to the role that needs it: `- { role: admin, may: [...] }`, and take it out of what opens \
         it to others",
    ))
}

/// Whether it deletes objects and no request says which.
fn deletes_all(model: &Model, operation: usize) -> Option<String> {
    let is_delete = model.contract.operation(operation)?.method == Method::Delete;
    let touches = model.authorization.operations.get(operation).filter(|_| is_delete)?;
    let (resource, _) = touches.does.iter().find(|(_, verb)| *verb == Verb::Delete)?;
    let name = &model.authorization.resources.get(*resource)?.name;
    touches.inputs.is_empty().then(|| format!("it deletes {name}, and no request says which"))
}

/// The ordinary callers who reach it, in words.
fn whom(model: &Model, operation: usize) -> Option<String> {
    match Expected::derive(model, operation) {
        Expected::Anyone => Some("anybody".to_owned()),
        Expected::Callers => {
            let is_closed = forbids(&model.authorization, operation, None);
            (!is_closed).then(|| "every caller".to_owned())
        }
        Expected::Granted => granted(&model.authorization, operation),
    }
}

fn granted(authorization: &Authorization, operation: usize) -> Option<String> {
    let opens = |rule: &&Rule| !rule.forbids && rule.functions.binary_search(&operation).is_ok();
    authorization.rules.iter().filter(opens).find_map(|rule| {
        // A group, or a scope, is given to some.
        if !rule.who.groups.is_empty() || !rule.who.scopes.is_empty() {
            return None;
        }
        if rule.who.roles.is_empty() {
            let is_closed = forbids(authorization, operation, None);
            return (!is_closed).then(|| "every caller".to_owned());
        }
        let mut ordinary = authorization.ordinary_roles.iter();
        let role = ordinary.find(|role| {
            rule.who.roles.contains(role) && !forbids(authorization, operation, Some(role))
        });
        role.map(|role| format!("every {}", shown(role)))
    })
}

/// Whether a rule forbids it to everybody, or to everybody with this role.
fn forbids(authorization: &Authorization, operation: usize, role: Option<&str>) -> bool {
    authorization.rules.iter().any(|rule| {
        let is_whole = rule.who.groups.is_empty()
            && rule.who.scopes.is_empty()
            && rule.when == portcullis_policy::Expression::Always;
        let means = rule.who.roles.is_empty()
            || role.is_some_and(|role| rule.who.roles.iter().any(|one| **one == *role));
        rule.forbids && is_whole && means && rule.functions.binary_search(&operation).is_ok()
    })
}
