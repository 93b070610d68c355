//! Roles, and which roles include which.

use std::collections::HashMap;
use std::sync::Arc;

use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Named, Notes, shown};

use crate::codes;
use crate::word::Names;

/// Roles of one policy.
const ROLES_MAX: usize = 256;

/// Every role, and those that include it, itself among them.
pub(super) struct Roles {
    satisfied_by: HashMap<Arc<str>, Vec<Arc<str>>>,
    is_declared: bool,
}

impl Roles {
    pub(super) fn read(section: Option<&Named<Names>>, notes: &mut Notes) -> Self {
        let Some(section) = section else {
            return Self { satisfied_by: HashMap::new(), is_declared: false };
        };
        if let Some((further, _)) = section.0.get(ROLES_MAX) {
            let message = format!("there are more than {ROLES_MAX} roles");
            let at = further.span;
            notes.push(|| Diagnostic::error(&codes::BAD_RULE, message).at(at).help("name fewer"));
        }
        let roles = section.0.get(..ROLES_MAX).unwrap_or(&section.0);
        let names: Vec<Arc<str>> = roles.iter().map(|(key, _)| key.text.as_str().into()).collect();
        let place: HashMap<&str, usize> = names.iter().map(|name| &**name).zip(0..).collect();
        let mut includes: Vec<Vec<usize>> = Vec::with_capacity(names.len());
        for (_, included) in roles {
            let found = included.0.iter().filter_map(|one| {
                let found = place.get(one.value.as_str()).copied();
                if found.is_none() {
                    notes.push(|| unknown(&one.value, one.span, names.iter().map(|one| &**one)));
                }
                found
            });
            includes.push(found.collect());
        }
        let mut satisfied_by: HashMap<Arc<str>, Vec<Arc<str>>> = HashMap::new();
        for (index, (key, _)) in roles.iter().enumerate() {
            let reached = reached(index, &includes);
            if includes
                .get(index)
                .is_some_and(|own| own.iter().any(|one| leads_to(*one, index, &includes)))
            {
                notes.push(|| {
                    let message = format!("role {} includes itself", shown(&key.text));
                    Diagnostic::error(&codes::BAD_RULE, message)
                        .at(key.span)
                        .help("a role includes those below it: `admin: [staff]`, `staff: []`")
                });
            }
            for one in reached {
                if let (Some(lower), Some(upper)) = (names.get(one), names.get(index)) {
                    satisfied_by.entry(lower.clone()).or_default().push(upper.clone());
                }
            }
        }
        Self { satisfied_by, is_declared: true }
    }

    /// Roles that include no other one and that others include, sorted.
    pub(super) fn ordinary(&self) -> Vec<Arc<str>> {
        let is_above = |role: &Arc<str>| {
            self.satisfied_by.iter().any(|(lower, above)| lower != role && above.contains(role))
        };
        let included = self.satisfied_by.iter().filter(|(_, above)| above.len() > 1);
        let mut all: Vec<Arc<str>> =
            included.map(|(role, _)| role).filter(|role| !is_above(role)).cloned().collect();
        all.sort_unstable();
        all
    }

    /// Every role that is as good as this one; notes when there is no such role.
    pub(super) fn satisfied_by(&self, name: &str, span: Span, notes: &mut Notes) -> Vec<Arc<str>> {
        if let Some(all) = self.satisfied_by.get(name) {
            return all.clone();
        }
        if self.is_declared {
            let mut names: Vec<&str> = self.satisfied_by.keys().map(|name| &**name).collect();
            names.sort_unstable();
            notes.push(|| unknown(name, span, names.into_iter()));
        } else {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "rules name roles, and there are no `roles`")
                    .at(span)
                    .help("add every role, with those that it includes: `roles: { customer: [], admin: [customer] }`")
            });
        }
        vec![name.into()]
    }
}

/// A role and all that it includes.
fn reached(from: usize, includes: &[Vec<usize>]) -> Vec<usize> {
    let mut known = vec![from];
    let mut next = 0;
    while let Some(at) = known.get(next).copied() {
        next += 1;
        for one in includes.get(at).into_iter().flatten() {
            if !known.contains(one) {
                known.push(*one);
            }
        }
    }
    known
}

fn leads_to(from: usize, to: usize, includes: &[Vec<usize>]) -> bool {
    reached(from, includes).contains(&to)
}

fn unknown<'a>(name: &str, span: Span, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    Diagnostic::error(&codes::UNKNOWN_ROLE, format!("there is no role {}", shown(name)))
        .at(span)
        .label("not under `roles`")
        .help(match did_you_mean(name, known) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None => format!("add it to `roles`: `{name}: []`"),
        })
}
