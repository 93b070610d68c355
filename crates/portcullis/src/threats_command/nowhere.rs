//! Says what came through once and stands at no threat any more.

use portcullis_controls::Plan;
use portcullis_evidence::Record;
use portcullis_threat::undeclared;

use crate::talk;

/// Lines that are said of it.
const SAID_MAX: usize = 10;

/// Says of each attack that came through where nothing is any more. A new name of an operation mends nothing.
pub(super) fn say(evidence: &[(Record, Vec<&'static str>)], plans: &[Plan], is_in_front: bool) {
    let lost = undeclared(evidence, plans, is_in_front);
    for record in lost.iter().take(SAID_MAX) {
        let names = record.operations.join("`, `");
        talk::say(&format!(
            "`{}` came through at `{names}`, which is not declared any more: no threat here has it, and nothing says that it was mended. Try it again",
            record.id
        ));
    }
    if lost.len() > SAID_MAX {
        let more = lost.len() - SAID_MAX;
        talk::say(&format!("{more} more came through at what is not declared any more"));
    }
}
