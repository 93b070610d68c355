//! Which of what people said is about a threat.

use portcullis_model::UnixMillis;

use crate::rating::Rating;
use crate::rules::Rule;
use crate::stated::Stated;
use crate::system::{Element, System, names};

/// Who takes the rest of a threat, while that holds.
pub(super) fn accepted(
    stated: &Stated,
    system: &System,
    rule: &Rule,
    element: Element,
    now: UnixMillis,
) -> Option<usize> {
    stated.accepted.iter().position(|one| {
        one.threat == rule.id && names(one.of.as_deref(), system, element) && now < one.until.end()
    })
}

/// The rating that people set.
pub(super) fn rated(
    stated: &Stated,
    system: &System,
    rule: &Rule,
    element: Element,
) -> Option<Rating> {
    let is_it = |one: &&crate::stated::Rated| {
        one.threat == rule.id && names(one.of.as_deref(), system, element)
    };
    stated.rated.iter().find(is_it).map(|one| one.rating)
}
