//! From what was raised to findings, in the order in which they should be mended.

use std::cmp::Reverse;

use portcullis_evidence::Standing;

use super::answered::{Proofs, answer};
use super::raised::Draft;
use super::score::{self, Answer, Score, load};
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
    /// What the score gains when it is mended, in tenths of a point.
    pub regains: u32,
    /// The operations that it concerns; at least so many, where there are more than are counted.
    pub operations: usize,
    /// What it weighs.
    pub(super) load: u64,
}

/// All findings: what nothing answers before what is answered, the worst first.
pub(super) fn findings(
    drafts: Vec<Draft>,
    subject: &Subject<'_>,
    evidence: Option<&Standing>,
) -> Vec<Scored> {
    let mut proofs = Proofs::of(evidence);
    let mut findings: Vec<Scored> =
        drafts.into_iter().map(|draft| scored(draft, subject, &mut proofs)).collect();
    findings.sort_by(|one, other| {
        let key = |of: &Scored| {
            let is_open = of.answer == Answer::Open;
            (Reverse(is_open), Reverse(of.finding.severity), Reverse(of.load))
        };
        key(one)
            .cmp(&key(other))
            .then_with(|| one.finding.rule.id.cmp(other.finding.rule.id))
            .then_with(|| span(one).cmp(&span(other)))
    });
    findings
}

/// The score of all findings; each learns what it regains.
pub(super) fn score(findings: &mut [Scored], operations: usize) -> Score {
    let all: u64 = findings.iter().map(|one| one.load).sum();
    let score = score::score(all, operations);
    for one in findings {
        let without = score::score(all.saturating_sub(one.load), operations);
        one.regains = without.tenths() - score.tenths();
    }
    score
}

/// Where the cause stands.
fn span(of: &Scored) -> Option<portcullis_model::Span> {
    match &of.finding.places.first()?.at {
        At::Span(span) => Some(*span),
        At::File(_) | At::Address(_) => None,
    }
}

fn scored(draft: Draft, subject: &Subject<'_>, proofs: &mut Proofs<'_>) -> Scored {
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
        load: load(draft.severity, operations, answer),
    }
}
