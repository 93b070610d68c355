//! How long what people say may count.
//!
//! A sentence of theirs can close a threat that nothing else closes. It is looked at again within a year: an end further
//! away would be none, since who wrote it is elsewhere by then. PCI DSS 4.0 (12.3.1) asks for the same of its own risk
//! analyses.

use portcullis_model::{Date, Diagnostic, UnixMillis};
use portcullis_yaml::{Day, Notes, Spanned};

use super::file::ThreatsFile;
use crate::codes;

/// Days from today to the last end that is read: a year, whichever it is.
pub const DAYS_MAX: u64 = 366;

/// Days from today to the end that is proposed: half a year.
const PROPOSED_DAYS: u64 = 182;

const DAY_MS: u64 = 24 * 3600 * 1000;

/// The last day until which somebody may say something today.
pub const fn last_day(now: UnixMillis) -> Date {
    Date::of(UnixMillis(now.0.saturating_add(DAYS_MAX * DAY_MS)))
}

/// The end that is proposed to whoever says something today.
pub(crate) const fn proposed_day(now: UnixMillis) -> Date {
    Date::of(UnixMillis(now.0.saturating_add(PROPOSED_DAYS * DAY_MS)))
}

/// Notes each end that is too far away, where it stands.
pub(super) fn check(file: &ThreatsFile, now: UnixMillis, notes: &mut Notes) {
    let accepted = file.accepted.iter().flatten().map(|one| one.value.until.0.as_ref());
    let answered = file.answered.iter().flatten().map(|one| one.value.until.0.as_ref());
    let rated = file.rated.iter().flatten().map(|one| one.value.until.as_ref());
    let last = last_day(now);
    for until in accepted.chain(answered).chain(rated).flatten() {
        if until.value.0 > last {
            too_far(until, last, notes);
        }
    }
}

fn too_far(until: &Spanned<Day>, last: Date, notes: &mut Notes) {
    notes.push(|| {
        let message = format!("{} is more than {DAYS_MAX} days away", until.value.0);
        Diagnostic::error(&codes::TOO_FAR, message)
            .at(until.span)
            .label("this day")
            .help(format!("write a day up to {last}, and say it anew when it has come"))
    });
}
