//! How it is known who calls. Whatever vouches for somebody in another way, or says more of them, may
//! open what was closed.

use portcullis_contract::{Operation, SecurityScheme};
use portcullis_policy::{Callers, Login, Model};

use super::{Changes, Pair, Reach};
use crate::plan::Plan;

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    // Both in one order.
    let before = &pair.before.model.callers.clone().renumbered(|index| index, |index| index);
    let after = &in_numbers_of_before(pair);
    issuers(
        before.jwt.iter().map(|one| (&*one.issuer, one)),
        after.jwt.iter().map(|one| (&*one.issuer, one)),
        changes,
    );
    issuers(
        before.introspection.iter().map(|one| (&*one.issuer, one)),
        after.introspection.iter().map(|one| (&*one.issuer, one)),
        changes,
    );
    if pair.after.model.is_published && !pair.before.model.is_published {
        changes.of_all(Reach::Wider, "everybody may know what there is", None);
    }
    logins(pair, before, after, changes);
    certificates(pair, after, changes);
    guesses(pair, changes);
    match (&before.api_keys, &after.api_keys) {
        (old, new) if old == new => {}
        (Some(_), None) => changes.of_all(Reach::Narrower, "API keys open nothing any more", None),
        _ => changes.of_all(Reach::Wider, "API keys are judged otherwise", None),
    }
    match (&before.passwords, &after.passwords) {
        // What may be set is no matter of who is let in, and how many threads compute is none either.
        (Some(old), Some(new)) if (&old.pepper, &old.schemes) == (&new.pepper, &new.schemes) => {}
        (None, None) => {}
        (Some(_), None) => changes.of_all(Reach::Narrower, "passwords open nothing any more", None),
        _ => changes.of_all(Reach::Wider, "passwords are judged otherwise", None),
    }
    if before.whoami != after.whoami || before.changes_roles != after.changes_roles {
        changes.of_all(Reach::Wider, "the API is asked otherwise who calls", None);
    }
    if before.attributes != after.attributes {
        changes.of_all(Reach::Wider, "what is known of callers is learned otherwise", None);
    }
    if before.forward != after.forward {
        changes.of_all(Reach::Wider, "the API is told otherwise who calls", None);
    }
    all_of(after);
}

/// The callers of the later model, with its operations and schemes by the numbers that they had: what
/// was not there has a number that nothing had.
fn in_numbers_of_before(pair: &Pair<'_>) -> Callers {
    let (before, after) = (&pair.before.model.contract, &pair.after.model.contract);
    let operation = |index: usize| {
        let title = after.operation(index).map(Operation::title);
        let known = before.operations.iter().position(|one| Some(one.title()) == title);
        known.unwrap_or(before.operations.len() + index)
    };
    let scheme = |index: usize| {
        let same = |one: &SecurityScheme| {
            after
                .schemes
                .get(index)
                .is_some_and(|now| (&one.name, &one.place) == (&now.name, &now.place))
        };
        before.schemes.iter().position(same).unwrap_or(before.schemes.len() + index)
    };
    pair.after.model.callers.clone().renumbered(operation, scheme)
}

/// What was guarded and is not any more, or otherwise.
fn guesses(pair: &Pair<'_>, changes: &mut Changes) {
    let title =
        |plan: &Plan, index: usize| plan.model.contract.operation(index).map(Operation::title);
    for (index, was) in pair.before.operations.iter().enumerate() {
        let Some(was) = &was.guarded else { continue };
        let same = |(now, _): &(usize, _)| title(pair.after, *now) == title(pair.before, index);
        let now = pair.after.operations.iter().enumerate().find(same);
        if now.is_some_and(|(_, now)| now.guarded.as_ref() != Some(was)) {
            let what = format!("wrong attempts at `{}` are counted otherwise", was.function);
            changes.of_all(Reach::Wider, what, None);
        }
    }
}

fn issuers<'a, T: PartialEq>(
    before: impl Iterator<Item = (&'a str, T)>,
    after: impl Iterator<Item = (&'a str, T)>,
    changes: &mut Changes,
) {
    let (before, after): (Vec<_>, Vec<_>) = (before.collect(), after.collect());
    for (issuer, one) in &after {
        if before.iter().any(|(_, known)| known == one) {
            continue;
        }
        let is_known = before.iter().any(|(known, _)| known == issuer);
        let what = if is_known {
            format!("tokens of `{issuer}` are judged otherwise")
        } else {
            format!("tokens of `{issuer}` are believed")
        };
        changes.of_all(Reach::Wider, what, None);
    }
    for (issuer, _) in &before {
        if !after.iter().any(|(known, _)| known == issuer) {
            let what = format!("tokens of `{issuer}` are no longer believed");
            changes.of_all(Reach::Narrower, what, None);
        }
    }
}

/// Whatever is not the same may accept what was refused: it is not weighed further.
fn logins(pair: &Pair<'_>, before: &Callers, after: &Callers, changes: &mut Changes) {
    for (login, own) in after.logins.iter().zip(&pair.after.model.callers.logins) {
        if before.logins.contains(login) {
            continue;
        }
        let operation = pair.after.model.contract.operation(own.operation);
        let name = operation.map_or_else(String::new, Operation::name);
        let what = format!("credentials that `{name}` gives out are exchanged otherwise");
        changes.of_all(Reach::Wider, what, None);
    }
    let is_left = |login: &Login| after.logins.iter().any(|one| one.operation == login.operation);
    for login in before.logins.iter().filter(|login| !is_left(login)) {
        let operation = pair.before.model.contract.operation(login.operation);
        let name = operation.map_or_else(String::new, Operation::name);
        let what = format!("credentials that `{name}` gives out are no longer exchanged");
        changes.of_all(Reach::Wider, what, None);
    }
    if before.ends_sessions != after.ends_sessions {
        changes.of_all(Reach::Wider, "sessions end after other operations", None);
    }
}

/// Whom clients' certificates come from, and how they say who calls. What the files say is compared by
/// whoever reads them.
fn certificates(pair: &Pair<'_>, callers: &Callers, changes: &mut Changes) {
    let (before, after) = (&pair.before.model, &pair.after.model);
    let asked = |model: &Model| model.tls.as_ref().and_then(|tls| tls.clients.clone());
    match (asked(before), asked(after)) {
        (old, new) if old == new => {}
        (Some(_), None) => {
            changes.of_all(Reach::Narrower, "clients are not asked for certificates", None);
        }
        _ => changes.of_all(Reach::Wider, "other certificates of clients are taken", None),
    }
    let (old, new) = (&before.callers.certificates, &callers.certificates);
    if old != new && new.is_some() {
        let what = "a client's certificate says otherwise who calls";
        changes.of_all(Reach::Wider, what, None);
    }
}

/// What is added does not compile until somebody has thought of how it is compared.
const fn all_of(callers: &Callers) {
    let Callers {
        jwt: _,
        introspection: _,
        certificates: _,
        api_keys: _,
        passwords: _,
        logins: _,
        guesses: _,
        whoami: _,
        changes_roles: _,
        ends_sessions: _,
        attributes: _,
        forward: _,
    } = callers;
}
