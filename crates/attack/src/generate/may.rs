//! Whom do the rules let do what, as far as that is known before anybody asks?

use portcullis_controls::function_access::Expected;
use portcullis_policy::{Expression, Model, OnResource, Rule};

/// Somebody in whose name requests are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// How steps call them (`as`).
    pub name: String,
    /// The roles that they have; none: it is not known.
    pub roles: Option<Vec<String>>,
    /// Whether they show a cookie, which browsers send along by themselves.
    pub has_cookie: bool,
}

/// What is known beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    No,
    /// It depends on the object, or on what nobody said of the caller.
    Unknown,
    Yes,
}

/// Whose an object is, seen from the one who touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Foreign,
}

/// Whether an operation is open to somebody.
pub(super) fn opens(model: &Model, operation: usize, person: &Person) -> Known {
    let mut known = match Expected::derive(model, operation) {
        Expected::Anyone | Expected::Callers => Known::Yes,
        Expected::Granted => Known::No,
    };
    for rule in &model.authorization.rules {
        if rule.functions.binary_search(&operation).is_ok() {
            let holds = is_meant(rule, person).min(holds(&rule.when, Whose::Own));
            if rule.forbids {
                known = known.min(not(holds));
            } else {
                known = known.max(holds);
            }
        }
    }
    known
}

/// Whether somebody may touch an object of a resource by an operation.
pub(super) fn touches(
    model: &Model,
    operation: usize,
    resource: usize,
    person: &Person,
    whose: Whose,
) -> Known {
    let authorization = &model.authorization;
    if !authorization.is_exhaustive {
        return if whose == Whose::Own { Known::Yes } else { Known::No };
    }
    let Some(touched) = authorization.operations.get(operation) else { return Known::Unknown };
    let mut known = Known::No;
    let mut forbidden = Known::No;
    for rule in &authorization.rules {
        let parts = rule.on.iter().filter(|on| on.resource == resource);
        for on in parts.filter(|on| rule.speaks_of(on, operation, touched)) {
            let mut holds = is_meant(rule, person).min(holds(&on.when, whose));
            if rule.forbids {
                forbidden = forbidden.max(holds);
                continue;
            }
            // Nobody said whether the two are of one tenant.
            let is_within = authorization.tenant.is_some() && !rule.across_tenants;
            if is_within && whose == Whose::Foreign {
                holds = holds.min(Known::Unknown);
            }
            known = known.max(holds);
        }
    }
    known.min(not(forbidden))
}

/// What the rules say of the members of an object, of each that may let somebody touch it by an operation.
pub(super) fn grants<'m>(
    model: &'m Model,
    operation: usize,
    resource: usize,
    person: &Person,
    whose: Whose,
) -> Vec<&'m OnResource> {
    let authorization = &model.authorization;
    let Some(touched) = authorization.operations.get(operation) else { return Vec::new() };
    let mut all = Vec::new();
    for rule in authorization.rules.iter().filter(|rule| !rule.forbids) {
        let parts = rule.on.iter().filter(|on| on.resource == resource);
        let speaks = parts.filter(|on| rule.speaks_of(on, operation, touched));
        let lets =
            |on: &&OnResource| is_meant(rule, person).min(holds(&on.when, whose)) != Known::No;
        all.extend(speaks.filter(lets));
    }
    all
}

/// Whether a rule means somebody.
fn is_meant(rule: &Rule, person: &Person) -> Known {
    let who = &rule.who;
    let known = match &person.roles {
        _ if who.roles.is_empty() => Known::Yes,
        None => Known::Unknown,
        Some(roles) if who.roles.iter().any(|one| roles.iter().any(|own| **one == **own)) => {
            Known::Yes
        }
        Some(_) => Known::No,
    };
    let is_more = !who.groups.is_empty() || !who.scopes.is_empty();
    if is_more { known.min(Known::Unknown) } else { known }
}

/// Kleene's three values.
fn holds(when: &Expression, whose: Whose) -> Known {
    match when {
        Expression::Always => Known::Yes,
        Expression::Mine if whose == Whose::Own => Known::Yes,
        Expression::Mine => Known::No,
        Expression::Is(_) | Expression::Compare { .. } => Known::Unknown,
        Expression::Not(inner) => not(holds(inner, whose)),
        Expression::All(parts) => {
            parts.iter().map(|part| holds(part, whose)).min().unwrap_or(Known::Yes)
        }
        Expression::Any(parts) => {
            parts.iter().map(|part| holds(part, whose)).max().unwrap_or(Known::No)
        }
    }
}

const fn not(known: Known) -> Known {
    match known {
        Known::Yes => Known::No,
        Known::Unknown => Known::Unknown,
        Known::No => Known::Yes,
    }
}
