//! Which operations are left alone, because trying them would harm whoever tries?

use portcullis_contract::{Operation, Security, SecurityRequirement};
use portcullis_model::Method;
use portcullis_policy::Model;
use portcullis_policy::naming::words;

/// Words in names of operations that end sessions, or change who somebody is.
const OF_ACCOUNTS: [&str; 16] = [
    "login",
    "logout",
    "signin",
    "signout",
    "sign",
    "session",
    "sessions",
    "password",
    "passwords",
    "register",
    "signup",
    "token",
    "reset",
    "role",
    "roles",
    "deactivate",
];

/// Why an operation is not tried; none: it is.
pub(super) fn why(model: &Model, index: usize) -> Option<String> {
    let operation = model.contract.operation(index)?;
    let callers = &model.callers;
    if callers.logins.iter().any(|login| login.operation == index) {
        return Some("it logs in".to_owned());
    }
    if callers.ends_sessions.iter().any(|ends| ends.operation == index) {
        return Some("it ends sessions".to_owned());
    }
    if callers.changes_roles.contains(&index) {
        return Some("it changes roles".to_owned());
    }
    if callers.guesses.iter().any(|guessed| guessed.operation == index) {
        return Some("something can be guessed there, and tries are counted".to_owned());
    }
    if let Some(scheme) = unknown_scheme(model, operation) {
        return Some(format!("it wants a credential that no caller of the policy has: `{scheme}`"));
    }
    if operation.sunset.is_some() {
        return Some("it ends, or has ended".to_owned());
    }
    let is_safe = matches!(operation.method, Method::Get | Method::Head);
    let segments = operation.template.split('/').filter(|segment| !segment.contains('{'));
    let said = segments.chain(operation.id.as_deref()).flat_map(words);
    let word = said.filter(|_| !is_safe).find(|word| OF_ACCOUNTS.contains(&word.as_str()));
    if let Some(word) = word {
        return Some(format!("its name says that it changes an account: `{word}`"));
    }
    let account = account(model)?;
    let touched = model.authorization.operations.get(index)?;
    // Only what it does: what it shows, and whose objects it lists, it does not change.
    let changes = touched.is_unsafe
        && (touched.does.iter().any(|(resource, _)| *resource == account)
            || touched.does.is_empty()
                && touched.inputs.iter().any(|input| input.resource == account)
            || touched.inputs.is_empty() && touched.shows.contains(&account));
    changes.then(|| "it changes the account of whoever it names".to_owned())
}

/// A scheme without which an operation is not called, and of which the policy verifies nothing: those who are given
/// come with others.
fn unknown_scheme<'m>(model: &'m Model, operation: &Operation) -> Option<&'m str> {
    let Security::Required { any_of, .. } = &operation.security else { return None };
    let is_known = |scheme: usize| model.callers.verifies(scheme);
    if !(0..model.contract.schemes.len()).any(is_known) {
        return None;
    }
    let missing =
        |one: &SecurityRequirement| one.schemes.iter().copied().find(|one| !is_known(*one));
    let all: Option<Vec<usize>> = any_of.iter().map(missing).collect();
    let scheme = all?.into_iter().next()?;
    model.contract.schemes.get(scheme).map(|scheme| &*scheme.name)
}

/// The resource that is the caller itself, by its index: what the API's own word about the caller shows, or
/// whose owner is its id.
pub(super) fn account(model: &Model) -> Option<usize> {
    let authorization = &model.authorization;
    let whoami = model.callers.whoami.as_ref().map(|whoami| whoami.operation);
    let told = whoami.and_then(|index| authorization.operations.get(index)?.shows.first().copied());
    told.or_else(|| {
        authorization.resources.iter().position(|resource| {
            resource.owners.iter().any(|owner| resource.ids.contains(&owner.at))
        })
    })
}
