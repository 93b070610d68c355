//! What the evidence of now says of attacks that came through once.

use std::collections::HashSet;

use portcullis_evidence::{Kind, Outcome, Record, State};

/// Attacks that were tried again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// Whether there is evidence at all.
    pub(super) is_given: bool,
    /// Attacks whose last try did not come through.
    failed: HashSet<String>,
}

impl Tried {
    /// What the last record of each attack says; `is_in_front` as the model has it.
    pub fn of(evidence: &[(Record, Vec<&'static str>)], is_in_front: bool) -> Self {
        let has_failed = |record: &&Record| match &record.kind {
            Kind::Attack { direct, through, state, .. } => {
                match if is_in_front { through } else { direct } {
                    Outcome::Failed => *state != State::Inconclusive,
                    Outcome::Stopped => *state == State::Closed,
                    Outcome::Succeeded | Outcome::Inconclusive => false,
                }
            }
            Kind::Journey { .. } => false,
        };
        let failed = evidence.iter().map(|(record, _)| record).filter(has_failed);
        Self { is_given: true, failed: failed.map(|record| record.id.clone()).collect() }
    }

    /// Whether an attack that came through was tried again and did not.
    pub(super) fn has_failed(&self, attack: &str) -> bool {
        self.failed.contains(attack)
    }
}
