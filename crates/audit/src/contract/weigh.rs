//! From what was raised to findings, in the order in which they should be mended.

use std::cmp::Reverse;

use portcullis_evidence::Standing;

use super::answered::Proofs;
use super::raised::Draft;
use super::score::{Answer, Score, load};
use super::scored::{Scored, scored};
use super::subject::Subject;
use super::tally::{Fix, Tally};
use crate::finding::At;

/// What was found, and what it comes to.
#[derive(Debug)]
pub(super) struct Weighed {
    /// What nothing answers before what is answered, the worst first.
    pub(super) findings: Vec<Scored>,
    /// None: there is no operation.
    pub(super) score: Option<Score>,
    pub(super) fixes: Vec<Fix>,
}

/// Weighs all that was raised.
pub(super) fn weighed(
    drafts: Vec<Draft>,
    subject: &Subject<'_>,
    evidence: Option<&Standing>,
) -> Weighed {
    let mut proofs = Proofs::of(evidence);
    let mut findings: Vec<Scored> =
        drafts.into_iter().map(|draft| scored(draft, subject, &mut proofs)).collect();
    let tally = Tally::of(&findings, subject, &mut proofs);
    sort(&mut findings);
    // What says nothing of what it serves is not the best of all documents.
    if subject.outline.operations.is_empty() {
        return Weighed { findings, score: None, fixes: Vec::new() };
    }
    for one in &mut findings {
        one.regains = tally.regained([&*one]);
    }
    let fixes = tally.fixes(&findings);
    Weighed { findings, score: Some(tally.score()), fixes }
}

fn sort(findings: &mut [Scored]) {
    findings.sort_by(|one, other| {
        let key = |of: &Scored| {
            let is_open = of.answer == Answer::Open;
            let severity = of.finding.severity;
            let load = load(severity, of.operations, of.answer);
            (Reverse(is_open), Reverse(severity), Reverse(load))
        };
        key(one)
            .cmp(&key(other))
            .then_with(|| one.finding.rule.id.cmp(other.finding.rule.id))
            .then_with(|| span(one).cmp(&span(other)))
    });
}

/// Where the cause stands.
fn span(of: &Scored) -> Option<portcullis_model::Span> {
    match &of.finding.places.first()?.at {
        At::Span(span) => Some(*span),
        At::File(_) | At::Address(_) => None,
    }
}
