//! Which operations there are, and who may call them.

use std::collections::{BTreeSet, HashMap};

use portcullis_contract::{Operation, SchemePlace, SecurityScheme};

use portcullis_model::Method;

use super::contents;
use super::{Changes, OfOperation, Pair, Reach};
use crate::caller_identity::{Alternative, Expected};
use crate::plan::Plan;

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    schemes(pair, changes);
    let known = titles(pair.before);
    for (index, operation) in pair.after.model.contract.operations.iter().enumerate() {
        let name = operation.name();
        let mut of = OfOperation { changes: &mut *changes, name, span: Some(operation.span) };
        match known.get(&operation.title()) {
            None => appeared(pair, index, &mut of),
            Some(old) => {
                caller(pair, *old, index, &mut of);
                contents::compare(pair, *old, index, &mut of);
            }
        }
    }
    let now = titles(pair.after);
    for (index, operation) in pair.before.model.contract.operations.iter().enumerate() {
        if !now.contains_key(&operation.title()) {
            disappeared(pair, index, operation, changes);
        }
    }
    for gone in &pair.before.model.contract.not_served {
        let is_kept =
            pair.after.model.contract.not_served.iter().any(|one| one.title == gone.title);
        if !is_kept && !now.contains_key(&gone.title) {
            let name = gone.title.clone();
            let mut of = OfOperation { changes: &mut *changes, name, span: None };
            falls_to(pair, &gone.title, &mut of);
        }
    }
}

/// What a scheme names reaches the API with every operation, whether it is asked for or not.
fn schemes(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (&pair.before.model.contract, &pair.after.model.contract);
    let has = |schemes: &[SecurityScheme], place: &SchemePlace| {
        schemes.iter().any(|one| one.place == *place)
    };
    for scheme in after.schemes.iter().filter(|one| !has(&before.schemes, &one.place)) {
        let what = format!("the credential `{}` reaches the API with every operation", scheme.name);
        changes.of_all(Reach::Wider, what, scheme.span);
    }
    for scheme in before.schemes.iter().filter(|one| !has(&after.schemes, &one.place)) {
        let what = format!("the credential `{}` does not reach the API any more", scheme.name);
        changes.of_all(Reach::Narrower, what, None);
    }
}

fn titles(plan: &Plan) -> HashMap<String, usize> {
    let operations = plan.model.contract.operations.iter().enumerate();
    operations.map(|(index, operation)| (operation.title(), index)).collect()
}

fn expected(plan: &Plan, index: usize) -> &Expected {
    const NOBODY: &Expected = &Expected::Closed("it does not exist");
    plan.operations.get(index).map_or(NOBODY, |operation| &operation.caller)
}

/// How many may call.
const fn openness(expected: &Expected) -> u8 {
    match expected {
        Expected::Closed(_) => 0,
        Expected::Callers(_) => 1,
        Expected::Anyone => 2,
    }
}

const fn who(expected: &Expected) -> &'static str {
    match expected {
        Expected::Closed(_) => "nobody may call it",
        Expected::Callers(_) => "it needs a caller",
        Expected::Anyone => "anyone may call it",
    }
}

fn appeared(pair: &Pair<'_>, index: usize, of: &mut OfOperation<'_>) {
    let expected = expected(pair.after, index);
    let line = line_of_access(pair.after, index);
    match expected {
        Expected::Anyone => of.wider("is new, and anyone may call it", line),
        Expected::Callers(_) | Expected::Closed(_) => {
            of.push(Reach::Same, format!("is new; {}", who(expected)), line);
        }
    }
}

fn line_of_access(plan: &Plan, index: usize) -> Option<portcullis_model::Span> {
    let lines = &plan.model.lines;
    let line = |lines: &[Option<portcullis_model::Span>]| lines.get(index).copied().flatten();
    line(&lines.anyone).or_else(|| line(&lines.callers))
}

fn caller(pair: &Pair<'_>, old: usize, new: usize, of: &mut OfOperation<'_>) {
    let (before, after) = (expected(pair.before, old), expected(pair.after, new));
    let line = line_of_access(pair.after, new);
    match openness(after).cmp(&openness(before)) {
        std::cmp::Ordering::Greater => {
            of.wider(format!("is opened: {}, and before {}", who(after), who(before)), line);
        }
        std::cmp::Ordering::Less => {
            let verb = if openness(after) == 0 { "is closed" } else { "is restricted" };
            of.narrower(format!("{verb}: {}, and before {}", who(after), who(before)), line);
        }
        std::cmp::Ordering::Equal => {
            if let (Expected::Callers(before), Expected::Callers(after)) = (before, after) {
                credentials(pair, before, after, of);
            }
        }
    }
}

/// Each alternative that is taken now must hold all of one that was taken before.
fn credentials(
    pair: &Pair<'_>,
    before: &[Alternative],
    after: &[Alternative],
    of: &mut OfOperation<'_>,
) {
    let (before, after) = (alternatives(pair.before, before), alternatives(pair.after, after));
    let is_implied = |one: &BTreeSet<String>, by: &[BTreeSet<String>]| {
        by.iter().any(|other| other.is_subset(one))
    };
    if !after.iter().all(|one| is_implied(one, &before)) {
        of.wider("takes another credential, or fewer together", None);
    } else if !before.iter().all(|one| is_implied(one, &after)) {
        of.narrower("takes fewer kinds of credential, or more together", None);
    }
}

/// All that each alternative asks for: the places of its credentials, what they must be good for, and
/// whether they are verified.
fn alternatives(plan: &Plan, any_of: &[Alternative]) -> Vec<BTreeSet<String>> {
    let place = |index: &usize| {
        let scheme = plan.model.contract.schemes.get(*index);
        scheme.map_or_else(String::new, |scheme| format!("{:?}", scheme.place))
    };
    let all = any_of.iter().map(|one| {
        let scopes = one.scopes.iter().map(|(of, scope)| format!("{} for {scope}", place(of)));
        let verified = one.is_verified.then(|| "verified".to_owned());
        one.schemes.iter().map(place).chain(scopes).chain(verified).collect()
    });
    all.collect()
}

fn disappeared(pair: &Pair<'_>, index: usize, operation: &Operation, changes: &mut Changes) {
    let mut of = OfOperation { changes, name: operation.name(), span: None };
    if falls_to(pair, &operation.title(), &mut of) {
        return;
    }
    let reach = match expected(pair.before, index) {
        Expected::Closed(_) => Reach::Same,
        Expected::Callers(_) | Expected::Anyone => Reach::Narrower,
    };
    of.push(reach, "is no longer served", None);
}

/// A path that is no longer declared may be one of a template that is: `/items/special` of
/// `/items/{id}`. What is declared there then holds for it.
fn falls_to(pair: &Pair<'_>, title: &str, of: &mut OfOperation<'_>) -> bool {
    let contract = &pair.after.model.contract;
    let Some((method, template)) = title.split_once(' ') else {
        return false;
    };
    // Declared and not served: it keeps its path.
    if contract.not_served.iter().any(|one| one.title == title) {
        return false;
    }
    let operations = &contract.operations;
    let heir = operations.iter().enumerate().find(|(index, other)| {
        // HEAD of a declared GET is served (RFC 9110 section 9.3.2).
        (other.method.name() == method || method == "HEAD" && other.method == Method::Get)
            && covers(&other.template, template)
            && openness(expected(pair.after, *index)) > 0
    });
    let Some((_, heir)) = heir else {
        return false;
    };
    let what = format!("is no longer declared: its path is read as `{}` now", heir.title());
    of.wider(what, Some(heir.span));
    true
}

/// Whether a path of `other` may be one of `template`, too.
fn covers(template: &str, other: &str) -> bool {
    let mut segments = template.split('/');
    let mut others = other.split('/');
    loop {
        match (segments.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || one.contains('{') => {}
            _ => return false,
        }
    }
}
