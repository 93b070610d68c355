//! What came through once and stands at no threat any more, because its operations are not declared under their names.

use portcullis_controls::Plan;
use portcullis_evidence::{Kind, Outcome, Record};

use crate::talk;

/// Lines that are said of it.
const SAID_MAX: usize = 10;

/// Says of each attack that came through where nothing is any more. A new name of an operation mends nothing.
pub(super) fn say(evidence: &[(Record, Vec<&'static str>)], plans: &[Plan], is_in_front: bool) {
    let lost: Vec<&Record> = evidence
        .iter()
        .map(|(record, _)| record)
        .filter(|one| is_lost(one, plans, is_in_front))
        .collect();
    for record in lost.iter().take(SAID_MAX) {
        let names = record.operations.join("`, `");
        talk::say(&format!(
            "`{}` came through at `{names}`, which is not declared any more: no threat here has it, and nothing says that it was mended. Try it again",
            record.id
        ));
    }
    if lost.len() > SAID_MAX {
        talk::say(&format!(
            "{} more came through at what is not declared any more",
            lost.len() - SAID_MAX
        ));
    }
}

fn is_lost(record: &Record, plans: &[Plan], is_in_front: bool) -> bool {
    let Kind::Attack { direct, through, .. } = &record.kind else { return false };
    let outcome = if is_in_front { through } else { direct };
    let is_there = |name: &String| {
        plans.iter().any(|plan| plan.model.contract.operation_named(name).is_some())
    };
    *outcome == Outcome::Succeeded
        && !record.operations.is_empty()
        && !record.operations.iter().any(is_there)
}
