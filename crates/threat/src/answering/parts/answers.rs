//! Whether somebody looks into an operation's answers, and where they may lead.

use portcullis_controls::{Plan, outbound_target, response_shape};
use portcullis_policy::{Posture, Redirects, TargetRule};

use super::part::Part;
use super::said::{Said, held, told};
use crate::system::{Entry, Fact};

const UNREAD: &str = "its answers stream, and nobody looks into them";

pub(super) fn said(part: Part, plan: &Plan, (operation, entry): (usize, &Entry)) -> Said {
    let model = &plan.model;
    let redirects = model.redirects.get(operation).unwrap_or(&Redirects::Undecided);
    let is_read = !entry.facts.has(Fact::GivesUninspected);
    match part {
        Part::Inspected => held(is_read, UNREAD),
        Part::Decided if !is_read => held(false, UNREAD),
        Part::Decided => held(
            model.posture == Posture::Policy && !response_shape::shows_undecided(model, operation),
            "a property that is named as a secret leaves, and nobody decided that it may: `answers`",
        ),
        Part::RedirectsHeld => held(
            *redirects != Redirects::Public,
            "the policy lets it lead to any public host: `redirects: public`",
        ),
        Part::RedirectsListed => {
            let is_listed = match redirects {
                Redirects::Own | Redirects::Listed { .. } => true,
                Redirects::Undecided => model.posture == Posture::Policy,
                Redirects::Public => false,
            };
            held(is_listed, "nobody lists where it may lead: `redirects`")
        }
        Part::TargetsListed => {
            let places = plan.model.contract.operation(operation);
            let places = places
                .map(|one| outbound_target::url_places(&model.contract.shapes, one))
                .unwrap_or_default();
            let rules = model.targets.get(operation);
            let is_listed = |place| {
                let mut all = rules.into_iter().flat_map(|one| &one.places);
                all.find(|(at, _)| at == place)
                    .is_some_and(|(_, rule)| matches!(rule, TargetRule::Hosts(_) | TargetRule::Own))
            };
            told(
                !places.is_empty() && places.iter().all(is_listed),
                "URLs in its requests point at listed hosts",
                "URLs in its requests may point at any public host: `targets`",
            )
        }
        Part::TargetsHeld => {
            let mut rules = model.targets.get(operation).into_iter().flat_map(|one| &one.places);
            held(
                !rules.any(|(_, rule)| *rule == TargetRule::Any),
                "the policy lets a URL of it point anywhere: `targets`",
            )
        }
        _ => {
            let escapes = model.bodies.get(operation).is_some_and(|one| one.escapes_markup);
            told(
                escapes && is_read && !entry.facts.has(Fact::GivesMarkup),
                "markup in its answers is escaped",
                "markup in its answers is noted at most: `markup: escaped`, which holds in JSON",
            )
        }
    }
}
