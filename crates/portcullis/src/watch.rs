//! Saying what happens, as it happens, without drowning anybody.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use portcullis_gateway::{Deed, Watch};
use portcullis_ledger::{KeyReported, Noted};
use portcullis_model::{Clock as _, ControlId, Refusal, RequestId, Status};

use portcullis_policy::Instance;

use crate::clock::SystemClock;
use crate::talk;

/// Refusals that are said in one second; more are counted.
const LINES_PER_SECOND_MAX: u32 = 20;
/// Kinds of removals that are said in one run. Names in them come from outside.
const REMOVALS_MAX: usize = 100;

/// Says one line per refusal (rule 31), and one per kind of removal: whoever wonders where a body
/// or a property went finds it.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// What follows `portcullis explain ID`, so that the line can be pasted: ` -c FILE`.
    files: String,
    window: Mutex<Window>,
    /// Operation, reason and place of what was removed so far, hashed.
    removed: RwLock<HashSet<u64>>,
}

#[derive(Debug, Default)]
struct Window {
    second: u64,
    said: u32,
    unsaid: u32,
}

impl Refusals {
    /// With the options that lead `explain` to the same files.
    pub(crate) fn led_to(files: String) -> Self {
        Self { files, ..Self::default() }
    }

    /// Whether a removal is the first of its kind, and may be said. Most are not, and only read.
    fn is_first(&self, what: &str, noted: &Noted) -> bool {
        let mut hasher = DefaultHasher::new();
        (what, noted.reason, without_count(&noted.detail)).hash(&mut hasher);
        let kind = hasher.finish();
        let is_over = |known: &HashSet<u64>| known.len() >= REMOVALS_MAX || known.contains(&kind);
        if is_over(&self.removed.read().unwrap_or_else(PoisonError::into_inner)) {
            return false;
        }
        let mut removed = self.removed.write().unwrap_or_else(PoisonError::into_inner);
        if is_over(&removed) {
            return false;
        }
        removed.insert(kind);
        if removed.len() == REMOVALS_MAX {
            talk::say("more kinds of removals are not said: the ledger has all of them");
        }
        true
    }

    /// Whether one more line may be said in this second.
    fn may_say(&self) -> bool {
        let second = SystemClock.now().0 / 1000;
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.second != second {
            let unsaid = window.unsaid;
            *window = Window { second, said: 0, unsaid: 0 };
            if unsaid > 0 {
                talk::say(&format!("{unsaid} more lines like these, all in the ledger"));
            }
        }
        if window.said >= LINES_PER_SECOND_MAX {
            window.unsaid += 1;
            return false;
        }
        window.said += 1;
        true
    }
}

impl Watch for Refusals {
    fn refused(&self, id: RequestId, what: &str, refusal: &Refusal) {
        if self.may_say() {
            let Refusal { control, status, reason, detail, .. } = refusal;
            let (what, detail, files) = (talk::clean(what), talk::clean(detail), &self.files);
            talk::say(&format!(
                "refused {} {what}: {control} ({reason}): {detail}; portcullis explain {id}{files}",
                status.0
            ));
        }
    }

    fn noted(&self, id: RequestId, what: &str, noted: &Noted, deed: Deed, is_done: bool) {
        if is_done && is_of_a_body(noted, deed) && self.is_first(what, noted) {
            let Noted { control, reason, detail } = noted;
            let word = if deed == Deed::Replace { "replaced" } else { "removed" };
            let (what, files) = (talk::clean(what), &self.files);
            let detail = talk::clean(without_count(detail));
            talk::say(&format!(
                "{word} in {what}: {control} ({reason}): {detail}; said once; portcullis explain \
                 {id}{files}"
            ));
        }
    }

    fn issuer_fails(&self, issuer: &str, detail: &str) {
        if self.may_say() {
            let (issuer, detail) = (talk::clean(issuer), talk::clean(detail));
            talk::say(&format!(
                "the issuer `{issuer}`: {detail}; keys that are known are used on for a day"
            ));
        }
    }

    fn key_reported(&self, report: &KeyReported<'_>) {
        // Never left out: it is one line for each key.
        let (id, owner) = (report.id, talk::clean(report.owner));
        let became = match (report.ends, report.problem) {
            (_, Some(problem)) => format!("its end does not last yet: {}", talk::clean(problem)),
            (Some(ends), None) => format!("it ends at {}", ends.rfc3339()),
            (None, None) => "it is revoked, with all below it".to_owned(),
        };
        let url = talk::clean(report.url.unwrap_or("a place that was not said"));
        let by = report.by;
        talk::say(&format!("the key {id} of `{owner}` leaked at {url} (by {by}): {became}"));
        talk::say(&format!(
            "help: tell `{owner}`; portcullis keys uses --id {id} says what it was used for"
        ));
    }

    fn instance_rests(&self, instance: &Instance, rest: Duration) {
        let seconds = rest.as_secs_f32();
        talk::say(&format!(
            "`{instance}` takes no connections: it rests for {seconds:.1} s, then one request tries it"
        ));
    }

    fn instance_returns(&self, instance: &Instance) {
        talk::say(&format!("`{instance}` answers again"));
    }

    fn canary_read(&self, id: RequestId, peer: &str) {
        if self.may_say() {
            talk::say(&format!(
                "ALARM: {} shows a credential that lay in the store and was given to nobody: the store \
                 was opened; `rotate.md`, \"Something leaked\", says what to do; request {id}",
                talk::clean(peer)
            ));
        }
    }

    fn failed(&self, id: RequestId, what: &str, status: Status, detail: &str) {
        if self.may_say() {
            let (what, detail) = (talk::clean(what), talk::clean(detail));
            talk::say(&format!("failed {} {what}: {detail}; request {id}", status.0));
        }
    }
}

/// Whether it is about a body or a property in one, not about header fields and parameters.
fn is_of_a_body(noted: &Noted, deed: Deed) -> bool {
    use ControlId::{ContentType, ResponseShape, WritableProperties};
    let is_of_body = matches!(noted.control, ContentType | ResponseShape | WritableProperties);
    is_of_body || deed == Deed::Replace
}

/// `/*/owner (3 times)` without what changes from request to request.
pub(crate) fn without_count(detail: &str) -> &str {
    match detail.rsplit_once(" (") {
        Some((place, count)) if count.ends_with(" times)") => place,
        _ => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_removal_is_said_once_and_their_number_is_bounded() {
        let refusals = Refusals::default();
        let noted = |at: &str| Noted {
            control: ControlId::ResponseShape,
            reason: "undeclared_property",
            detail: at.to_owned(),
        };
        assert!(refusals.is_first("listNotes", &noted("/a")));
        assert!(!refusals.is_first("listNotes", &noted("/a (3 times)")), "only the count differs");
        assert!(refusals.is_first("getNote", &noted("/a")));
        let said = (0..2 * REMOVALS_MAX).filter(|n| refusals.is_first("a", &noted(&n.to_string())));
        assert_eq!(said.count(), REMOVALS_MAX - 2);
    }
}
