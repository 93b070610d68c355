//! Which part of a control answers a threat, where not all of it does: a bound of bodies slows no program down.

use std::borrow::Cow;

use portcullis_controls::Plan;
use portcullis_model::ControlId;
use portcullis_policy::RateBound;

use crate::rules::Rule;
use crate::system::{Entry, Fact};

/// What must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing of it alone: it helps, and what is proven of it counts.
    Nothing,
    /// A rate of the policy that speaks of the operation.
    Rate,
    /// That it is done once, ever.
    Once,
    /// That two do not run side by side.
    OneAtATime,
    /// A size of pages that is bounded.
    Page,
    /// That wrong guesses are counted.
    Guesses,
    /// A URL in the request.
    Url,
}

const PARTS: [(&str, ControlId, Part); 17] = [
    ("all-data-taken", ControlId::ResourceLimits, Part::Rate),
    ("answer-read-as-page", ControlId::InputShape, Part::Nothing),
    ("body-too-large", ControlId::InputShape, Part::Nothing),
    ("called-too-often", ControlId::ResourceLimits, Part::Rate),
    ("done-twice", ControlId::ResourceLimits, Part::Once),
    ("led-to-another-site", ControlId::InputShape, Part::Nothing),
    ("led-to-another-site", ControlId::OutboundTarget, Part::Url),
    ("messages-at-your-cost", ControlId::ResourceLimits, Part::Rate),
    ("page-without-end", ControlId::InputShape, Part::Nothing),
    ("page-without-end", ControlId::ResourceLimits, Part::Page),
    ("password-guessed", ControlId::CallerIdentity, Part::Guesses),
    ("password-guessed", ControlId::ResourceLimits, Part::Rate),
    ("run-by-programs", ControlId::ResourceLimits, Part::Rate),
    ("small-body-grows", ControlId::InputShape, Part::Nothing),
    ("step-left-out", ControlId::ResourceLimits, Part::Nothing),
    ("two-at-once", ControlId::ResourceLimits, Part::OneAtATime),
    ("upload-leaves-folder", ControlId::InputShape, Part::Nothing),
];

/// What a control that is expected at an operation means for a threat there: why it answers it, or why it does not;
/// none where all of it answers.
pub(super) fn part(
    rule: &Rule,
    control: ControlId,
    plan: &Plan,
    (operation, entry): (usize, &Entry),
) -> Option<Result<Cow<'static, str>, &'static str>> {
    let (_, _, part) = PARTS.iter().find(|(id, of, _)| *id == rule.id && *of == control)?;
    let rates = || plan.model.rates.iter().filter(|rate| rate.concerns(Some(operation)));
    let rate = |is_it: fn(&RateBound) -> bool| {
        let found = rates().find(|rate| is_it(&rate.bound))?;
        Some(Cow::Owned(format!("`{}` of the policy", found.text)))
    };
    let serialized = || {
        let is_so = plan.model.serialized.get(operation).is_some_and(Option::is_some);
        is_so.then_some(Cow::Borrowed("`serialize` of the policy"))
    };
    let said = |is_so: bool, what: &'static str| is_so.then_some(Cow::Borrowed(what));
    let (found, otherwise) = match part {
        Part::Nothing => (None, "it bounds what is sent, and does not answer this alone"),
        Part::Rate => (
            rate(|bound| matches!(bound, RateBound::Often(..) | RateBound::Once)),
            "no rate of the policy speaks of it: `rates`",
        ),
        Part::Once => (
            rate(|bound| matches!(bound, RateBound::Once)),
            "nothing says that it is done once: `once: true` in `rates`",
        ),
        Part::OneAtATime => (
            serialized()
                .or_else(|| rate(|bound| matches!(bound, RateBound::Once | RateBound::AtOnce(1)))),
            "nothing has one wait for the other: `serialize`",
        ),
        Part::Page => (
            said(entry.facts.has(Fact::TakesAmount), "sizes of pages are bounded"),
            "no parameter says how many: the API answers as many as it has",
        ),
        Part::Guesses => (
            said(
                plan.operations.get(operation).is_some_and(|one| one.guarded.is_some()),
                "wrong guesses are counted by account, address and secret",
            ),
            "nobody says that something can be guessed there: `login` or `guesses`",
        ),
        Part::Url => (
            said(entry.facts.has(Fact::TakesUrl), "URLs point at public hosts, or at named ones"),
            "it takes no URL: where its answers lead is not its business",
        ),
    };
    Some(found.ok_or(otherwise))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rule;

    #[test]
    fn each_part_is_of_a_control_of_a_threat_that_there_is() {
        for (id, control, _) in PARTS {
            let rule = rule(id).unwrap_or_else(|| panic!("{id}"));
            assert!(rule.controls.contains(&control), "{id}: {control}");
        }
    }
}
