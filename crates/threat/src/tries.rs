//! Which tries of an attack say something.

use std::collections::HashSet;

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
