//! Which tries of an attack say something.

use std::collections::HashSet;

use portcullis_controls::Plan;
use portcullis_evidence::{Kind, Outcome, Record, State};

/// Records without the tries that showed nothing after one that came through: an API that did not answer has mended
/// nothing. Of what was proven, the last try counts whatever it showed.
pub fn conclusive(mut records: Vec<Record>, is_in_front: bool) -> Vec<Record> {
    let mut came_through: HashSet<String> = HashSet::new();
    records.retain(|record| {
        let Kind::Attack { direct, through, state, .. } = &record.kind else { return true };
        let outcome = if is_in_front { *through } else { *direct };
        if outcome == Outcome::Succeeded {
            came_through.insert(record.id.clone());
            return true;
        }
        if outcome == Outcome::Inconclusive || *state == State::Inconclusive {
            return !came_through.contains(&record.id);
        }
        came_through.remove(&record.id);
        true
    });
    records
}

/// Records of attacks that came through at operations none of which is declared under its name any more: no threat has
/// them, and nothing shows that they were mended.
pub fn undeclared<'e>(
    evidence: &'e [(Record, Vec<&'static str>)],
    plans: &[Plan],
    is_in_front: bool,
) -> Vec<&'e Record> {
    let is_declared = |name: &String| {
        plans.iter().any(|plan| plan.model.contract.operation_named(name).is_some())
    };
    let records = evidence.iter().map(|(record, _)| record);
    let lost = records.filter(|record| {
        let Kind::Attack { direct, through, .. } = &record.kind else { return false };
        let outcome = if is_in_front { *through } else { *direct };
        outcome == Outcome::Succeeded
            && !record.operations.is_empty()
            && !record.operations.iter().any(is_declared)
    });
    lost.collect()
}
