//! A finding with what it weighs, before it is known what all of them come to.

use super::answered::{Proofs, answer};
use super::exposure::{Counting, counting};
use super::raised::Draft;
use super::score::{Answer, load, weight};
use super::subject::Subject;
use crate::finding::{At, Finding, Place};

/// Places of one finding that are told.
pub const PLACES_MAX: usize = 64;

/// A finding, and what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// What was found.
    pub finding: Finding,
    /// How far it is answered.
    pub answer: Answer,
    /// What the score gains when it is mended, in tenths of a point; at least so much, where that brings other rules.
    pub regains: u32,
    /// The operations that it concerns; at least so many, where there are more than are counted.
    pub operations: usize,
    /// What it weighs: at each of its operations, where that is how it counts.
    pub(super) load: u64,
    pub(super) counting: Counting,
    /// Its operations, by their place in the outline.
    pub(super) concerns: Vec<u32>,
}

/// Weighs what was raised.
pub(super) fn scored(draft: Draft, subject: &Subject<'_>, proofs: &mut Proofs<'_>) -> Scored {
    let (answer, enforced) = answer(&draft, subject, proofs);
    let place = |span, operation| Place { at: At::Span(span), operation };
    let roots = draft.roots.iter().map(|span| place(*span, None));
    let operations = draft.operations.iter().filter_map(|number| {
        let one = subject.operation(*number)?;
        Some(place(one.said.site.span, Some(one.said.name())))
    });
    // Half of the room is kept for operations.
    let mut places: Vec<Place> = roots.take(PLACES_MAX / 2).collect();
    places.extend(operations.take(PLACES_MAX - places.len()));
    if places.is_empty() {
        places.push(place(subject.outline.root.span, None));
    }
    let operations = draft.operations.len();
    let counting = counting(draft.rule.id);
    let load = match counting {
        Counting::Alone => load(draft.severity, operations, answer),
        Counting::OfCredentials => answer.leaves(weight(draft.severity)),
        Counting::OfOpenness | Counting::Never => 0,
    };
    Scored {
        finding: Finding {
            rule: draft.rule,
            severity: draft.severity,
            message: draft.message,
            fix: draft.fix.to_owned(),
            places,
            enforced,
        },
        answer,
        regains: 0,
        operations,
        load,
        counting,
        concerns: draft.operations,
    }
}
