//! To whom rules open everybody's objects of a resource: to callers at large, or to roles that are there for it.
//!
//! In doubt it is callers at large. A role is there for it where another rule gives owners their own of that resource,
//! and gives nobody of that role theirs, or where its name says that it is over others.

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_policy::{
    Authorization, Expression, How, Model, OnResource, Operand, Resource, Rule, Touches,
};

use crate::system::is_administrative;

/// The objects of one resource in one operation.
#[derive(Clone, Copy)]
pub(super) struct Objects<'a> {
    pub(super) model: &'a Model,
    pub(super) operation: usize,
    pub(super) touches: &'a Touches,
    pub(super) resource: usize,
}

impl<'a> Objects<'a> {
    /// Why everybody's are open to callers at large, if they are.
    pub(super) fn to_callers(self) -> Option<String> {
        self.untied().find(|rule| !is_staff(self.model, rule, self.resource)).map(|rule| {
            let (who, resource) = (named(rule), self.name());
            format!("{who} may have everybody's `{resource}`: no `when` ties them to the caller, as `mine` does")
        })
    }

    /// Why those of another tenant are open, if they are. Who may cross, and for what reason, was said.
    pub(super) fn to_other_tenants(self) -> Option<String> {
        if self.authorization().tenant.is_none() {
            return Some("the policy does not say to which tenant callers belong: `tenant`".into());
        }
        let is_let = |rule: &&Rule| {
            let is_meant = rule.across_tenants && is_staff(self.model, rule, self.resource);
            !is_meant && !self.keeps_tenants(rule)
        };
        self.opening(is_untied).find(is_let).map(|rule| {
            let (who, resource) = (named(rule), self.name());
            format!("{who} may have `{resource}` of every tenant: no tenant of them is asked")
        })
    }

    /// The roles and groups for which they are everybody's.
    pub(super) fn to_staff(self) -> BTreeSet<String> {
        self.untied().filter(|rule| is_staff(self.model, rule, self.resource)).map(named).collect()
    }

    /// The rules that permit everybody's. Where no object of the resource has an owner, its tenant is whose it is.
    fn untied(self) -> impl Iterator<Item = &'a Rule> {
        let is_of_tenant = !has_owner(self.model, self.resource);
        self.opening(is_untied).filter(move |rule| !(is_of_tenant && self.keeps_tenants(rule)))
    }

    fn opening(self, is_it: fn(&OnResource) -> bool) -> impl Iterator<Item = &'a Rule> {
        let rules = self.authorization().rules.iter().filter(|rule| !rule.forbids);
        rules.filter(move |rule| {
            let mut on = rule.on.iter().filter(|on| on.resource == self.resource);
            on.any(|on| is_it(on) && rule.speaks_of(on, self.operation, self.touches))
        })
    }

    fn keeps_tenants(self, rule: &Rule) -> bool {
        let has_tenant = self.declared().is_some_and(|one| one.tenant.is_some());
        self.authorization().tenant.is_some() && has_tenant && !rule.across_tenants
    }

    const fn authorization(self) -> &'a Authorization {
        &self.model.authorization
    }

    fn declared(self) -> Option<&'a Resource> {
        self.authorization().resources.get(self.resource)
    }

    fn name(self) -> &'a str {
        self.declared().map_or("", |one| &*one.name)
    }
}

/// Whether a rule is for those whose work is with everybody's objects.
pub(super) fn is_staff(model: &Model, rule: &Rule, resource: usize) -> bool {
    let (who, authorization) = (&rule.who, &model.authorization);
    // What a token is for says nothing of its owner.
    if who.roles.is_empty() && who.groups.is_empty() {
        return false;
    }
    let owning = || authorization.rules.iter().filter(|one| !one.forbids);
    let gives = |one: &&Rule| one.on.iter().any(|on| gives_own(authorization, on));
    if owning().filter(gives).any(|one| are_among(authorization, rule, one)) {
        return false;
    }
    let is_over =
        !who.roles.is_empty() && who.roles.iter().all(|one| is_administrative(model, one));
    let owned = has_owner(model, resource).then_some(resource);
    let is_told_apart = |one: &Rule| {
        let mut on = one.on.iter();
        on.any(|on| owned.is_none_or(|it| it == on.resource) && gives_own(authorization, on))
    };
    is_over || owning().any(is_told_apart)
}

/// Whether some of those whom a rule means are those whom another one gives their own.
fn are_among(authorization: &Authorization, rule: &Rule, owning: &Rule) -> bool {
    let owners = lowest(authorization, owning);
    lowest(authorization, rule).iter().any(|role| owners.contains(role))
        || rule.who.groups.iter().any(|group| owning.who.groups.contains(group))
}

/// The roles that a rule names: those that stand in it because they include one of them are left out. A role includes
/// another one if it stands wherever that one does.
fn lowest<'a>(authorization: &'a Authorization, rule: &'a Rule) -> Vec<&'a Arc<str>> {
    let roles = &rule.who.roles;
    let ordinary = |role: &&Arc<str>| authorization.ordinary_roles.contains(*role);
    let includes = |role: &Arc<str>, lower: &Arc<str>| {
        let mut with_lower = authorization.rules.iter().map(|one| &one.who.roles);
        with_lower.all(|all| !all.contains(lower) || all.contains(role))
    };
    let is_named = |role: &&Arc<str>| {
        ordinary(role) || !roles.iter().filter(ordinary).any(|lower| includes(role, lower))
    };
    roles.iter().filter(is_named).collect()
}

fn has_owner(model: &Model, resource: usize) -> bool {
    let resource = model.authorization.resources.get(resource);
    resource.is_some_and(|one| !one.owners.is_empty() || one.own_list.is_some())
}

/// Whether it gives owners their own.
fn gives_own(authorization: &Authorization, on: &OnResource) -> bool {
    let owners = authorization.resources.get(on.resource).map_or(&[][..], |one| &one.owners);
    let is_own = |left: &Operand, right: &Operand| match (left, right) {
        (Operand::Resource(at), Operand::Caller(_))
        | (Operand::Caller(_), Operand::Resource(at)) => {
            owners.is_empty() || owners.iter().any(|one| one.at == *at)
        }
        _ => false,
    };
    holds(&on.when, &is_own)
}

fn is_untied(on: &OnResource) -> bool {
    let is_tied = |left: &Operand, right: &Operand| {
        let is_of = |one: &Operand| matches!(one, Operand::Resource(_));
        let is_theirs = |one: &Operand| matches!(one, Operand::Caller(_));
        is_of(left) && is_theirs(right) || is_theirs(left) && is_of(right)
    };
    !holds(&on.when, &is_tied)
}

/// Whether no object comes under a condition but the caller's own, or one of which two values are as is asked. What is
/// the caller's to choose, and what is said of every object, ties none to them.
fn holds(when: &Expression, is_it: &dyn Fn(&Operand, &Operand) -> bool) -> bool {
    match when {
        Expression::Mine => true,
        Expression::Compare { left, how: How::Equal | How::In | How::Under, right } => {
            is_it(left, right)
        }
        Expression::All(parts) => parts.iter().any(|one| holds(one, is_it)),
        Expression::Any(parts) => !parts.is_empty() && parts.iter().all(|one| holds(one, is_it)),
        Expression::Always
        | Expression::Compare { .. }
        | Expression::Is(_)
        | Expression::Not(_) => false,
    }
}

/// Whom a rule means, in words.
fn named(rule: &Rule) -> String {
    let all = |kind: &str, names: &[Arc<str>]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| format!("{kind} {}", names.join(" or ")))
    };
    let who = &rule.who;
    let parts = [all("role", &who.roles), all("group", &who.groups), all("scope", &who.scopes)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "every caller".to_owned() } else { parts.join(", ") }
}
