//! C4: are tokens hashed or encrypted?

use super::kept_securely::nothing_kept;
use crate::answer::{Answer, DEPLOYMENT, Question};
use crate::drill::Outcome;

pub(super) const QUESTION: Question = Question {
    item: "C4",
    text: "are tokens hashed or encrypted?",
    about: DEPLOYMENT,
    repeat: "portcullis audit -c CONFIG",
    lasts_days: 90,
};

pub(super) fn answer(drilled: Option<&Outcome>) -> Answer {
    match drilled {
        None => nothing_kept(QUESTION),
        Some(Err(why)) => {
            QUESTION.not_checkable(why, "a folder for drills that this user may write to: `TMPDIR`")
        }
        Some(Ok(drilled)) if drilled.seen.found > 0 => {
            QUESTION.no(drilled.seen.told(), "report it: this is a flaw of the gateway")
        }
        Some(Ok(drilled)) => QUESTION.yes(format!(
            "keys as HMAC-SHA-256, tokens of ours as SHA-256, passwords as Argon2id, what the API gave as \
             AES-256-GCM-SIV under a key of each row: {}",
            drilled.seen.told()
        )),
    }
}
