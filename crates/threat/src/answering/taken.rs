//! Which of what people said is about a threat.

use portcullis_model::UnixMillis;

use crate::risk::{self, Rating};
use crate::rules::Rule;
use crate::stated::{Rated, Stated};
use crate::system::{Element, System, names};

/// Who takes the rest of a threat, while that holds.
pub(crate) fn accepted(
    stated: &Stated,
    system: &System,
    rule: &Rule,
    element: Element,
    now: UnixMillis,
) -> Option<usize> {
    stated.accepted.iter().position(|one| {
        one.threat == rule.id && now < one.until.end() && names(one.of.as_deref(), system, element)
    })
}

/// Who says that something answers a threat, while that is believed.
pub(crate) fn answered(
    stated: &Stated,
    system: &System,
    rule: &Rule,
    element: Element,
    now: UnixMillis,
) -> Option<usize> {
    stated.answered.iter().position(|one| {
        one.threat == rule.id && now < one.until.end() && names(one.of.as_deref(), system, element)
    })
}

/// The rating that people set; of several, the worst, so that no line takes back what another one raised.
pub(crate) fn rated(
    stated: &Stated,
    system: &System,
    rule: &Rule,
    element: Element,
) -> Option<usize> {
    let is_it = |one: &Rated| one.threat == rule.id && names(one.of.as_deref(), system, element);
    let all = stated.rated.iter().enumerate().filter(|(_, one)| is_it(one));
    let worst =
        |rating: Rating| (rating.level, u16::from(rating.likelihood) + u16::from(rating.impact));
    all.max_by_key(|(_, one)| worst(one.rating)).map(|(at, _)| at)
}

/// How bad a threat is before anything answers it, as far as nobody says otherwise.
pub(crate) fn derived(system: &System, stated: &Stated, rule: &Rule, element: Element) -> Rating {
    let likelihood = risk::likelihood(system, rule.factors, element);
    let impact = risk::impact(system, stated, rule.harm, element);
    Rating::of(risk::mean(&likelihood), risk::worst(&impact))
}

/// Whether a rating that people set makes a threat less than it is derived to be.
pub(crate) const fn lowers(rated: &Rated, derived: Rating) -> bool {
    rated.rating.likelihood < derived.likelihood || rated.rating.impact < derived.impact
}

/// What counts of a rating beside the derived one: before its end both numbers, else what is higher.
pub(crate) fn counted(rated: &Rated, derived: Rating, now: UnixMillis) -> Rating {
    if rated.until.is_some_and(|until| now < until.end()) {
        return rated.rating;
    }
    Rating::of(
        rated.rating.likelihood.max(derived.likelihood),
        rated.rating.impact.max(derived.impact),
    )
}
