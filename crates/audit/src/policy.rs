//! What a policy leaves open: what it relaxes, what it opens, and what `check` says of it.

mod diagnosed;
mod opened;
mod relaxed;
mod rules;

use portcullis_controls::Plan;
use portcullis_model::{Diagnostic, Span, UnixMillis};

use crate::finding::{At, Finding, Place, Rule};
use crate::told::ToldRule;

/// Places of one finding that are kept.
const PLACES_MAX: usize = 200;

/// Every rule that a policy is held against.
pub fn policy_rules() -> impl Iterator<Item = ToldRule> {
    rules::ALL.iter().map(|rule| ToldRule::of(rule)).chain(diagnosed::rules())
}

/// Those that have a page of their own; the others are pages of `check`.
pub(crate) fn own_rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.into_iter()
}

/// What there is to say. `diagnostics` is what `check` found: it is not looked for again.
pub fn policy_findings(
    plans: &[Plan],
    diagnostics: &[Diagnostic],
    now: UnixMillis,
) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for plan in plans {
        let found = relaxed::findings(plan, now).into_iter().chain(opened::findings(plan));
        found.for_each(|one| gather(&mut all, one));
    }
    diagnosed::findings(diagnostics).into_iter().for_each(|one| gather(&mut all, one));
    all
}

/// What is the same is one finding with several places: what belongs to the listener is told by each API.
fn gather(all: &mut Vec<Finding>, one: Finding) {
    let known = all.iter_mut().find(|known| {
        known.rule.id == one.rule.id
            && known.message == one.message
            && known.severity == one.severity
    });
    match known {
        None => all.push(one),
        Some(known) => {
            for place in one.places {
                if known.places.len() < PLACES_MAX && !known.places.contains(&place) {
                    known.places.push(place);
                }
            }
        }
    }
}

/// A finding as bad as its rule says.
fn finding(rule: &'static Rule, message: String, fix: &str, places: Vec<Place>) -> Finding {
    let (severity, fix) = (rule.severity, fix.to_owned());
    Finding { rule, severity, message, fix, places, enforced: None }
}

/// The place of a span; none where the policy says nothing.
fn at(span: Option<Span>, operation: Option<String>) -> Vec<Place> {
    span.map(|span| Place { at: At::Span(span), operation }).into_iter().collect()
}

/// The name of an operation.
fn named(plan: &Plan, index: usize) -> Option<String> {
    plan.model.contract.operation(index).map(portcullis_contract::Operation::name)
}

#[cfg(test)]
mod tests;
